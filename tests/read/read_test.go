package read_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// readPath is one way to read rows.
type readPath struct {
	name string

	// root is the model that the statement is on, by the first letter of its rows' names. Defaults to p.
	root byte

	// items is what the path gives if nothing is filtered, separated by spaces. An item is the names of one row or of rows
	// that hang together, "p1>c1". It is expected if all of its elements are shown; those in parentheses and those of join
	// tables are checked but are not in what the path gives.
	items string

	// fixed is what is shown of a model whatever the statement asks, as in readView.shows.
	fixed map[byte]string

	// fold makes what is expected of the items that are shown. Defaults to all of them.
	fold func(shown []string) []string

	// skip says which visibilities the path has no meaning for.
	skip func(v readView) bool

	run func(q *readQuery) ([]string, error)
}

// readQuery is one run of a path.
type readQuery struct {
	*readWorld
	view   readView
	called bool     // Scopes are called, not given to db.Scopes.
	base   *gorm.DB // A fresh handle, which asks for nothing.
}

// asked returns a handle that asks for the visibility.
func (q *readQuery) asked() *gorm.DB { return q.ask(q.base) }

func (q *readQuery) ask(db *gorm.DB) *gorm.DB {
	scopes := q.view.scopes(q.kind)
	if !q.called {
		return db.Scopes(scopes...)
	}
	for _, scope := range scopes {
		db = scope(db)
	}
	return db
}

// posts returns a handle on posts that asks for the visibility.
func (q *readQuery) posts() *gorm.DB { return q.asked().Model(q.kind.one('p')) }

// statementScopes are the visibility's scopes for gorm.G.
func (q *readQuery) statementScopes() []func(*gorm.Statement) {
	scopes := []func(*gorm.Statement){}
	for _, scope := range q.view.scopes(q.kind) {
		scopes = append(scopes, softdelete.StatementScope(scope))
	}
	return scopes
}

// find gives the names of the posts that db finds.
func (q *readQuery) find(db *gorm.DB) ([]string, error) {
	rows := q.kind.many('p')
	err := db.Find(rows).Error
	return along(rows, ""), err
}

// findAlong gives the items of the rows that db finds and of what they lead to.
func (q *readQuery) findAlong(db *gorm.DB, letter byte, relations string) ([]string, error) {
	rows := q.kind.many(letter)
	err := db.Find(rows).Error
	return along(rows, relations), err
}

// along lists the items of rows and of what they lead to: for "Owner.Posts" those of rows, of them with their owner, and of
// them with their owner and each of its posts.
func along(rows any, relations string) []string {
	var items []string
	var walk func(v reflect.Value, prefix, relations string)
	walk = func(v reflect.Value, prefix, relations string) {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return
			}
			v = v.Elem()
		}
		if v.Kind() == reflect.Slice {
			for i := range v.Len() {
				walk(v.Index(i), prefix, relations)
			}
			return
		}
		name := v.FieldByName("Name").String()
		if name == "" {
			return
		}
		items = append(items, prefix+name)
		if relation, rest, _ := strings.Cut(relations, "."); relation != "" {
			walk(v.FieldByName(relation), prefix+name+">", rest)
		}
	}
	walk(reflect.ValueOf(rows), "", relations)
	return items
}

// expected is what a path gives under a visibility.
func (p readPath) expected(v readView) []string {
	root := p.root
	if root == 0 {
		root = 'p'
	}
	shown := []string{}
items:
	for item := range strings.FieldsSeq(p.items) {
		rooted := false
		var kept []string
		for element := range strings.SplitSeq(item, ">") {
			name := strings.Trim(element, "()")
			isRoot := !rooted && name[0] == root
			rooted = rooted || isRoot
			if !v.shown(name, isRoot, p.fixed) {
				continue items
			}
			if name == element && name[0] != 'k' && name[0] != 'l' {
				kept = append(kept, name)
			}
		}
		shown = append(shown, strings.Join(kept, ">"))
	}
	if p.fold != nil {
		shown = p.fold(shown)
	}
	slices.Sort(shown)
	return shown
}

// difference is what a has more than b, both sorted.
func difference(a, b []string) []string {
	rest := slices.Clone(b)
	var more []string
	for _, item := range a {
		if i := slices.Index(rest, item); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			more = append(more, item)
		}
	}
	return more
}

// readCount counts over all kinds and databases.
type readCount struct{ cases, leaks atomic.Int64 }

// check runs a path and fails the test by the names of the rows that it should not have given, or should have.
func (n *readCount) check(t *testing.T, q *readQuery, p readPath, mode string) {
	t.Helper()
	if p.skip != nil && p.skip(q.view) {
		return
	}
	n.cases.Add(1)
	got, err := p.run(q)
	name := fmt.Sprintf("path %q, visibility %q, kind %q%s", p.name, q.view.name, q.kind.name, mode)
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("%s: %v", name, err)
		return
	}
	slices.Sort(got)
	want := p.expected(q.view)
	leaked, missing := difference(got, want), difference(want, got)
	if len(leaked) > 0 {
		n.leaks.Add(1)
	}
	if len(leaked)+len(missing) > 0 {
		t.Errorf("%s: leaked %v, missing %v", name, leaked, missing)
	}
}

// run checks a path in one of four ways. Each path and visibility sees all four, as n differs by the kind.
func (n *readCount) run(t *testing.T, q *readQuery, p readPath, way int) {
	t.Helper()
	switch way % 4 {
	case 0:
		n.check(t, q, p, "")
	case 1:
		q.called = true
		n.check(t, q, p, ", scopes called")
	case 2:
		q.base = q.base.Session(&gorm.Session{PrepareStmt: true})
		n.check(t, q, p, ", prepared")
	case 3:
		tx := q.base.Begin()
		q.base = tx
		n.check(t, q, p, ", in a transaction")
		if err := tx.Rollback().Error; err != nil {
			t.Errorf("rolling back: %v", err)
		}
	}
}

// TestReadPaths runs every path under every visibility on every kind of model.
func TestReadPaths(t *testing.T) {
	t.Parallel()
	var count readCount
	t.Cleanup(func() { t.Logf("read paths: %d cases, leaks: %d", count.cases.Load(), count.leaks.Load()) })
	for n, kind := range readKinds() {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				w := newReadWorld(t, kind, open)
				for i, path := range slices.Concat(readPaths(), relationReadPaths(), subqueryReadPaths(), kind.generic) {
					for j, view := range readViews() {
						if view.fits == nil || view.fits(kind) {
							count.run(t, &readQuery{readWorld: w, view: view, base: w.db}, path, i+j+n)
						}
					}
				}
			})
		})
	}
}
