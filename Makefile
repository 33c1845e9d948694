# Kernelscope. `make run` opens the window, `make test` runs every check; both make .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/run.stamp
DEV_STAMP := $(VENV)/dev.stamp
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help run env env-dev env-bench test check lint format bench monkey bundle mutate fuzz clean

help:
	@echo "make run        open the window (ARGS=... are passed on)"
	@echo "make test       make the environment and run every check and test"
	@echo "make check      the checks and tests alone"
	@echo "make lint       style, types and import directions alone"
	@echo "make format     put the code into the house form"
	@echo "make bench      run the benchmarks; make env-bench adds PyTorch to compare with"
	@echo "make bundle     build dist/kernelscope, which needs no Python, and try it (needs Xvfb and xdotool)"
	@echo "make mutate     change the code in small ways and see whether a test notices (FILES=... for some files)"
	@echo "make monkey     let a monkey use the window for ten minutes (ARGS=--seconds=60)"
	@echo "make fuzz       read 20,000 damaged files of every kind (ARGS=\"--files 2000 --seed 2\")"
	@echo "make env        make $(VENV) (PYTHON=python3.12 picks the interpreter)"
	@echo "make clean      remove $(VENV) and everything that was generated"

run: env
	$(BIN)/python main.py $(ARGS)

env: $(RUN_STAMP)

env-dev: $(DEV_STAMP)

env-bench: $(DEV_STAMP)
	$(PIP_INSTALL) -e ".[dev,bench]"

test: env-dev check

check: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: env-dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

mutate: env-dev
	$(PIP_INSTALL) -e ".[mutate]"
	$(BIN)/python -m tests.mutation $(FILES) $(ARGS)

bundle: env-dev
	$(PIP_INSTALL) -e ".[bundle]"
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build resources/packaging/kernelscope.spec
	$(BIN)/python -m pytest -m bundle tests/bundle

monkey: env-dev
	$(BIN)/python -m tests.benchmarks.monkey --seconds 600 $(ARGS)

fuzz: env-dev
	$(BIN)/python -m tests.fuzz $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info bench.json fuzz-failures
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no '$(PYTHON)' here; install Python 3.10 or newer, or name it: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Kernelscope needs Python 3.10 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1);" \
	    "name another one, for example: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu this adds what is missing:" \
	    "sudo apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what Kernelscope needs into $(VENV) ..."
	@$(PIP_INSTALL) -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Installing what the checks and tests need into $(VENV) ..."
	@$(PIP_INSTALL) -e ".[dev]"
	@touch $@
