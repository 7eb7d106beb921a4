package write_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A savedNote is saved beside plugins that make something else of the struct, of which each column is one to set.
type savedNote struct {
	ID   uint
	Text string
	softdelete.Tracked
	Edits edits
}

// edits counts the updates of a row. Like other types that count, it makes a map of what is set, by a clause of the field's.
type edits int

func (edits) UpdateClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{countEdits{field}}
}

type countEdits struct{ field *schema.Field }

func (countEdits) Name() string               { return "" }
func (countEdits) Build(clause.Builder)       {}
func (countEdits) MergeClause(*clause.Clause) {}

func (c countEdits) ModifyStatement(stmt *gorm.Statement) {
	if stmt.SQL.Len() > 0 {
		return
	}
	if way, _ := stmt.Settings.Load("way"); way == "a field's clause" || way == "a field's clause that forgets what is left out" {
		if way != "a field's clause" {
			stmt.Omits = nil
		}
		stmt.Dest = valuesOf(stmt)
	}
}

// valuesOf is what a statement's struct holds, but for its key.
func valuesOf(stmt *gorm.Statement) map[string]any {
	value := reflect.Indirect(reflect.ValueOf(stmt.Dest))
	values := map[string]any{}
	for _, field := range stmt.Schema.Fields {
		if field.DBName != "" && !field.PrimaryKey {
			values[field.DBName], _ = field.ValueOf(stmt.Context, value)
		}
	}
	return values
}

// remakes are callbacks by which a plugin makes something else of what is saved.
var remakes = map[string]func(*gorm.Statement){
	"a map":                       func(stmt *gorm.Statement) { stmt.Dest = valuesOf(stmt) },
	"a map, and nothing selected": func(stmt *gorm.Statement) { stmt.Dest, stmt.Selects = valuesOf(stmt), nil },
	"a SET": func(stmt *gorm.Statement) {
		var set clause.Set
		for name, value := range valuesOf(stmt) {
			set = append(set, clause.Assignment{Column: clause.Column{Name: name}, Value: value})
		}
		stmt.AddClause(set)
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: "id", Value: stmt.Dest.(*savedNote).ID}}})
	},
	"another struct": func(stmt *gorm.Statement) {
		value := *stmt.Dest.(*savedNote)
		stmt.Dest = value
	},
}

func TestSavesBesidePluginsThatRemakeThem(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		ways := map[string]func(db *gorm.DB, remake func(*gorm.DB)) error{
			"in the chain": func(db *gorm.DB, f func(*gorm.DB)) error {
				return db.Callback().Update().Before("gorm:update").Register("x", f)
			},
			"first of all": func(db *gorm.DB, f func(*gorm.DB)) error { return db.Callback().Update().Before("*").Register("x", f) },
			"after the hooks": func(db *gorm.DB, f func(*gorm.DB)) error {
				return db.Callback().Update().After("gorm:before_update").Register("x", f)
			},
		}
		for what, remake := range remakes {
			callback := func(db *gorm.DB) {
				if db.Error == nil && db.Statement.SQL.Len() == 0 && reflect.TypeOf(db.Statement.Dest) == reflect.TypeFor[*savedNote]() {
					remake(db.Statement)
				}
			}
			for where, register := range ways {
				for _, first := range []bool{true, false} {
					db := open(t)
					if first {
						require.NoError(t, register(db, callback))
					}
					require.NoError(t, db.Use(softdelete.New()))
					if !first {
						require.NoError(t, register(db, callback))
					}
					checkSaves(t, db, db, what+", "+where)
				}
			}
		}
		for _, way := range []string{"a field's clause", "a field's clause that forgets what is left out"} {
			db := open(t)
			require.NoError(t, db.Use(softdelete.New()))
			checkSaves(t, db, db.Set("way", way).Session(&gorm.Session{}), way)
		}
	})
}

// checkSaves holds that no save of a struct changes a marker, by a handle with a plugin and a plain one.
func checkSaves(t *testing.T, plain, db *gorm.DB, way string) {
	t.Helper()
	require.NoError(t, plain.Migrator().DropTable(&savedNote{}), way)
	require.NoError(t, plain.AutoMigrate(&savedNote{}), way)
	require.NoError(t, plain.Create(&[]savedNote{{ID: 1, Text: "one"}, {ID: 2, Text: "two"}}).Error, way)
	require.NoError(t, plain.WithContext(softdelete.WithActor(t.Context(), "ana")).Delete(&savedNote{ID: 2}).Error, way)
	markers := func() []map[string]any {
		return tables.Without(tables.Stored(t, plain, "saved_notes", "id"), "text", "edits")
	}
	before := markers()

	require.ErrorIs(t, db.Save(&savedNote{ID: 2, Text: "back"}).Error, softdelete.ErrTrashed, way)
	require.Equal(t, []string{"one", "two"}, tables.Column[string](t, plain, "SELECT text FROM saved_notes ORDER BY id"), way)
	require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&savedNote{ID: 2, Text: "written"}).Error, way)
	stale := savedNote{ID: 1, Text: "stale"}
	stale.DeletedAt = gorm.DeletedAt{Valid: true, Time: time.Now()}
	require.NoError(t, db.Save(&stale).Error, way)
	require.Equal(t, []string{"stale", "written"}, tables.Column[string](t, plain, "SELECT text FROM saved_notes ORDER BY id"), way)
	stale.Text = "updated"
	require.NoError(t, db.Updates(&stale).Error, way)
	require.Equal(t, []string{"updated", "written"}, tables.Column[string](t, plain, "SELECT text FROM saved_notes ORDER BY id"), way)
	require.Equal(t, before, markers(), "%s: no marker has changed", way)
}
