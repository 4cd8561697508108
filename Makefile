# `make help` lists the targets. Each makes what it needs: the environment in
# .venv, the C++ build inside `pip install`, and nothing outside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell git ls-files CMakeLists.txt pyproject.toml cmake dialects passes python tools docs 2>/dev/null)
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test lit pytest docs-check docs lint format bench bench-cpu clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: $(VENV)/installed-demo  ## train the digit classifier with lamina.compile
	$(BIN)/python examples/train_digits.py

test: lit pytest docs-check  ## run every test: lit, pytest, and that generated docs are fresh

lit: $(VENV)/installed-test  ## run the tests of the dialect, the passes and the lowering
	$(BIN)/lit test

pytest: $(VENV)/installed-test  ## run the tests of behaviour
	$(BIN)/pytest -n 2

docs-check: $(VENV)/installed-test  ## fail when docs/dialect.md or docs/passes.md is stale
	$(BIN)/python docs/generate.py --check

docs: $(VENV)/installed-test  ## write docs/dialect.md and docs/passes.md from the .td files
	$(BIN)/python docs/generate.py

lint: $(VENV)/installed-lint  ## check style of Python and C++
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	git ls-files '*.cpp' '*.h' '*.c' | xargs $(BIN)/clang-format --dry-run --Werror

format: $(VENV)/installed-lint  ## rewrite Python and C++ in the house style
	$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .
	git ls-files '*.cpp' '*.h' '*.c' | xargs $(BIN)/clang-format -i

bench: $(VENV)/installed-demo  ## measure compile time by stage and the cost of a call
	$(BIN)/python benchmarks/training_step.py
	$(BIN)/python benchmarks/call_overhead.py
	$(BIN)/python benchmarks/eager_ops.py

bench-cpu: $(VENV)/installed-bench  ## measure compiled programs beside torch, jax and NumPy, into build/bench
	$(BIN)/python benchmarks/cpu

clean:  ## remove the environment and everything built
	rm -rf $(VENV) build dist examples/out

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# One wheel for every target: an install from the folder would build it again for each extra.
build/wheel/built: $(BIN)/python $(SOURCES)
	rm -rf build/wheel
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	@touch $@

$(VENV)/installed: build/wheel/built
	$(INSTALL) build/wheel/*.whl
	$(INSTALL) --force-reinstall --no-deps build/wheel/*.whl
	@touch $@

$(VENV)/installed-demo: $(VENV)/installed
	$(INSTALL) "$$(echo build/wheel/*.whl)[demo]"
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(INSTALL) "$$(echo build/wheel/*.whl)[test,oracle]"
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed
	$(INSTALL) "$$(echo build/wheel/*.whl)[bench]"
	@touch $@

$(VENV)/installed-lint: $(BIN)/python
	$(INSTALL) 'ruff>=0.8' 'clang-format>=18'
	@touch $@
