# Turnstile's commands. `make run` and `make test` set up .venv themselves; the second time takes no time.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The one torch that `auto` picks is the CPU build, unless an NVIDIA GPU is there. TORCH=cuda or TORCH=cpu decides.
TORCH ?= auto

export YOLO_AUTOINSTALL ?= false

.PHONY: setup run test test-usbcam lint proto bench screenshot clean

setup: $(READY)

$(READY): pyproject.toml deploy/constraints.txt deploy/setup-venv.sh
	PYTHON="$(PYTHON)" TORCH="$(TORCH)" sh deploy/setup-venv.sh $(VENV)
	@touch $@

run: $(READY)
	@exec $(BIN)/turnstile up --port $(PORT) $(if $(SOURCE),--source "$(SOURCE)") $(if $(MODEL),--model "$(MODEL)") $(if $(CONFIG),--config "$(CONFIG)") $(if $(findstring command,$(origin HOST)),--host "$(HOST)")

test: lint
	$(BIN)/pytest

# A real USB webcam, plugged in and out of a small emulated machine: a few minutes, and root.
test-usbcam: $(READY)
	$(BIN)/pytest -m usbcam tests/usbcam

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

proto: $(READY)
	$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. proto/turnstile.proto

bench: $(READY)
	$(BIN)/python -m tests.bench $(ARGS)

# Of a demo that runs: `make run` in another terminal.
screenshot: $(READY)
	$(BIN)/python docs/screenshot.py http://127.0.0.1:$(PORT)/ docs/dashboard.png 1280x800

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
