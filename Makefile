# Every target sets up what it needs by itself; the second run of anything rebuilds nothing.
# Variables: FUZZ_SECONDS=60 (each fuzzer), JOBS (compilers at once), SUITES="cpp python" (of test),
# BENCH="--quick --write" (of bench-gateway and bench-registry).
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
FUZZ_SECONDS ?= 60
SUITES ?=
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
CPP_FILES = $(shell git ls-files -co --exclude-standard '*.h' '*.cc' '*.inc')

.PHONY: help setup build demo test test-real bench bench-gateway bench-registry bench-peers fuzz asan tsan mutation format lint coverage clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## install what building and testing needs
	@tools/setup.sh build dev servers

build:  ## the library, the C++ tests, the Python wheel (in .venv) and the Node addon
	@tools/setup.sh build
	@tools/build.sh all

demo:  ## build, then show signed calls and attacks, a gateway in front of real tool servers, attested agents, and a registry
	@tools/setup.sh build demo
	@tools/build.sh demo
	@.venv/bin/python examples/demo/demo.py
	@.venv/bin/python examples/demo/smcp.py
	@.venv/bin/python examples/demo/attestation.py
	@.venv/bin/callgate registry demo

test:  ## everything: C++, Python, Node, types, vectors, properties, packages, docs
	@tools/setup.sh build dev servers
	@tools/build.sh all
	@.venv/bin/python tools/run_tests.py $(SUITES)

test-real:  ## trust backends against Kubernetes, SPIRE and Vault themselves, built once in half an hour
	@tools/setup.sh build dev servers
	@tools/build.sh all
	@tools/real/build.sh
	@.venv/bin/python -m pytest -q tests/real

bench:  ## performance tables
	@tools/setup.sh build valgrind
	@tools/build.sh all
	@tools/bench.sh

bench-gateway:  ## signed calls through the gateway beside the same web stack without one
	@tools/setup.sh build servers
	@tools/build.sh demo
	@.venv/bin/python tools/bench_gateway.py $(BENCH)

bench-registry:  ## heartbeats and revocations of a registry with 10,000 agents
	@tools/setup.sh build servers
	@tools/build.sh demo
	@cmake --build build/bindings --target callgate_trust_time
	@.venv/bin/python tools/bench_registry.py $(BENCH)

bench-peers:  ## the same work on other engines and libraries
	@tools/setup.sh build peers
	@tools/build.sh all
	@tools/bench.sh peers

fuzz:  ## each fuzzer for FUZZ_SECONDS, with ASan and UBSan
	@tools/setup.sh build clang
	@tools/fuzz.sh $(FUZZ_SECONDS)

asan:  ## C++ and Python tests with AddressSanitizer and UBSan
	@tools/setup.sh build dev clang
	@cmake --workflow --preset asan
	@tools/asan_python.sh

tsan:  ## tests of threads with ThreadSanitizer
	@tools/setup.sh build clang
	@cmake --workflow --preset tsan

mutation:  ## switch off every check of policy and gate in turn: some test must fail
	@tools/setup.sh build
	@.venv/bin/python tests/mutation/mutate.py

format:  ## rewrite C++ and Python in the project's style
	@tools/setup.sh build dev clang
	@clang-format-16 -i $(CPP_FILES)
	@ruff format -q . && ruff check -q --fix .

lint:  ## formatting, clang-tidy, ruff, mypy, tsc, one version everywhere
	@tools/setup.sh build dev clang
	@tools/build.sh all
	@tools/lint.sh

coverage:  ## line coverage of core/
	@tools/setup.sh build dev
	@cmake --workflow --preset coverage
	@gcovr --root . --filter core/ --filter include/ --gcov-ignore-parse-errors build/coverage

clean:  ## remove what was built (not .venv and node_modules)
	rm -rf build bindings/node/dist bindings/node/prebuilds .cache *.tgz
