package softdelete

import (
	"reflect"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// strict adds ErrNotFound where an operation addressed rows by key and matched none.
func (p *Plugin) strict(db *gorm.DB, t *target) {
	request := requestOf(t.stmt)
	if db.Error == nil && db.RowsAffected == 0 && request.within == nil && request.batch == nil && p.mayMiss(db) && t.isKeyed() {
		_ = db.AddError(notFound(t.stmt.Schema.Name, "a "+OperationOf(db).String()))
	}
}

// mayMiss tells if a statement that matched no row is one that looked for a row, and not
// one by which an association parts rows, which may have been apart.
func (p *Plugin) mayMiss(db *gorm.DB) bool {
	stmt := db.Statement
	if !p.config.Strict || db.DryRun {
		return false
	}
	return keysOf(stmt, reflect.Indirect(stmt.ReflectValue)) != nil || !session.IsUnlinking()
}

func notFound(model, operation string) error {
	return fault.About(ErrNotFound, model, "no such row in reach of "+operation)
}
