# Everything runs in .venv, made here on first use. A machine needs only make and Python 3.11 or later.
#   make run     check the bundled roster and publish the result (ROSTER=, AS_OF=, PUBLISHED= change what and where)
#   make test    all tests (PYTEST_ARGS= adds to pytest's arguments)
#   make help    the other targets
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

VENV = .venv
BIN = $(VENV)/bin
# The lock files name everything, so nothing is left to resolve: uv did that, with the overrides of pyproject.toml.
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq
EDITABLE = $(PIP) --no-deps --no-build-isolation --editable .

# The interpreter that makes .venv: PYTHON if given, else the first of these that runs and is new enough.
PYTHON =
CANDIDATES = $(PYTHON) python3.11 python3 python3.12 python3.13
NEW_ENOUGH = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))

EDITION = uk-civil-service-leadership
RELEASES = 2012-06-28 2012-10-31
ROSTER =
AS_OF =
PUBLISHED = published
PYTEST_ARGS =
JOBS = 2
LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock" --quiet

.PHONY: help run releases docs test coverage install install-dev lint format types check wheel lock upgrade clean

help:
	@echo "make run      check the bundled roster and publish the result under $(PUBLISHED)/"
	@echo "make test     run all tests"
	@echo "make coverage run all tests, and tell what of src/ they reach"
	@echo "make releases make what published/ holds"
	@echo "make docs     the documentation as a site, in build/docs"
	@echo "make lint     ruff: rules and formatting      make format   apply both"
	@echo "make types    mypy --strict"
	@echo "make check    lint, types, test: what to run before a commit"
	@echo "make wheel    build dist/*.whl"
	@echo "make lock     write the lock files again      make upgrade  with newer versions"
	@echo "make clean    remove .venv and everything else that these targets made, but published/"

run: $(VENV)/.installed
	$(BIN)/incumbent run $(ROSTER) $(if $(AS_OF),--as-of $(AS_OF)) --published $(PUBLISHED)

# What published/ holds: each release of the bundled edition, in order.
releases: $(VENV)/.installed
	for day in $(RELEASES); do \
	  $(BIN)/incumbent run $(EDITION) --as-of $$day --published $(PUBLISHED) || exit $$?; done

docs: $(VENV)/.installed-dev
	$(BIN)/mkdocs build --strict

test: $(VENV)/.installed-dev
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadfile $(PYTEST_ARGS)

# Lines and branches of src/ that the tests reach; fewer than nine tenths of either fail it.
COVERED = import json; t = json.load(open("build/coverage.json"))["totals"]; \
	print("branches covered: {covered_branches} of {num_branches}".format(**t)); \
	raise SystemExit(t["covered_branches"] < 0.9 * t["num_branches"])

coverage: $(VENV)/.installed-dev
	mkdir -p build
	$(MAKE) test PYTEST_ARGS="--cov --cov-report=term:skip-covered --cov-report=json:build/coverage.json --cov-fail-under=90 $(PYTEST_ARGS)"
	@$(BIN)/python -c '$(COVERED)'

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

check: lint types test

wheel: $(VENV)/.installed-dev
	$(BIN)/python -m build --wheel --no-isolation

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

# The second file is compiled under the first, so that what is tested is what runs.
lock: $(VENV)/.installed-dev
	$(LOCK) pyproject.toml --group build --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock

upgrade: $(VENV)/.installed-dev
	rm -f requirements.lock requirements-dev.lock
	$(MAKE) lock

# An environment that works is kept; one that was left half-made is made again.
$(VENV)/.made:
	@if $(BIN)/python -m pip --version >/dev/null 2>&1 && $(BIN)/python -c '$(NEW_ENOUGH)'; then touch $@; exit 0; fi; \
	chosen=; for python in $(CANDIDATES); do \
	  if "$$python" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then chosen=$$python; break; fi; done; \
	if [ -z "$$chosen" ]; then \
	  echo "make: no Python 3.11, 3.12 or 3.13 among: $(CANDIDATES)" >&2; \
	  echo "  install Python 3.11, or name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "make: $$chosen has no venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; fi; \
	echo "making $(VENV) with $$chosen"; rm -rf $(VENV) && "$$chosen" -m venv $(VENV) && touch $@

$(VENV)/.installed: $(VENV)/.made requirements.lock pyproject.toml
	@echo "installing what requirements.lock names (a few minutes the first time)"
	@$(PIP) --no-deps --require-hashes --requirement requirements.lock
	@$(EDITABLE)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "installing what requirements-dev.lock names"
	@$(PIP) --no-deps --require-hashes --requirement requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
