# Two commands for a fresh machine (Python 3.11 and make): `make demo`, `make test`. Each does its own set-up.
PYTHON ?= python3
BROKER ?= kafka
PACK   ?=
ARGS   ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

VENV := .venv/bin
READY := .venv/.ready
BENCH_READY := .venv/.ready-bench
DEPLOY_READY := .venv/.ready-deploy
SETUP := deploy/local/setup.py
FOLDERS := rules contracts integration stories faults

# Tests and the demo start hundreds of Python processes. Compiling every module again is more than half of each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: drill lanes release examples test-deploy test-alerts test-hostile faults-long help setup kafka demo test lint ruff types layers format bench clean $(addprefix test-,$(FOLDERS))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  BROKER=kafka|embedded   the demo's broker (embedded: in memory, needs no Java)"
	@echo "  PACK=NAME               the demo's policy pack        ARGS='-k name -x'   more words for pytest"
	@echo "  NAME='TousuAbsent …'    the drills to hold (none: which there are)"
	@echo "  PYTHON=/path/python3    the Python that makes .venv   TOUSU_CACHE=DIR     what was fetched is kept there"

$(READY): uv.lock pyproject.toml deploy/local/uv.txt $(SETUP)
	@command -v $(PYTHON) >/dev/null || { echo "set-up stopped: $(PYTHON) is missing: install it with apt-get install python3 python3-venv." >&2; exit 1; }
	@$(PYTHON) $(SETUP)
	@touch $@

$(BENCH_READY): $(READY)
	@$(PYTHON) $(SETUP) --group bench
	@touch $@

setup: $(READY) ## the locked virtual environment in .venv

$(DEPLOY_READY): $(READY)
	@$(PYTHON) $(SETUP) --group deploy
	@touch $@

kafka: $(READY) ## Java and the broker's jars, fetched once into the cache folder
	@$(PYTHON) $(SETUP) --kafka

demo: $(READY) ## a realistic day of complaints on a real broker; ends by itself
	@broker=$(BROKER); \
	if [ "$$broker" = kafka ] && ! $(PYTHON) $(SETUP) --kafka; then \
	  echo "No real broker can be had here (the reason stands above): the demo goes on with the embedded one, in memory only." >&2; \
	  broker=embedded; \
	fi; \
	exec $(VENV)/tousu demo --broker "$$broker" $(if $(PACK),--pack "$(PACK)")

test: ruff layers kafka ## lint and every test, in lanes side by side (with ARGS: one after the other)
	@$(MAKE) --no-print-directory -j2 types lanes

lanes: $(READY)
	$(VENV)/$(if $(strip $(ARGS)),pytest $(ARGS),python -m tests.side_by_side)

$(addprefix test-,$(FOLDERS)): test-%: $(READY)
	$(VENV)/pytest tests/$* $(QUICKLY) $(ARGS)

test-rules: QUICKLY := -m "not long and not heavy"
test-rules:       ## needs nothing; quick: without what is heavy, which `make test` runs
test-contracts:   ## needs the files of the repository
test-integration: kafka ## needs the broker and the databases
test-stories:     kafka ## needs everything
test-faults:      kafka ## kills, pauses and restarts everything

faults-long: kafka ## the long form of the faults: minutes each, with what each takes to recover from
	$(VENV)/pytest tests -m long -s $(ARGS)
	TOUSU_FAULT_SEEDS=$${TOUSU_FAULT_SEEDS:-20000} $(VENV)/pytest tests/faults/test_simulator.py tests/faults/test_claims_simulator.py

test-hostile: $(READY) ## hostile input: classes of JSON, naughty strings, marked data, a fuzz with a new seed
	$(VENV)/python -m tests.hostile $(ARGS)

test-deploy: $(DEPLOY_READY) kafka ## the image and the composition in real containers (not part of `make test`; says which tools it lacks)
	$(VENV)/pytest tests/deploy $(ARGS)

test-alerts: kafka ## alert rules, by promtool and amtool; every query of the dashboards on a Prometheus that watches the demo
	@command -v promtool >/dev/null || { echo "test-alerts stopped: promtool is missing: install it with apt-get install prometheus." >&2; exit 1; }
	@command -v amtool >/dev/null || { echo "test-alerts stopped: amtool is missing: install it with apt-get install prometheus-alertmanager." >&2; exit 1; }
	$(VENV)/pytest tests/alerts tests/stories/test_dashboards.py $(ARGS)

drill: kafka ## break something on a stack of this machine's own and see the alert fire in its time: NAME=TousuAbsent
	$(VENV)/python -m deploy.drills $(NAME)

examples: $(READY) ## the examples of the contract, made anew from runs (minutes)
	$(VENV)/python -m tests.contracts.examples_of_runs

lint: ruff types layers ## ruff, mypy --strict, import-linter

ruff: $(READY)
	$(VENV)/ruff check .
	$(VENV)/ruff format --check --diff .

types: $(READY)
	$(VENV)/mypy

layers: $(READY)
	$(VENV)/lint-imports

format: $(READY) ## let ruff lay out the code and mend what it can
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

release: $(READY) ## wheel, sdist, notes and (where podman is) the image of this commit in dist/, built twice (ARGS=--no-image)
	@$(PYTHON) -m deploy.local.release $(ARGS)

bench: $(BENCH_READY) kafka ## the numbers of docs/benchmark.md, measured again on this machine (QUICK=1: a first look)
	$(VENV)/python -m bench $(if $(QUICK),--size quick) $(ARGS)

clean: ## remove what was made inside the repository; the cache folder outside stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
