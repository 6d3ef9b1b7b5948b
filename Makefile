# `make` alone lists what there is to do. Needs Python 3.11 or newer with its venv module; uses uv where it is present.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup book pdf zip publish test refresh check serve bench lock clean same-bytes sbom audit lab classroom mutate-data mutate-model fuzz

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | \
		while IFS='	' read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done

setup: $(READY) ## make .venv from requirements.lock

book: $(READY) ## build the site into _build/html
	$(BIN)/report build

pdf: $(READY) ## print the site as one PDF, linked from its pages (needs Chromium)
	$(BIN)/report pdf

zip: $(READY) ## pack the site into one zip for reading offline, linked from its pages
	$(BIN)/report zip

lab: $(READY) ## put Python into the site, for its page that runs the model in the browser (needs npm)
	$(BIN)/report lab

classroom: $(READY) ## build the students' notebooks and zip, and the instructor's edition, into _build/classroom
	$(BIN)/report classroom

publish: book ## build the site with its PDF, its zip, and Python in the browser
	$(BIN)/report lab
	$(BIN)/report pdf
	$(BIN)/report zip

refresh: $(READY) ## run again the pages that are stale, and write them back into book/
	$(BIN)/report refresh

check: $(READY) ## check data, parameters and pages without running anything
	$(BIN)/report check

serve: $(READY) ## build the site and show it on this computer
	$(BIN)/report serve

test: $(READY) ## style, types, tests, and the pages' outputs against the committed ones
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --nbval tests book

ifneq ($(UV),)
INSTALL := $(UV) pip install --quiet --no-config --python $(BIN)/python --no-build-isolation
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation
endif

mutate-data: $(READY) ## change every number of data/ in eight ways, and see what notices (hours)
	$(BIN)/python tests/campaigns/data_mutation.py --nbval

mutate-model: $(READY) ## change the model in one place at a time, and see that its tests notice (half an hour)
	@$(BIN)/python -c 'import cosmic_ray' 2>/dev/null || $(INSTALL) --editable '.[campaigns]'
	$(BIN)/python tests/campaigns/model_mutation.py

bench: book ## time model, sweeps, rebuild and live page, beside other ways to do it (many minutes)
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

# The fuzzer has wheels for some Pythons on Linux only, so it is no dependency of the tests. Seconds for each target.
FUZZ_SECONDS ?= 900
fuzz: $(READY) ## fuzz what reads scenarios and parameters, an hour in all (Linux; figures in tests/hostile/fuzzing.csv)
	@mkdir -p _build/fuzz
ifneq ($(UV),)
	$(UV) pip install --quiet --no-config --python $(BIN)/python --target _build/fuzz/tool --no-deps --require-hashes -r tests/hostile/atheris.lock
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target _build/fuzz/tool --no-deps --require-hashes -r tests/hostile/atheris.lock
endif
	$(BIN)/python tests/hostile/fuzz.py run $(FUZZ_SECONDS)
	$(BIN)/python tests/hostile/fuzz.py think $(FUZZ_SECONDS)

# --python-version: the oldest Python served; --universal: every platform and newer Pythons too.
LOCK := uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--extra test --extra pdf --extra build --extra cluster --no-annotate --custom-compile-command "make lock" \
	--output-file requirements.lock pyproject.toml

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(LOCK)
	$(TOOLS_LOCK)
	uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" --constraint requirements.lock \
		--output-file analysis/teaching/requirements.lock analysis/teaching/requirements.in

same-bytes: $(READY) ## build twice from clean clones, under other circumstances, and compare every byte (many minutes)
	$(BIN)/python tests/same_bytes.py

# The tools live apart: nothing that makes the report can change because of them.
TOOLS := _build/.tools
TOOLS_LOCK := uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" --output-file .ci/tools.lock .ci/tools.in

$(TOOLS)/.ready: .ci/tools.lock
ifneq ($(UV),)
	$(UV) venv --quiet --clear --no-config --python "$(shell command -v $(PYTHON))" $(TOOLS)
	$(UV) pip sync --quiet --no-config --python $(TOOLS)/bin/python --require-hashes .ci/tools.lock
else
	$(PYTHON) -m venv --clear $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/tools.lock
endif
	@touch $@

sbom: $(TOOLS)/.ready ## write the bill of materials (CycloneDX) of requirements.lock: _build/sbom.json
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file _build/sbom.json requirements.lock

audit: $(TOOLS)/.ready ## look up known vulnerabilities of the locked packages (asks a service on the internet)
	$(TOOLS)/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock
	$(TOOLS)/bin/pip-audit --require-hashes --disable-pip --requirement .ci/tools.lock

clean: ## remove what was built, keep .venv
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# Two steps, so that a change of a tool's settings in pyproject.toml does not install everything again.
.venv/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		found=$$($(PYTHON) --version 2>/dev/null || echo missing); \
		echo "This report needs Python 3.11 or newer, but '$(PYTHON)' is $$found." >&2; \
		echo "Install a newer one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=python3.12 ..." >&2; \
		exit 1; }
ifneq ($(UV),)
	$(UV) venv --quiet --clear --no-config --python "$(shell command -v $(PYTHON))" .venv
	$(UV) pip sync --quiet --no-config --python $(BIN)/python --require-hashes requirements.lock
else
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
		echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
endif
	@touch $@

$(READY): .venv/.locked pyproject.toml
ifneq ($(UV),)
	$(UV) pip install --quiet --no-config --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null # a .venv made by uv has no pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@
