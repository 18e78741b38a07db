# Vestnik. `make help` lists what can be made.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test lint format sanitize bench clean

# Cached objects stay valid when the checkout moves.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

# Compilers at once; one needs up to 1.5 GB of memory.
JOBS ?= $(shell nproc)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
# More arguments: for `vestnik serve` (make run), tests/run (make test) or bench/run (make bench).
ARGS ?=

help: ## This list
	@echo 'make <target> [JOBS=<compilers at once, $(JOBS)>] [ARGS="<arguments of the program started>"]'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: build ## Install what is missing, build, start on http://localhost:5000 with the data in ./data
	@exec build/vestnik serve $(ARGS)

build: ## Build the release binary build/vestnik, pages included
	@scripts/setup run
	@scripts/build release vestnik

test: ## Build and run all tests; ARGS="unit e2e" runs a part (unit conformance e2e fault web clients browser fuzz)
	@scripts/setup run test
	@tests/run $(ARGS)

lint: ## Check format, clang-tidy, pages, file sizes, include arrows and links
	@scripts/setup run lint
	@scripts/lint

format: ## Format the C++ and the pages
	@scripts/setup run lint
	@scripts/format

sanitize: ## Run the tests under address, undefined-behaviour and thread sanitizers
	@scripts/setup run test
	@tests/run asan tsan

bench: ## Measure throughput, latency and memory beside the raw limits of this machine
	@scripts/setup run bench
	@cmake --preset release -DVESTNIK_BENCH=ON
	@scripts/build release vestnik vestnik-load
	@bench/run $(ARGS)

clean: ## Remove what was built; ./data stays
	rm -rf build web/node_modules web/dist
