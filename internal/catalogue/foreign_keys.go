package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// ForeignKey is one that the database has, whether the models declare it or not.
type ForeignKey struct {
	Name              string // empty where it has none
	Child, Parent     string
	Columns, Referred []string

	// Action is what the database does about the child's rows when the row goes
	// that they refer to, as ON DELETE names it. It does so on a connection for
	// which enforced holds, empty for any.
	Action, Enforced string

	Key     []string // the child's primary key
	AnyCase bool     // the database does not tell columns apart by their case
}

// ForeignKeys reads those that refer to some tables and, where they need an
// index of their own, those of the tables themselves; in one statement. Tables are
// known by the names that they are asked for with, and children by those in known.
func ForeignKeys(db *gorm.DB, d *dialect.Dialect, tables, known []string) ([]*ForeignKey, error) {
	var (
		keys             []*ForeignKey
		row              ForeignKey
		column, referred string
		primary          string
		fold             bool
	)
	asked, _ := Names(db, d, tables)
	children, names := Names(db, d, slices.Concat(known, tables))
	arguments := slices.Repeat([]any{asked}, strings.Count(d.ForeignKeysSQL, "?"))
	if d.Regclass {
		arguments[1] = children // the database says which of them a child is
	}
	tx := db.Raw(d.ForeignKeysSQL, arguments...)
	if len(tables) > 0 && session.Resolves(tx) {
		tx.Statement.Table = session.LastPart(tables[0]) // by which it is told where it goes
	}
	_, err := session.Scan(tx, []any{&row.Child, &row.Name, &row.Parent, &column, &referred, &row.Action, &primary, &fold}, func() {
		child, parent := nameAmong(names, row.Child, fold), nameAmong(names, row.Parent, fold)
		key := &ForeignKey{Name: row.Name, Child: child, Parent: parent, Action: row.Action, Enforced: d.Enforced, AnyCase: d.ColumnsAnyCase}
		if n := len(keys); n > 0 && keys[n-1].Child == key.Child && keys[n-1].Name == key.Name && keys[n-1].Parent == parent {
			key = keys[n-1]
		} else {
			keys = append(keys, key)
		}
		if primary != "" {
			key.Key = strings.Split(primary, "\n")
		}
		key.Columns, key.Referred = append(key.Columns, column), append(key.Referred, referred)
	})
	if err != nil {
		return nil, fmt.Errorf("softdelete: reading the tables' foreign keys: %w", err)
	}
	return keys, nil
}

// nameAmong is the known name of a table, by what the database calls it; that
// itself for one that is not known.
func nameAmong(known map[string]string, name string, fold bool) string {
	if own, ok := known[name]; ok {
		return own
	}
	if fold {
		for _, own := range known {
			if strings.EqualFold(own, name) {
				return own
			}
		}
	}
	return name
}
