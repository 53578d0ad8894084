# SPDX-License-Identifier: Apache-2.0
# `make serve` and `make test` are all that a machine with git, make and Python 3.11 or newer needs.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
UV := $(VENV)/bin/uv
TEST_PACKAGES := chromium redis-server gettext:msgfmt nginx varnish:varnishd
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help serve test real clickhouse lint docs bench messages
.DEFAULT_GOAL := help

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(UV): Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: $(PYTHON) is older. Try make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: install it (Debian: apt install python3-venv)."; exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	@touch $(UV)

$(VENV)/.run: $(UV) pyproject.toml uv.lock
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --quiet --locked --inexact --no-default-groups
	@touch $@

$(VENV)/.all: $(UV) pyproject.toml uv.lock
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --quiet --locked --inexact --all-groups --no-group clickhouse
	@touch $@ $(VENV)/.run

serve: $(VENV)/.run ## Start the index on http://localhost:8000
	@cheeseshop serve --port $(PORT)

test: $(VENV)/.all ## Run every test, on SQLite and on PostgreSQL
	@sh tests/support/system_packages.sh $(TEST_PACKAGES)
	@python -m tests.support.run_suite

real: $(VENV)/.all ## Fetch 140 real distributions, and test with them
	@python -m tests.real.fetch
	@pytest -q tests/real

clickhouse: $(VENV)/.all ## Fetch ClickHouse as a library (800 MB), and test with it
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --quiet --locked --inexact --all-groups
	@pytest -q tests/stats

lint: $(VENV)/.all ## Check style, types and import directions
	@ruff format --check src tests bench
	@ruff check src tests bench
	@mypy
	@lint-imports

docs: $(VENV)/.all ## Check that the documentation is true of the code
	@pytest -q tests/unit/docs

bench: $(VENV)/.all ## Print our speed beside the peers' from one run
	@python -m bench.run

messages: $(VENV)/.all ## Bring the catalogues of translations up to date with the sources
	@python -m tests.support.messages
