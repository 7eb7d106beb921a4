package softdelete

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// dbTable is a table as the database has it.
type dbTable struct {
	name    string
	columns map[string]dbColumn
	indexes []dbIndex
}

type dbColumn struct {
	name      string
	typ       string // as the database prints it
	nullable  bool
	generated bool

	expression string // what a generated column is, where that is asked for
}

// dbIndex is an index, or what the database keeps a unique constraint by.
type dbIndex struct {
	name       string
	unique     bool
	primary    bool
	constraint bool     // it belongs to a constraint of its name, and goes with that
	valid      bool     // false for one of which the making was interrupted
	plain      bool     // it is a list of columns and no more: no collation of its own, say
	columns    []string // "" for an expression or a part of a column
	where      string   // its condition as the database prints it, empty for none
}

func (t *dbTable) index(name string) *dbIndex {
	for i := range t.indexes {
		if t.indexes[i].name == name {
			return &t.indexes[i]
		}
	}
	return nil
}

func (t *dbTable) has(columns []string) bool {
	for _, name := range columns {
		if _, ok := t.columns[name]; !ok {
			return false
		}
	}
	return true
}

// readTables reads what the database says of tables, by the names that they are
// asked for with, in two statements whatever their number. A table that is not
// there is not in the result.
func readTables(db *gorm.DB, d *dialect, tables []string) (map[string]*dbTable, error) {
	found := map[string]*dbTable{}
	if len(tables) == 0 {
		return found, nil
	}
	tx := fresh(db, gorm.Session{SkipHooks: true})
	tx.DryRun = false // a look, also where nothing is to be executed
	names, asked := namesOfTables(tx, d, tables)

	var column struct {
		table, name, typ, expression string
		nullable, generated          bool
	}
	rows, err := tx.Raw(d.columnsSQL, names).Rows()
	if err == nil {
		_, err = scanAll(rows, []any{&column.table, &column.name, &column.typ, &column.nullable, &column.generated, &column.expression}, func(int64) {
			table := asked[column.table]
			if found[table] == nil {
				found[table] = &dbTable{name: table, columns: map[string]dbColumn{}}
			}
			found[table].columns[column.name] = dbColumn{column.name, column.typ, column.nullable, column.generated, column.expression}
		})
	}
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' columns: %w", err)
	}

	var index struct {
		table, column, where string
		dbIndex
	}
	rows, err = tx.Raw(d.indexesSQL, names).Rows()
	if err == nil {
		_, err = scanAll(rows, []any{
			&index.table, &index.name, &index.unique, &index.primary, &index.constraint, &index.valid, &index.plain, &index.column, &index.where,
		}, func(int64) {
			table := found[asked[index.table]]
			if table == nil {
				return
			}
			last := table.index(index.name)
			if last == nil {
				row := index.dbIndex
				row.where = conditionOf(d, index.where)
				table.indexes = append(table.indexes, row)
				last = &table.indexes[len(table.indexes)-1]
			}
			last.columns = append(last.columns, index.column)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' indexes: %w", err)
	}
	return found, nil
}

// namesOfTables is what the queries of the catalogue take for the tables, and the
// table by the name that these give back.
func namesOfTables(db *gorm.DB, d *dialect, tables []string) (argument any, asked map[string]string) {
	asked = map[string]string{}
	names := make([]string, len(tables))
	for i, table := range tables {
		names[i] = table
		if d.regclass {
			names[i] = db.Statement.Quote(table)
		}
		asked[names[i]] = table
	}
	if d.regclass {
		return strings.Join(names, "\n"), asked
	}
	return names, asked
}

// conditionOf is the condition of an index, from what the database says of it:
// the condition itself, or the statement that made the index.
func conditionOf(d *dialect, text string) string {
	if !d.indexBySQL {
		return text
	}
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
			return strings.TrimSpace(text[i+5:])
		}
	}
	return ""
}

func isSpaceOr(c, other byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == other
}
