# What people do with a clone. `make` alone prints this list.
PYTHON  ?= python3
PORT    ?= 8000
DATA    ?= var
DEMO    ?= 1
PY      := .venv/bin/python
# Test processes at one time; 0 runs them in one.
WORKERS ?= auto
export IMLOOP_DATA := $(DATA)
# Tests start hundreds of processes: each would compile everything anew where the environment forbids keeping it.
unexport PYTHONDONTWRITEBYTECODE
# The tests of a file share what is dear to set up: they run in one process.
PYTEST  := -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup dev run quick test browser pictures check docs bench torture histories lies neighbours faults fuzz audit prove opinions mutation lock clean

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10
	@echo "Variables: PORT=8000 DATA=var DEMO=0 (start empty) WORKERS=auto (test processes) ARGS=… (for pytest, bench)"

setup: ## set up what running needs (seconds when nothing changed)
	@$(PYTHON) scripts/setup.py

dev: ## set up what tests and checks need, too
	@$(PYTHON) scripts/setup.py --dev

run: setup ## set up, migrate, load the demo city, serve on 127.0.0.1:$(PORT)
	@.venv/bin/imloop serve $(if $(filter-out 0 no,$(DEMO)),--demo) --port $(PORT)

# The pure packages, as .importlinter lists them.
quick: dev ## the tests of the pure packages, in one process, with a tenth of the generated examples
	@env -u DATABASE_URL -u IMLOOP_DATA $(PY) -m pytest --hypothesis-profile=quick $(ARGS) \
	  $(wildcard $(shell sed -n '/contract:pure/,/forbidden_modules/s/^    imloop\./tests\//p' .importlinter))

test: dev ## the whole suite, on SQLite and on PostgreSQL
	@echo "== tests on SQLite"
	@env -u DATABASE_URL -u IMLOOP_DATA $(PY) $(PYTEST) --ignore=tests/browser $(ARGS)
	@echo "== tests on PostgreSQL"
	@env -u IMLOOP_DATA $(PY) scripts/pg.py -- $(PY) $(PYTEST) --ignore=tests/browser $(ARGS)

STORIES = tests/browser/test_the_loop_by_clicking.py tests/browser/matters
browser: dev ## the pages in a real Chromium: everything on SQLite, the stories on PostgreSQL too
	@env -u DATABASE_URL -u IMLOOP_DATA $(PY) $(PYTEST) tests/browser -ra $(ARGS)
	@env -u IMLOOP_DATA $(PY) scripts/pg.py -- $(PY) -m pytest $(STORIES) -ra $(ARGS)

pictures: dev ## the two pictures of the README, taken from the running demo
	@env -u DATABASE_URL -u IMLOOP_DATA $(PY) -m pytest tests/browser/pictures.py $(ARGS)

check: dev ## style, types, layers, migrations on both databases, sizes, law data, docs
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/stylelint "src/imloop/pages/assets/imloop/*.css"
	.venv/bin/djlint --check --lint src/imloop/pages/templates
	$(PY) -m mypy -p imloop
	.venv/bin/lint-imports --no-logo
	env -u DATABASE_URL $(PY) scripts/check_migrations.py
	$(PY) scripts/pg.py -- $(PY) scripts/check_migrations.py
	$(PY) scripts/check_sizes.py
	.venv/bin/imloop law check
	$(PY) scripts/docs.py --check

docs: dev ## write the generated pages under docs/
	$(PY) scripts/docs.py

bench: dev ## measure, and write benchmarks/RESULTS.md
	$(PY) benchmarks/run.py $(ARGS)

torture: dev ## SIGKILL under load, then compare (ARGS="--kills 200 --seed 1 --database postgresql")
	@$(PY) tests/torture/run.py $(ARGS)

N ?= 1000
lies: dev ## a thousand random worlds of liars each: is a car freed, or somebody honest held? (N=1000)
	@env -u DATABASE_URL -u IMLOOP_DATA IMLOOP_HISTORIES=$(N) $(PY) -m pytest -q -n auto tests/stories/test_lying_histories.py

histories: dev ## eight clients at once; is there one order of it all? (ARGS="--seconds 60 --database postgresql --workers 2")
	@$(PY) tests/torture/histories/run.py $(ARGS)

neighbours: dev ## sloppy inputs with one right answer each, on both databases (ARGS="mil-on-tick --database sqlite")
	@$(PY) tests/neighbours/run.py $(ARGS)

faults: dev ## power cuts, disk full (needs root), database restarts, slow and deaf clients, cut journals, restored feeds
	$(PY) tests/torture/power_cut.py --cuts 1000
	$(PY) tests/torture/power_cut.py --cuts 100 --lying-disk
	$(PY) tests/torture/disk_full.py
	$(PY) tests/torture/disk_full.py --database postgresql
	$(PY) tests/torture/database_restart.py
	$(PY) tests/torture/slow_bodies.py
	$(PY) tests/torture/deaf_clients.py
	$(PY) tests/torture/slow_receivers.py
	$(PY) tests/torture/cut_journal.py
	$(PY) tests/torture/restored_feed.py

fuzz: dev ## fuzz whatever arrives with atheris (ARGS="-max_total_time=3600"; ARGS="tables …": of one kind)
	@$(PY) -m pip install -q atheris
	$(PY) tests/fuzz/run.py $(ARGS)

audit: dev ## known vulnerabilities of the pinned dependencies (needs a network; says so without one)
	@$(PY) scripts/audit.py

prove: dev ## prove the batch path equal to the reference on 100,000 generated tests of each method (8 minutes)
	$(PY) tests/verdict_batch/prove.py $(ARGS)

opinions: dev ## prove engine, batch and the independent second opinion equal, 100,000 tests of each method (an hour; ARGS="ASM --seconds 600")
	$(PY) tests/reference/prove.py $(ARGS)

mutation: dev ## mutation testing of the verdict engine (an hour; results by `mutmut results`)
	@$(PY) -m pip install -q mutmut
	.venv/bin/mutmut run --max-children 2 $(ARGS)

lock: ## pin the dependencies of pyproject.toml anew (needs uv)
	$(PY) scripts/lock.py

clean: ## remove what set-up and tools made (never the data directory)
	rm -rf .venv node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis .tables
	find src -name '*.mo' -delete
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
