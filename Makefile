# Everything sets itself up: a fresh machine needs Python 3.11 or later, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test test-deep check format wheel-check sarif-check bench forge-check emulate-check simulate docs clean

help:
	@echo "make demo         the whole road on real code, with a summary"
	@echo "make test         the tests"
	@echo "make test-deep    the property-based tests, with twenty times as many examples"
	@echo "make check        lint, types, imports"
	@echo "make wheel-check  the wheel, installed and run from an empty folder"
	@echo "make sarif-check  the SARIF output against the official validator"
	@echo "make bench        debtd and its peers side by side on real code: an hour, and a table"
	@echo "make forge-check  every forge, case by case and fault by fault: expected and seen"
	@echo "make simulate     two months of 200 repositories and their people, with every promise checked after each pass"
	@echo "make emulate-check  the GitHub adapter against an independent server from npm"

$(VENV)/python:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: pyproject.toml | $(VENV)/python
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/python
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/run

demo: $(VENV)/run
	@deploy/demo.sh $(BIN)

test: $(VENV)/dev
	$(BIN)/pytest -n 2 --dist loadgroup

test-deep: $(VENV)/dev
	DEBTD_TEST_DEPTH=20 $(BIN)/pytest -n 2 --timeout 3600 $$(grep -lr --include='test_*.py' DEBTD_TEST_DEPTH tests)

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel-check: $(VENV)/dev
	.ci/wheel-check $(BIN)

sarif-check: $(VENV)/dev
	.ci/sarif-check $(BIN)

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks

forge-check: $(VENV)/dev
	$(BIN)/python -m tests.support.forges.check
	$(BIN)/python -m tests.support.manners

simulate: $(VENV)/dev
	$(BIN)/python -m tests.simulation

emulate-check: $(VENV)/dev
	.ci/emulate-check $(BIN)

docs: $(VENV)/dev
	$(BIN)/python -c "from pathlib import Path; from debtd.rulekit.docs import render_rules_page as page; \
	from debtd.rulekit.loader import load_rules; Path('docs/rules.md').write_text(page(load_rules([Path('rules')])))"

clean:
	rm -rf $(VENV) .demo dist
