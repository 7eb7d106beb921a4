//go:build docs

package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// Country has no marker.
type Country struct {
	ID   uint
	Name string
}

// Tenant narrows down statements to the rows of the tenant in their context.
type Tenant string

type tenantKey struct{}

var ofTenantA = context.WithValue(context.Background(), tenantKey{}, Tenant("a"))

// QueryClauses are of reads.
func (Tenant) QueryClauses(f *schema.Field) []clause.Interface { return []clause.Interface{only{f}} }

// UpdateClauses are of updates.
func (Tenant) UpdateClauses(f *schema.Field) []clause.Interface { return []clause.Interface{only{f}} }

// DeleteClauses are of deletes.
func (Tenant) DeleteClauses(f *schema.Field) []clause.Interface { return []clause.Interface{only{f}} }

type only struct{ field *schema.Field }

func (only) Name() string               { return "" }
func (only) Build(clause.Builder)       {}
func (only) MergeClause(*clause.Clause) {}

func (o only) ModifyStatement(stmt *gorm.Statement) {
	if tenant, ok := stmt.Context.Value(tenantKey{}).(Tenant); ok {
		column := clause.Column{Table: clause.CurrentTable, Name: o.field.DBName}
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: column, Value: tenant}}})
	}
}

// post is the seed's.
var post Post

// World is what the blocks of docs/models.md run in: a row of each model.
var World = page.World{
	Models: []any{&Post{}, &Account{}, &Country{}, &Letter{}, &Guest{}, &Doc{}},
	Bare:   bare,
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if bare(section) {
			return nil
		}
		post = Post{Title: "On tea"}
		doc := Doc{ID: 7, Tenant: "a"}
		return errors.Join(
			db.Create(&post).Error, db.Create(&Account{}).Error, db.Create(&Letter{}).Error, db.Create(&doc).Error, db.Delete(&doc).Error,
		)
	},
}

func bare(section string) bool {
	return section == "List your models" || section == "A column that only looks like a marker"
}
