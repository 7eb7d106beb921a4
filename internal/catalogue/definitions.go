package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Definitions are the statements that made tables and what belongs to them, as
// far as the database keeps or can write them.
type Definitions struct {
	// Indexes by table and name: the statement, or on a database that writes
	// none the kind of the index.
	Indexes map[string]map[string]string

	// Tables by name, and triggers by table, where a constraint can only be
	// dropped by making the table anew.
	Tables   map[string]string
	Triggers map[string][]string

	// Keys are the columns of the tables' own foreign keys, also of those to tables that
	// nobody asks about; on a database that needs no index for them.
	Keys map[string][][]string

	// Views are no tables, and have no indexes.
	Views map[string]bool

	// Enforced: foreign keys are, on the connection that was asked.
	Enforced bool
}

// DefinitionsOf reads them in one statement.
func DefinitionsOf(db *gorm.DB, d *dialect.Dialect, tables []string) (Definitions, error) {
	found := Definitions{
		Indexes: map[string]map[string]string{}, Tables: map[string]string{}, Triggers: map[string][]string{},
		Views: map[string]bool{}, Keys: map[string][][]string{},
	}
	names, asked := Names(db, d, tables)
	var kind, table, name, text string
	asking := db.Raw(d.DefinitionsSQL, slices.Repeat([]any{names}, strings.Count(d.DefinitionsSQL, "?"))...)
	_, err := session.Scan(asking, []any{&kind, &table, &name, &text}, func() {
		table := asked[table]
		switch kind {
		case "table":
			found.Tables[table] = text
		case "trigger":
			found.Triggers[table] = append(found.Triggers[table], text)
		case "foreign keys":
			found.Enforced = text == "1"
		case "key":
			found.Keys[table] = append(found.Keys[table], strings.Split(text, "\n"))
		case "view":
			found.Views[table] = true
		default:
			if found.Indexes[table] == nil {
				found.Indexes[table] = map[string]string{}
			}
			found.Indexes[table][name] = text
		}
	})
	if err != nil {
		return Definitions{}, fmt.Errorf("softdelete: reading how the tables' indexes were made: %w", err)
	}
	return found, nil
}
