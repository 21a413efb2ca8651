# citylake: `make run` starts the lake and shows the indicators; `make test` runs every test.
# Variables: CITY SEED DAYS SCALE REALDATA (for run), file name timezone (for feed), PYTHON (which Python to use).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help venv run up stop status check types unit test test-compose bench feed docs lock

BIN := .venv/bin
export CITYLAKE_PROJECT := $(CURDIR)
# The city decides which lake a command is about: run, stop and status alike.
ifdef CITY
export CITYLAKE_CITY := $(CITY)
endif
# The shell's own settings for these would be taken for the lake's.
unexport SPARK_HOME SPARK_CONF_DIR AIRFLOW_HOME AIRFLOW_CONFIG

# Two processes; one of them begins with tests/end_to_end (tests/conftest.py).
TESTS := $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

RUN_OPTIONS = $(if $(SEED),--seed $(SEED)) $(if $(DAYS),--days $(DAYS)) $(if $(SCALE),--scale $(SCALE)) \
	$(if $(REALDATA),--realdata $(REALDATA))

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */make \1|/' | column -t -s '|'

venv:
	@citylake/stack/make_venv.sh "$(CURDIR)"

run: venv  ## start the lake, deliver a city, run everything, show the indicators
	@$(BIN)/citylake run $(RUN_OPTIONS)

up: venv  ## start the servers only
	@$(BIN)/citylake up

stop:  ## stop the servers; data stay
	@if [ -x $(BIN)/citylake ]; then $(BIN)/citylake down; fi

status: venv  ## how each server is
	@$(BIN)/citylake status

check: venv  ## format, lint, types, feed files, unit and repository tests; no servers
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/citylake feed check
	@$(MAKE) --no-print-directory -j2 types unit


types: venv  ## types only
	@$(BIN)/mypy --no-error-summary citylake simulator
unit: venv  ## unit and repository tests only
	@$(TESTS) tests/unit tests/repository

test: venv  ## every test
	@$(TESTS)

test-compose: venv  ## containers against a lake of this machine; needs a container engine, half an hour
	@CITYLAKE_COMPOSE=1 $(BIN)/python -m pytest tests/end_to_end/test_compose.py

bench: venv  ## measure, and write docs/reference/benchmarks.md
	@$(BIN)/python -m bench

feed: venv  ## a feed file from a sample: make feed file=<sample> name=<department>.<dataset>
	@$(BIN)/citylake feed new "$(file)" --name "$(name)" $(if $(timezone),--timezone "$(timezone)")

docs: venv  ## make the reference pages anew
	@$(BIN)/python -m citylake.cli.reference
	@$(BIN)/python -m citylake.catalog.indicators

lock: venv  ## make requirements.lock anew from requirements.in
	@$(BIN)/uv pip compile requirements.in --output-file requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-header --quiet
