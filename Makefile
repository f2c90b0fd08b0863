# What a laptop runs and what CI runs are the same targets.
# `make` alone lists them.

# --- what a caller may set --------------------------------------------------

PKG       ?= ./...
TESTFLAGS ?=
FUZZTIME  ?= 10s
BENCH     ?= .
ARGS      ?=
CHAOS     ?=

# --- tools, pinned ----------------------------------------------------------
# Each version has a folder of its own: raising a number here builds the new
# tool on next use, and going back to an older commit finds the older one.

GOLANGCI_VERSION := v2.15.0
OAPI_VERSION     := v2.8.2

BIN      := .bin
GOLANGCI := $(BIN)/golangci-lint@$(GOLANGCI_VERSION)/golangci-lint
OAPI     := $(BIN)/oapi-codegen@$(OAPI_VERSION)/oapi-codegen

# --- surroundings -----------------------------------------------------------

SHELL         := /bin/bash
.SHELLFLAGS   := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS     += --no-builtin-rules --no-print-directory

# Go stamps binaries with git's state and fails where git refuses to answer: in
# a checkout that belongs to another user, as root often meets one. Nothing that
# is built here is released, so nothing here needs the stamp.
GOFLAGS := $(filter-out -buildvcs%,$(shell go env GOFLAGS)) -buildvcs=false
export GOFLAGS

# One throwaway Postgres for the whole run, however many packages there are.
WITHPG := go run ./adapters/postgres/pgtest/withpg --

# --- targets ----------------------------------------------------------------

.PHONY: help run cluster chaos test race fuzz bench microbench lint fmt generate verify clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

# Built and then exec'd, not `go run`: go run passes no TERM on, so stopping make
# would leave the service behind.
run: ## start the whole service on this machine (ARGS='--help' for its flags)
	@go build -o $(BIN)/florin ./cmd/florin
	@exec $(BIN)/florin dev $(ARGS)

cluster: ## start Postgres with a standby, three NATS, Redis, five instances and nginx on this machine (ARGS='--help')
	@go build -o $(BIN)/cluster ./cmd/cluster
	@exec $(BIN)/cluster $(ARGS)

chaos: ## break that cluster under load, and hold its answers against the books (CHAOS=short, ARGS='--list')
	@go build -o $(BIN)/chaos ./cmd/chaos
	@exec $(BIN)/chaos $(if $(filter short,$(CHAOS)),--short) $(ARGS)

test: ## run every test against a real Postgres (PKG=./wallet/... TESTFLAGS='-run Hold -v')
	$(WITHPG) go test -timeout 10m $(TESTFLAGS) $(PKG)

# Without cmd/cluster, unless it is asked for by name: what runs there are programs of their own, which the detector
# would not see, and a second start of all of them shows nothing that the first did not. Likewise without the bench that
# starts its service: what it measures is measured beside it, in this process, by TestBenchAgainstAService.
race: ## the same under the race detector, several times slower
	$(WITHPG) go test -race -timeout 20m $(TESTFLAGS) $(if $(filter ./...,$(PKG)),-skip '^TestBenchStartsAndRemovesAService' $$(go list ./... | grep -v '/cmd/cluster$$'),$(PKG))

# Found by grep rather than by `go test -list`, which would build every package.
# None found means that the search is broken: that must not pass for fuzzed.
fuzz: ## run every fuzz target for FUZZTIME each (FUZZTIME=5m)
	@targets=$$(grep -rE --include='*_test.go' --exclude-dir='.?*' -o '^func Fuzz[A-Z0-9_][A-Za-z0-9_]*' . | sort || true); \
	if [ -z "$$targets" ]; then echo 'fuzz: no target found' >&2; exit 1; fi; \
	while IFS=: read -r file func; do \
		name=$${func#func }; \
		echo "== $$name in $$(dirname "$$file"), $(FUZZTIME)"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
	done <<<"$$targets"

# Built and then exec'd for the reason that run has: Ctrl-C has to reach it.
bench: ## measure the whole service with a Postgres of its own (ARGS='--figures', ARGS='--help')
	@go build -o $(BIN)/florin ./cmd/florin
	@exec $(BIN)/florin bench --start $(ARGS)

microbench: ## run the Go benchmarks (BENCH=Writer PKG=./ledger/journal)
	$(WITHPG) go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 30m $(TESTFLAGS) $(PKG)

lint: $(GOLANGCI) ## check style, errors and the direction of imports
	$(GOLANGCI) run $(PKG)

fmt: $(GOLANGCI) ## format the Go sources and sort their imports
	$(GOLANGCI) fmt

generate: $(OAPI) ## write all generated files anew
	PATH="$(CURDIR)/$(dir $(OAPI)):$$PATH" go generate $(PKG)

# The whole tree, new files included, is hashed before and after, with an index and
# an object folder of its own: this works beside uncommitted work, leaves nothing in
# the repository, and works where git would first want to be told that another
# user's checkout is safe.
verify: ## regenerate, and fail if that changed a file
	@tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; mkdir "$$tmp/objects"; \
	index=$$(git -c safe.directory='*' rev-parse --git-path index); \
	objects=$$(git -c safe.directory='*' rev-parse --path-format=absolute --git-path objects); \
	git() { \
		GIT_OBJECT_DIRECTORY=$$tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES=$$objects GIT_INDEX_FILE=$$tmp/index \
			command git --no-pager -c safe.directory='*' "$$@"; \
	}; \
	tree() { cp "$$index" "$$tmp/index" && git add -A && git write-tree; }; \
	before=$$(tree); \
	$(MAKE) generate; \
	after=$$(tree); \
	if ! git diff --exit-code --stat "$$before" "$$after"; then \
		echo 'verify: generated files were stale; they are written anew now: review and commit them' >&2; exit 1; \
	fi; \
	echo 'verify: generated files are up to date'

clean: ## remove what was built (the tools in .bin and the data in .florin stay)
	rm -f florin $(BIN)/florin $(BIN)/cluster $(BIN)/chaos
	find . -name '.*' -not -name . -prune -o -type f \( -name '*.test' -o -name '*.prof' \) -exec rm -f {} +

# --- tools, built on first use ----------------------------------------------
# GOFLAGS is replaced, not inherited: -mod=vendor and the like are about this
# module and make installing another one fail.

$(GOLANGCI):
	@echo 'building golangci-lint $(GOLANGCI_VERSION): takes some minutes, once'
	@GOBIN="$(CURDIR)/$(@D)" GOFLAGS=-buildvcs=false CGO_ENABLED=0 go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

$(OAPI):
	@GOBIN="$(CURDIR)/$(@D)" GOFLAGS=-buildvcs=false CGO_ENABLED=0 go install github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@$(OAPI_VERSION)
