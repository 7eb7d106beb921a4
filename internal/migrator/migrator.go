// Package migrator gives tables the indexes that soft deletes need. What a table lacks is
// data, a Change, which is run here and which others print.
package migrator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Migration is one call of AutoMigrate.
type Migration struct {
	db      *gorm.DB
	Dialect *dialect.Dialect
	Values  []any            // what GORM migrates
	Schemas []*schema.Schema // theirs, and those that GORM makes along
	Models  []*model.Model   // the soft-deletable ones
	Asked   []*model.Model   // those of them that the caller named, and of join tables between these
	Joins   []*model.Model   // those of join tables that GORM makes by a schema of its own

	// Clash is the error of live rows that agree where they may not.
	Clash func(Duplicates) error

	// Known tells if GORM cannot have made a table before the plugin knew its model.
	Known func(*model.Model) bool

	Table string // that the caller named with db.Table, empty for each model's own

	ran   map[string]Statement         // what was run, by its text, where a plan is made of it
	texts map[string]map[string]string // and how indexes were made
}

// Run runs a migration on a handle.
func (mg *Migration) Run(db *gorm.DB) error {
	return alone(session.OnPrimary(db, nil).Session(&gorm.Session{}), mg.Dialect, mg.run)
}

// run is the migration itself.
func (mg *Migration) run(db *gorm.DB) error {
	db = mg.withoutRelations(db)
	mg.db = session.Fresh(db, gorm.Session{})
	// What is replaced goes first: GORM drops a unique constraint that its own
	// tags do not name, before there is another one. That needs the marker.
	if err := mg.addMarkers(db); err != nil {
		return err
	}
	if err := mg.indexes(replacements); err != nil {
		return err
	}
	if err := mg.byGORM(db, mg.Values); err != nil {
		return err
	}
	// GORM makes a join table by a schema of its own, unless SetupJoinTable was
	// called. Its model has more columns.
	for _, m := range mg.Joins {
		if err := db.AutoMigrate(model.NewOf(m.Schema.ModelType)); err != nil {
			return err
		}
	}
	return mg.indexes(everything)
}

// RunIndexes makes the indexes, and nothing else.
func (mg *Migration) RunIndexes(db *gorm.DB) error {
	return alone(session.OnPrimary(db, nil).Session(&gorm.Session{}), mg.Dialect, func(db *gorm.DB) error {
		mg.db = session.Fresh(db, gorm.Session{})
		mg.Models = mg.Asked
		found, err := mg.catalogue()
		if err != nil {
			return err
		}
		for _, m := range mg.Models {
			table := found[mg.tableOf(m)]
			if table == nil {
				return fmt.Errorf("softdelete: model %s: there is no table %s: make it first, or let AutoMigrate do it", m.Name(), mg.tableOf(m))
			}
			for i := range m.Indexes {
				for _, name := range append(m.Indexes[i].Columns(), m.Marker.Field.DBName) {
					if !table.Has([]string{name}) {
						return fmt.Errorf("softdelete: model %s: the table %s has no column %s: add it first, or let AutoMigrate do it", m.Name(), table.Name, name)
					}
				}
			}
		}
		return mg.indexes(everything)
	})
}

// withoutRelations is a handle on which GORM's migrator looks at no relations where the
// caller named a table: it would take that for the table of each related model.
func (mg *Migration) withoutRelations(db *gorm.DB) *gorm.DB {
	if mg.Table == "" {
		return db
	}
	tx := db.Session(&gorm.Session{})
	config := *tx.Config
	config.IgnoreRelationshipsWhenMigrating = true
	tx.Config = &config
	return tx
}

// addMarkers adds the markers that tables lack of which a unique index is to become
// one of live rows.
func (mg *Migration) addMarkers(db *gorm.DB) error {
	found, err := mg.catalogue()
	if err != nil {
		return err
	}
	for _, m := range mg.lacksMarker(found) {
		table, marker := found[mg.tableOf(m)], m.Marker.Field
		if err := db.Migrator().AddColumn(model.NewOf(m.Schema.ModelType), marker.Name); err != nil && (mg.inTransaction() || !isOverlap(err)) {
			return fmt.Errorf("softdelete: model %s: adding the column %s to %s: %w", m.Name(), marker.DBName, table.Name, err)
		}
		table.Columns[marker.DBName] = catalogue.Column{Name: marker.DBName}
	}
	return mg.settleMarkers(db, found)
}

// lacksMarker lists the models whose table lacks the marker that a replacement needs.
func (mg *Migration) lacksMarker(found map[string]*catalogue.Table) []*model.Model {
	var list []*model.Model
	for _, m := range mg.Models {
		table := found[mg.tableOf(m)]
		if table == nil || table.Has([]string{m.Marker.Field.DBName}) {
			continue
		}
		if slices.ContainsFunc(m.Indexes, func(i model.Index) bool {
			return i.Kind == model.UniqueAmongLive && slices.ContainsFunc(table.Indexes, func(have catalogue.Index) bool { return isOrdinaryUnique(&have, &i, mg.Dialect) })
		}) {
			list = append(list, m)
		}
	}
	return list
}

// byGORM runs GORM's AutoMigrate: again, where another process made the same thing
// between its look and its statement.
func (mg *Migration) byGORM(db *gorm.DB, models []any) error {
	const most = 5
	for try := 1; ; try++ {
		err := db.AutoMigrate(models...)
		if err == nil || try == most || mg.inTransaction() || !isOverlap(err) {
			return err
		}
	}
}

func (mg *Migration) tableOf(m *model.Model) string {
	if mg.Table != "" {
		return mg.Table
	}
	return m.Schema.Table
}

// catalogue reads what the database has of the models' tables.
func (mg *Migration) catalogue() (map[string]*catalogue.Table, error) {
	names := make([]string, len(mg.Models))
	for i, m := range mg.Models {
		names[i] = mg.tableOf(m)
	}
	return catalogue.Tables(mg.db, mg.Dialect, names)
}

// scope says which indexes are looked after.
type scope int

const (
	everything   scope = iota
	replacements       // those that take the place of others
)

// tries is how often the indexes of a table are looked at, where other processes
// make the same ones: each may come first at each of them.
const tries = 100

func (mg *Migration) indexes(scope scope) error {
	found, err := mg.catalogue()
	if err != nil {
		return err
	}
	// Before anything is changed.
	for _, m := range mg.Models {
		if table := found[mg.tableOf(m)]; table != nil {
			if column, ok := table.Columns[model.LiveColumn]; ok && !m.IsLiveColumn(column) {
				return mg.foreignLiveColumn(m, table.Name, column)
			}
			for _, c := range Changes(m, table, mg.Dialect) {
				if err := mg.check(c); err != nil {
					return err
				}
			}
		}
	}
	for _, m := range mg.Models {
		table := found[mg.tableOf(m)]
		if table == nil && scope == everything && !mg.db.DryRun && strings.Contains(mg.tableOf(m), ".") {
			return mg.unknownPlace(m)
		}
		for try := 1; table != nil; try++ {
			changes := Changes(m, table, mg.Dialect)
			if scope == replacements {
				changes = slices.DeleteFunc(changes, func(c *Change) bool { return len(c.Drop) == 0 })
			}
			if len(changes) == 0 || mg.db.DryRun && try > 1 {
				break
			}
			err := mg.makeAll(changes)
			if err != nil && (try == tries || !isOverlap(err)) {
				return err
			}
			again, lookErr := catalogue.Tables(mg.db, mg.Dialect, []string{table.Name})
			if lookErr != nil {
				return errors.Join(err, lookErr)
			}
			if err == nil && try == tries {
				return fmt.Errorf("softdelete: model %s: the indexes of %s are changed by something else at the same time, try again", m.Name(), table.Name)
			}
			found[table.Name] = again[table.Name]
			table = again[table.Name]
		}
	}
	return nil
}

// unknownPlace is the error of a table of another database.
func (mg *Migration) unknownPlace(m *model.Model) error {
	return fmt.Errorf("softdelete: model %s: the indexes of %s are not known here, and none were made: "+
		"connect to the database that has the table, and name it without that", m.Name(), mg.tableOf(m))
}

// foreignLiveColumn is the error of a generated column that tells no live rows.
func (mg *Migration) foreignLiveColumn(m *model.Model, table string, column catalogue.Column) error {
	return fmt.Errorf("softdelete: model %s: the column %s of %s is of another marker (%s), and its indexes keep no live rows apart: "+
		"run the remedy that Doctor has", m.Name(), model.LiveColumn, table, column.Expression)
}

func (mg *Migration) makeAll(changes []*Change) error {
	for _, c := range changes {
		if err := mg.change(c); err != nil {
			return err
		}
	}
	return nil
}
