# Everything a person runs. `make help` lists it.

PYTHON  ?= python3
WORKERS ?= 2
CLIP    ?=
BENCHES ?= cameras push reads takeover
SOAKS   ?= chaos cameras_soak fuzz_plates lanes recording_soak

export CLIP
VENV := .venv/bin/python
SETUP := $(PYTHON) ccoc/local/bootstrap.py requirements.txt

.DEFAULT_GOAL := help
.PHONY: help demo serve test check fix bench bench-cameras soak messages vendor train-plates eval-plates bench-plates lock clean \
        setup setup-dev setup-train

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup ## The whole centre with demo data and cameras; CLIP=path.mp4 plays a video of yours
	@exec $(VENV) -m ccoc.local demo $${CLIP:+--clip "$$CLIP"}

serve: setup ## The centre without demo data, on this machine's own servers
	@exec $(VENV) -m ccoc.local serve

test: setup-dev ## All tests, in parallel, with real servers; browser tests where a Chromium is found
	$(VENV) -m pytest -n $(WORKERS) --dist worksteal -m "not slow"
	@$(VENV) -m ccoc.local.node_tests

check: setup-dev ## Format, lint, types, layers, migrations, texts, API file, sizes
	@$(VENV) -m ccoc.local.checks

fix: setup-dev ## Format, mend what needs no thought, write the API file
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format .
	$(VENV) -m ccoc.local.checks write-api-file

bench: setup-dev ## Speed beside a peer in the same run; rows go to bench/latest/
	@failed=0; for name in $(BENCHES); do $(VENV) -m bench.$$name || failed=1; done; exit $$failed

bench-cameras: setup-dev ## Every goal of the cameras beside its peer: ingest, live view, recording, take-over
	@failed=0; for name in cameras live takeover recording; do $(VENV) -m bench.$$name || failed=1; done; exit $$failed

soak: setup-dev ## Long runs with faults: nothing may be lost
	@failed=0; for name in $(SOAKS); do $(VENV) -m bench.$$name || failed=1; done; exit $$failed
	$(VENV) -m pytest -m slow

messages: setup-dev ## Bring the Thai catalogues up to date with the sources and compile them
	$(VENV) -m ccoc.local.messages extract
	$(VENV) -m ccoc.local.messages compile

vendor: setup-dev ## Fetch the committed front-end files of others again (needs npm)
	$(VENV) -m ccoc.local vendor

train-plates: setup-train ## Train the plate detector and reader (data from PLATE_DATA)
	$(VENV) -m plates.recognition.training

eval-plates: setup-dev ## Read the development plates and print the accuracy
	$(VENV) -m plates.recognition.evaluate

bench-plates: setup-dev ## Plate readers side by side on the same crops (PLATE_DATA, PEER_PYTHON)
	$(VENV) -m bench.plates

lock: setup-dev ## Compile requirements*.in into pins with hashes
	.venv/bin/uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 requirements.in -o requirements.txt
	.venv/bin/uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	.venv/bin/uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 requirements-train.in -o requirements-train.txt

clean: ## Remove everything that was made here, the demo's data included
	rm -rf .venv var bench/latest .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name '*.mo' -delete
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@$(SETUP)

setup-dev:
	@$(SETUP) requirements-dev.txt

setup-train:
	@$(SETUP) requirements-dev.txt requirements-train.txt
