package main

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// result is what came of one version.
type result struct {
	name    string
	when    time.Time
	version string // As the server says it.
	driver  string // Of SQLite, with its version.
	gorm    string // GORM's module and version.
	lacks   error  // Why it was not run.

	passed   int
	failures []string
	skipped  map[string]int  // By the reason.
	parents  map[string]bool // The tests that have others in them.
	failed   map[string]bool // Those in which something has failed.
}

func newResult(name string, when time.Time) *result {
	return &result{name: name, when: when, skipped: map[string]int{}, parents: map[string]bool{}, failed: map[string]bool{}}
}

// A test is told of after those in it. It counts if there are none: what has tests in it is not one more.

func (r *result) pass(test string) {
	if r.leaf(test) {
		r.passed++
	}
}

// otherDatabase is the reason of tests that are about a database which is not run now.
const otherDatabase = "about another database"

var skipReason = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)

func (r *result) skip(test string, said []string) {
	if !r.leaf(test) {
		return
	}
	reason := "no reason given"
	for _, line := range slices.Backward(said) {
		if found := skipReason.FindStringSubmatch(line); found != nil {
			reason = strings.TrimSpace(found[1])
			break
		}
	}
	if strings.Contains(reason, "is left out by SOFTDELETE_TEST_DATABASES") {
		reason = otherDatabase
	}
	r.skipped[reason]++
}

// fail tells if the failure is one by itself, and not that of a test in it.
func (r *result) fail(test string) bool {
	known := r.failed[test]
	r.failed[test] = true
	r.mark(test, r.failed)
	r.mark(test, r.parents)
	if known {
		return false
	}
	r.failures = append(r.failures, test)
	return true
}

// leaf tells if no test was within this one, and remembers the tests that this one is within.
func (r *result) leaf(test string) bool {
	inner := r.parents[test]
	r.mark(test, r.parents)
	_, name, _ := strings.Cut(test, " ")
	return name != "" && !inner
}

// mark marks what a test is within: other tests, and its package.
func (r *result) mark(test string, marks map[string]bool) {
	for name := test; ; {
		at := strings.LastIndexByte(name, '/')
		if at < strings.IndexByte(name, ' ') {
			break
		}
		name = name[:at]
		marks[name] = true
	}
	pkg, _, _ := strings.Cut(test, " ")
	if test != pkg+" " {
		marks[pkg+" "] = true
	}
}
