# Drydock: `make run` and `make test` on a bare machine; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PACKAGES := build-essential pkg-config curl docker.io debootstrap iptables
# Cargo is always asked for the whole workspace: then every command shares one set of features, and nothing is built twice.
# Selects the compiler that server and pages share, and the engine that answers.
COMPILER := eval "$$(setup/wasm.sh env)"
ENGINE := eval "$$(setup/engine.sh env)"

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-10s %s\n", $$1, $$2}'

run: build engine prepare ## Everything needed, then the app; prints its address
	@$(ENGINE); exec target/debug/drydock serve

test: ## Every test, as CI runs it
	@setup/test.sh

tools: ## Install what is missing (Debian and Ubuntu)
	@setup/tools.sh $(PACKAGES)
	@setup/wasm.sh prepare

engine: tools ## Find a Docker engine, or start one on a socket of the project's own
	@setup/engine.sh start

build: tools ## Build the pages and the server
	@$(COMPILER); cargo build --locked --workspace
	@$(COMPILER); target/debug/xtask web

prepare: build engine ## Make the sandbox image and its preloaded images
	@$(ENGINE); target/debug/drydock prepare

doctor: build engine ## Say what this host can do
	@$(ENGINE); target/debug/drydock doctor

lint: build ## Check all content
	@target/debug/drydock lint

dev: engine prepare ## Serve, and build and start again whenever a source changes
	@setup/packages.sh inotify-tools
	@$(COMPILER); $(ENGINE); setup/dev.sh

bench: build prepare ## Measure; prints ratios and writes target/bench/results.json
	@setup/packages.sh wrk || true
	@$(COMPILER); $(ENGINE); NGINX_PROGRAM=$$(setup/nginx.sh) target/debug/bench
	@PERFORMANCE=1 tests/browser/run.sh lighthouse.test.mjs opening.bench.mjs

relevance: build ## Ask the search 269 judged queries, and three others over the same content
	@tests/relevance/run.sh

soak: build prepare ## Learners for two hours; fails when anything grows without bound (MINUTES=…, LEARNERS=…, THINK=seconds)
	@$(COMPILER); $(ENGINE); target/debug/soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(LEARNERS),--learners $(LEARNERS)) $(if $(THINK),--think $(THINK))

stop: ## Stop the engine that was started here
	@setup/engine.sh stop

clean: ## Remove what was built
	@cargo clean

.PHONY: help run test tools engine build prepare doctor lint dev bench relevance soak stop clean
