# Waymark. `make run` and `make test` set up what they need; nothing else has to be installed but Python 3.11 and make.
.DEFAULT_GOAL := help
.PHONY: run test lint format train evaluate vectors bench messages lock clean help
SHELL := /bin/sh

VENV := .venv
PYTHON := $(VENV)/bin/python
# Two threads of the embedding engine are slower than one and starve the other processes.
export OMP_NUM_THREADS := 1
export RASA_TELEMETRY_ENABLED := false
# Each test process starts its own PostgreSQL and loads its own model.
TEST_PROCESSES ?= 2

run: $(VENV)/.run ## set everything up and start Waymark, with the phone simulator at /try
	@exec $(PYTHON) -m bot run

test: $(VENV)/.test ## set up what tests need and run them all
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -c 'from pathlib import Path; from bot import model; model.ensure(Path("models"))'
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile

lint: $(VENV)/.test ## check style, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.test ## format the code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

train: $(VENV)/.run ## train the Rasa model for the present data
	$(PYTHON) -m bot train

evaluate: $(VENV)/.run ## print scores per language on questions kept apart from the examples (STOCK=1: stock Rasa beside them)
	$(PYTHON) -m tests.evaluation $(if $(STOCK),--stock)

vectors: $(VENV)/.run ## compute anew the vectors of shipped texts (after a change of data/nlu or data/content)
	$(PYTHON) -m bot.nlu.vectors

bench: $(VENV)/.test ## measure
	$(PYTHON) -m benchmarks

messages: $(VENV)/.test ## collect the texts of code, domain and console into locales/, keeping what is translated
	PYTHONPATH=. $(VENV)/bin/pybabel -q extract -F babel.cfg -k N_ -k translate:2 --no-location --sort-output --omit-header -o locales/messages.pot .
	PYTHONPATH=. $(VENV)/bin/pybabel -q extract -F babel-console.cfg -k N_ -k text -k refuse -k count:1,2 -k ngettext:1,2 \
	  --no-location --sort-output --omit-header -o locales/console.pot .
	@for locale in en fr es pt ar fa ps ur tr ru uk so am ti sw bn; do \
	  $(VENV)/bin/pybabel -q update -N --no-wrap -i locales/messages.pot -d locales -l $$locale --ignore-obsolete --init-missing || exit 1; \
	done
	@# Babel's CLDR has no Haitian Creole.
	@$(PYTHON) -c 'import polib; p = "locales/ht/LC_MESSAGES/messages.po"; o = polib.pofile(p, wrapwidth=0); \
	  o.merge(polib.pofile("locales/messages.pot")); [o.remove(e) for e in o.obsolete_entries()]; o.save(p)'
	@for locale in en fr es ar; do \
	  $(VENV)/bin/pybabel -q update -N --no-wrap -D console -i locales/console.pot -d locales -l $$locale --ignore-obsolete --init-missing || exit 1; \
	done

lock: $(VENV)/.test ## compile the lock files anew
	UV=$(VENV)/bin/uv requirements/compile

clean: ## remove the environment, trained models and caches (not var/, which holds the data)
	rm -rf $(VENV) models/*.tar.gz models/topics-*.npz models/places .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.run: requirements/lock.txt requirements/install
	requirements/install run

$(VENV)/.test: requirements/test-lock.txt requirements/install
	requirements/install test
