package softdelete_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// verbForms are the ways to address rows, alike for all verbs. Of the notes x and y are trashed.
var verbForms = []struct {
	name string
	run  func(verb verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB
	want string // which notes it addresses
}{
	{"value", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB { return v(db, n["x"]) }, "x"},
	{"live value", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB { return v(db, n["a"]) }, "a"},
	{"value with a condition that it fails", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB {
		return v(db.Where("title = ?", "y"), n["x"])
	}, ""},
	{"slice", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB {
		return v(db, &[]aNote{*n["a"], *n["x"], *n["y"]})
	}, "a x y"},
	{"slice by value", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB { return v(db, []aNote{*n["a"], *n["x"]}) }, "a x"},
	{"slice of pointers", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB { return v(db, []*aNote{n["a"], n["x"]}) }, "a x"},
	{"key", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB { return v(db, &aNote{}, n["x"].ID) }, "x"},
	{"keys", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB {
		return v(db, &aNote{}, []uint{n["a"].ID, n["y"].ID})
	}, "a y"},
	{"inline condition", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db, &aNote{}, "title = ? OR title = ?", "a", "x")
	}, "a x"},
	{"inline struct", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB { return v(db, &aNote{}, aNote{Title: "x"}) }, "x"},
	{"condition", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB { return v(db.Where("score > 3"), &aNote{}) }, "d x y"},
	{"or", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Where("title = 'a'").Or("title = 'x'"), &aNote{})
	}, "a x"},
	{"scope", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 'two'") }).Where("score > 3"), &aNote{})
	}, "d y"},
	{"model and no value", func(v verbFunc, db *gorm.DB, n map[string]*aNote) *gorm.DB { return v(db.Model(n["x"]), nil) }, "x"},
	{"all", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB { return v(db.Where("1 = 1"), &aNote{}) }, "a b c d x y"},
	{"global", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Session(&gorm.Session{AllowGlobalUpdate: true}), &aNote{})
	}, "a b c d x y"},
	{"trashed before", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Scopes(softdelete.TrashedBefore(time.Now().Add(time.Hour))), &aNote{})
	}, "x y"},
	{"trashed by", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Scopes(softdelete.TrashedBy("before")), &aNote{}, "score = 5")
	}, "x"},
	{"only trashed", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Scopes(softdelete.OnlyTrashed).Where("score > 3"), &aNote{})
	}, "x y"},
	{"join", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Joins("JOIN a_notes AS o ON o.score = a_notes.score + 1").Where("o.title IN ?", []string{"d", "y"}), &aNote{})
	}, "c x"},
	{"limit", func(v verbFunc, db *gorm.DB, _ map[string]*aNote) *gorm.DB {
		return v(db.Where("score >= 5").Order("score DESC").Limit(1), &aNote{})
	}, "y"},
}

type verbFunc = func(db *gorm.DB, value any, conds ...any) *gorm.DB

// trashedOf keeps the titles of trashed notes.
func trashedOf(titles []string) []string {
	return slices.DeleteFunc(slices.Clone(titles), func(s string) bool { return s < "x" })
}

func TestRestoreForms(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		log := record(t, db)
		for _, form := range verbForms {
			notes := theNotes(t, db)
			before := stored(t, db, "a_notes", "title")
			log.take()
			tx := form.run(softdelete.Restore, db, notes)
			sent := log.take()
			want := trashedOf(strings.Fields(form.want))
			require.NoError(t, tx.Error, form.name)
			require.EqualValues(t, len(want), tx.RowsAffected, form.name)
			require.Equal(t, 1, starting(sent, "UPDATE"), "%s: %q", form.name, sent)
			after := stored(t, db, "a_notes", "title")
			require.Equal(t, without(before, trackedColumns...), without(after, trackedColumns...), form.name)
			for i, row := range after {
				if !slices.Contains(want, row["title"].(string)) {
					require.Equal(t, before[i], row, form.name)
					continue
				}
				for _, column := range trackedColumns {
					require.Nil(t, row[column], form.name)
				}
			}
		}
	})
}

func TestRestoreClearsTheValuesOfRestoredRows(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		notes := theNotes(t, db)
		was := *notes["y"]
		require.NoError(t, softdelete.Restore(db, notes["x"]).Error)
		require.Equal(t, softdelete.Tracked{}, notes["x"].Tracked)

		stale := was
		stale.ID = notes["a"].ID
		require.Zero(t, softdelete.Restore(db, &stale).RowsAffected)
		require.Equal(t, was.Tracked, stale.Tracked, "its row was live already")
		gone := was
		gone.ID = 99
		slice := []aNote{stale, was, gone}
		require.EqualValues(t, 1, softdelete.Restore(db, &slice).RowsAffected)
		require.Equal(t, was.Tracked, slice[0].Tracked)
		require.Equal(t, softdelete.Tracked{}, slice[1].Tracked)
		require.Equal(t, was.Tracked, slice[2].Tracked)

		require.NoError(t, db.Delete(notes["x"]).Error)
		returned := aNote{ID: notes["x"].ID}
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
		db := withPlugin(t, open, softdelete.Config{}, &aNote{}, &keyless{}, &hard{})
		theNotes(t, db)
		require.NoError(t, db.Create(&[]keyless{{Title: "a"}, {Title: "b"}}).Error)
		require.NoError(t, db.Where("title = ?", "a").Delete(&keyless{}).Error)
		before := stored(t, db, "a_notes", "id")
		plain := open(t)
		log := record(t, db)
		for name, verb := range map[string]verbFunc{"restore": softdelete.Restore, "purge": softdelete.Purge, "force delete": softdelete.ForceDelete} {
			for what, c := range map[string]struct {
				run  func() *gorm.DB
				want error
			}{
				"no condition":          {func() *gorm.DB { return verb(db, &aNote{}) }, gorm.ErrMissingWhereClause},
				"no condition, slice":   {func() *gorm.DB { return verb(db, &[]aNote{}) }, gorm.ErrMissingWhereClause},
				"only trashed":          {func() *gorm.DB { return verb(db.Scopes(softdelete.OnlyTrashed), &aNote{}) }, gorm.ErrMissingWhereClause},
				"with trashed":          {func() *gorm.DB { return verb(db.Scopes(softdelete.WithTrashed), &aNote{}) }, gorm.ErrMissingWhereClause},
				"limit":                 {func() *gorm.DB { return verb(db.Limit(1), &aNote{}) }, gorm.ErrMissingWhereClause},
				"nil":                   {func() *gorm.DB { return verb(db, nil) }, gorm.ErrInvalidValue},
				"nil pointer":           {func() *gorm.DB { return verb(db, (*aNote)(nil)) }, gorm.ErrInvalidValue},
				"no pointer":            {func() *gorm.DB { return verb(db, aNote{ID: 5}) }, gorm.ErrInvalidValue},
				"a number":              {func() *gorm.DB { return verb(db, 5) }, gorm.ErrInvalidValue},
				"slice with a nil":      {func() *gorm.DB { return verb(db, []*aNote{{ID: 5}, nil}) }, gorm.ErrInvalidData},
				"nil first":             {func() *gorm.DB { return verb(db, &[]*aNote{nil, {ID: 5}}) }, gorm.ErrInvalidData},
				"not soft-deletable":    {func() *gorm.DB { return verb(db, &hard{ID: 1}) }, softdelete.ErrNotSoftDeletable},
				"not installed":         {func() *gorm.DB { return verb(plain, &aNote{ID: 5}) }, softdelete.ErrNotInstalled},
				"keyless, no condition": {func() *gorm.DB { return verb(db, &keyless{Title: "a"}) }, gorm.ErrMissingWhereClause},
				"keyless, with a limit": {func() *gorm.DB { return verb(db.Where("1 = 1").Limit(1), &keyless{}) }, gorm.ErrPrimaryKeyRequired},
				"Select":                {func() *gorm.DB { return verb(db.Select("title"), &aNote{ID: 5}) }, gorm.ErrInvalidField},
			} {
				log.take()
				require.NotPanics(t, func() { require.ErrorIs(t, c.run().Error, c.want, "%s: %s", name, what) }, "%s: %s", name, what)
				sent := log.take()
				require.Zero(t, starting(sent, "UPDATE")+starting(sent, "DELETE"), "%s: %s", name, what)
			}
			require.Error(t, verb(db, &aNote{}, "no_such_column = 1").Error)
			require.Error(t, verb(db, &struct{}{}, 1).Error)
		}
		require.ErrorIs(t, db.Delete([]*aNote{{ID: 1}, nil}).Error, gorm.ErrInvalidData)
		require.Equal(t, before, stored(t, db, "a_notes", "id"))
		require.EqualValues(t, 1, softdelete.Restore(db, &keyless{}, "title = ?", "a").RowsAffected)
		require.NoError(t, db.Where("title = ?", "a").Delete(&keyless{}).Error)
		require.EqualValues(t, 1, softdelete.Purge(db, &keyless{}, "1 = 1").RowsAffected)
	})
}

func TestVerbsWithANilContext(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		notes := theNotes(t, db)
		//nolint:staticcheck // a nil context is what is tested
		none := db.WithContext(nil)
		require.NotPanics(t, func() {
			require.NoError(t, none.Delete(notes["a"]).Error)
			require.NoError(t, softdelete.Restore(none, notes["a"]).Error)
			require.NoError(t, softdelete.Purge(none, notes["x"]).Error)
		})
		require.NotPanics(t, func() {
			//nolint:staticcheck // as above
			_, err := softdelete.Of[aNote](db).Restore(nil, 5)
			require.ErrorIs(t, err, gorm.ErrInvalidValue)
		})
	})
}

// anAddress is unique by hand among live rows.
type anAddress struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Email string
	softdelete.Tracked
}

func TestRestoreConflict(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		for _, translate := range []bool{false, true} {
			db := open(t, &gorm.Config{TranslateError: translate})
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.AutoMigrate(&anAddress{}))
			require.NoError(t, db.Exec("DELETE FROM an_addresses").Error)
			liveUnique(t, db, "live_email", "an_addresses", "email")
			rows := []anAddress{{ID: 1, Email: "ana@example.com"}, {ID: 2, Email: "bob@example.com"}}
			require.NoError(t, db.Create(&rows).Error)
			require.NoError(t, db.Delete(&rows).Error)
			require.NoError(t, db.Create(&anAddress{ID: 3, Email: "ana@example.com"}).Error)
			before := stored(t, db, "an_addresses", "id")
			was := slices.Clone(rows)
			for _, tx := range []*gorm.DB{
				softdelete.Restore(db, &rows[0]),
				softdelete.Restore(db, &rows),
				softdelete.Restore(db, &anAddress{}, "id < 3"),
				softdelete.Restore(db.Session(&gorm.Session{SkipDefaultTransaction: true}), &rows),
			} {
				var conflict *softdelete.ConflictError
				require.ErrorAs(t, tx.Error, &conflict)
				require.ErrorIs(t, tx.Error, softdelete.ErrConflict)
				require.ErrorIs(t, tx.Error, gorm.ErrDuplicatedKey)
				require.Equal(t, "anAddress", conflict.Model)
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
			require.Equal(t, before, stored(t, db, "an_addresses", "id"))
			require.NoError(t, softdelete.Restore(db, &rows[1]).Error)
		}
	})
}

func TestTenantScopesStayInForce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		theNotes(t, db)
		tenant := func() *gorm.DB {
			return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") })
		}
		// x belongs to tenant one, y to two.
		require.Zero(t, softdelete.Restore(tenant(), &aNote{ID: 6}).RowsAffected)
		require.Zero(t, softdelete.Purge(tenant(), &aNote{ID: 6}).RowsAffected)
		require.Zero(t, softdelete.ForceDelete(tenant(), &aNote{ID: 2}).RowsAffected)
		require.Zero(t, tenant().Delete(&aNote{ID: 2}).RowsAffected)
		require.Zero(t, softdelete.Restore(tenant().Where("title = 'z'").Or("title = 'y'"), &aNote{ID: 5}).RowsAffected)
		n, err := softdelete.Of[aNote](db).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", "one") }).Restore(t.Context(), 5, 6)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Equal(t, []string{"y"}, trashedNotes(t, db))
		require.EqualValues(t, 3, softdelete.ForceDelete(tenant().Where("1 = 1"), &aNote{}).RowsAffected)
		require.Len(t, stored(t, db, "a_notes", "id"), 3)
	})
}

func TestVerbHooks(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		operation := map[string]softdelete.Operation{
			"restore": softdelete.OpRestore, "purge": softdelete.OpPurge, "force delete": softdelete.OpForceDelete,
		}
		for _, verb := range verbs[2:] {
			theHooked(t, db)
			var ran []string
			see := func(hook string, h *aHooked, tx *gorm.DB) error {
				ran = append(ran, hook+string(rune('0'+h.ID)))
				if got := softdelete.OperationOf(tx); got != operation[verb.name] {
					return errors.New("the operation is " + got.String())
				}
				var n int64
				if err := tx.Model(&aHooked{}).Count(&n).Error; err != nil {
					return err
				}
				return tx.Model(&aHooked{}).Where("id = ?", 3).UpdateColumn("title", "by a hook").Error
			}
			slice := []*aHooked{{ID: verb.id, Run: see}, {ID: 5, Run: see}}
			require.NoError(t, verb.run(db, slice).Error, verb.name)
			key := string(rune('0' + verb.id))
			require.Equal(t, []string{verb.before + key, verb.before + "5", verb.after + key, verb.after + "5"}, ran)
			ran = nil
			theHooked(t, db)
			require.NoError(t, verb.run(db.Session(&gorm.Session{SkipHooks: true}), slice).Error)
			require.Empty(t, ran)
			theHooked(t, db)
			require.NoError(t, verb.run(db.Session(&gorm.Session{DryRun: true}), slice).Error)
			require.Empty(t, ran)
		}
	})
}
