package neighbours_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// orderDoc is what the writes of these tests are on.
type orderDoc struct {
	ID    uint
	Email string `gorm:"uniqueIndex;size:100"`
	Text  string
	softdelete.Tracked
}

// earlyWrites builds the SQL of each write before GORM's own step, as that would.
func earlyWrites(place string) func(t *testing.T, db *gorm.DB) {
	return func(t *testing.T, db *gorm.DB) {
		t.Helper()
		insert := func(db *gorm.DB) {
			stmt := db.Statement
			if db.Error == nil && stmt.SQL.Len() == 0 && stmt.Schema != nil {
				stmt.AddClauseIfNotExists(clause.Insert{})
				stmt.AddClause(callbacks.ConvertToCreateValues(stmt))
				stmt.Build(stmt.BuildClauses...)
			}
		}
		update := func(db *gorm.DB) {
			stmt := db.Statement
			if db.Error == nil && stmt.SQL.Len() == 0 && stmt.Schema != nil {
				callbacks.SetupUpdateReflectValue(db)
				stmt.AddClauseIfNotExists(clause.Update{})
				if _, ok := stmt.Clauses["SET"]; !ok {
					if set := callbacks.ConvertToAssignments(stmt); len(set) != 0 {
						defer delete(stmt.Clauses, "SET")
						stmt.AddClause(set)
					}
				}
				stmt.Build(stmt.BuildClauses...)
			}
		}
		remove := func(db *gorm.DB) {
			stmt := db.Statement
			if db.Error == nil && stmt.SQL.Len() == 0 && stmt.Schema != nil {
				stmt.AddClauseIfNotExists(clause.Delete{})
				stmt.AddClauseIfNotExists(clause.From{})
				stmt.Build(stmt.BuildClauses...)
			}
		}
		creates, updates, deletes := db.Callback().Create(), db.Callback().Update(), db.Callback().Delete()
		if place == "*" {
			require.NoError(t, creates.Before("*").Register("early", insert))
			require.NoError(t, updates.Before("*").Register("early", update))
			require.NoError(t, deletes.Before("*").Register("early", remove))
			return
		}
		require.NoError(t, creates.Before("gorm:create").Register("early", insert))
		require.NoError(t, updates.Before("gorm:update").Register("early", update))
		require.NoError(t, deletes.Before("gorm:delete").Register("early", remove))
	}
}

func writeArrangements() []arrangement {
	return []arrangement{
		{name: "alone"},
		{name: "early, used before", before: earlyWrites("gorm")},
		{name: "early, used after", after: earlyWrites("gorm")},
		{name: "first of all, used before", before: earlyWrites("*")},
		{name: "first of all, used after", after: earlyWrites("*")},
		{name: "cache, used before", before: cache},
		{name: "cache, used after", after: cache},
	}
}

// docs reads the documents by a handle of its own: live ones and trashed ones, by their texts.
func docs(t *testing.T, db *gorm.DB) (live, trashed []string) {
	t.Helper()
	require.NoError(t, db.Model(&orderDoc{}).Order("id").Pluck("text", &live).Error)
	require.NoError(t, db.Model(&orderDoc{}).Scopes(softdelete.OnlyTrashed).Order("id").Pluck("text", &trashed).Error)
	return live, trashed
}

// Writes do what they say, whoever has built SQL for them on the way.
func TestOrderOfWrites(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		beside := open(t)
		require.NoError(t, beside.Use(softdelete.New()))
		require.NoError(t, beside.AutoMigrate(&orderDoc{}))
		for _, a := range writeArrangements() {
			t.Run(a.name, func(t *testing.T) {
				db := open(t)
				if a.before != nil {
					a.before(t, db)
				}
				require.NoError(t, db.Use(softdelete.New()))
				if a.after != nil {
					a.after(t, db)
				}
				writeDocs(t, db, beside)
			})
		}
	})
}

func writeDocs(t *testing.T, db, beside *gorm.DB) {
	t.Helper()
	require.NoError(t, beside.Where("1 = 1").Unscoped().Delete(&orderDoc{}).Error)
	state := func(what string, wantLive, wantTrashed []string) {
		t.Helper()
		live, trashed := docs(t, beside)
		require.Equal(t, wantLive, live, what)
		require.Equal(t, wantTrashed, trashed, what)
	}
	none := []string{}
	list := []orderDoc{{ID: 1, Email: "1", Text: "a"}, {ID: 2, Email: "2", Text: "b"}, {ID: 3, Email: "3", Text: "c"}}
	require.NoError(t, db.Create(&list).Error)
	stale := list[1]
	state("Create", []string{"a", "b", "c"}, none)

	require.NoError(t, db.Delete(&list[1]).Error)
	require.True(t, list[1].DeletedAt.Valid)
	state("Delete", []string{"a", "c"}, []string{"b"})
	require.NoError(t, db.Where("email = ?", "3").Delete(&orderDoc{}).Error)
	state("Delete by a condition", []string{"a"}, []string{"b", "c"})
	require.NoError(t, softdelete.Restore(db.Where("email = ?", "3"), &orderDoc{}).Error)
	state("Restore", []string{"a", "c"}, []string{"b"})

	require.NoError(t, db.Model(&orderDoc{}).Where("1 = 1").Update("text", "x").Error)
	state("Update", []string{"x", "x"}, []string{"b"})
	values := list[1]
	values.ID, values.Email = 0, ""
	require.NoError(t, db.Model(&orderDoc{ID: 1}).Updates(values).Error)
	state("Updates by a trashed value", []string{"b", "x"}, []string{"b"})
	require.NoError(t, db.Model(&orderDoc{}).Where("id = 1").Updates(map[string]any{"text": "a"}).Error)
	state("Updates by a map", []string{"a", "x"}, []string{"b"})
	stale.Text = "stale"
	require.ErrorIs(t, db.Save(&stale).Error, softdelete.ErrTrashed)
	state("Save of a trashed row", []string{"a", "x"}, []string{"b"})
	trashedValue := list[1]
	trashedValue.ID, trashedValue.Email, trashedValue.Text = 1, "1", "saved"
	require.NoError(t, db.Save(&trashedValue).Error)
	state("Save of a value that says it is trashed", []string{"saved", "x"}, []string{"b"})
	require.ErrorIs(t, db.Save(&[]orderDoc{{ID: 2, Email: "2", Text: "slice"}}).Error, softdelete.ErrTrashed)
	require.ErrorIs(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&orderDoc{ID: 2, Email: "2", Text: "up"}).Error, softdelete.ErrTrashed)
	state("upserts of a trashed row", []string{"saved", "x"}, []string{"b"})
	require.NoError(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&orderDoc{ID: 1, Email: "1", Text: "up"}).Error)
	state("an upsert of a live row", []string{"up", "x"}, []string{"b"})

	revived := orderDoc{Email: "2", Text: "revived"}
	require.NoError(t, db.Scopes(softdelete.Revive).Create(&revived).Error)
	require.EqualValues(t, 2, revived.ID)
	state("Revive", []string{"up", "revived", "x"}, none)

	_, err := gorm.G[orderDoc](db).Where("id = 3").Delete(context.Background())
	require.NoError(t, err)
	state("generic Delete", []string{"up", "revived"}, []string{"x"})
	plan, err := softdelete.Preview(db, softdelete.OpPurge, &orderDoc{ID: 3})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"order_docs": 1}, plan.Rows)
	require.NoError(t, softdelete.Purge(db, &orderDoc{ID: 3}).Error)
	state("Purge", []string{"up", "revived"}, none)
	require.NoError(t, softdelete.ForceDelete(db, &orderDoc{ID: 2}).Error)
	require.NoError(t, db.Unscoped().Where("id = 2").Delete(&orderDoc{}).Error)
	state("ForceDelete", []string{"up"}, none)
	var d softdelete.Deletion
	require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&orderDoc{}, 1).Error)
	_, err = softdelete.Undo(db, d.ID)
	require.NoError(t, err)
	state("Undo", []string{"up"}, none)
}

// A step that another plugin has put in the place of GORM's, and so of what the plugin made of it, does nothing to a model with
// a marker. It says what to do.
func TestOrderOfReplacedSteps(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&orderDoc{}, &orderRole{}))
		require.NoError(t, db.Create(&[]orderDoc{{ID: 1, Email: "1", Text: "a"}, {ID: 2, Email: "2", Text: "b"}}).Error)
		require.NoError(t, db.Delete(&orderDoc{}, 2).Error)
		var d softdelete.Deletion
		require.NoError(t, db.Create(&orderDoc{ID: 3, Email: "3", Text: "c"}).Error)
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&orderDoc{}, 3).Error)
		beside := open(t)
		require.NoError(t, beside.Use(softdelete.New()))

		callback := db.Callback()
		require.NoError(t, callback.Create().Replace("gorm:create", callbacks.Create(&callbacks.Config{CreateClauses: callback.Create().Clauses})))
		require.NoError(t, callback.Update().Replace("gorm:update", callbacks.Update(&callbacks.Config{})))
		require.NoError(t, callback.Delete().Replace("gorm:delete", callbacks.Delete(&callbacks.Config{})))
		require.NoError(t, callback.Query().Replace("gorm:query", callbacks.Query))
		require.NoError(t, callback.Row().Replace("gorm:row", callbacks.RowQuery))
		require.NoError(t, callback.Raw().Replace("gorm:raw", callbacks.RawExec))

		preview := func(op softdelete.Operation) error {
			_, err := softdelete.Preview(db, op, &orderDoc{ID: 1})
			return err
		}
		undo := func() error {
			_, err := softdelete.Undo(db, d.ID)
			return err
		}
		purge := func() error {
			_, err := softdelete.Of[orderDoc](db).Purge(context.Background(), 2)
			return err
		}
		for name, err := range map[string]error{
			"upsert":        db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&orderDoc{ID: 2, Email: "2", Text: "up"}).Error,
			"Revive":        db.Scopes(softdelete.Revive).Create(&orderDoc{Email: "2"}).Error,
			"Update":        db.Model(&orderDoc{ID: 1}).Update("text", "x").Error,
			"Updates":       db.Model(&orderDoc{ID: 1}).Updates(orderDoc{Text: "x"}).Error,
			"Save":          db.Save(&orderDoc{ID: 2, Email: "2", Text: "x"}).Error,
			"Restore":       softdelete.Restore(db, &orderDoc{ID: 2}).Error,
			"Delete":        db.Delete(&orderDoc{ID: 1}).Error,
			"Purge":         softdelete.Purge(db, &orderDoc{ID: 2}).Error,
			"ForceDelete":   softdelete.ForceDelete(db, &orderDoc{ID: 2}).Error,
			"Preview":       preview(softdelete.OpSoftDelete),
			"Preview purge": preview(softdelete.OpPurge),
			"Undo":          undo(),
			"Of.Purge":      purge(),
		} {
			require.ErrorIs(t, err, softdelete.ErrNotInstalled, name)
			require.ErrorContains(t, err, "install softdelete after it", name)
		}
		live, trashed := docs(t, beside)
		require.Equal(t, []string{"a"}, live)
		require.Equal(t, []string{"b", "c"}, trashed)
		require.NoError(t, db.Create(&orderDoc{ID: 9, Email: "9", Text: "plain"}).Error, "an insert can do no harm")
		live, trashed = docs(t, db)
		require.Equal(t, []string{"a", "plain"}, live, "reads are filtered")
		require.Equal(t, []string{"b", "c"}, trashed)
		require.NoError(t, db.Create(&orderRole{ID: 7, Name: "r"}).Error, "a model without a marker is nobody's concern")
		require.NoError(t, db.Model(&orderRole{ID: 7}).Update("name", "s").Error)
		require.NoError(t, db.Delete(&orderRole{ID: 7}).Error)
	})
}

// One that goes on with what stood there before is as good as none.
func TestOrderOfStepsAround(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		beside := open(t)
		require.NoError(t, beside.Use(softdelete.New()))
		require.NoError(t, beside.AutoMigrate(&orderDoc{}))
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		passed := 0
		around := func(next func(*gorm.DB)) func(*gorm.DB) {
			return func(db *gorm.DB) { passed++; next(db) }
		}
		callback := db.Callback()
		require.NoError(t, callback.Create().Replace("gorm:create", around(callback.Create().Get("gorm:create"))))
		require.NoError(t, callback.Update().Replace("gorm:update", around(callback.Update().Get("gorm:update"))))
		require.NoError(t, callback.Delete().Replace("gorm:delete", around(callback.Delete().Get("gorm:delete"))))
		require.NoError(t, callback.Query().Replace("gorm:query", around(callback.Query().Get("gorm:query"))))
		require.NoError(t, callback.Row().Replace("gorm:row", around(callback.Row().Get("gorm:row"))))
		require.NoError(t, callback.Raw().Replace("gorm:raw", around(callback.Raw().Get("gorm:raw"))))
		writeDocs(t, db, beside)
		require.Positive(t, passed)
	})
}
