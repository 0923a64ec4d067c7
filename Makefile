# The verbs of this project; what they do is in scripts/. Go's usual place is looked at even where PATH lacks it.
export PATH := $(PATH):/usr/local/go/bin:/usr/sbin:/sbin
PREFIX ?= /usr/local
.DEFAULT_GOAL := help
.PHONY: help run build test lint bench chaos sabotage test-network test-mounts test-a11y install clean

help: ## say what there is
	@scripts/help $(MAKEFILE_LIST)

run: ## build livetail and start all of it, with a log that moves
	@scripts/build livetail
	@exec bin/livetail -config config.yaml -demo

build: ## build bin/livetail, bin/livetail-web and bin/livetail-worker
	@scripts/build livetail livetail-web livetail-worker

test: ## lint and test everything; brings along what that needs
	@scripts/test

test-a11y: ## axe-core looks at every page; fetched with npm into bin/
	@scripts/test-a11y

lint: ## gofmt, go vet, and whether it compiles on macOS
	@scripts/lint

bench: ## measure: append to received, bursts, memory, a page in a browser (ONLY=page)
	@scripts/bench

chaos: ## kill, freeze, flush and cut for CHAOS_MINUTES (15), with CHAOS_SEED, and count what was lost
	@scripts/chaos

test-network: ## drop packets between two network namespaces for 45 s; as root
	@scripts/test-network

test-mounts: ## logs on file systems that are mounted over, vanish, fill up, fail and hang; as root
	@scripts/test-mounts

sabotage: ## break one line after the other, and see whether the tests notice; takes an hour
	@scripts/sabotage

install: ## install what make build built, with units and users (PREFIX, DESTDIR)
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

clean: ## remove what was built
	@rm -rf bin
