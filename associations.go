package softdelete

import (
	"reflect"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/association"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
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
	p.noteForm(db)
	p.lookAtRawWrite(db)
}

// giveModel gives an update of linked rows the model of its table, with all that comes by it but hooks: GORM runs none
// of an update without a model.
func (p *Plugin) giveModel(db *gorm.DB) {
	stmt := db.Statement
	linked := association.LinkedOf(stmt)
	if linked == nil || !session.IsGeneric() {
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
		if p.linksMarked(db) && session.IsGeneric() {
			_ = db.AddError(links.Hold(db.AllowGlobalUpdate, p.models.typeOf))
		}
		return
	}
	if rows := holdRows(db); rows != nil && db.Error == nil && !stmt.Unscoped && p.models.entry(db, stmt.Schema).model != nil {
		rows.KeepForeignKeys()
	}
}

// linksMarked tells if the rows of a join table, or those on either side of it, have a
// marker. Others are none of this package's business.
func (p *Plugin) linksMarked(db *gorm.DB) bool {
	join := db.Statement.Schema
	if p.models.entry(db, join).model != nil {
		return true
	}
	g := p.models.relations()
	for rel := range g.Links {
		if rel.JoinTable != nil && rel.JoinTable.Table == join.Table && (g.IsMarked(rel.Schema.Table) || g.IsMarked(rel.FieldSchema.Table)) {
			return true
		}
	}
	return false
}

// typeOf is the type of a table's rows, nil if no model is known for it.
func (r *registry) typeOf(table string) reflect.Type {
	if t := r.relations().Tables[table]; t != nil && t.Schema != nil {
		return t.Schema.ModelType
	}
	return nil
}
