package trashui

import (
	"context"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
)

// emptied empties the tables that may be emptied of what was trashed before a moment. Rows of
// others do not go along either.
func (v *visit) emptied(ctx context.Context, until time.Time, how func(*softdelete.Trash, context.Context, softdelete.EmptyOptions) (softdelete.EmptyReport, error)) (softdelete.EmptyReport, error) {
	trash := v.trash
	if v.page.options.Authorize != nil {
		if len(v.tables) > 0 && !slices.ContainsFunc(v.tables, func(t *table) bool { return v.mayEmpty(t.schema) }) {
			return softdelete.EmptyReport{}, forbidden()
		}
		trash = trash.Within(v.emptyable())
	}
	most := v.page.mostEmptied
	return how(trash, ctx, softdelete.EmptyOptions{Before: until, MaxRows: most, BatchSize: int(most)})
}

// mostEmptied is how many rows one request counts, and removes, by emptying. What hangs on a row goes
// with it nevertheless.
const mostEmptied = 10000

// unfinished tells if an emptying ended before there was nothing more to remove: there may be more.
func (v *visit) unfinished(rows map[string]int64) bool { return sum(rows) >= v.page.mostEmptied }

func (v *visit) mayEmpty(s *schema.Schema) bool {
	return v.mayViewTable(s.Table, s.Name) && v.may(ActionEmpty, Target{Table: s.Table, Model: s.Name})
}

// emptyable is a scope that leaves rows of tables that may be emptied. Others than those of the
// trash are asked for once they are reached.
func (v *visit) emptyable() func(*gorm.DB) *gorm.DB {
	asked := map[reflect.Type]bool{}
	for _, t := range v.tables {
		asked[t.schema.ModelType] = v.mayEmpty(t.schema)
	}
	return func(db *gorm.DB) *gorm.DB {
		of := modelOf(db.Statement.Model)
		may, known := asked[of]
		if !known {
			stmt := &gorm.Statement{DB: db}
			if err := stmt.Parse(db.Statement.Model); err != nil {
				_ = db.AddError(err)
				return db
			}
			may = v.mayEmpty(stmt.Schema)
			asked[of] = may
		}
		if !may {
			return db.Where("1 = 0")
		}
		return db
	}
}
