# The verbs of the project; `make help` lists them. A fresh machine needs Python 3.11, make and a C++ compiler.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
TEST_STAMP := .venv/.installed-for-tests
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
EXTRAS := dev s3 train trafilatura torch datasets ray datatrove transformers webdataset

.DEFAULT_GOAL := help

$(STAMP): pyproject.toml requirements.lock
	@# kenlm and fasttext are built from source.
	@command -v c++ >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install -y g++; } \
		|| { echo "A C++ compiler is needed (Debian: apt-get install g++)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet -r requirements.lock
	$(PIP) install --quiet --no-deps -e .
	touch $@

# torch comes as pip finds it: on Linux with gigabytes of CUDA packages, unless pip is told of PyTorch's own CPU wheels.
$(TEST_STAMP): $(STAMP) requirements-test.lock
	$(PIP) install --quiet -r requirements-test.lock
	touch $@

install: $(STAMP)  ## set up .venv for the main job, from requirements.lock

run: $(STAMP)  ## the main job on the shipped fixtures, with the embedded models; prints where the report is
	@# Two fixture shards are damaged on purpose: status 1 says that part of the input was lost.
	$(BIN)/provenance run fixtures/shards --out out/fixtures --fresh || test $$? -eq 1

test: $(TEST_STAMP) tools  ## the one check: format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

fix: $(TEST_STAMP)  ## format and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TEST_STAMP)  ## speed and memory of every stage, side by side with others, in one run
	benchmarks/run.sh

fuzz: $(STAMP)  ## look for inputs that break the reader of archives, for SECONDS (60); new ones go to out/fuzz
	$(BIN)/python -c "import atheris" 2>/dev/null || $(PIP) install --quiet -e '.[fuzz]'
	mkdir -p out/fuzz
	PYTHONPATH=. $(BIN)/python tests/archive/fuzz/fuzz_reader.py out/fuzz tests/archive/fuzz/corpus \
		-max_total_time=$(or $(SECONDS),60) -artifact_prefix=out/fuzz-

tools: $(STAMP)  ## what the tests use besides Python: lmplz, headless Chromium (skipped where they cannot be had)
	tests/tools.sh

lmplz: $(STAMP)  ## KenLM's lmplz and build_binary, built from the sources in its own source package
	pipelines/build_lmplz.sh

fixtures: $(STAMP)  ## make fixtures/shards and fixtures/markup anew
	$(BIN)/python fixtures/make_fixtures.py
	$(BIN)/python fixtures/markup_pages.py

lock: $(TEST_STAMP)  ## renew the lock files from pyproject.toml and deploy/requirements.in, where pip knows PyTorch's own CPU wheels
	$(COMPILE) -o requirements.lock pyproject.toml
	$(COMPILE) -c requirements.lock $(EXTRAS:%=--extra %) -o requirements-test.lock pyproject.toml
	sed -i 's/^\(torch==[^+]*\)+cpu$$/\1/' requirements-test.lock
	$(COMPILE) -c requirements.lock -c requirements-test.lock -o deploy/requirements.lock deploy/requirements.in
	@! grep -n '^nvidia\|^cuda\|^triton' requirements-test.lock || { echo "CUDA packages do not belong into the lock"; exit 1; }

clean:  ## remove what was made, except .venv
	rm -rf out build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis benchmarks/.work

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

.PHONY: install run test fix bench fuzz tools lmplz fixtures lock clean help
