package softdelete

import (
	"reflect"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/association"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// GORM's generic API has operations on associations, Set(clause.Association{…}).Update, which GORM CLI generates calls
// of. Some of their statements have no model, and some say less than the caller did. What is missing is put on them
// before anything else looks at them.

// startUpdate is the first callback of the update chain.
func (p *Plugin) startUpdate(db *gorm.DB) {
	startWrite(db)
	stmt := db.Statement
	switch {
	case db.Error != nil:
	case stmt.Schema == nil:
		p.giveModel(db)
	case association.IsKept(stmt):
		stmt.SkipHooks = true // for an update that is not sent
	default:
		holdRows(db)
	}
	noteForm(stmt)
}

// giveModel gives an update of linked rows the model of its table, with all that comes by it but hooks: GORM runs none
// of an update without a model.
func (p *Plugin) giveModel(db *gorm.DB) {
	stmt := db.Statement
	linked := association.LinkedOf(stmt)
	if linked == nil {
		return
	}
	value, err := linked.Hold(p.models.typeOf)
	if err == nil {
		stmt.Schema, err = model.Parse(db, value)
	}
	if db.AddError(err) == nil {
		stmt.Model, stmt.SkipHooks = value, true
	}
}

// holdRows holds an update or delete to the rows of its owners.
func holdRows(db *gorm.DB) *association.Rows {
	rows := association.RowsOf(db.Statement)
	if rows != nil {
		_ = db.AddError(rows.Hold())
	}
	return rows
}

// holdDelete holds a delete to the rows or links of its owners, if it is one of an association.
func (p *Plugin) holdDelete(db *gorm.DB) {
	stmt := db.Statement
	if db.Error != nil || stmt.Schema == nil || !association.Maybe(stmt) {
		return
	}
	if links := association.LinksOf(stmt); links != nil {
		_ = db.AddError(links.Hold(db.AllowGlobalUpdate, p.models.typeOf))
		return
	}
	if rows := holdRows(db); rows != nil && db.Error == nil && !stmt.Unscoped && p.models.entry(db, stmt.Schema).model != nil {
		rows.KeepForeignKeys()
	}
}

// typeOf is the type of a table's rows, nil if no model is known for it.
func (r *registry) typeOf(table string) reflect.Type {
	if t := r.relations().Tables[table]; t != nil && t.Schema != nil {
		return t.Schema.ModelType
	}
	return nil
}
