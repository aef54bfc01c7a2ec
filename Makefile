# Drydock: `make run` and `make test` on a bare machine; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PACKAGES := build-essential pkg-config curl docker.io debootstrap iptables

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-10s %s\n", $$1, $$2}'

tools: ## Install what is missing (Debian and Ubuntu)
	@command -v cargo >/dev/null || { echo "tools: cargo is missing; install Rust 1.94 or later with rustup"; exit 1; }
	@setup/packages.sh $(PACKAGES)

engine: tools ## Find a Docker engine, or start one on a socket of the project's own
	@setup/engine.sh start

prepare: engine ## Make the sandbox image and its preloaded images
	@eval "$$(setup/engine.sh env)"; cargo run --quiet -p server -- prepare

lint: ## Check all content
	@cargo run --quiet -p server -- lint

doctor: engine ## Say what this host can do
	@eval "$$(setup/engine.sh env)"; cargo run --quiet -p server -- doctor

test: ## Every test, as CI runs it
	@setup/test.sh

stop: ## Stop the engine that was started here
	@setup/engine.sh stop

clean: ## Remove what was built
	@cargo clean

.PHONY: help tools engine prepare lint doctor test stop clean
