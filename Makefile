# Vestnik. `make help` lists what can be made.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test check check-full lint format bench clean

# Compilers at once; one needs up to 1.5 GB of memory.
JOBS ?= $(shell nproc)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
# More arguments: for `vestnik serve` (make run), tests/run (make test) or bench/run (make bench).
ARGS ?=

help: ## This list
	@echo 'make <target> [JOBS=<compilers at once, $(JOBS)>] [ARGS="<arguments of the program started>"]'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: build ## Install what is missing, build, start on http://localhost:5000 with the data in ./data
	@exec build/vestnik serve $(ARGS)

build: ## Build the release binary build/vestnik, pages included
	@scripts/setup run
	@scripts/build release vestnik

test: ## Build and run the tests; ARGS="unit e2e" runs a part, ARGS="help" lists the parts
	@scripts/setup run test
	@tests/run $(ARGS)

check: ## What must hold before a change lands, as CI does it: lint, the tests, threads
	@scripts/setup lint
	@$(MAKE) --no-print-directory test ARGS=check

check-full: ## Everything, for hours: also sanitized servers, long random runs, bare machines
	@scripts/setup lint bench full
	@$(MAKE) --no-print-directory test ARGS=full

lint: ## Check format, clang-tidy, pages, file sizes, include arrows and links
	@scripts/setup run lint
	@scripts/lint

format: ## Format the C++ and the pages
	@scripts/setup run lint
	@scripts/format

bench: ## Measure throughput, latency and memory beside the raw limits of this machine
	@scripts/setup run bench
	@cmake --preset release -DVESTNIK_BENCH=ON
	@scripts/build release vestnik vestnik-load
	@bench/run $(ARGS)

clean: ## Remove what was built; ./data stays
	rm -rf build web/node_modules web/dist
