# A thin front: every target is a line or two of CMake. `make help` lists them.

SHELL := bash
.DEFAULT_GOAL := help
FUZZ_SECONDS ?= 60
# Another clone's objects serve this one.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
tocsin := build/release/bin/tocsin
pack := rules/search-funnel

.PHONY: help packages build demo test fuzz bench format

help: ## Show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

packages: ## Install the Debian packages that are missing
	@cmake/install.sh

build: packages ## Build build/release/bin/tocsin
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release --target tocsin

demo: build ## Run a rule over a recorded evening of searches and clicks
	@echo "The rule: $(pack)/search-without-click.yaml"
	@grep -vE '^ *#' $(pack)/search-without-click.yaml
	@echo; echo "Its alerts over $(pack)/recordings/evening.ndjson:"
	@$(tocsin) run --rules $(pack)/search-without-click.yaml --input $(pack)/recordings/evening.ndjson --disorder 5s

test: packages ## Build and run all tests, optimised and with sanitizers
	@tests/run_tests.sh

fuzz: packages ## Fuzz each target for FUZZ_SECONDS=60 (needs clang)
	@tests/fuzz/run_fuzz.sh $(FUZZ_SECONDS)

bench: packages ## Build the benchmarks under build/release/bin
	@cmake --preset release && cmake --build --preset release --target benchmarks tocsin

format: ## Format all sources with clang-format
	@git ls-files '*.h' '*.cc' | xargs clang-format -i
