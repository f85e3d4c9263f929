# Each target works from a bare clone: Python 3.11 or newer, make and a package index are enough (uv is used if present).
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
N := 2

.DEFAULT_GOAL := help
.PHONY: help demo pictures test lint format nightly bench docs founding schema lock wheel clean distclean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

# the stamp lies inside the environment, so it goes when the environment goes
$(READY): pyproject.toml requirements.lock .ci/environment
	@sh .ci/environment $(VENV)
	@touch $@

demo: $(READY) ## plots and a table from the COHERENT CsI 2017 data, into demo/
	$(BIN)/nuprobe demo -o demo --overwrite

pictures: demo ## the pictures of README.md anew, from those of the demo
	$(BIN)/python -m tools.pictures demo docs/pictures

# lint runs beside the tests: the type checker, which takes longest, is one process. It reports when they are through.
# bytecode is kept, wherever the environment forbids it: else each worker and each process that a test starts compiles all anew
test: $(READY) ## everything a change must pass: lint, types, floors, tests
	@said=$$(mktemp) && trap 'rm -f "$$said"' EXIT && trap 'exit 130' INT TERM; \
	$(MAKE) --no-print-directory --keep-going lint >"$$said" 2>&1 & lint=$$!; status=0; \
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(N) --dist worksteal || status=1; \
	if wait $$lint; then echo "lint: style, formatting, types and floors are as they must be"; \
	else status=1; cat "$$said"; echo "lint: failed, see above"; fi; \
	exit $$status

.PHONY: ruff ruff-format types floors
lint: ruff ruff-format types floors ## style, formatting, types and the import contract
ruff: $(READY)
	$(BIN)/ruff check .
ruff-format: $(READY)
	$(BIN)/ruff format --check .
types: $(READY)
	$(BIN)/mypy
floors: $(READY)
	$(BIN)/lint-imports --no-cache

format: $(READY) ## let ruff mend style and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

nightly: $(READY) ## the slow checks too, and the oldest and newest dependencies
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(N) --dist worksteal -m ''
	$(BIN)/nox -s tests_oldest tests_newest

bench: $(READY) ## speed, with the accuracy printed beside it
	$(BIN)/python -m pytest benchmarks -s

docs: $(READY) ## the documentation, warnings are errors; runs the gallery and the examples in the text
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	$(BIN)/python -m pytest -q tests/test_docs.py README.md docs/guide
	@echo "open docs/_build/html/index.html"

founding: $(READY) ## run every item of the founding documents, write docs/founding.md
	$(BIN)/python -m tools.founding --record

schema: $(READY) ## write the JSON Schemas in docs/ from the code
	$(BIN)/nuprobe schema > docs/experiment.schema.json
	$(BIN)/nuprobe schema trident > docs/trident.schema.json
	$(BIN)/nuprobe schema early-universe > docs/early-universe.schema.json
	$(BIN)/nuprobe schema red-giants > docs/red-giants.schema.json
	$(BIN)/nuprobe schema oscillation > docs/oscillation.schema.json
	$(BIN)/nuprobe schema reactor-rates > docs/reactor-rates.schema.json
	$(BIN)/nuprobe schema catalogue > docs/catalogue.schema.json
	$(BIN)/nuprobe schema likelihood > docs/likelihood.schema.json

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra cluster --extra sampling --extra events --extra explore --group dev --no-annotate --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

wheel: $(READY) ## build the wheel into dist/
	$(BIN)/hatchling build -t wheel

clean: ## remove what was made, keep the environment
	rm -rf demo dist docs/_build docs/auto_examples docs/sg_execution_times.rst .pytest_cache .mypy_cache .ruff_cache \
	    .hypothesis .benchmarks .import_linter_cache
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove the environment too
	rm -rf $(VENV) .nox
