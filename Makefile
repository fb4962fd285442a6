# Two commands on a fresh machine: `make review` and `make test`. They need Python 3.11+, make, git.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
export UV_COMPILE_BYTECODE = 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup review test lint check format bench lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

review: .venv/ready  ## the demo team's monthly review, offline
	$(BIN)/opsreview run demo

test: .venv/ready .venv/oracle-ready outputs/demo/2026-10/run.json  ## all tests; notebooks included
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval-lax tests notebooks

lint: .venv/ready  ## ruff, format and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

format: .venv/ready  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout --keep-id notebooks/*.ipynb

check: .venv/ready  ## the project's own operating model against this checkout
	$(BIN)/opsreview check opsreview

bench: .venv/ready  ## speed and size, as figures and ratios
	$(BIN)/python tests/bench/bench.py

setup: .venv/ready  ## the environment alone

lock: .venv/ready  ## new versions of everything, with hashes and without addresses
	$(UV) pip compile --upgrade --universal --generate-hashes --no-header --group dev \
		pyproject.toml -o requirements.lock
	$(UV) pip compile --upgrade --universal --generate-hashes --no-header --python-version 3.11 \
		tests/oracle/requirements.in -o tests/oracle/requirements.lock

clean:  ## the environment and all that was made
	rm -rf .venv outputs

# pip sync takes the editable project away, so it is installed after every sync.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "opsreview needs Python 3.11 or newer: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(UV) pip sync --quiet --require-hashes requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q opsreview
	touch $@

# The statistics are held against lifelines, which needs an environment of its own.
.venv/oracle-ready: .venv/ready tests/oracle/requirements.lock
	test -x .venv/oracle/bin/python || $(UV) venv --quiet .venv/oracle
	$(UV) pip sync --quiet --python .venv/oracle/bin/python --require-hashes tests/oracle/requirements.lock
	touch $@

# What the notebooks are tested on; made anew when the code or the demo's params changed.
outputs/demo/2026-10/run.json: .venv/ready $(shell find opsreview params/demo notebooks -type f -not -name '*.pyc')
	$(BIN)/opsreview run demo --cycle 2026-10
