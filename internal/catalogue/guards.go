package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Guards are what keeps live rows of tables from being deleted, as the database has it.
type Guards struct {
	// Parts by table. Under no name is what the guards of all tables share.
	Parts map[string][]GuardPart

	// Places are the schemas of tables that were asked for without one, where that is
	// where the parts of a guard belong.
	Places map[string]string

	Server string // the version of the server, where that makes a difference
}

// GuardPart is a trigger, or what belongs to one.
type GuardPart struct {
	Kind, Name string
	Text       string // what it is
	Where      string // its condition as the database prints it, where it is not part of the text
	Off        bool
}

// GuardsOf reads them in one statement.
func GuardsOf(db *gorm.DB, d *dialect.Dialect, tables []string) (Guards, error) {
	found := Guards{Parts: map[string][]GuardPart{}, Places: map[string]string{}}
	tx := session.Fresh(db, gorm.Session{SkipHooks: true})
	tx.DryRun = false // a look, also where nothing is to be executed
	names, asked := Names(tx, d, tables)
	var table string
	var part GuardPart
	asking := tx.Raw(d.Guard.ListSQL, slices.Repeat([]any{names}, strings.Count(d.Guard.ListSQL, "?"))...)
	_, err := session.Scan(asking, []any{&table, &part.Kind, &part.Name, &part.Text, &part.Where, &part.Off}, func() {
		switch part.Kind {
		case "server":
			found.Server = part.Name
			return
		case "place":
			found.Places[asked[table]] = part.Name
			return
		}
		found.Parts[asked[table]] = append(found.Parts[asked[table]], part)
	})
	if err != nil {
		return found, fmt.Errorf("softdelete: reading the guards of tables: %w", err)
	}
	return found, nil
}

// Part is the part of a kind, nil if there is none. Of several it is the one of the name.
func (g Guards) Part(table, kind, name string) *GuardPart {
	var found *GuardPart
	for i := range g.Parts[table] {
		if p := &g.Parts[table][i]; p.Kind == kind && (found == nil || p.Name == name) {
			found = p
		}
	}
	return found
}
