# `make` alone lists what there is to do. Needs Python 3.11 or newer with its venv module; uses uv where it is present.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
READY := .venv/.ready

# $(VENV) FOLDER makes an environment, $(call INSTALL,FOLDER) installs into it.
ifneq ($(UV),)
VENV := $(UV) venv --quiet --clear --no-config --python "$(shell command -v $(PYTHON))"
INSTALL = $(UV) pip install --quiet --no-config --python $(1)/bin/python
else
VENV := $(PYTHON) -m venv --clear
INSTALL = $(1)/bin/python -m pip install --quiet --disable-pip-version-check
endif

.DEFAULT_GOAL := help
.PHONY: help setup book browser graders pdf zip publish test test-quick refresh check diff serve bench lock clean same-bytes sbom audit classroom mutate-data mutate-model fuzz

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | \
		while IFS='	' read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done

setup: $(READY) ## make .venv from requirements.lock

book: $(READY) ## build the site into _build/html, with Python for its page that runs the model in the browser
	$(BIN)/report lab

browser: $(READY) ## find a browser for the tests and the PDF, or fetch one
	@$(BIN)/python -m analysis.report.browser

pdf: browser ## print the site as one PDF, linked from its pages
	$(BIN)/report pdf

zip: $(READY) ## pack the site into one zip for reading offline, linked from its pages
	$(BIN)/report zip

classroom: $(READY) ## build the students' notebooks and zip, and the instructor's edition, into _build/classroom
	$(BIN)/report classroom

publish: book browser ## build the site with its PDF and its zip
	$(BIN)/report pdf
	$(BIN)/report zip

refresh: $(READY) ## run again the pages that are stale, and write them back into book/
	$(BIN)/report refresh

check: $(READY) ## check data, parameters and pages without running anything
	$(BIN)/report check

diff: ## show what changed in the pages since the last commit (SINCE=main: since then): words, numbers and code
	git -c diff.notebook.textconv="$(PYTHON) analysis/report/textconv.py" diff $(SINCE) -- book

serve: $(READY) ## build the site and show it on this computer
	$(BIN)/report serve

PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
STYLE := $(BIN)/ruff check && $(BIN)/ruff format --check

# The types are looked at beside the tests.
test: browser graders ## style, types, tests, and the pages' outputs against the committed ones (many minutes)
	$(STYLE)
	$(BIN)/mypy & types=$$!; $(PYTEST) --nbval tests book; tests=$$?; wait $$types && exit $$tests

test-quick: $(READY) ## what is tested between two commits: all that needs neither a built site nor a browser, and is not slow
	$(STYLE)
	$(BIN)/mypy & types=$$!; $(PYTEST) -m "not slow" tests; tests=$$?; wait $$types && exit $$tests

mutate-data: $(READY) ## change every number of data/ in eight ways, and see what notices (hours)
	$(BIN)/python tests/campaigns/data_mutation.py --nbval

mutate-model: $(READY) ## change the model in one place at a time, and see that its tests notice (half an hour)
	$(call INSTALL,.venv) --no-deps --require-hashes -r .ci/campaigns.lock
	$(BIN)/python tests/campaigns/model_mutation.py

bench: book browser ## time model, sweeps, rebuild and live page, beside other ways to do it (half an hour)
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

# The fuzzer has wheels for some Pythons on Linux only, so it is no dependency of the tests. Seconds for each target.
FUZZ_SECONDS ?= 900
fuzz: $(READY) ## fuzz what reads scenarios and parameters, an hour in all (Linux; figures in tests/hostile/fuzzing.csv)
	@mkdir -p _build/fuzz
	$(call INSTALL,.venv) --upgrade --target _build/fuzz/tool --no-deps --require-hashes -r tests/hostile/atheris.lock
	$(BIN)/python tests/hostile/fuzz.py run $(FUZZ_SECONDS)
	$(BIN)/python tests/hostile/fuzz.py think $(FUZZ_SECONDS)

# --python-version: the oldest Python served; --universal: every platform and newer Pythons too.
COMPILE := uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock"

lock: ## write the locks anew from pyproject.toml and the lists beside them (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(COMPILE) --extra test --extra pdf --extra lab --extra build --extra cluster --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file .ci/tools.lock .ci/tools.in
	for name in .ci/campaigns .ci/graders analysis/teaching/requirements analysis/teaching/requirements-kernel; do \
		$(COMPILE) --constraint requirements.lock --output-file $$name.lock $$name.in || exit 1; done

same-bytes: $(READY) ## build three times from clean clones, under other circumstances, and compare every byte (many minutes)
	$(BIN)/python tests/same_bytes.py

# The tools live apart: nothing that makes the report can change because of them.
TOOLS := _build/.tools

$(TOOLS)/.ready: .ci/tools.lock
	$(VENV) $(TOOLS)
	$(call INSTALL,$(TOOLS)) --require-hashes -r .ci/tools.lock
	@touch $@

# What the graders have in common with the report is taken from .venv.
GRADERS := _build/.graders
SITE_PACKAGES := python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'

graders: $(GRADERS)/.ready ## install nbgrader and otter, which the tests release and grade the exercises with

$(GRADERS)/.ready: .ci/graders.lock $(READY)
	$(VENV) $(GRADERS)
	$(BIN)/$(SITE_PACKAGES) > "$$($(GRADERS)/bin/$(SITE_PACKAGES))/report.pth"
	$(call INSTALL,$(GRADERS)) --require-hashes -r .ci/graders.lock
	@touch $@

sbom: $(TOOLS)/.ready ## write the bill of materials (CycloneDX) of requirements.lock: _build/sbom.json
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file _build/sbom.json requirements.lock

audit: $(TOOLS)/.ready ## look up known vulnerabilities of the locked packages (asks a service on the internet)
	for lock in requirements.lock .ci/*.lock; do \
		$(TOOLS)/bin/pip-audit --require-hashes --disable-pip --requirement $$lock || exit 1; done

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
	@test ! -L .venv || test -e .venv/.locked || test -z "$$(ls -A .venv/)" || { \
		echo ".venv is a link to a folder that is not empty, and making it anew would empty that. Remove the link." >&2; \
		exit 1; }
	@$(VENV) .venv || { rm -rf .venv; \
		echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	$(call INSTALL,.venv) --require-hashes -r requirements.lock
	@touch $@

$(READY): .venv/.locked pyproject.toml
ifeq ($(UV),)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null # a .venv made by uv has no pip
endif
	$(call INSTALL,.venv) --no-deps --no-build-isolation --editable .
	@touch $@
