package migrator

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// settleMarkers has GORM give markers their type, of which a generated column is to be, on
// a database that changes no such column: GORM's own turn comes when that is there.
func (mg *Migration) settleMarkers(db *gorm.DB, found map[string]*catalogue.Table) error {
	if !mg.Dialect.FixedByGenerated {
		return nil
	}
	for _, m := range mg.Models {
		table, marker := found[mg.tableOf(m)], m.Marker.Field
		if table == nil || !table.Has([]string{marker.DBName}) || table.Has([]string{model.LiveColumn}) || !mg.needsLiveColumn(m) || marker.IgnoreMigration {
			continue
		}
		value := model.NewOf(m.Schema.ModelType)
		types, err := asking(db).Migrator().ColumnTypes(value)
		if err == nil {
			at := slices.IndexFunc(types, func(have gorm.ColumnType) bool { return have.Name() == marker.DBName })
			if at >= 0 {
				err = db.Migrator().MigrateColumn(value, marker, types[at])
			}
		}
		if err != nil {
			return fmt.Errorf("softdelete: model %s: changing the column %s of %s, before a generated one is of it: %w", m.Name(), marker.DBName, table.Name, err)
		}
	}
	return nil
}

// asking is a handle for what is asked under DryRun too.
func asking(db *gorm.DB) *gorm.DB {
	tx := db.Session(&gorm.Session{})
	tx.DryRun = false
	return tx
}

// needsLiveColumn tells if a model has an index with the generated column in it.
func (mg *Migration) needsLiveColumn(m *model.Model) bool {
	return slices.ContainsFunc(m.Indexes, func(i model.Index) bool {
		return slices.Contains(m.Define(&i, mg.Dialect).Columns, model.LiveColumn)
	})
}
