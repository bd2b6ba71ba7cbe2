# make run, make test: the two commands of the README. Each sets up what it needs.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8765
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check bench docs evaluate notebooks wheel clean setup

setup: $(STAMP)

# torch is for training alone (`pip install -c constraints.txt -e .[train]`).
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,research]'
	touch $@

## Assess a sample photo on the terminal, then serve the page on localhost until Ctrl-C.
run: $(STAMP)
	$(BIN)/sonogate assess samples/good_cart.jpg --out out
	$(BIN)/sonogate serve --port $(PORT) --data out/records

## Everything that must hold before a change is taken, but for the notebooks and the wheel.
test: check
	$(BIN)/python -m pytest -n 2

## Style, types and who may import whom.
check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

## Where each millisecond goes; prints a table (slow, not part of the tests).
bench: $(STAMP)
	$(BIN)/python -m tests.bench

## The slow evaluations whose figures stand in the README and the model cards.
evaluate: $(STAMP)
	$(BIN)/python -m tests.evaluation

## The interface of the package as pages, in build/api; a warning is an error.
docs: $(STAMP)
	$(BIN)/python -m tests.apidocs

## Every notebook, top to bottom.
notebooks: $(STAMP)
	$(BIN)/python -m tests.notebooks

## Build the wheel, install it in a clean environment without the network, assess a sample.
wheel: $(STAMP)
	$(BIN)/python -m tests.wheel

clean:
	rm -rf $(VENV) build dist out *.egg-info .mypy_cache .ruff_cache .pytest_cache
