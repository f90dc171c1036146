# One way in for every task. `make` lists them.
#
# Every task sets up what it needs in .venv first, and costs nothing when that is done already.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$python; break; fi; done)
AS_OF ?= 2026-11-22
DEMO_LEAD ?= L001
# How many mutants `mutate` draws (0: all), by which seed, from which of its packages.
NUMBER ?= 200
SEED ?= 1
PACKAGE ?= all

# Hundreds of tests start groupbuy anew: compiled modules are kept, whatever the machine is set to.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --no-input --disable-pip-version-check
PROJECTS := pyproject.toml $(wildcard plugins/*/pyproject.toml)
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))

# `make install PINNED=only` fails where the pinned packages can't be had.
PINNED ?= try
# What `bench` is given: --quick, --only row,startup, --size 1000000.
BENCH_ARGS ?=
# Tools of `pins` and `sbom`, apart from what they look at.
TOOL_BIN := build/tools/bin
TOOLS := build/tools/.installed
BENCH_PYTHON := build/bench/venv/bin/python
PEERS := build/bench/venv/.installed build/bench/node/.installed

# What makes the site, apart from all else.
SITE_TOOLS := build/site-tools/.installed

# The stamps of what is installed; the second holds the plugins by name.
CORE := .venv/.installed-core
ALL := .venv/.installed-all
YAML_SERVER := .venv/node/node_modules/yaml-language-server/package.json
INSTALLED := $(shell cat $(ALL) 2>/dev/null)
# Scripts name their environment by its path: those of a copied tree would run the original's code.
USABLE := $(shell test -x $(BIN)/python && grep -sqF "$(CURDIR)/$(BIN)/" $(BIN)/pip && echo yes)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install demo test spark bench lint format systems errors fuzz packages supply pins sbom docs release-check mutate clean venv FORCE

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s  %s\n", $$1, $$2 }' Makefile

install: $(ALL) ## install groupbuy, its extras, its plugins and the tools to work on it, in .venv
	@echo "groupbuy is installed; run it as $(BIN)/groupbuy"

demo: $(CORE) ## evaluate the example leads and explain one (AS_OF=date, DEMO_LEAD=id)
	$(BIN)/groupbuy evaluate examples/leads.yaml --as-of $(AS_OF)
	$(BIN)/groupbuy explain examples/leads.yaml $(DEMO_LEAD) --as-of $(AS_OF)

test: $(ALL) $(YAML_SERVER) ## run all tests, the core's and each plugin's, on all processors
	$(BIN)/pytest -n auto --dist loadscope
	@set -e; for plugin in $(PLUGINS); do if [ -d "$$plugin/tests" ]; then \
		echo "$$plugin"; (cd "$$plugin" && $(CURDIR)/$(BIN)/python -m pytest -n auto); fi; done

fuzz: $(ALL) ## try far more random inputs than `make test` does (EXAMPLES=number of each)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -n auto tests/hostile tests/language/test_any_text_as_expression.py \
		tests/source tests/files tests/compile tests/findings tests/engine/test_what_is_possible.py \
		tests/engine/test_laws_of_rules.py

mutate: $(ALL) ## break lines, and see whether a test fails (NUMBER=200 SEED=1 PACKAGE=all)
	nice -n 10 $(BIN)/python tools/mutate.py --number $(NUMBER) --seed $(SEED) \
		$(addprefix --package ,$(filter-out all,$(PACKAGE)))

spark: $(ALL) ## run the tests that need Spark and Java, on two threads
	$(BIN)/pytest -m spark tests/spark

bench: $(ALL) $(PEERS) ## measure against other engines and bare scans, into benchmarks/RESULTS.md (BENCH_ARGS=--quick)
	$(BENCH_PYTHON) -m benchmarks $(BENCH_ARGS)

packages: $(ALL) ## build all wheels, install them afresh, and run everything there
	$(BIN)/pytest -m packages tests/packages

supply: $(ALL) $(TOOLS) ## see that wheels are the same in every build, and make the bill of materials
	$(BIN)/pytest -m supply -n auto tests/packages

release-check: $(ALL) $(TOOLS) ## run all that must pass before a release (STEPS=some of them)
	@$(BIN)/python tools/release.py $(STEPS)

lint: $(ALL) ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(ALL) ## put the code in format, and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

systems: $(CORE) ## make rules/README.md: each system, where it lives, how to see it
	$(BIN)/python tools/systems.py

errors: $(CORE) ## run the examples of error codes, and write what they say to the table and the page
	$(BIN)/python tests/authoring/error_world.py

docs: $(ALL) $(SITE_TOOLS) ## make the documentation as a site: build/site/index.html
	@$(BIN)/python tools/site/collect.py build/site-source
	@rm -rf build/site
	@build/site-tools/bin/python -m sphinx --quiet --fail-on-warning --keep-going \
		build/site-source build/site
	@! grep -rnE '<(script|link|img|iframe)[^>]+(src|href)="(https?:)?//' build/site --include='*.html' \
		|| { echo "the site must load nothing from elsewhere" >&2; exit 1; }
	@echo "The site is made: open build/site/index.html"

pins: $(ALL) $(TOOLS) ## renew requirements/*.txt (versions and hashes) and docs/licences.md
	@set -e; for kind in ci run tools docs; do \
		$(BIN)/python tools/supply.py needs $$kind | $(TOOL_BIN)/uv pip compile - --quiet --upgrade \
			--universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
			$$(test $$kind = run && echo --constraint requirements/ci.txt) \
			--output-file requirements/$$kind.txt; done
	@$(MAKE) --no-print-directory install
	$(BIN)/python tools/supply.py licences

sbom: $(ALL) $(TOOLS) ## write what is installed with groupbuy and all extras to build/sbom.json (CycloneDX)
	@rm -rf build/wheels
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheels . $(PLUGINS)
	@$(BIN)/python -m venv --clear --without-pip build/shipped
	@$(PIP) --python build/shipped/bin/python install --require-hashes -r requirements/run.txt
	@$(PIP) --python build/shipped/bin/python install --no-deps --no-index build/wheels/*.whl
	@rm -f build/shipped/lib/python*/site-packages/groupbuy*.dist-info/direct_url.json # a path of here
	$(TOOL_BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file build/sbom.json build/shipped/bin/python

clean: ## remove .venv and everything generated
	rm -rf .venv build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name .git -prune -o -type d \( -name __pycache__ -o -name '*.egg-info' \
		-o -name .pytest_cache -o -name .hypothesis \) -prune -exec rm -rf {} +

# --- setting up ------------------------------------------------------------------------------

ifneq ($(USABLE),yes)
$(CORE) $(ALL): venv
else ifneq ($(filter-out $(PLUGINS),$(INSTALLED)),)
$(ALL): venv # a plugin is gone
else ifneq ($(filter-out $(INSTALLED),$(PLUGINS)),)
$(ALL): FORCE # a plugin is new
endif

$(CORE): pyproject.toml
	@echo "Installing groupbuy in .venv"
	@$(PIP) install --editable .
	@touch $(CORE)

# One command for everything, so that the plugins' `groupbuy` is the one that stands here.
$(ALL): $(PROJECTS) requirements/ci.txt
	@echo "Installing groupbuy, its plugins and the development tools in .venv"
	@{ $(PIP) install --require-hashes -r requirements/ci.txt \
		&& $(PIP) install --no-deps --no-build-isolation $$($(BIN)/python tools/supply.py locals); } \
	|| { echo "The pinned packages (requirements/ci.txt) can't be installed here; taking what" \
			"pyproject.toml allows instead. This environment is not the one of CI." >&2; \
		test "$(PINNED)" != only \
		&& $(PIP) install 'pip>=25.1' \
		&& $(PIP) install $$($(BIN)/python -c "$$WITH_EVERYTHING" . $(PLUGINS)); }
	@touch $(CORE)
	@echo "$(PLUGINS)" > $(ALL)

# The server of editors that don't run ours, to try our JSON Schemas with. Without npm, or where npm
# can't reach anything, those tests are skipped. (Version 2 needs a newer node than many have.)
$(YAML_SERVER): | $(ALL)
	@if command -v npm >/dev/null; then echo "Installing yaml-language-server"; \
		npm install --silent --no-audit --no-fund --fetch-retries 0 \
		--prefix .venv/node yaml-language-server@1.25.0 \
		|| echo "npm can't install it; tests that need it will be skipped"; fi

$(TOOLS): requirements/tools.txt | $(ALL)
	@$(BIN)/python -m venv --clear --without-pip build/tools
	@$(PIP) --python $(TOOL_BIN)/python install --require-hashes -r requirements/tools.txt
	@touch $(TOOLS)

# Engines to measure against, which see all that is in .venv as well. One that can't be installed is
# told in the results, and so are those of npm.
build/bench/venv/.installed: benchmarks/requirements.txt | $(ALL)
	@echo "Installing the engines that groupbuy is measured against in build/bench"
	@$(BIN)/python -m venv --clear --without-pip build/bench/venv
	@$(PIP) --python $(BENCH_PYTHON) install -r benchmarks/requirements.txt || \
		sed '/^#/d' benchmarks/requirements.txt | while read -r package; do \
			$(PIP) --python $(BENCH_PYTHON) install "$$package" || echo "without $$package"; done
	@$(BIN)/python -c 'import sysconfig; \
		print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> $$($(BENCH_PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/groupbuy-project.pth
	@touch $@

build/bench/node/.installed: benchmarks/peers/node/package.json
	@mkdir -p build/bench/node
	@cp $< build/bench/node/package.json
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --ignore-scripts \
		--fetch-retries 0 --prefix build/bench/node || echo "npm can't install the engines for Node"; fi
	@touch $@

$(SITE_TOOLS): requirements/docs.txt | $(ALL)
	@echo "Installing what makes the site in build/site-tools"
	@$(BIN)/python -m venv --clear --without-pip build/site-tools
	@$(PIP) --python build/site-tools/bin/python install --require-hashes -r requirements/docs.txt
	@touch $(SITE_TOOLS)

# Each project with all its extras, and what its tests need.
define WITH_EVERYTHING
import sys, tomllib
for folder in sys.argv[1:]:
    with open(f"{folder}/pyproject.toml", "rb") as file:
        project = tomllib.load(file)
    extras = project["project"].get("optional-dependencies", {})
    print("--editable", folder + (f"[{','.join(extras)}]" if extras else ""))
    if "dev" in project.get("dependency-groups", {}):
        print(f"--group {folder}/pyproject.toml:dev")
endef
export WITH_EVERYTHING

# Debian's venv can't put pip in unless python3-venv is installed; the system's own pip can.
venv:
	@test -n "$(PYTHON)" || { echo "groupbuy needs Python 3.11 or newer as python3, or name one:" \
		"make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv --clear .venv >/dev/null 2>&1 \
	|| { $(PYTHON) -m venv --clear --without-pip .venv \
		&& $(PYTHON) -m pip --quiet --python $(BIN)/python install pip 2>/dev/null; } \
	|| { rm -rf .venv; echo "Python can't make a virtual environment here; on Debian and Ubuntu:" \
		"apt-get install python3-venv" >&2; exit 1; }

FORCE:
