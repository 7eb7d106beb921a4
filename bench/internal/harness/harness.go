// Package harness is what programs that measure have in common beside what they write.
package harness

import (
	"strings"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Within runs fn with what it takes to open databases, which close when it ends.
func Within(fn func(tb testing.TB) error) error {
	var failure error
	err := testdb.Program(func(tb testing.TB) {
		tb.Helper()
		failure = fn(tb)
	})
	if failure != nil {
		return failure
	}
	return err
}

// List returns the elements of a comma list.
func List(text string) []string {
	elements := strings.Split(text, ",")
	for i := range elements {
		elements[i] = strings.TrimSpace(elements[i])
	}
	return elements
}
