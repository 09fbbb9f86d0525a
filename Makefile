# Every command of the project. `make` alone lists them; tools/setup does what is missing before each.

PYTHON := .venv/bin/python
export PYTHONDONTWRITEBYTECODE := 1

ROOMS := config courses grader

# Another project's settings must not leak in: an active environment, module paths, pip's own switches.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check lint types contracts templates migrations tests fuzz soak surge test-real test-cgroup2 table-real format bench flakes lock clean

help:  ## list these commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

run:  ## do the set-up that is missing and serve the site; Ctrl-C ends it
	@tools/setup run
	@exec $(PYTHON) manage.py up

test:  ## do the set-up that is missing, check everything, run all tests
	@tools/setup test
	@$(MAKE) --no-print-directory check tests

check: lint types contracts templates migrations  ## everything that is checked without running the product

lint:  ## ruff: mistakes and style
	@tools/setup test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:  ## mypy: every type
	@tools/setup test
	$(PYTHON) -m mypy

contracts:  ## import-linter: which room may import which
	@tools/setup test
	.venv/bin/lint-imports

templates:  ## djade and djlint: the templates
	@tools/setup test
	find $(ROOMS) -path '*/templates/*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	$(PYTHON) -m djlint --quiet --lint $(ROOMS)

migrations:  ## no model without its migration
	@tools/setup test
	$(PYTHON) manage.py makemigrations --check --dry-run

tests:  ## pytest alone; ARGS="-k queue" chooses
	@tools/setup test
	$(PYTHON) -m pytest $(ARGS)

fuzz:  ## the fuzz tests with 10,000 new examples each (40 minutes); ARGS="-k clients" chooses
	@tools/setup test
	HYPOTHESIS_PROFILE=nightly $(PYTHON) -m pytest -m fuzz -o faulthandler_timeout=0 $(ARGS)

soak:  ## kill random parts of a whole site while 200 submissions pass, and count (10 minutes); ARGS="--database sqlite"
	@tools/setup test
	$(PYTHON) -m tests.end_to_end.faults soak $(ARGS)

surge:  ## hand in 1,000 submissions within a minute, and count (15 minutes); ARGS="--database sqlite"
	@tools/setup test
	$(PYTHON) -m tests.end_to_end.faults surge $(ARGS)

test-real:  ## install real servers (nginx, redis, ...), observe each; ARGS="-k nginx" chooses
	@tools/setup test
	@tools/real-servers
	$(PYTHON) -m pytest -m real tests/real $(ARGS)

# Everything is thirty times slower there, so pytest begins without what only other tests need.
LIGHT := --import-mode=importlib --confcutdir=tests/grader/sandbox -ra \
	-p no:django -p no:playwright -p no:base_url -p no:hypothesispytest -p no:cacheprovider

test-cgroup2:  ## run the sandbox's tests in a virtual machine with control groups of version 2; ARGS="-k delegat"
	@tools/setup test
	@tools/virtual-machine env SANDBOX_ALLOW_NO_CGROUP=1 $(PYTHON) -m pytest -o addopts="$(LIGHT)" \
		tests/grader/sandbox --durations=5 $(ARGS)

table-real:  ## observe the real servers and renew the tables about them
	@tools/setup test
	@tools/real-servers
	$(PYTHON) -m tests.real table

format:  ## lay out code and templates as the checks want them
	@tools/setup test
	$(PYTHON) -m ruff check --fix --select I .
	$(PYTHON) -m ruff format .
	find $(ROOMS) -path '*/templates/*.html' -exec .venv/bin/djade --target-version 5.2 {} +

bench:  ## measure every number that the README claims
	@tools/setup test
	$(PYTHON) -m benchmarks

flakes:  ## observe and grade each server 300 times on an overloaded machine (a day); FLAKES_REPEATS=3
	@tools/setup test
	FLAKES_REPEATS=$${FLAKES_REPEATS:-300} $(PYTHON) -m benchmarks zoo
	FLAKES_REPEATS=$${FLAKES_REPEATS:-100} $(PYTHON) -m benchmarks verdict-changes

lock:  ## pin every requirement, with hashes, from pyproject.toml
	@tools/setup test
	tools/lock

clean:  ## remove what the tools made; the site's data in var/ stays
	rm -rf .venv .venv-real .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/test-artefacts
