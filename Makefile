# Turnstile's commands. `make run` and `make test` set up .venv themselves; the second time takes no time.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The one torch that `auto` picks is the CPU build, unless an NVIDIA GPU is there. TORCH=cuda or TORCH=cpu decides.
TORCH ?= auto

export YOLO_AUTOINSTALL ?= false

.PHONY: setup run test test-usbcam test-compose up down requirements lint proto dashboards bench accuracy screenshot train clean

setup: $(READY)

$(READY): pyproject.toml deploy/constraints.txt deploy/setup-venv.sh
	PYTHON="$(PYTHON)" TORCH="$(TORCH)" sh deploy/setup-venv.sh $(VENV)
	@touch $@

run: $(READY)
	@exec $(BIN)/turnstile up --port $(PORT) $(if $(SOURCE),--source "$(SOURCE)") $(if $(MODEL),--model "$(MODEL)") $(if $(CONFIG),--config "$(CONFIG)") $(if $(findstring command,$(origin HOST)),--host "$(HOST)")

# Browsers in a process of their own: Playwright's loop and the other tests' loops do not go together.
BROWSER_TESTS := tests/services/streamer/dashboard
test: lint
	$(BIN)/pytest --ignore=$(BROWSER_TESTS)
	$(BIN)/pytest $(BROWSER_TESTS)

# A real USB webcam, plugged in and out of a small emulated machine: a few minutes, and root.
test-usbcam: $(READY)
	$(BIN)/pytest -m usbcam tests/usbcam

# In containers: http://localhost:8080/ and Grafana on port 3000. Settings in .env, see .env.example.
up:
	docker compose up --build --detach
	@echo "Turnstile: http://localhost:$${TURNSTILE_PORT:-8080}/"

down:
	docker compose down

# The containers, on the Docker engine of this machine. Takes some minutes.
test-compose: $(READY)
	$(BIN)/pytest -m compose tests/compose $(ARGS)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

proto: $(READY)
	$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. proto/turnstile.proto

# What each image installs, after pyproject.toml or constraints.txt changed.
requirements: $(READY)
	$(BIN)/python deploy/images/requirements.py

# Grafana's, from deploy/grafana/*.py.
dashboards: $(READY)
	$(BIN)/python -m deploy.grafana

bench: $(READY)
	$(BIN)/python -m tests.bench $(ARGS)

# The table of docs/accuracy.md: ours beside Ultralytics' and supervision's counters.
accuracy: $(VENV)/.accuracy
	$(BIN)/python -m tests.accuracy $(ARGS)

$(VENV)/.accuracy: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -q -c deploy/constraints.txt -e '.[accuracy]'
	@touch $@

# Of a demo that runs: `make run` in another terminal.
screenshot: $(READY)
	$(BIN)/python docs/screenshot.py http://127.0.0.1:$(PORT)/

# The built-in detector anew, from nothing: an hour or two on two cores, and 6 GB for an environment of its own.
# TRAIN="--device 0" on a GPU; TRAIN=--judge-only for the figures of the one in models/.
train: out/train-venv/.ready
	PYTHONPATH=. out/train-venv/bin/python -m models.training $(TRAIN)

out/train-venv/.ready: models/training/requirements.txt
	$(PYTHON) -m venv out/train-venv
	out/train-venv/bin/python -m pip install --disable-pip-version-check -q -r models/training/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
