package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// foreignKey is one that the database has, whether the models declare it or not.
type foreignKey struct {
	name              string // empty where it has none
	child, parent     string
	columns, referred []string

	// action is what the database does about the child's rows when the row goes
	// that they refer to, as ON DELETE names it. It does so on a connection for
	// which enforced holds, empty for any.
	action, enforced string

	key     []string // the child's primary key
	anyCase bool     // the database does not tell columns apart by their case
}

// readForeignKeys reads those that refer to some tables and, where they need an
// index of their own, those of the tables themselves; in one statement. Tables are
// known by the names that they are asked for with, and children by those in known.
func readForeignKeys(db *gorm.DB, d *dialect, tables, known []string) ([]*foreignKey, error) {
	var (
		keys             []*foreignKey
		row              foreignKey
		column, referred string
		primary          string
		fold             bool
	)
	asked, _ := namesOfTables(db, d, tables)
	children, names := namesOfTables(db, d, slices.Concat(known, tables))
	arguments := slices.Repeat([]any{asked}, strings.Count(d.foreignKeysSQL, "?"))
	if d.regclass {
		arguments[1] = children // the database says which of them a child is
	}
	tx := db.Raw(d.foreignKeysSQL, arguments...)
	if len(tables) > 0 && resolves(tx) {
		tx.Statement.Table = lastPart(tables[0]) // by which it is told where it goes
	}
	rows, err := tx.Rows()
	if err == nil {
		_, err = scanAll(rows, []any{&row.child, &row.name, &row.parent, &column, &referred, &row.action, &primary, &fold}, func(int64) {
			child, parent := nameAmong(names, row.child, fold), nameAmong(names, row.parent, fold)
			key := &foreignKey{name: row.name, child: child, parent: parent, action: row.action, enforced: d.enforced, anyCase: d.columnsAnyCase}
			if n := len(keys); n > 0 && keys[n-1].child == key.child && keys[n-1].name == key.name && keys[n-1].parent == parent {
				key = keys[n-1]
			} else {
				keys = append(keys, key)
			}
			if primary != "" {
				key.key = strings.Split(primary, "\n")
			}
			key.columns, key.referred = append(key.columns, column), append(key.referred, referred)
		})
	}
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
