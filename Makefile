# `make run` shows the whole product on real data; `make test` and `make check` are what a change must pass.
PYTHON ?= python3
export PYTHON
BIN := $(CURDIR)/.venv/bin

.PHONY: help run data test soak fuzz check format bench wheel clean

help:
	@echo "make run     set up, fetch the flights of 2013, check, deploy and run examples/etl.flow"
	@echo "make test    set up and run the tests (make soak: the long ones)"
	@echo "make fuzz    look for texts that break the compiler, ten minutes"
	@echo "make check   format, lint, types, direction of imports"
	@echo "make format  write the format that check asks for"
	@echo "make bench   measure, beside floors taken in the same minute"
	@echo "make wheel   build dist/*.whl"
	@echo "make clean   remove what was made, the environment included"

run: data
	cd examples && "$(BIN)/flowc" check etl.flow
	cd examples && "$(BIN)/flowc" deploy etl.flow
	cd examples && "$(BIN)/flower" run etl
	@echo "The report: examples/out/delays.html"

data:
	@.ci/environment
	@"$(BIN)/python" examples/fetch_data.py

test:
	@.ci/environment test
	"$(BIN)/python" -m pytest -n auto -m "not soak"

soak:
	@.ci/environment test
	"$(BIN)/python" -m pytest -m soak

fuzz:
	@.ci/environment test
	"$(BIN)/python" -m pip install --quiet -e ".[fuzz]"
	"$(BIN)/python" -m tests.fuzz

check:
	@.ci/environment dev
	"$(BIN)/python" -m ruff format --check .
	"$(BIN)/python" -m ruff check .
	"$(BIN)/python" -m mypy
	"$(BIN)/lint-imports" --no-cache
	"$(BIN)/flowc" fmt --check examples

format:
	@.ci/environment dev
	"$(BIN)/python" -m ruff format .
	"$(BIN)/python" -m ruff check --fix .
	"$(BIN)/flowc" fmt examples

bench:
	@.ci/environment
	"$(BIN)/python" -m benchmarks

wheel:
	@.ci/environment
	rm -rf dist
	"$(BIN)/python" -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf examples/.flower examples/out examples/warehouse.db*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
