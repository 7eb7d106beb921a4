// Package mentions tells which tables a text of SQL names, for what, and which columns it
// names as theirs.
//
// A text is read as tokens, by the rules of its database: a name in a string or a comment
// is none. It is not parsed as a whole. What the reader does not know is left alone, so
// that it tells of no table that is not there.
package mentions

import (
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// Use is what a statement does with the rows of a table.
type Use int

// The uses of a table.
const (
	Reads     Use = iota
	Updates       // also by MERGE
	Deletes       // also several tables of MySQL's
	Inserts       // into it go the rows of a query. The target of an INSERT … VALUES is not mentioned.
	Truncates     // all rows go
)

// Table is a place of a text at which a table is named.
type Table struct {
	Schema string // empty if none stands there
	Name   string
	Alias  string // empty if it has none
	Use    Use
	Inner  bool // it stands in a query within the statement
	At     int  // the offset of its name in the text

	exact bool // its name stands in quotes of a database that then tells cases apart
	folds bool // its name is read as lower case
}

// Is tells if it is the table of a name, or of a schema and a name with a dot between.
// A table of another schema than the usual one is another table.
func (t *Table) Is(name string) bool {
	schema, table, found := strings.Cut(name, ".")
	if !found {
		schema, table = "", name
	}
	switch {
	case !t.same(t.Name, table):
		return false
	case schema != "" && t.Schema != "":
		return t.same(t.Schema, schema)
	case schema != "":
		return true // by the search path
	default:
		return t.Schema == "" || usual[strings.ToLower(t.Schema)]
	}
}

// usual are the schemas in which a database looks for a table without one.
var usual = map[string]bool{"public": true, "main": true}

func (t *Table) same(written, name string) bool {
	switch {
	case t.exact:
		return written == name
	case t.folds:
		return strings.ToLower(written) == name
	default:
		return strings.EqualFold(written, name)
	}
}

// Text is what has been read of a text.
type Text struct {
	// Tables are those that it names, in the order in which they stand there.
	Tables []*Table

	// Meant: it has the comment softdelete:ok.
	Meant bool

	// Gaps: there is something in it that the reader does not know. The tables that it
	// has told of are there nevertheless.
	Gaps bool

	columns []column
}

// meant is the comment by which a text says that it is about trashed rows too.
const meant = "softdelete:ok"

// Read reads a text for the database that a driver of GORM's has the name of.
func Read(driver, sql string) *Text {
	p := &parser{text: &Text{}, driver: driver}
	p.tokens(sql)
	for !p.done() {
		before := p.at
		p.statement(newScope(nil))
		p.skipTo(";")
		p.take(";")
		if p.at == before {
			break
		}
	}
	return p.text
}

// ReadPart reads a part of a query that may begin anywhere in it: a join, a condition, a
// table with its alias where startsTable says so.
func ReadPart(driver, sql string, startsTable bool) *Text {
	p := &parser{text: &Text{}, driver: driver}
	p.tokens(sql)
	s := newScope(nil)
	if p.take(",") || startsTable { // a join may begin with a comma
		p.list(s, Reads)
	}
	p.clauses(s)
	p.text.Gaps = p.text.Gaps || !p.done()
	return p.text
}

// Unmarked are the tables that a statement names without the marker column which markerOf
// tells of, the empty string for a table that has none.
func (t *Text) Unmarked(markerOf func(*Table) string) []*Table {
	markers, names := map[*Table]string{}, map[string]bool{}
	for _, table := range t.Tables {
		if marker := markerOf(table); marker != "" {
			markers[table] = marker
			names[strings.ToLower(marker)] = true
		}
	}
	if len(markers) == 0 {
		return nil
	}
	m := &marking{markers, map[*Table]bool{}, map[column]bool{}, map[rowsOf]bool{}}
	for _, c := range t.columns {
		if names[c.name] {
			m.column(c)
		}
	}
	chosen := t.chosen(m.marked)
	var unmarked []*Table
	for _, table := range t.Tables {
		switch {
		case markers[table] == "", m.marked[table], table.isWritten() && chosen[table.key()]:
		default:
			unmarked = append(unmarked, table)
		}
	}
	return unmarked
}

// chosen are the tables of which queries within the statement name the marker. Rows that it
// writes or removes may be chosen by these: DELETE FROM posts WHERE id IN (SELECT id FROM posts
// WHERE deleted_at < … LIMIT 1000).
func (t *Text) chosen(marked map[*Table]bool) map[string]bool {
	names := map[string]bool{}
	for table := range marked {
		if table.Inner && table.Use == Reads {
			names[table.key()] = true
		}
	}
	return names
}

// isWritten tells if it is a table whose rows the statement itself changes or removes.
func (t *Table) isWritten() bool { return !t.Inner && (t.Use == Updates || t.Use == Deletes) }

func (t *Table) key() string { return strings.ToLower(t.Schema + "." + t.Name) }

// readsComment looks for the comment that says what is meant.
func readsComment(comment string) bool {
	inner, ok := strings.CutPrefix(comment, "/*")
	return ok && strings.HasPrefix(strings.TrimSpace(strings.TrimSuffix(inner, "*/")), meant)
}

// isCode tells if some servers of MySQL's run what a comment says.
func isCode(comment string) bool {
	return strings.HasPrefix(comment, "/*!") || strings.HasPrefix(comment, "/*M!")
}

// unquoted is the name in a token.
func unquoted(t rawsql.Token) string {
	if t.Kind == rawsql.Word || len(t.Text) < 2 {
		return t.Text
	}
	inner, quote := t.Text[1:len(t.Text)-1], t.Text[len(t.Text)-1:]
	return strings.ReplaceAll(inner, quote+quote, quote)
}
