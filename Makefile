# Two commands matter: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# Three test processes on two cores: they wait as much as they work. One that is idle takes over from the longest list.
PYTEST := $(BIN)/pytest -n 3 --dist worksteal
# Tests start many processes; without bytecode each of them compiles the code again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-sqlite test-postgres test-browser lint bench clean

run: .venv/.runtime
	$(BIN)/streamlit run app.py

test: lint test-sqlite test-postgres test-browser

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test-sqlite: .venv/.dev
	$(PYTEST) -m "not browser"

test-postgres: .venv/.dev
	$(BIN)/python -m tests.servers.postgres $(PYTEST) -m "not browser"

test-browser: .venv/.dev
	$(PYTEST) -m browser

bench: .venv/.dev
	$(BIN)/python -m bench

.venv/.made:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || (echo "Whetstone needs Python 3.11 or newer; set PYTHON=python3.x" && exit 1)
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || (echo "Python's venv is missing. Install Debian's package: apt-get install python3-venv" && exit 1)
	$(PYTHON) -m venv .venv
	touch $@

.venv/.runtime: .venv/.made requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/.dev: .venv/.made requirements.txt requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv artefacts
