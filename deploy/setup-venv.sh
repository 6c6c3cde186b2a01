#!/bin/sh
# Makes the virtual environment $1 with everything Turnstile and its tests need, at the versions of constraints.txt.
# TORCH=auto|cpu|cuda: the CPU build of torch is a tenth of the CUDA one, so it is taken where no NVIDIA GPU answers.
set -eu
venv=$1
here=$(dirname "$0")
torch=$(sed -n 's/^torch==/torch==/p' "$here/constraints.txt")
cpu_index=https://download.pytorch.org/whl/cpu

say() { printf 'setup: %s\n' "$*" >&2; }
pip() { "$venv/bin/python" -m pip --disable-pip-version-check -qq "$@"; }

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"

if [ "${TORCH:-auto}" = auto ]; then
    if nvidia-smi -L >/dev/null 2>&1; then TORCH=cuda; else TORCH=cpu; fi
fi
if [ "$TORCH" = cpu ] && ! "$venv/bin/python" -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null; then
    # A wheel that lies in one of pip's own find-links is a CPU build that somebody put there; else torch's own index.
    pip install --no-deps --no-index "$torch" 2>/dev/null ||
        { say "fetching $torch (CPU build)"; pip install --index-url "$cpu_index" "$torch"; }
fi
say "installing Turnstile (a minute or two, once)"
pip install --constraint "$here/constraints.txt" --editable "$here/..[capture,inference,streamer,dev]"
say "done"
