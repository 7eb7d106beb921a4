package main

import (
	"context"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// The tests that are called Compared run what docs/comparison.md says of soft_delete, bun and ent under "run": on SQLite, as it
// says. What they say of GORM itself is run as a block of that page.

// openCompared opens a handle on SQLite that notes what GORM sends.
func openCompared(t *testing.T) (*gorm.DB, *sent) {
	t.Helper()
	notes := new(sent)
	return testdb.Open(t, "sqlite", &gorm.Config{Logger: notes}), notes
}

// sent notes statements: GORM's as its logger, bun's as its hook, ent's as what a debugging client logs to.
type sent struct {
	mu         sync.Mutex
	statements []string
}

func (s *sent) note(statement string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statements = append(s.statements, statement)
}

// take returns what was sent since it was called last.
func (s *sent) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.statements
	s.statements = nil
	return all
}

func (s *sent) LogMode(logger.LogLevel) logger.Interface      { return s }
func (s *sent) Info(context.Context, string, ...interface{})  {}
func (s *sent) Warn(context.Context, string, ...interface{})  {}
func (s *sent) Error(context.Context, string, ...interface{}) {}

// Trace notes a statement of GORM's.
func (s *sent) Trace(_ context.Context, _ time.Time, of func() (string, int64), _ error) {
	statement, _ := of()
	s.note(statement)
}

var quotes = regexp.MustCompile("[`\"]")

// unquoted writes a statement as the docs do: without quotes about names, and with the columns left out.
func unquoted(statement string) string {
	statement = quotes.ReplaceAllString(statement, "")
	return regexp.MustCompile(`^SELECT .* FROM`).ReplaceAllString(statement, "SELECT … FROM")
}

func TestUnquoted(t *testing.T) {
	t.Parallel()
	require.Equal(t, "SELECT … FROM posts AS p WHERE (title = 'x')", unquoted(`SELECT "p"."id", "p"."title" FROM "posts" AS "p" WHERE (title = 'x')`))
}
