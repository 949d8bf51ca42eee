# Two commands to know: `make run` opens the app, `make test` proves it. Both set up what they need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# So many tests run at the same time.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
APT := $(shell [ "$$(id -u)" = 0 ] && command -v apt-get 2>/dev/null)
# Which of the given Debian packages to install, or a sentence naming them where we may not.
define debian
	@command -v dpkg >/dev/null 2>&1 || exit 0; missing=""; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ -n "$(APT)" ]; then echo "Installing$$missing"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } \
	    >/dev/null 2>&1 || echo "Could not install$$missing: $(2)"; \
	else echo "Not installed:$$missing ($(2)). To add: sudo apt-get install$$missing"; fi
endef

.PHONY: run test test-fast fuzz weights pictures demo training lint bench starter clean sound compiler

# The everyday models are fetched first where they are not here; `TERTULIA_MODELS=starter make run` does without them.
run: sound $(VENV)/.run
	@[ "$${TERTULIA_MODELS:-everyday}" = starter ] || $(BIN)/tertulia models pull everyday \
	  || echo "Tertulia opens with what is here. To try again: E on its Models screen, or $(BIN)/tertulia models pull everyday"
	@$(BIN)/tertulia

test: sound $(VENV)/.dev
	$(call debian,pulseaudio pulseaudio-utils libasound2-plugins,without them the sound card tests are skipped)
	$(call debian,wspanish fortunes-es,without them the tests of the starter recipes fail)
	$(call debian,asterisk-core-sounds-es asterisk-core-sounds-es-g722,without them the tests on speech of a person are skipped)
	$(PYTEST)

# Without what takes long (tests/slow.txt), in a minute and a half; for between two commits.
test-fast: $(VENV)/.dev
	$(PYTEST) -m "not slow"

# The property tests only, with twenty times as many examples, and others each time.
fuzz: $(VENV)/.dev
	$(PYTEST) -m hypothesis --hypothesis-profile=fuzz --timeout=7200

# The everyday models where the tests of them look for them; without, those are skipped.
weights: $(VENV)/.dev
	@$(BIN)/tertulia models pull everyday --into build/weights

# Draws the screens anew, for the README and for the tests that compare them.
pictures: $(VENV)/.dev
	$(PYTEST) tests/tui/test_pictures.py tests/tui/test_people.py --refresh-pictures

demo: $(VENV)/.train
	@$(BIN)/tertulia demo

# What training needs and the app does without: PyTorch and its friends.
training: $(VENV)/.train

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.import_circles

bench: $(VENV)/.run
	@$(BIN)/tertulia bench start
	@$(BIN)/tertulia bench recogniser
	@$(BIN)/tertulia bench desk --segments 100000
	@$(BIN)/tertulia bench import
	@if $(BIN)/python -c "import torch" 2>/dev/null; then $(BIN)/tertulia bench train && $(BIN)/tertulia bench train --geometry base; fi

# Rebuilds the starter models from nothing; about four hours on two cores.
starter: $(VENV)/.dev
	$(call debian,wspanish fortunes-es,the recogniser's text is made from them)
	$(BIN)/python -m trainer.starter

clean:
	rm -rf $(VENV) build dist *.egg-info

sound:
	$(call debian,libportaudio2,the app then works by typing and by audio files)

# llama-cpp-python comes as source, so a first installation compiles for a few minutes.
compiler:
	@command -v c++ >/dev/null 2>&1 || { [ -n "$(APT)" ] && apt-get update -qq && apt-get install -y -qq g++ >/dev/null; } \
	  || { echo "A C++ compiler is needed once: sudo apt-get install g++"; exit 1; }

$(VENV)/.run: pyproject.toml constraints.txt | compiler
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing Tertulia into $(VENV) (the first time takes some minutes)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.train: pyproject.toml constraints.txt | compiler
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing Tertulia with what training needs into $(VENV) (the first time takes some minutes)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[train]"
	@touch $@ $(VENV)/.run

$(VENV)/.dev: pyproject.toml constraints.txt | compiler
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing Tertulia with its training and test tools into $(VENV) (the first time takes some minutes)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[train,dev]"
	@touch $@ $(VENV)/.run $(VENV)/.train
