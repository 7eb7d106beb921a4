package restore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestRestoreForms(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		log := record.Record(t, db)
		for _, form := range models.VerbForms {
			notes := models.TheNotes(t, db)
			before := tables.Stored(t, db, "a_notes", "title")
			log.Take()
			tx := form.Run(softdelete.Restore, db, notes)
			sent := log.Take()
			want := models.TrashedOf(strings.Fields(form.Want))
			require.NoError(t, tx.Error, form.Name)
			require.EqualValues(t, len(want), tx.RowsAffected, form.Name)
			require.Equal(t, 1, record.Starting(sent, "UPDATE"), "%s: %q", form.Name, sent)
			after := tables.Stored(t, db, "a_notes", "title")
			require.Equal(t, tables.Without(before, models.TrackedColumns...), tables.Without(after, models.TrackedColumns...), form.Name)
			for i, row := range after {
				if !slices.Contains(want, row["title"].(string)) {
					require.Equal(t, before[i], row, form.Name)
					continue
				}
				for _, column := range models.TrackedColumns {
					require.Nil(t, row[column], form.Name)
				}
			}
		}
	})
}

func TestRestoreClearsTheValuesOfRestoredRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		was := *notes["y"]
		require.NoError(t, softdelete.Restore(db, notes["x"]).Error)
		require.Equal(t, softdelete.Tracked{}, notes["x"].Tracked)

		stale := was
		stale.ID = notes["a"].ID
		require.Zero(t, softdelete.Restore(db, &stale).RowsAffected)
		require.Equal(t, was.Tracked, stale.Tracked, "its row was live already")
		gone := was
		gone.ID = 99
		slice := []models.ANote{stale, was, gone}
		require.EqualValues(t, 1, softdelete.Restore(db, &slice).RowsAffected)
		require.Equal(t, was.Tracked, slice[0].Tracked)
		require.Equal(t, softdelete.Tracked{}, slice[1].Tracked)
		require.Equal(t, was.Tracked, slice[2].Tracked)

		require.NoError(t, db.Delete(notes["x"]).Error)
		returned := models.ANote{ID: notes["x"].ID}
		if db.Name() == "sqlite" {
			require.NoError(t, softdelete.Restore(db.Clauses(clause.Returning{}), &returned).Error)
			require.Equal(t, "x", returned.Title)
		}
	})
}

func TestVerbsAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		type keyless struct {
			Title string
			softdelete.Timestamp
		}
		type hard struct{ ID uint }
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{}, &keyless{}, &hard{})
		models.TheNotes(t, db)
		require.NoError(t, db.Create(&[]keyless{{Title: "a"}, {Title: "b"}}).Error)
		require.NoError(t, db.Where("title = ?", "a").Delete(&keyless{}).Error)
		before := tables.Stored(t, db, "a_notes", "id")
		plain := open(t)
		log := record.Record(t, db)
		for name, verb := range map[string]models.VerbFunc{"restore": softdelete.Restore, "purge": softdelete.Purge, "force delete": softdelete.ForceDelete} {
			for what, c := range map[string]struct {
				run  func() *gorm.DB
				want error
			}{
				"no condition":          {func() *gorm.DB { return verb(db, &models.ANote{}) }, gorm.ErrMissingWhereClause},
				"no condition, slice":   {func() *gorm.DB { return verb(db, &[]models.ANote{}) }, gorm.ErrMissingWhereClause},
				"only trashed":          {func() *gorm.DB { return verb(db.Scopes(softdelete.OnlyTrashed), &models.ANote{}) }, gorm.ErrMissingWhereClause},
				"with trashed":          {func() *gorm.DB { return verb(db.Scopes(softdelete.WithTrashed), &models.ANote{}) }, gorm.ErrMissingWhereClause},
				"limit":                 {func() *gorm.DB { return verb(db.Limit(1), &models.ANote{}) }, gorm.ErrMissingWhereClause},
				"nil":                   {func() *gorm.DB { return verb(db, nil) }, gorm.ErrInvalidValue},
				"nil pointer":           {func() *gorm.DB { return verb(db, (*models.ANote)(nil)) }, gorm.ErrInvalidValue},
				"no pointer":            {func() *gorm.DB { return verb(db, models.ANote{ID: 5}) }, gorm.ErrInvalidValue},
				"a number":              {func() *gorm.DB { return verb(db, 5) }, gorm.ErrInvalidValue},
				"slice with a nil":      {func() *gorm.DB { return verb(db, []*models.ANote{{ID: 5}, nil}) }, gorm.ErrInvalidData},
				"nil first":             {func() *gorm.DB { return verb(db, &[]*models.ANote{nil, {ID: 5}}) }, gorm.ErrInvalidData},
				"not soft-deletable":    {func() *gorm.DB { return verb(db, &hard{ID: 1}) }, softdelete.ErrNotSoftDeletable},
				"not installed":         {func() *gorm.DB { return verb(plain, &models.ANote{ID: 5}) }, softdelete.ErrNotInstalled},
				"keyless, no condition": {func() *gorm.DB { return verb(db, &keyless{Title: "a"}) }, gorm.ErrMissingWhereClause},
				"keyless, with a limit": {func() *gorm.DB { return verb(db.Where("1 = 1").Limit(1), &keyless{}) }, gorm.ErrPrimaryKeyRequired},
				"Select":                {func() *gorm.DB { return verb(db.Select("title"), &models.ANote{ID: 5}) }, gorm.ErrInvalidField},
			} {
				log.Take()
				require.NotPanics(t, func() { require.ErrorIs(t, c.run().Error, c.want, "%s: %s", name, what) }, "%s: %s", name, what)
				sent := log.Take()
				require.Zero(t, record.Starting(sent, "UPDATE")+record.Starting(sent, "DELETE"), "%s: %s", name, what)
			}
			require.Error(t, verb(db, &models.ANote{}, "no_such_column = 1").Error)
			require.Error(t, verb(db, &struct{}{}, 1).Error)
		}
		require.ErrorIs(t, db.Delete([]*models.ANote{{ID: 1}, nil}).Error, gorm.ErrInvalidData)
		require.Equal(t, before, tables.Stored(t, db, "a_notes", "id"))
		require.EqualValues(t, 1, softdelete.Restore(db, &keyless{}, "title = ?", "a").RowsAffected)
		require.NoError(t, db.Where("title = ?", "a").Delete(&keyless{}).Error)
		require.EqualValues(t, 1, softdelete.Purge(db, &keyless{}, "1 = 1").RowsAffected)
	})
}

func TestVerbsWithANilContext(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		//nolint:staticcheck // a nil context is what is tested
		none := db.WithContext(nil)
		require.NotPanics(t, func() {
			require.NoError(t, none.Delete(notes["a"]).Error)
			require.NoError(t, softdelete.Restore(none, notes["a"]).Error)
			require.NoError(t, softdelete.Purge(none, notes["x"]).Error)
		})
		require.NotPanics(t, func() {
			//nolint:staticcheck // as above
			_, err := softdelete.Of[models.ANote](db).Restore(nil, 5)
			require.ErrorIs(t, err, gorm.ErrInvalidValue)
		})
	})
}

func TestRestoreConflict(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for _, translate := range []bool{false, true} {
			db := open(t, &gorm.Config{TranslateError: translate})
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.AutoMigrate(&models.AnAddress{}))
			require.NoError(t, db.Exec("DELETE FROM an_addresses").Error)
			database.LiveUnique(t, db, "live_email", "an_addresses", "email")
			rows := []models.AnAddress{{ID: 1, Email: "ana@example.com"}, {ID: 2, Email: "bob@example.com"}}
			require.NoError(t, db.Create(&rows).Error)
			require.NoError(t, db.Delete(&rows).Error)
			require.NoError(t, db.Create(&models.AnAddress{ID: 3, Email: "ana@example.com"}).Error)
			before := tables.Stored(t, db, "an_addresses", "id")
			was := slices.Clone(rows)
			for _, tx := range []*gorm.DB{
				softdelete.Restore(db, &rows[0]),
				softdelete.Restore(db, &rows),
				softdelete.Restore(db, &models.AnAddress{}, "id < 3"),
				softdelete.Restore(db.Session(&gorm.Session{SkipDefaultTransaction: true}), &rows),
			} {
				var conflict *softdelete.ConflictError
				require.ErrorAs(t, tx.Error, &conflict)
				require.ErrorIs(t, tx.Error, softdelete.ErrConflict)
				require.ErrorIs(t, tx.Error, gorm.ErrDuplicatedKey)
				require.Equal(t, "AnAddress", conflict.Model)
				require.NotContains(t, tx.Error.Error(), "ana@example.com")
				switch {
				case db.Name() == "postgres" && !translate:
					require.Equal(t, "live_email", conflict.Constraint)
				case db.Name() == "sqlite" && !translate:
					require.Contains(t, conflict.Constraint, "email")
				}
				require.Zero(t, tx.RowsAffected)
			}
			require.Equal(t, was, rows, "the values too are as they were")
			require.Equal(t, before, tables.Stored(t, db, "an_addresses", "id"))
			require.NoError(t, softdelete.Restore(db, &rows[1]).Error)
		}
	})
}

func TestTenantScopesStayInForce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		tenant := func() *gorm.DB {
			return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") })
		}
		// x belongs to tenant one, y to two.
		require.Zero(t, softdelete.Restore(tenant(), &models.ANote{ID: 6}).RowsAffected)
		require.Zero(t, softdelete.Purge(tenant(), &models.ANote{ID: 6}).RowsAffected)
		require.Zero(t, softdelete.ForceDelete(tenant(), &models.ANote{ID: 2}).RowsAffected)
		require.Zero(t, tenant().Delete(&models.ANote{ID: 2}).RowsAffected)
		require.Zero(t, softdelete.Restore(tenant().Where("title = 'z'").Or("title = 'y'"), &models.ANote{ID: 5}).RowsAffected)
		n, err := softdelete.Of[models.ANote](db).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") }).Restore(t.Context(), 5, 6)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Equal(t, []string{"y"}, models.TrashedNotes(t, db))
		require.EqualValues(t, 3, softdelete.ForceDelete(tenant().Where("1 = 1"), &models.ANote{}).RowsAffected)
		require.Len(t, tables.Stored(t, db, "a_notes", "id"), 3)
	})
}

func TestVerbHooks(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		operation := map[string]softdelete.Operation{
			"restore": softdelete.OpRestore, "purge": softdelete.OpPurge, "force delete": softdelete.OpForceDelete,
		}
		for _, verb := range failing.Verbs[2:] {
			models.TheHooked(t, db)
			var ran []string
			see := func(hook string, h *models.AHooked, tx *gorm.DB) error {
				ran = append(ran, hook+string(rune('0'+h.ID)))
				if got := softdelete.OperationOf(tx); got != operation[verb.Name] {
					return errors.New("the operation is " + got.String())
				}
				var n int64
				if err := tx.Model(&models.AHooked{}).Count(&n).Error; err != nil {
					return err
				}
				return tx.Model(&models.AHooked{}).Where("id = ?", 3).UpdateColumn("title", "by a hook").Error
			}
			slice := []*models.AHooked{{ID: verb.ID, Run: see}, {ID: 5, Run: see}}
			require.NoError(t, verb.Run(db, slice).Error, verb.Name)
			key := string(rune('0' + verb.ID))
			require.Equal(t, []string{verb.Before + key, verb.Before + "5", verb.After + key, verb.After + "5"}, ran)
			ran = nil
			models.TheHooked(t, db)
			require.NoError(t, verb.Run(db.Session(&gorm.Session{SkipHooks: true}), slice).Error)
			require.Empty(t, ran)
			models.TheHooked(t, db)
			require.NoError(t, verb.Run(db.Session(&gorm.Session{DryRun: true}), slice).Error)
			require.Empty(t, ran)
		}
	})
}
