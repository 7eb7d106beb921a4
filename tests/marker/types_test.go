package marker_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// The types of markers that applications make of those that there are.
type (
	// embedding is the usual one, for its JSON.
	embedding struct{ gorm.DeletedAt }

	// embeddingMore has fields of its own.
	embeddingMore struct {
		gorm.DeletedAt
		Note string
	}

	// typed says of which type its column is.
	typed struct{ gorm.DeletedAt }

	// defined has methods of its own, as it has none of gorm.DeletedAt's.
	defined gorm.DeletedAt

	// named has it in a field.
	named struct{ Inner gorm.DeletedAt }

	// definedUnix is soft_delete's, the same way.
	definedUnix soft_delete.DeletedAt

	// signedUnix is an int64 with its clauses.
	signedUnix int64

	// embeddingUnix is a struct, which needs Scan and Value.
	embeddingUnix struct{ soft_delete.DeletedAt }

	// embeddingFlag is the plugin's own flag in a struct.
	embeddingFlag struct{ softdelete.Flag }
)

func (e embedding) MarshalJSON() ([]byte, error) { return json.Marshal(e.Valid) }

func (typed) GormDataType() string { return "moment" }

func (typed) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return map[string]string{"postgres": "timestamptz(6)", "mysql": "datetime(6)", "sqlite": "datetime"}[db.Name()]
}

func (d *defined) Scan(value any) error        { return (*gorm.DeletedAt)(d).Scan(value) }
func (d defined) Value() (driver.Value, error) { return gorm.DeletedAt(d).Value() }
func (d defined) QueryClauses(f *schema.Field) []clause.Interface {
	return gorm.DeletedAt(d).QueryClauses(f)
}

func (d defined) UpdateClauses(f *schema.Field) []clause.Interface {
	return gorm.DeletedAt(d).UpdateClauses(f)
}

func (d defined) DeleteClauses(f *schema.Field) []clause.Interface {
	return gorm.DeletedAt(d).DeleteClauses(f)
}

func (n *named) Scan(value any) error        { return n.Inner.Scan(value) }
func (n named) Value() (driver.Value, error) { return n.Inner.Value() }

// A pointer to the clause is a clause as well.
func (n named) QueryClauses(f *schema.Field) []clause.Interface {
	c := n.Inner.QueryClauses(f)[0].(gorm.SoftDeleteQueryClause)
	return []clause.Interface{&c}
}

func (n named) UpdateClauses(f *schema.Field) []clause.Interface { return n.Inner.UpdateClauses(f) }
func (n named) DeleteClauses(f *schema.Field) []clause.Interface { return n.Inner.DeleteClauses(f) }

func (definedUnix) QueryClauses(f *schema.Field) []clause.Interface {
	return soft_delete.DeletedAt(0).QueryClauses(f)
}

func (definedUnix) UpdateClauses(f *schema.Field) []clause.Interface {
	return soft_delete.DeletedAt(0).UpdateClauses(f)
}

func (definedUnix) DeleteClauses(f *schema.Field) []clause.Interface {
	return soft_delete.DeletedAt(0).DeleteClauses(f)
}

func (signedUnix) QueryClauses(f *schema.Field) []clause.Interface {
	return soft_delete.DeletedAt(0).QueryClauses(f)
}

func (signedUnix) UpdateClauses(f *schema.Field) []clause.Interface {
	return soft_delete.DeletedAt(0).UpdateClauses(f)
}

// It counts in milliseconds whatever the tag says.
func (signedUnix) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{soft_delete.SoftDeleteDeleteClause{Field: f, TimeType: schema.UnixMillisecond}}
}

func (e *embeddingUnix) Scan(value any) error {
	var n sql.NullInt64
	err := n.Scan(value)
	e.DeletedAt = soft_delete.DeletedAt(n.Int64) //nolint:gosec // a time
	return err
}

func (e embeddingUnix) Value() (driver.Value, error) { return int64(e.DeletedAt), nil } //nolint:gosec // a time

func (e embeddingFlag) Value() (driver.Value, error) { return bool(e.Flag), nil }

// Types that GORM soft-deletes by in a way of their own.
type (
	halved      struct{ gorm.DeletedAt } // no clauses of deletes
	moved       struct{ gorm.DeletedAt } // clauses of a field that the model does not have
	disguised   struct{ gorm.DeletedAt } // a delete clause that only looks like another one
	unscannable gorm.DeletedAt           // no Scan
	homemade    bool                     // nothing of GORM's
	bystander   int                      // a clause that is no soft delete
)

func (halved) DeleteClauses(*schema.Field) []clause.Interface { return nil }

func (moved) QueryClauses(f *schema.Field) []clause.Interface {
	other := *f
	other.DBName = "gone"
	return gorm.DeletedAt{}.QueryClauses(&other)
}

type inDisguise struct{ gorm.SoftDeleteDeleteClause }

func (disguised) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{inDisguise{gorm.SoftDeleteDeleteClause{Field: f}}}
}

func (u unscannable) Value() (driver.Value, error) { return gorm.DeletedAt(u).Value() }

func (u unscannable) QueryClauses(f *schema.Field) []clause.Interface {
	return gorm.DeletedAt(u).QueryClauses(f)
}

func (u unscannable) UpdateClauses(f *schema.Field) []clause.Interface {
	return gorm.DeletedAt(u).UpdateClauses(f)
}

func (u unscannable) DeleteClauses(f *schema.Field) []clause.Interface {
	return gorm.DeletedAt(u).DeleteClauses(f)
}

type homemadeClause struct {
	field   *schema.Field
	deletes bool
}

func (homemadeClause) Name() string               { return "" }
func (homemadeClause) Build(clause.Builder)       {}
func (homemadeClause) MergeClause(*clause.Clause) {}
func (c homemadeClause) ModifyStatement(stmt *gorm.Statement) {
	if stmt.Unscoped || stmt.SQL.Len() > 0 {
		return
	}
	column := clause.Column{Table: clause.CurrentTable, Name: c.field.DBName}
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: column, Value: false}}})
	if c.deletes {
		stmt.AddClause(clause.Set{{Column: clause.Column{Name: c.field.DBName}, Value: true}})
		stmt.AddClauseIfNotExists(clause.Update{})
		stmt.Build(stmt.DB.Callback().Update().Clauses...)
	}
}

func (homemade) QueryClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{homemadeClause{f, false}}
}

func (homemade) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{homemadeClause{f, true}}
}

// bystander asks the database for what it does, through a model that is new to the plugin.
type bystanderClause struct{ homemadeClause }

func (c bystanderClause) ModifyStatement(stmt *gorm.Statement) {
	var n int64
	stmt.DB.Session(&gorm.Session{NewDB: true}).Model(&looked{}).Count(&n)
	if n > 0 {
		panic(fmt.Sprint(n, " rows of nothing"))
	}
}

type looked struct {
	ID        uint
	DeletedAt gorm.DeletedAt
}

func (bystander) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{bystanderClause{homemadeClause{f, false}}}
}
