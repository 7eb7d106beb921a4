package purge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestPurgeAndForceDeleteForms(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		log := record.Record(t, db)
		for _, form := range models.VerbForms {
			for name, verb := range map[string]models.VerbFunc{"purge": softdelete.Purge, "force delete": softdelete.ForceDelete} {
				notes := models.TheNotes(t, db)
				before := tables.Stored(t, db, "a_notes", "title")
				want := strings.Fields(form.Want)
				if name == "purge" {
					want = models.TrashedOf(want)
				}
				log.Take()
				tx := form.Run(verb, db, notes)
				sent := log.Take()
				require.NoError(t, tx.Error, "%s: %s", name, form.Name)
				require.EqualValues(t, len(want), tx.RowsAffected, "%s: %s", name, form.Name)
				require.Equal(t, 1, record.Starting(sent, "DELETE"), "%s: %s: %q", name, form.Name, sent)
				require.Zero(t, record.Starting(sent, "UPDATE"), "%s: %s: %q", name, form.Name, sent)
				rest := slices.DeleteFunc(before, func(row map[string]any) bool { return slices.Contains(want, row["title"].(string)) })
				require.Equal(t, rest, tables.Stored(t, db, "a_notes", "title"), "%s: %s", name, form.Name)
			}
		}
	})
}

func TestForceDeleteUnderScopes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		soon := time.Now().Add(time.Hour)
		for name, c := range map[string]struct {
			scope func(*gorm.DB) *gorm.DB
			gone  string
		}{
			"OnlyTrashed":    {softdelete.OnlyTrashed, "x y"},
			"OnlyTrashedIn":  {softdelete.OnlyTrashedIn(&models.ANote{}), "x y"},
			"TrashedBefore":  {softdelete.TrashedBefore(soon), "x y"},
			"TrashedAfter":   {softdelete.TrashedAfter(soon), ""},
			"TrashedWithin":  {softdelete.TrashedWithin(time.Hour), "x y"},
			"TrashedBy":      {softdelete.TrashedBy("before"), "x y"},
			"WithoutTrashed": {softdelete.WithoutTrashed, "a b c d"},
			"WithTrashed":    {softdelete.WithTrashed, "a b c d x y"},
		} {
			models.TheNotes(t, db)
			want := strings.Fields(c.gone)
			tx := softdelete.ForceDelete(db.Scopes(c.scope).Where("1 = 1"), &models.ANote{})
			require.NoError(t, tx.Error, name)
			require.EqualValues(t, len(want), tx.RowsAffected, name)
			rest := slices.DeleteFunc([]string{"a", "b", "c", "d", "x", "y"}, func(s string) bool { return slices.Contains(want, s) })
			require.Equal(t, rest, tables.Column[string](t, db, "SELECT title FROM a_notes ORDER BY title"), name)
		}
		models.TheNotes(t, db)
		require.Zero(t, softdelete.Purge(db.Scopes(softdelete.WithoutTrashed).Where("1 = 1"), &models.ANote{}).RowsAffected)
		require.Zero(t, softdelete.Restore(db.Scopes(softdelete.WithoutTrashed).Where("1 = 1"), &models.ANote{}).RowsAffected)
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))
	})
}

type (
	aHolder struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Tracked
	}
	aHeld struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		HolderID uint
		Holder   aHolder
	}
)

func TestForeignKeysAreRespected(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aHolder{}, &aHeld{})
		holders := []aHolder{{ID: 1}, {ID: 2}, {ID: 3}}
		require.NoError(t, db.Create(&holders).Error)
		require.NoError(t, db.Create(&aHeld{ID: 1, HolderID: 2}).Error)
		require.NoError(t, db.Delete(&holders).Error, "a soft delete leaves what holds a row alone")
		before := tables.Stored(t, db, "a_holders", "id")
		for _, tx := range []*gorm.DB{
			softdelete.Purge(db, &holders),
			softdelete.Purge(db.Where("1 = 1"), &aHolder{}),
			softdelete.ForceDelete(db, &holders[1]),
			softdelete.ForceDelete(db.Session(&gorm.Session{SkipDefaultTransaction: true}), &holders),
			db.Unscoped().Delete(&holders),
		} {
			require.Error(t, tx.Error)
			require.Zero(t, tx.RowsAffected)
		}
		require.Equal(t, before, tables.Stored(t, db, "a_holders", "id"))
		require.Len(t, tables.Stored(t, db, "a_helds", "id"), 1)
		require.EqualValues(t, 2, softdelete.Purge(db, &aHolder{}, []uint{1, 3}).RowsAffected)
	})
}

func TestStrict(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		strict := handles.WithPlugin(t, open, softdelete.Config{Strict: true}, &models.ANote{}, &models.APair{})
		lax := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.APair{})
		models.TheNotes(t, lax)
		require.NoError(t, lax.Create(&models.APair{Left: 1, Right: "r"}).Error)
		before := tables.Stored(t, lax, "a_notes", "id")
		update := func(db *gorm.DB, value any, conds ...any) *gorm.DB {
			if _, empty := value.(*models.ANote); empty && len(conds) > 0 {
				db = db.Where(conds[0], conds[1:]...)
			}
			return db.Model(value).Update("updated_at", time.Now())
		}
		softDelete := func(db *gorm.DB, value any, conds ...any) *gorm.DB { return db.Delete(value, conds...) }
		for name, verb := range map[string]models.VerbFunc{
			"delete": softDelete, "update": update, "restore": softdelete.Restore, "purge": softdelete.Purge, "force delete": softdelete.ForceDelete,
		} {
			for form, run := range map[string]func(db *gorm.DB) *gorm.DB{
				"value":          func(db *gorm.DB) *gorm.DB { return verb(db, &models.ANote{ID: 99}) },
				"value, failing": func(db *gorm.DB) *gorm.DB { return verb(db.Where("score = 99"), &models.ANote{ID: 1}) },
				"id = ?":         func(db *gorm.DB) *gorm.DB { return verb(db.Where("id = ?", 99), &models.ANote{}) },
				"id IN ?":        func(db *gorm.DB) *gorm.DB { return verb(db.Where("id IN ?", []int{98, 99}), &models.ANote{}) },
				"id in (?)":      func(db *gorm.DB) *gorm.DB { return verb(db.Where("id in (?)", []int{98, 99}), &models.ANote{}) },
				"a_notes.id = ?": func(db *gorm.DB) *gorm.DB { return verb(db.Where("a_notes.id = ?", 99), &models.ANote{}) },
				"id = @id": func(db *gorm.DB) *gorm.DB {
					return verb(db.Where("id = @id", map[string]any{"id": 99}), &models.ANote{})
				},
				"struct":      func(db *gorm.DB) *gorm.DB { return verb(db.Where(&models.ANote{ID: 99}), &models.ANote{}) },
				"map":         func(db *gorm.DB) *gorm.DB { return verb(db.Where(map[string]any{"id": 99}), &models.ANote{}) },
				"key":         func(db *gorm.DB) *gorm.DB { return verb(db, &models.ANote{}, 99) },
				"keys":        func(db *gorm.DB) *gorm.DB { return verb(db, &models.ANote{}, []int{98, 99}) },
				"key as text": func(db *gorm.DB) *gorm.DB { return verb(db, &models.ANote{}, "99") },
				"and more":    func(db *gorm.DB) *gorm.DB { return verb(db.Where("id = ?", 1).Where("score = 99"), &models.ANote{}) },
			} {
				tx := run(strict)
				require.ErrorIs(t, tx.Error, softdelete.ErrNotFound, "%s: %s", name, form)
				require.ErrorIs(t, tx.Error, gorm.ErrRecordNotFound, "%s: %s", name, form)
				tx = run(lax)
				require.NoError(t, tx.Error, "%s: %s", name, form)
				require.Zero(t, tx.RowsAffected, "%s: %s", name, form)
			}
			require.NoError(t, verb(strict.Where("score = ?", 99), &models.ANote{}).Error, "%s: no key, no error", name)
			require.NoError(t, verb(strict.Where("id = ? OR score = ?", 99, 99), &models.ANote{}).Error, "%s: no key, no error", name)
			require.NoError(t, verb(strict.Where("id = ?", 99).Or("score = ?", 99), &models.ANote{}).Error, "%s: no key, no error", name)
			if name != "update" {
				require.ErrorIs(t, verb(strict, &[]models.ANote{{ID: 98}, {ID: 99}}).Error, softdelete.ErrNotFound, name)
				require.ErrorIs(t, verb(strict, &models.APair{Left: 9, Right: "r"}).Error, softdelete.ErrNotFound, name)
				require.ErrorIs(t, verb(strict.Where(database.Quoted(strict, `"left" = ? AND "right" = ?`), 9, "r").Where(map[string]any{"left": 9, "right": "r"}), &models.APair{}).Error, softdelete.ErrNotFound, name)
				require.NoError(t, verb(strict.Where(map[string]any{"left": 9}), &models.APair{}).Error, "%s: half a key", name)
			}
		}
		require.ErrorIs(t, strict.Delete(&models.ANote{ID: 5}).Error, softdelete.ErrNotFound, "trashed already")
		require.ErrorIs(t, softdelete.Restore(strict, &models.ANote{ID: 1}).Error, softdelete.ErrNotFound, "live")
		require.ErrorIs(t, softdelete.Purge(strict, &models.ANote{ID: 1}).Error, softdelete.ErrNotFound, "live")
		require.ErrorIs(t, strict.Model(&models.ANote{ID: 5}).Updates(models.ANote{Score: 9}).Error, softdelete.ErrNotFound, "trashed")
		_, err := gorm.G[models.ANote](strict).Where("id = ?", 5).Delete(t.Context())
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		_, err = softdelete.Of[models.ANote](strict).Restore(t.Context(), 99)
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		require.Equal(t, before, tables.Stored(t, lax, "a_notes", "id"))
		require.NoError(t, strict.Delete(&[]models.ANote{{ID: 1}, {ID: 5}}).Error, "one of them matched")
	})
}

func TestStrictUndoesWhatHooksWrote(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Strict: true}, &models.AHooked{}, &models.ATrace{})
		for kind, with := range failing.Handles(t, db) {
			for _, verb := range failing.Verbs {
				if verb.Name == "unscoped delete" {
					continue // a delete of GORM's own
				}
				models.TheHooked(t, db)
				value := models.AHooked{ID: 9, Run: failing.Failing("", nil)}
				require.ErrorIs(t, with(func(tx *gorm.DB) error { return verb.Run(tx, &value).Error }), softdelete.ErrNotFound, "%s, %s", verb.Name, kind)
				require.Empty(t, tables.Stored(t, db, "a_traces", "id"), "%s, %s", verb.Name, kind)
			}
			update := models.AHooked{ID: 4, Run: func(hook string, _ *models.AHooked, tx *gorm.DB) error {
				if hook == "BeforeUpdate" {
					return tx.Create(&models.ATrace{ID: 1, Hook: hook}).Error
				}
				return nil
			}}
			require.ErrorIs(t, with(func(tx *gorm.DB) error { return tx.Model(&update).Update("title", "t").Error }), softdelete.ErrNotFound, kind)
			require.Empty(t, tables.Stored(t, db, "a_traces", "id"), kind)
		}
	})
}

func TestBin(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &models.APair{})
		models.TheNotes(t, db)
		ctx := t.Context()
		bin := softdelete.Of[models.ANote](db)
		n, err := bin.Count(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		rows, err := bin.Where("score = ?", 5).Find(ctx)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, "x", rows[0].Title)

		_, err = bin.Restore(ctx)
		require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
		_, err = bin.Purge(ctx)
		require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
		_, err = bin.Scopes(softdelete.WithTrashed).Purge(ctx)
		require.ErrorIs(t, err, gorm.ErrMissingWhereClause)
		_, err = bin.Restore(ctx, []uint{5, 6})
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = bin.Restore(ctx, nil)
		require.Error(t, err)
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))

		n, err = bin.Restore(ctx, 1, 5)
		require.NoError(t, err)
		require.EqualValues(t, 1, n, "a live row is none of the trash")
		n, err = bin.Purge(ctx, 1, 5)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = bin.Scopes(softdelete.TrashedBefore(time.Now().Add(time.Hour))).Purge(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Equal(t, []string{"a", "b", "c", "d", "x"}, models.LiveNotes(t, db))

		pairs := []models.APair{{Left: 1, Right: "p"}, {Left: 1, Right: "q"}, {Left: 2, Right: "p"}}
		require.NoError(t, db.Create(&pairs).Error)
		require.NoError(t, db.Delete(&pairs).Error)
		couples := softdelete.Of[models.APair](db)
		_, err = couples.Restore(ctx, 1)
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		n, err = couples.Restore(ctx, []any{1, "q"}, []any{2, "q"})
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		n, err = couples.Purge(ctx, []any{1, "q"}, []any{2, "p"})
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Len(t, tables.Stored(t, db, "a_pairs", database.Quoted(db, `"left"`)), 2)

		_, err = softdelete.Of[models.ATrace](db).Count(ctx)
		require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable)
		_, err = softdelete.Of[models.ANote](nil).Find(ctx)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.Of[models.ANote](open(t)).Find(ctx)
		require.ErrorIs(t, err, softdelete.ErrNotInstalled)
		only := softdelete.Of[models.ANote](db.Where("1 = 0"))
		n, err = only.Restore(ctx, 5)
		require.NoError(t, err)
		require.Zero(t, n, "conditions of the handle stay in force")
	})
}
