# `make run` serves Watchroom and `make test` tests it. Python 3.11 or newer is all that has to be there beforehand.

.DEFAULT_GOAL := help
.PHONY: help run test lint format types docs bench lock clean

BIN := .venv/bin
export PYTHON          # which Python makes .venv; the newest suitable one when not given
WORKERS ?= auto

help:  ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp  ## Serve the app with the demo workspace on this machine (make run ARGS="--port 8600")
	@$(BIN)/watchroom demo data --if-missing
	@exec $(BIN)/watchroom serve --workspace data $(ARGS)

test: .venv/dev.stamp  ## Run every test, in a real browser too (make test ARGS="-k runs")
	@.ci/browser
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile $(ARGS)

lint: .venv/dev.stamp  ## Check style, format and the rule on imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_repository.py

format: .venv/dev.stamp  ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/dev.stamp  ## Check the types
	$(BIN)/mypy

docs: .venv/dev.stamp  ## Write the pages that are made from the code anew
	$(BIN)/python .ci/docs.py

bench: .venv/dev.stamp  ## Run every benchmark; one JSON line each
	@failed=0; for file in $$(grep -l '^if __name__' benchmarks/*.py); do \
	    $(BIN)/python -m benchmarks.$$(basename $$file .py) || failed=1; \
	done; exit $$failed

lock: .venv/dev.stamp  ## Write the locks anew from pyproject.toml (make lock ARGS=--upgrade)
	.ci/lock $(ARGS)

clean:  ## Take away what was made: the environment, caches, build results and the demo's derived data
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/.artifacts benchmarks/.data
	rm -rf data/mlflow data/mlruns data/lake data/evidence data/store data/ledger.db* data/.demo
	find app pages tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is younger than its lock when that lock is installed; the development lock holds all of the other one.
.venv/run.stamp: requirements.lock pyproject.toml .ci/venv
	@.ci/venv requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml .ci/venv
	@.ci/venv requirements-dev.lock
	@touch .venv/run.stamp $@
