package insert

import (
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
)

// outOfReach are those of some rows, by their keys, that other types and plugins
// hide: nothing that they hold is given to the caller's values.
func outOfReach(m *model.Model, db *gorm.DB, d *dialect.Dialect, rows map[int]reflect.Value) map[string]bool {
	stmt := db.Statement
	shown, err := neighbours.Revivable(m, db)
	if db.AddError(err) != nil || shown == nil || len(rows) == 0 {
		return nil
	}
	far := map[string]bool{}
	list := make([]reflect.Value, 0, len(rows))
	for _, row := range rows {
		list = append(list, row)
		far[model.KeyString(stmt.Context, stmt.Schema, row)] = true
	}
	names := model.PrimaryNames(stmt.Schema)
	for _, row := range (keySearch{d: d, columns: names, where: []clause.Expression{shown}, read: names}).rows(db, model.KeysIn(stmt, list)) {
		delete(far, model.KeyString(stmt.Context, stmt.Schema, row))
	}
	return far
}
