package testdb

import (
	"runtime"
	"strings"
	"sync"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// part is what a function on the stack has to do with a statement.
type part uint8

const (
	another  part = iota // it is of tests, or of a program
	passes               // it hands statements on: of GORM, of database/sql, of this package
	runs                 // it runs one of GORM's chains of callbacks
	writes               // it is GORM's step that builds and sends a write
	reads                // it is the one that sends a query, which may be raw SQL
	executes             // it is the one that sends raw SQL
	ours                 // it is the library's
	migrates             // it is a method of GORM's migrator
)

// isOurs tells if the statement that was just sent is the library's: sent by it, or built by GORM on a handle that has the
// plugin. What tests write themselves is not, nor is what GORM's migrator makes. The stack tells: whoever stands outside of GORM
// has sent it, and GORM's steps are wrapped where the plugin is.
func isOurs(database, sql string) bool {
	var frames [128]uintptr
	step, wrapped, chained := another, false, false
	for _, pc := range frames[:runtime.Callers(2, frames[:])] {
		switch p := partAt(pc); p {
		case passes:
		case runs:
			chained = true
		case migrates:
			return false
		case writes, reads, executes:
			if step == another {
				step = p
			}
		case ours:
			if chained || step == another {
				return true
			}
			wrapped = true
		case another:
			switch {
			case chained:
				return wrapped && (step == writes || step == reads && isBuilt(database, sql))
			case step == another:
				return false
			}
		}
	}
	return false
}

// parts are those of the places in the program that have been on the stack.
var parts sync.Map

func partAt(pc uintptr) part {
	if known, ok := parts.Load(pc); ok {
		return known.(part) //nolint:forcetypeassert // nothing else is stored
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	p := partOf(frame.Function, frame.File)
	parts.Store(pc, p)
	return p
}

const (
	libraryPath = "github.com/gorm-softdelete/softdelete"
	testdbPath  = libraryPath + "/internal/testdb.(*record"
	stepsPath   = "gorm.io/gorm/callbacks."
)

var stepsOfGORM = map[string]part{
	"RawExec": executes, "Query": reads, "RowQuery": reads, "Create": writes, "Update": writes, "Delete": writes,
}

func partOf(function, file string) part {
	if name, ok := strings.CutPrefix(function, stepsPath); ok {
		name, _, _ = strings.Cut(name, ".") // a step is a function that another one returns
		if step, ok := stepsOfGORM[name]; ok {
			return step
		}
	}
	path, _, _ := strings.Cut(function, "[") // of a generic function, whose types have paths of their own
	below, inLibrary := strings.CutPrefix(path, libraryPath)
	switch {
	case strings.HasPrefix(path, "gorm.io/gorm.(*processor).Execute"):
		return runs
	case strings.Contains(path, ".Migrator."), strings.HasPrefix(path, "gorm.io/gorm/migrator."):
		return migrates
	case strings.HasPrefix(path, testdbPath), strings.HasPrefix(path, "database/sql."), strings.HasPrefix(path, "runtime."),
		strings.HasPrefix(path, "reflect."), strings.HasPrefix(path, "sync."), strings.HasPrefix(path, "gorm.io/gorm"), strings.HasPrefix(path, "gorm.io/driver/"),
		strings.HasPrefix(path, "github.com/glebarez/sqlite."):
		return passes
	case inLibrary && !strings.HasSuffix(file, "_test.go") &&
		(strings.HasPrefix(below, ".") || strings.HasPrefix(below, "/internal/") && !strings.HasPrefix(below, "/internal/test")):
		return ours
	default:
		return another
	}
}

// isBuilt tells if GORM has built a query: it quotes the name of the table. Those who write SQL in tests do not.
func isBuilt(database, sql string) bool {
	tokens, _ := rawsql.Tokens(drivers[database], sql)
	if len(tokens) == 0 || !strings.EqualFold(tokens[0].Text, "SELECT") && !strings.EqualFold(tokens[0].Text, "WITH") {
		return false // as EXPLAIN
	}
	for i, token := range tokens[:max(len(tokens)-1, 0)] {
		if token.Kind == rawsql.Word && strings.EqualFold(token.Text, "FROM") && tokens[i+1].Text != "(" {
			return tokens[i+1].Kind == rawsql.Name
		}
	}
	return false
}
