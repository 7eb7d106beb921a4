# The benchmarks and the tools are modules of their own. Lint and test whichever are there.
BENCH      := $(patsubst %/go.mod,%,$(wildcard bench/go.mod))
BENCH_TEST := $(if $(shell find $(BENCH) -name '*_test.go' 2>/dev/null),$(BENCH))
LINT       := bin/golangci-lint
LINT_PKG   := github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# The race detector needs cgo. Without a C compiler the tests run without it, except in CI. It leaves out SQLite itself, C
# translated to Go, in which it would spend half of the time of all tests.
COMPILER := $(shell command -v gcc || command -v cc || command -v clang)
ifneq ($(or $(COMPILER),$(filter true,$(CI))),)
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false
test cover: export CGO_ENABLED := 1
endif

# Each package's tests run in its own directory.
ifdef CHINOOK_JSON
export CHINOOK_JSON := $(abspath $(CHINOOK_JSON))
endif

.DEFAULT_GOAL := help
.PHONY: help quickstart test lint fmt vet bench cover check

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

quickstart: ## Run the first example
	@go run ./examples/quickstart

test: ## Run all tests, with the race detector
	@$(if $(RACE),:,echo "no C compiler found: running the tests without the race detector")
	@set -e; for dir in . $(BENCH_TEST); do (cd $$dir && go test $(RACE) -count=1 -timeout 14m ./...); done

lint: $(LINT) ## Run the linters
	@$(LINT) run ./...
	@$(if $(BENCH),cd $(BENCH) && ../$(LINT) run --config ../.golangci.yml ./...,:)

fmt: $(LINT) ## Format the code
	@$(LINT) fmt

vet: ## Run go vet
	@set -e; for dir in . $(BENCH); do (cd $$dir && go vet ./...); done

bench: ## Run the benchmarks
	@cd bench && go run .

cover: ## Show how much of each function the tests cover
	@$(if $(RACE),:,echo "no C compiler found: running the tests without the race detector")
	@go test $(RACE) -count=1 -timeout 14m -coverpkg=./... -coverprofile=coverage.out ./...
	@go tool cover -func=coverage.out

check: lint vet test ## Run all that must pass before a commit

$(LINT): tools/go.mod tools/go.sum
	@cd tools && go build -o ../$@ $(LINT_PKG)
	@touch $@
