# The benchmarks, the tools, the analyzer, an example that needs more than the library does, and the tests beside other plugins are
# modules of their own. All but the tools are checked along: those that are there.
MODULES  := . $(patsubst %/go.mod,%,$(wildcard bench/go.mod bench/*/go.mod softdeletevet/go.mod examples/*/go.mod tests/*/go.mod tests/*/*/go.mod))
TESTED   := $(foreach dir,$(MODULES),$(if $(shell find $(dir) -name '*_test.go' -print -quit),$(dir)))
PACKAGE  := github.com/gorm-softdelete/softdelete
PUBLIC   := $(PACKAGE) $(PACKAGE)/trashui $(PACKAGE)/trashcmd
APIDIFF  := go run golang.org/x/exp/cmd/apidiff@v0.0.0-20261113113407-e3970619a1a4
LINT     := bin/golangci-lint
LINT_PKG := github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# Runs a command beside one server of each database, which all packages share. It is built, not run by `go run`, which would pass
# on neither a SIGTERM nor the exit code.
SERVERS  := bin/withservers

# The race detector needs cgo. Without a C compiler the tests run without it, except in CI. It leaves out SQLite itself, C
# translated to Go, in which it would spend half of the time of all tests.
COMPILER := $(shell command -v gcc || command -v cc || command -v clang)
ifneq ($(or $(COMPILER),$(filter true,$(CI))),)
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false
test tests cover: export CGO_ENABLED := 1
endif

# Each package's tests run in its own directory.
ifdef CHINOOK_JSON
export CHINOOK_JSON := $(abspath $(CHINOOK_JSON))
endif

.DEFAULT_GOAL := help
.PHONY: help quickstart empty operator page service docs test tests test-tidb test-versions lint fmt vet build tidy api bench bench-peers cover check $(SERVERS) bin/versions

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

quickstart: ## Run the first example
	@go run ./examples/quickstart

empty: ## Run the example that empties a large trash
	@cd examples/empty && go run .

# It is built, not run by `go run`, which would pass on neither a Ctrl-C nor the exit code.
ARGS ?= help
operator: ## Run the command of a shop whose trash has a story: make operator ARGS="deletions"
	@go build -o bin/operator ./examples/operator
	@bin/operator $(ARGS)

page: ## Show the trash page of a music store
	@go build -o bin/trashpage ./examples/trashpage
	@bin/trashpage

docs: ## Run the blocks of the docs, and check links and sentences: make docs PAGE=deleting for one page
	@cd tests/docs && go test -count=1 -v . -args -page "$(PAGE)"

# It is built, not run by `go run`, which would not let it end by itself at a Ctrl-C.
service: ## Run the example of a REST service
	@go build -o bin/service ./examples/api
	@bin/service

test: $(SERVERS) ## Run all tests, with the race detector
	@$(if $(RACE),:,echo "no C compiler found: running the tests without the race detector")
	@$(SERVERS) -- $(MAKE) --no-print-directory tests

# The race detector would take too long over three databases: on MariaDB the tests run without it, after the others. So do those
# beside other plugins and other ORMs, all of which it would compile anew.
#
# All but those record what the library sends. The last one holds that against what distributed engines take, and
# prints the list.
BESIDE := $(filter bench/% tests/%,$(TESTED))
RECORD := $(CURDIR)/bin/statements
tests: export SOFTDELETE_TEST_STATEMENTS := $(RECORD)
tests:
	@rm -rf $(RECORD)
	@set -e; all=$${SOFTDELETE_TEST_DATABASES:-sqlite,postgres,mariadb}; \
	raced=$$(echo $$all | tr , '\n' | grep -vx mariadb | paste -sd, || true); \
	if [ -n "$$raced" ]; then \
		for dir in $(filter-out $(BESIDE),$(TESTED)); do (cd $$dir && SOFTDELETE_TEST_DATABASES=$$raced go test $(RACE) -count=1 -timeout 14m ./...); done; \
	fi; \
	case ,$$all, in *,mariadb,*) SOFTDELETE_TEST_DATABASES=mariadb go test -count=1 -timeout 14m ./...;; esac; \
	for dir in $(BESIDE); do (cd $$dir && SOFTDELETE_TEST_STATEMENTS= SOFTDELETE_TEST_DATABASES=$$all go test -count=1 -timeout 14m ./...); done; \
	SOFTDELETE_TEST_RECORDED=$(RECORD) go test -count=1 -v -run TestStatementsArePortable ./tests/portability

# What is not part of every run. Servers that the machine has not are kept in a cache outside of the repository; a database that
# SOFTDELETE_TEST_…_DSN names is used instead. VERSIONS="postgres-13 sqlite-cgo" narrows it, as does PACKAGES="./tests/restore";
# GORM=latest, or a version, tests with another GORM.
VERSIONS ?=
PACKAGES ?= ./...
GORM     ?=
test-tidb test-versions: export SOFTDELETE_TEST_INSTALL := $(or $(SOFTDELETE_TEST_INSTALL),cache)
test-tidb: $(SERVERS) bin/versions ## Run all tests on TiDB, which is built at the first time
	@bin/versions -servers $(SERVERS) -gorm "$(GORM)" -packages "$(PACKAGES)" tidb

test-versions: $(SERVERS) bin/versions ## Run all tests on every version that is promised
	@bin/versions -servers $(SERVERS) -gorm "$(GORM)" -packages "$(PACKAGES)" $(VERSIONS)

lint: $(LINT) ## Run the linters
	@set -e; for dir in $(MODULES); do (cd $$dir && $(CURDIR)/$(LINT) run --config $(CURDIR)/.golangci.yml ./...); done

fmt: $(LINT) ## Format the code
	@$(LINT) fmt

vet: ## Run go vet
	@set -e; for dir in $(MODULES); do (cd $$dir && go vet ./...); done

build: ## Build all programs
	@set -e; for dir in $(MODULES); do (cd $$dir && go build -o /dev/null ./...); done

bench: ## Run the benchmarks
	@cd bench && go run . -purge-rows 100000 -empty-rounds 3 -batch-trash 10000,100000,1000000 -list-items 100000 -live-rows 400000 -live-rounds 30 -growth-trash 10000,100000,1000000

bench-peers: ## Measure the library beside GORM's own, soft_delete, bun and ent
	@cd bench/peers && go run .

cover: $(SERVERS) ## Show how much of each function the tests cover
	@$(if $(RACE),:,echo "no C compiler found: running the tests without the race detector")
	@$(SERVERS) -- go test $(RACE) -count=1 -timeout 14m -coverpkg=./... -coverprofile=coverage.out ./...
	@go tool cover -func=coverage.out

tidy: ## Show what go mod tidy would change
	@set -e; for dir in $(MODULES); do (cd $$dir && go mod tidy -diff); done

# What of the public API is not as in the last release, or in BASE.
BASE ?= $(shell git describe --tags --abbrev=0 2>/dev/null)
api: ## Compare the public API with the last release
ifeq ($(BASE),)
	@echo "no release to compare the API with: make api BASE=commit"
else
	@rm -rf bin/base && git worktree prune && git worktree add -q --detach bin/base $(BASE)
	@set -e; cd bin/base; for package in $(PUBLIC); do $(APIDIFF) -w ../$${package##*/}.base.api $$package; done
	@git worktree remove --force bin/base
	@set -e; for package in $(PUBLIC); do \
		echo "$$package:"; $(APIDIFF) -w bin/$${package##*/}.now.api $$package; \
		$(APIDIFF) bin/$${package##*/}.base.api bin/$${package##*/}.now.api; \
	done
endif

check: lint vet build tidy api test ## Run all that must pass before a commit

$(SERVERS):
	@go build -o $@ ./internal/testdb/withservers

bin/versions:
	@go build -o $@ ./internal/testdb/versions

$(LINT): tools/go.mod tools/go.sum
	@cd tools && go build -o ../$@ $(LINT_PKG)
	@touch $@
