.PHONY: help setup demo demo-reset services stop test test-fast leaks faults lint fix types arch migrations schema lock
.DEFAULT_GOAL := help
RUN := . bin/env.sh && load_env own &&
SHELL := /bin/bash

help: ## list what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
setup: ## install what is needed, on Debian 12 or Ubuntu 24.04
	@bin/setup
demo: ## run the whole system in the foreground (PORT=8000)
	@bin/demo
demo-reset: ## the same, with an empty database filled anew
	@bin/demo --reset
services: ## start PostgreSQL and Redis under var/
	@bin/setup && bin/services start && bin/services status
stop: ## stop PostgreSQL and Redis
	@bin/services stop
test: ## every check and test
	@bin/test
test-fast: ## the tests without the slow ones and the lint
	@bin/test --fast
leaks: ## the leak harnesses for hours, with thousands of hidden records (EXAMPLES=2000)
	@bin/setup test && $(RUN) KARAUL_HIDDEN=$${KARAUL_HIDDEN:-3000} \
		KARAUL_LEAKS_EXAMPLES=$(or $(EXAMPLES),2000) KARAUL_LEAKS_STEPS=40 pytest tests/leaks
faults: ## what holds while servers die: docs/faults.md (SECONDS=200 SOCKETS=500 SEED=)
	@bin/setup test && bin/faults --seconds $(or $(SECONDS),200) --sockets $(or $(SOCKETS),500) $(if $(SEED),--seed $(SEED))
bench: ## how fast it is, beside the limits of this machine: docs/performance.md (BENCH_ROWS=5000000)
	@bin/setup bench && bin/services start && bin/collect-static && $(RUN) python -m benchmarks $(BENCH)
lint: ## style, types, imports, pages, lock files
	@bin/setup && bin/lint
fix: ## put right what tools can
	@$(RUN) { ruff check --fix . ; ruff format . ; djlint templates --quiet --reformat || true; }
types: ## types alone
	@$(RUN) mypy .
arch: ## import rules alone
	@$(RUN) lint-imports --no-logo
migrations: ## make migrations for changed models
	@$(RUN) python manage.py makemigrations
schema: ## the OpenAPI description, in var/schema.yml
	@$(RUN) python manage.py spectacular --validate --fail-on-warn --file var/schema.yml
lock: ## write the lock files after a change of dependencies
	@bin/lock && bin/setup
