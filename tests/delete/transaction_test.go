package delete_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestDeleteTransactions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.AHooked{}, &models.ATrace{})
		notes := models.TheNotes(t, db)
		log := record.Record(t, db)
		kinds := func() string {
			words := []string{}
			for _, s := range log.Take() {
				words = append(words, strings.Fields(s)[0])
			}
			return strings.Join(words, " ")
		}
		require.NoError(t, db.WithContext(t.Context()).Delete(notes["a"]).Error)
		require.Equal(t, "BEGIN UPDATE COMMIT", kinds(), "of a context that ends; see TestOneStatementIsItsOwnTransaction")
		require.NoError(t, softdelete.Restore(db.WithContext(t.Context()), notes["a"]).Error)
		require.Equal(t, "BEGIN UPDATE COMMIT", kinds())
		none := db.Session(&gorm.Session{SkipDefaultTransaction: true})
		require.NoError(t, none.Delete(notes["a"]).Error)
		require.Equal(t, "UPDATE", kinds())
		require.NoError(t, softdelete.Restore(none, notes["a"]).Error)
		require.Equal(t, "UPDATE", kinds())
		require.NoError(t, softdelete.Purge(none, notes["x"]).Error)
		require.Equal(t, "SELECT DELETE", kinds(), "the first removal reads which foreign keys refer to the table")
		require.NoError(t, softdelete.Purge(none, notes["x"]).Error)
		require.Equal(t, "DELETE", kinds())
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error { return tx.Delete(notes["b"]).Error }))
		require.Equal(t, "BEGIN UPDATE COMMIT", kinds())

		require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
			require.NoError(t, tx.Delete(notes["c"]).Error)
			return failing.ErrHook
		}), failing.ErrHook)
		require.Equal(t, "BEGIN UPDATE ROLLBACK", kinds())
		require.Equal(t, []string{"a", "c", "d"}, models.LiveNotes(t, db))

		prepared := db.Session(&gorm.Session{PrepareStmt: true})
		for _, title := range []string{"c", "d"} {
			require.EqualValues(t, 1, prepared.Delete(notes[title]).RowsAffected)
			require.Zero(t, prepared.Delete(notes[title]).RowsAffected)
			require.EqualValues(t, 1, softdelete.Restore(prepared, notes[title]).RowsAffected)
		}
		require.Equal(t, []string{"a", "c", "d"}, models.LiveNotes(t, db))
	})
}

func TestDryRunExecutesNothing(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for _, config := range []softdelete.Config{{}, {Strict: true, Clock: softdelete.DatabaseClock, TouchUpdatedAt: true}} {
			db := handles.WithPlugin(t, open, config, &models.ANote{}, &models.AHooked{}, &models.ATrace{})
			notes := models.TheNotes(t, db)
			models.TheHooked(t, db)
			before := tables.Stored(t, db, "a_notes", "id")
			log := record.Record(t, db)
			for name, statement := range map[string]struct {
				run  func(*gorm.DB) *gorm.DB
				want string
			}{
				"delete":         {func(tx *gorm.DB) *gorm.DB { return tx.Delete(&models.ANote{ID: 1}) }, "UPDATE a_notes SET deleted_at="},
				"delete slice":   {func(tx *gorm.DB) *gorm.DB { return tx.Delete(&[]models.ANote{{ID: 1}, {ID: 5}}) }, "UPDATE a_notes SET deleted_at="},
				"delete where":   {func(tx *gorm.DB) *gorm.DB { return tx.Where("score > 1").Delete(&models.ANote{}) }, "UPDATE a_notes SET deleted_at="},
				"delete limit":   {func(tx *gorm.DB) *gorm.DB { return tx.Where("score > 1").Limit(1).Delete(&models.ANote{}) }, "UPDATE a_notes SET deleted_at="},
				"delete hooked":  {func(tx *gorm.DB) *gorm.DB { return tx.Delete(&models.AHooked{ID: 1}) }, "UPDATE a_hookeds SET deleted_at="},
				"restore":        {func(tx *gorm.DB) *gorm.DB { return softdelete.Restore(tx, &models.ANote{ID: 5}) }, "UPDATE a_notes SET deleted_at=NULL"},
				"restore slice":  {func(tx *gorm.DB) *gorm.DB { return softdelete.Restore(tx, &[]models.ANote{{ID: 1}, {ID: 5}}) }, "UPDATE a_notes SET deleted_at=NULL"},
				"restore hooked": {func(tx *gorm.DB) *gorm.DB { return softdelete.Restore(tx, &models.AHooked{ID: 4}) }, "UPDATE a_hookeds SET deleted_at=NULL"},
				"purge":          {func(tx *gorm.DB) *gorm.DB { return softdelete.Purge(tx, &models.ANote{ID: 5}) }, "DELETE FROM a_notes WHERE a_notes.id = 5 AND a_notes.deleted_at IS NOT NULL"},
				"force delete":   {func(tx *gorm.DB) *gorm.DB { return softdelete.ForceDelete(tx, &models.ANote{ID: 5}) }, "DELETE FROM a_notes WHERE a_notes.id = 5"},
				"update":         {func(tx *gorm.DB) *gorm.DB { return tx.Model(&models.ANote{ID: 5}).Update("score", 9) }, "UPDATE a_notes SET score=9"},
				"save":           {func(tx *gorm.DB) *gorm.DB { return tx.Save(&models.ANote{ID: 5}) }, "UPDATE a_notes SET"},
				"save slice":     {func(tx *gorm.DB) *gorm.DB { return tx.Save(&[]models.ANote{{ID: 5}}) }, "INSERT INTO a_notes"},
				"revive":         {func(tx *gorm.DB) *gorm.DB { return tx.Scopes(softdelete.Revive).Create(&models.ANote{ID: 5}) }, "INSERT INTO a_notes"},
			} {
				log.Take()
				sql := strings.NewReplacer("`", "", `"`, "").Replace(db.ToSQL(statement.run))
				require.True(t, strings.HasPrefix(sql, statement.want), "%s: %s", name, sql)
				require.Empty(t, log.Take(), name)
				tx := statement.run(db.Session(&gorm.Session{DryRun: true, SkipDefaultTransaction: true}))
				require.NoError(t, tx.Error, name)
				require.NotEmpty(t, tx.Statement.SQL.String(), name)
				require.Empty(t, log.Take(), name)
				_ = statement.run(db.Session(&gorm.Session{DryRun: true}))
				require.Empty(t, log.Take(), "%s: not even GORM's transaction", name)
			}
			value := *notes["a"]
			require.NoError(t, db.Session(&gorm.Session{DryRun: true}).Delete(&value).Error)
			require.Equal(t, *notes["a"], value)
			value = *notes["x"]
			require.NoError(t, softdelete.Restore(db.Session(&gorm.Session{DryRun: true}), &value).Error)
			require.Equal(t, *notes["x"], value)
			require.Equal(t, before, tables.Stored(t, db, "a_notes", "id"))
		}
	})
}

func TestWritesWithAContextThatHasEnded(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.AHooked{}, &models.ATrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		notes := models.TheNotes(t, db)
		before := tables.Stored(t, db, "a_notes", "id")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		a, x := *notes["a"], *notes["x"]
		for _, tx := range []*gorm.DB{db.WithContext(ended), db.WithContext(ended).Session(&gorm.Session{SkipDefaultTransaction: true})} {
			require.ErrorIs(t, tx.Delete(&a).Error, context.Canceled)
			require.ErrorIs(t, softdelete.Restore(tx, &x).Error, context.Canceled)
			require.ErrorIs(t, softdelete.Purge(tx, &x).Error, context.Canceled)
			require.ErrorIs(t, softdelete.ForceDelete(tx, &a).Error, context.Canceled)
		}
		require.Equal(t, *notes["a"], a)
		require.Equal(t, *notes["x"], x)
		require.Equal(t, before, tables.Stored(t, db, "a_notes", "id"))

		for kind, with := range failing.Handles(t, db) {
			for _, verb := range failing.Verbs {
				for _, in := range []string{verb.Before, verb.After} {
					if strings.HasPrefix(kind, "caller's") {
						continue // the caller's own commit fails with the context, or not, as the caller likes
					}
					models.TheHooked(t, db)
					rows := tables.Stored(t, db, "a_hookeds", "id")
					ctx, cancel := context.WithCancel(t.Context())
					value := models.AHooked{ID: verb.ID, Run: func(hook string, _ *models.AHooked, _ *gorm.DB) error {
						if hook == in {
							cancel()
						}
						return nil
					}}
					err := with(func(tx *gorm.DB) error { return verb.Run(tx.WithContext(ctx), &value).Error })
					cancel()
					require.Error(t, err, "%s, %s, %s", kind, verb.Name, in)
					require.Equal(t, rows, tables.Stored(t, db, "a_hookeds", "id"), "%s, %s, %s", kind, verb.Name, in)
					require.Equal(t, softdelete.Tracked{}, value.Tracked, "%s, %s, %s", kind, verb.Name, in)
					failing.Usable(t, db)
				}
			}
		}
	})
}

func TestWritesOnAClosedDatabase(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.AHooked{}, &models.ATrace{})
		notes := models.TheNotes(t, db)
		pool, err := db.DB()
		require.NoError(t, err)
		require.NoError(t, pool.Close())
		a, x := *notes["a"], *notes["x"]
		for _, tx := range []*gorm.DB{db, db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
			require.Error(t, tx.Delete(&a).Error)
			require.Error(t, tx.Delete(&[]models.ANote{a, x}).Error)
			require.Error(t, softdelete.Restore(tx, &x).Error)
			require.Error(t, softdelete.Purge(tx, &x).Error)
			require.Error(t, tx.Save(&x).Error)
			require.Error(t, tx.Scopes(softdelete.Revive).Create(&x).Error)
			require.Error(t, tx.Delete(&models.AHooked{ID: 1}).Error)
		}
		require.Equal(t, *notes["a"], a)
		require.Equal(t, notes["x"].Tracked, x.Tracked)
	})
}

func TestDeleteUnderADeadline(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{}, &models.ANote{})
	notes := models.TheNotes(t, db)
	blocker := db.Begin()
	require.NoError(t, blocker.Exec("SELECT * FROM a_notes FOR UPDATE").Error)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	a := *notes["a"]
	require.Error(t, db.WithContext(ctx).Delete(&a).Error)
	require.NoError(t, blocker.Rollback().Error)
	require.Equal(t, *notes["a"], a)
	require.Equal(t, []string{"a", "b", "c", "d"}, models.LiveNotes(t, db))
}
