// Package catalogue reads what a database has: tables, columns, indexes, foreign keys,
// and the statements that made them. Tables are known by the names that they are asked
// for with.
package catalogue

import (
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Table is a table as the database has it.
type Table struct {
	Name    string
	Columns map[string]Column
	Indexes []Index
}

// Column is a column as the database has it.
type Column struct {
	Name      string
	Type      string // as the database prints it
	Nullable  bool
	Generated bool

	Expression string // what a generated column is, where that is asked for
}

// Index is an index, or what the database keeps a unique constraint by.
type Index struct {
	Name       string
	Unique     bool
	Primary    bool
	Constraint bool     // it belongs to a constraint of its name, and goes with that
	Valid      bool     // false for one of which the making was interrupted
	Plain      bool     // it is a list of columns and no more: no direction or collation of its own, say
	Columns    []string // "" for an expression or a part of a column
	Where      string   // its condition as the database prints it, empty for none
}

// Index is the index of a name, nil if there is none.
func (t *Table) Index(name string) *Index {
	for i := range t.Indexes {
		if t.Indexes[i].Name == name {
			return &t.Indexes[i]
		}
	}
	return nil
}

// Has tells if the table has all of some columns.
func (t *Table) Has(columns []string) bool {
	for _, name := range columns {
		if _, ok := t.Columns[name]; !ok {
			return false
		}
	}
	return true
}

// Tables reads what the database says of tables, by the names that they are
// asked for with, in two statements whatever their number. A table that is not
// there is not in the result.
func Tables(db *gorm.DB, d *dialect.Dialect, tables []string) (map[string]*Table, error) {
	found := map[string]*Table{}
	if len(tables) == 0 {
		return found, nil
	}
	tx := session.Fresh(db, gorm.Session{SkipHooks: true})
	tx.DryRun = false // a look, also where nothing is to be executed
	names, asked := Names(tx, d, tables)

	var column struct {
		table, name, typ, expression string
		nullable, generated          bool
	}
	_, err := session.Scan(tx.Raw(d.ColumnsSQL, names), []any{&column.table, &column.name, &column.typ, &column.nullable, &column.generated, &column.expression}, func() {
		table := asked[column.table]
		if found[table] == nil {
			found[table] = &Table{Name: table, Columns: map[string]Column{}}
		}
		found[table].Columns[column.name] = Column{column.name, column.typ, column.nullable, column.generated, column.expression}
	})
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' columns: %w", err)
	}

	var index struct {
		table, column, where string
		Index
	}
	_, err = session.Scan(tx.Raw(d.IndexesSQL, names), []any{
		&index.table, &index.Name, &index.Unique, &index.Primary, &index.Constraint, &index.Valid, &index.Plain, &index.column, &index.where,
	}, func() {
		table := found[asked[index.table]]
		if table == nil {
			return
		}
		last := table.Index(index.Name)
		if last == nil {
			row := index.Index
			row.Where = conditionOf(d, index.where)
			table.Indexes = append(table.Indexes, row)
			last = &table.Indexes[len(table.Indexes)-1]
		}
		last.Columns, last.Plain = append(last.Columns, index.column), last.Plain && index.Plain
	})
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' indexes: %w", err)
	}
	return found, nil
}

// Names is what the queries of the catalogue take for the tables, and the
// table by the name that these give back.
func Names(db *gorm.DB, d *dialect.Dialect, tables []string) (argument any, asked map[string]string) {
	asked = map[string]string{}
	names := []string{}
	for _, table := range tables {
		name := table
		if d.Regclass {
			name = db.Statement.Quote(table)
		}
		if _, twice := asked[name]; !twice { // Two models may have one table.
			names = append(names, name)
		}
		asked[name] = table
	}
	if d.Regclass {
		return strings.Join(names, "\n"), asked
	}
	return names, asked
}

// conditionOf is the condition of an index, from what the database says of it:
// the condition itself, or the statement that made the index.
func conditionOf(d *dialect.Dialect, text string) string {
	if !d.IndexBySQL {
		return text
	}
	if at := WhereIn(text); at >= 0 {
		return strings.TrimSpace(text[at+len("where"):])
	}
	return ""
}

// WhereIn is where the WHERE of the statement that made an index stands, -1 if it has
// none.
func WhereIn(text string) int {
	depth, quote := 0, rune(0)
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth == 0 && i > 0 && len(text) > i+5 && strings.EqualFold(text[i:i+5], "where") && isSpaceOr(text[i-1], ')') && isSpaceOr(text[i+5], '('):
			return i
		}
	}
	return -1
}

func isSpaceOr(c, other byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == other
}
