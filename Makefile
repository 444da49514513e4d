# Needs Python 3.11 or newer, Node.js 20.19 or newer, and make. Everything else comes into .venv and node_modules.

PYTHON ?= python3
CHROMIUM ?= /usr/bin/chromium

VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PIP := $(BIN)/python -m pip --disable-pip-version-check

# What the installed package is made of besides its Python files, which it takes from this folder.
PARTS := pyproject.toml package.json package-lock.json install.json $(shell find scripts src style -type f)

# What is installed with it, by what is made.
EXTRAS := audit benchmarks build demo dev docs mutants

export CHROMIUM
export PATH := $(abspath $(BIN)):$(PATH)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: demo
demo: $(VENV)/.demo ## run the digits study from the terminal; it tells where its results are
	$(BIN)/python notebooks/digits_study.py

.PHONY: lab
lab: $(VENV)/.demo ## open JupyterLab on the digits notebook
	$(BIN)/jupyter lab $(if $(SUDO),,--allow-root) notebooks/01_digits.ipynb

.PHONY: check
check: $(VENV)/.dev ## style, types, floors and links, without running anything
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	npm run --silent check
	$(BIN)/python -m pytest --quiet tests/test_layers.py tests/test_links.py

.PHONY: test
test: $(VENV)/.dev earlier browser ## every test: Python, TypeScript, and JupyterLab in a browser
	$(BIN)/python -m pytest
	npm run --silent test
	npm run --silent test:ui

.PHONY: hunt
hunt: $(VENV)/.dev ## the property tests with examples drawn anew, again and again until one fails; Ctrl-C ends it
	while HYPOTHESIS_PROFILE=hunt $(BIN)/python -m pytest --quiet --exitfirst -m hypothesis; do :; done

.PHONY: mutants
mutants: $(VENV)/.dev $(VENV)/.mutants ## change the merge, the plan and the journal in small ways, and list the changes that no test sees; an hour
	$(BIN)/mutmut run
	$(BIN)/mutmut results

.PHONY: coverage
coverage: $(VENV)/.dev earlier ## the Python tests, with what they reach measured; fails below 95 % of lines or 90 % of branches
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage json --quiet
	$(BIN)/python scripts/covered.py

.PHONY: test-wheel
test-wheel: $(VENV)/.build ## the built packages: installed without Node.js, and tried where the source is not
	$(BIN)/python scripts/try_wheel.py

.PHONY: test-oldest
test-oldest: $(VENV)/.dev ## the Python tests with the lowest versions of all that is depended on
	$(PYTHON) -m venv $(VENV)/oldest
	$(VENV)/oldest/bin/python -m pip install --quiet --constraint requirements/oldest.txt --editable '.[dev]'
	$(VENV)/oldest/bin/python -m pytest -W default --ignore tests/test_labextension.py

.PHONY: catalogue
catalogue: ## every text that can be translated, into xyzpy_widgets/locale/xyzpy_widgets.pot
	$(PYTHON) -m venv $(VENV)/translate
	$(VENV)/translate/bin/python -m pip --disable-pip-version-check install --quiet 'jupyterlab-translate>=1.3,<2'
	rm -rf xyzpy_widgets/locale
	PATH="$(abspath $(VENV)/translate/bin):$$PATH" jupyterlab-translate extract . xyzpy_widgets > /dev/null
	@echo 'translate it: xyzpy_widgets/locale/xyzpy_widgets.pot'

.PHONY: docs
docs: $(VENV)/.docs ## the documentation, into docs/_build; a warning is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --fresh-env --builder html docs docs/_build
	@echo 'read it: docs/_build/index.html'

.PHONY: benchmarks
benchmarks: $(VENV)/.benchmarks browser ## what it costs, measured beside others: some minutes, on a quiet machine
	$(BIN)/python benchmarks/execution.py
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/explorer.py

.PHONY: audit
audit: $(VENV)/.audit ## ask for known vulnerabilities of all that is depended on; fails where some are known, or nobody answers
	$(BIN)/python scripts/audit.py

.PHONY: screenshots
screenshots: $(VENV)/.dev browser ## pictures of every state of the panel and of the explorer, into ui-tests/results/screenshots
	npm run --silent screenshots

.PHONY: animation
animation: $(VENV)/.dev browser ## the animated picture of README, from a browser, into docs/animation.webp
	npm run --silent animation
	$(BIN)/python scripts/animate.py

.PHONY: format
format: $(VENV)/.dev ## lay out every source file
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format
	npm run --silent format

.PHONY: clean
clean: ## remove all that was made
	rm -rf $(VENV) node_modules lib dist demo docs/_build mutants xyzpy_widgets/labextension xyzpy_widgets/locale xyzpy_widgets/static xyzpy_widgets/_version.py ui-tests/results
	rm -rf .coverage* coverage.json .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)

node_modules/.package-lock.json: package-lock.json
	npm ci --silent
	@touch $@

$(EXTRAS:%=$(VENV)/.%): $(VENV)/.%: $(PARTS) | $(VENV)/pyvenv.cfg node_modules/.package-lock.json
	$(PIP) install --quiet --editable '.[$*]'
	@touch $@

.PHONY: earlier
earlier: $(VENV)/earlier/ipykernel
$(VENV)/earlier/ipykernel: | $(VENV)/pyvenv.cfg
	$(PIP) install --quiet --no-deps --target $(VENV)/earlier 'ipykernel<7'

.PHONY: browser
browser:
ifeq ($(shell [ -x "$(CHROMIUM)" ] && echo there),)
	@command -v apt-get >/dev/null || { \
	  echo 'The browser tests need Chromium. Install it, then name it: make test CHROMIUM=/path/to/chromium' >&2; exit 1; }
	$(SUDO) apt-get update -qq
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium fonts-dejavu-core
endif
