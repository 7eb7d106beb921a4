package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// bothHandles opens one handle without the plugin, and one with it, on the same tables.
func bothHandles(t *testing.T, open testdb.Opener, models ...any) (plain, db *gorm.DB) {
	t.Helper()
	db = handles.WithPlugin(t, open, softdelete.Config{}, models...)
	return open(t), db
}

// onTrash are the writes of the caller's own rows of which one is trashed: GORM overwrites it.
var onTrash = map[string]func(db *gorm.DB) *gorm.DB{
	"Save of a stale value": func(db *gorm.DB) *gorm.DB { return db.Save(&models.APost{ID: 2, Title: "new", Slug: tables.Ptr("s2")}) },
	"Save of a loaded value": func(db *gorm.DB) *gorm.DB {
		var post models.APost
		if tx := db.Unscoped().First(&post, 2); tx.Error != nil {
			return tx
		}
		post.Title = "new"
		return db.Save(&post)
	},
	"Save without association": func(db *gorm.DB) *gorm.DB {
		return db.Omit(clause.Associations).Save(&models.APost{ID: 2, Title: "new", Slug: tables.Ptr("s2")})
	},
	"Save of a slice": func(db *gorm.DB) *gorm.DB {
		return db.Save(&[]models.APost{{ID: 1, Title: "new", Slug: tables.Ptr("s1")}, {ID: 2, Title: "new", Slug: tables.Ptr("s2")}, {ID: 3, Title: "new"}})
	},
	"Save of a slice of pointers": func(db *gorm.DB) *gorm.DB {
		return db.Save([]*models.APost{{ID: 2, Title: "new", Slug: tables.Ptr("s2")}, {ID: 1, Title: "new", Slug: tables.Ptr("s1")}})
	},
	"UpdateAll": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&models.APost{ID: 2, Title: "new", Slug: tables.Ptr("s2")})
	},
	"UpdateAll on a unique column": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(handles.OnConflict("slug")).Create(&models.APost{ID: 9, Title: "new", Slug: tables.Ptr("s2")})
	},
	"DoUpdates": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(handles.Assigning(handles.OnConflict("id"), "title")).Create(&models.APost{ID: 2, Title: "new"})
	},
	"DoUpdates on a unique column": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(handles.Assigning(handles.OnConflict("slug"), "title")).Create(&models.APost{ID: 9, Title: "new", Slug: tables.Ptr("s2")})
	},
	"DoUpdates of the marker too": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(handles.Assigning(handles.OnConflict("slug"), "title", "deleted_at")).Create(&models.APost{ID: 9, Title: "new", Slug: tables.Ptr("s2")})
	},
	"DoUpdates with a condition": func(db *gorm.DB) *gorm.DB {
		conflict := handles.Assigning(handles.OnConflict("id"), "title")
		conflict.Where = clause.Where{Exprs: []clause.Expression{gorm.Expr("a_posts.hits = 0 OR a_posts.hits = 1")}}
		return db.Clauses(conflict).Create(&models.APost{ID: 2, Title: "new"})
	},
	"DoUpdates of a batch": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(handles.Assigning(handles.OnConflict("slug"), "title")).
			Create(&[]models.APost{{ID: 7, Title: "new", Slug: tables.Ptr("s1")}, {ID: 8, Title: "new", Slug: tables.Ptr("s8")}, {ID: 9, Title: "new", Slug: tables.Ptr("s2")}})
	},
	"CreateInBatches": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(handles.OnConflict("id")).
			CreateInBatches(&[]models.APost{{ID: 1, Title: "new"}, {ID: 3, Title: "new"}, {ID: 2, Title: "new"}, {ID: 4, Title: "new"}}, 2)
	},
	"a map": func(db *gorm.DB) *gorm.DB {
		return db.Model(&models.APost{}).Clauses(handles.Assigning(handles.OnConflict("id"), "title")).Create(map[string]any{"id": 2, "title": "new"})
	},
	"maps": func(db *gorm.DB) *gorm.DB {
		return db.Model(&models.APost{}).Clauses(handles.Assigning(handles.OnConflict("id"), "title")).Create([]map[string]any{{"id": 1, "title": "new"}, {"id": 2, "title": "new"}})
	},
	"generic": func(db *gorm.DB) *gorm.DB {
		return handles.Generic(db, 0, gorm.G[models.APost](db, handles.OnConflict("id")).Create(db.Statement.Context, &models.APost{ID: 2, Title: "new"}))
	},
	"FullSaveAssociations, root": func(db *gorm.DB) *gorm.DB {
		return db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&models.APost{ID: 2, Title: "new", Slug: tables.Ptr("s2"), Writer: &models.AWriter{ID: 1, Name: "new"}})
	},
}

func TestWritesOfTrashedRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := bothHandles(t, open, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
		for name, write := range onTrash {
			models.NearTrash(t, plain)
			before := models.TrashedNear(t, plain)
			require.NoError(t, write(plain.WithContext(t.Context())).Error, name)
			require.NotEqual(t, before, models.TrashedNear(t, plain), "%s: GORM writes to the trashed row", name)

			for kind, with := range map[string]func(func(*gorm.DB) error) error{
				"default": func(run func(*gorm.DB) error) error { return run(db.WithContext(t.Context())) },
				"none": func(run func(*gorm.DB) error) error {
					return run(db.Session(&gorm.Session{SkipDefaultTransaction: true, Context: t.Context()}))
				},
				"caller's": func(run func(*gorm.DB) error) error {
					var inner error
					require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
						inner = run(tx.WithContext(t.Context()))
						return nil
					}))
					return inner
				},
			} {
				models.NearTrash(t, plain)
				all := models.AllNear(t, plain)
				require.ErrorIs(t, with(func(tx *gorm.DB) error { return write(tx).Error }), softdelete.ErrTrashed, "%s, %s", name, kind)
				if name == "CreateInBatches" && kind != "default" && kind != "caller's" {
					require.Equal(t, before, models.TrashedNear(t, plain), "%s, %s", name, kind)
					continue // without a transaction GORM's batches are statements of their own
				}
				require.Equal(t, all, models.AllNear(t, plain), "%s, %s", name, kind)
			}
		}
	})
}

func TestUpsertsThatAreNoError(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
		models.NearTrash(t, db)
		before := models.TrashedNear(t, db)
		require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&models.APost{ID: 2, Title: "new"}).Error)
		require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&[]models.APost{{ID: 2, Title: "new"}, {ID: 3, Title: "three"}}).Error)
		require.Equal(t, before, models.TrashedNear(t, db))
		require.Equal(t, []string{"one", "two", "three"}, tables.Column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))

		// Live rows are upserted as ever, and their markers kept.
		require.NoError(t, db.Clauses(handles.OnConflict("id")).Create(&models.APost{ID: 1, Title: "new", Slug: tables.Ptr("s1")}).Error)
		require.NoError(t, db.Clauses(handles.Assigning(handles.OnConflict("slug"), "hits")).Create(&models.APost{ID: 9, Title: "no", Slug: tables.Ptr("s1"), Hits: 5}).Error)
		upsert := models.APost{ID: 1, Title: "newer", Slug: tables.Ptr("s1")}
		upsert.DeletedAt = gorm.DeletedAt{Valid: true, Time: models.Past()}
		require.NoError(t, db.Clauses(handles.OnConflict("id")).Create(&upsert).Error)
		require.NoError(t, db.Save(&upsert).Error)
		require.NoError(t, db.Save(&[]models.APost{upsert}).Error)
		live := tables.Column[string](t, db, "SELECT title FROM a_posts WHERE deleted_at IS NULL ORDER BY id")
		require.Equal(t, []string{"newer", "three"}, live, "only a delete trashes a row")
		require.Equal(t, before, models.TrashedNear(t, db))

		if !database.FlavourOf(db).UpsertIf {
			return
		}
		// The caller's own condition stays in force.
		conflict := handles.Assigning(handles.OnConflict("id"), "title")
		conflict.Where = clause.Where{Exprs: []clause.Expression{gorm.Expr("a_posts.hits = 77 OR a_posts.hits = 78")}}
		require.NoError(t, db.Clauses(conflict).Create(&models.APost{ID: 1, Title: "conditional"}).Error)
		require.Equal(t, []string{"newer"}, tables.Column[string](t, db, "SELECT title FROM a_posts WHERE id = 1"))
	})
}

func TestValuesKeepTheirKeysWhenAnUpsertFails(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		type row struct {
			ID   uint
			Name string `gorm:"size:191;uniqueIndex"`
			softdelete.Timestamp
		}
		db := handles.WithPlugin(t, open, softdelete.Config{}, &row{})
		rows := []row{{Name: "a"}, {Name: "b"}}
		require.NoError(t, db.Create(&rows).Error)
		require.NoError(t, db.Delete(&rows[0]).Error)
		batch := []row{{Name: "c"}, {Name: "a"}, {ID: 77, Name: "d"}, {Name: "b"}}
		require.ErrorIs(t, db.Clauses(handles.Assigning(handles.OnConflict("name"), "name")).Create(&batch).Error, softdelete.ErrTrashed)
		require.Equal(t, []uint{0, 0, 77, 0}, []uint{batch[0].ID, batch[1].ID, batch[2].ID, batch[3].ID})
		require.Equal(t, []string{"a", "b"}, tables.Column[string](t, db, database.Quoted(db, `SELECT name FROM "rows" ORDER BY name`)))
	})
}

func TestUpdatesNearTheTrash(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
		models.NearTrash(t, db)
		before := models.TrashedNear(t, db)
		for name, tx := range map[string]*gorm.DB{
			"Update":        db.Model(&models.APost{ID: 2}).Update("title", "new"),
			"Updates":       db.Model(&models.APost{ID: 2}).Updates(models.APost{Title: "new"}),
			"Updates map":   db.Model(&models.APost{}).Where("id = 2").Updates(map[string]any{"title": "new"}),
			"UpdateColumn":  db.Model(&models.APost{ID: 2}).UpdateColumn("title", "new"),
			"UpdateColumns": db.Model(&models.APost{ID: 2}).UpdateColumns(models.APost{Title: "new"}),
			"or":            db.Model(&models.APost{}).Where("id = 2").Or("id = 2").Update("title", "new"),
		} {
			require.NoError(t, tx.Error, name)
			require.Zero(t, tx.RowsAffected, name)
		}
		require.Equal(t, before, models.TrashedNear(t, db))
		require.ErrorIs(t, db.Model(&models.APost{}).Scopes(softdelete.OnlyTrashed).Update("title", "new").Error, gorm.ErrMissingWhereClause)
		require.ErrorIs(t, db.Model(&models.APost{}).Scopes(softdelete.WithTrashed).Update("title", "new").Error, gorm.ErrMissingWhereClause)

		tx := db.Model(&models.APost{}).Scopes(softdelete.OnlyTrashed).Where("id IN ?", []int{1, 2}).Update("title", "trashed")
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []string{"one", "trashed"}, tables.Column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		tx = db.Model(&models.APost{}).Scopes(softdelete.WithTrashed).Where("id IN ?", []int{1, 2}).Updates(models.APost{Title: "both"})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		require.Equal(t, []string{"both", "both"}, tables.Column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		require.Equal(t, tables.Without(models.AllNear(t, db)["a_posts"], "title")[1], tables.Without([]map[string]any{before["a_posts"].(map[string]any)}, "title")[0])

		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&models.APost{ID: 2, Title: "saved", Slug: tables.Ptr("s2"), Hits: 3}).Error)
		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&models.APost{ID: 1, Title: "saved", Slug: tables.Ptr("s1")}).Error)
		require.Equal(t, []string{"saved", "saved"}, tables.Column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		require.Equal(t, tables.Without(models.AllNear(t, db)["a_posts"], "title", "hits")[1], tables.Without([]map[string]any{before["a_posts"].(map[string]any)}, "title", "hits")[0])
		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&[]models.APost{{ID: 2, Title: "slice", Slug: tables.Ptr("s2")}, {ID: 3, Title: "slice"}}).Error)
		require.Equal(t, []string{"saved", "slice", "slice"}, tables.Column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		require.Equal(t, []int{2}, tables.Column[int](t, db, "SELECT id FROM a_posts WHERE deleted_at IS NOT NULL"))
		require.Equal(t, []string{"before"}, tables.Column[string](t, db, "SELECT deleted_by FROM a_posts WHERE deleted_by IS NOT NULL"))
	})
}

func TestEachMarkerIsKeptByWrites(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for kind, make := range models.SomeMarked() {
			plain, db := bothHandles(t, open, make(1, "a"))
			table := tables.TableOf(t, db, make(1, "a"))
			require.NoError(t, db.Create(make(1, "a")).Error, kind)
			require.NoError(t, db.Create(make(2, "b")).Error, kind)
			require.NoError(t, db.Delete(make(1, "")).Error, kind)
			before := tables.Stored(t, db, table, "id")
			require.ErrorIs(t, db.Save(make(1, "new")).Error, softdelete.ErrTrashed, kind)
			require.ErrorIs(t, db.Clauses(handles.OnConflict("id")).Create(make(1, "new")).Error, softdelete.ErrTrashed, kind)
			require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(make(1, "new")).Error, kind)
			require.Zero(t, db.Model(make(1, "")).Update("title", "new").RowsAffected, kind)
			require.Equal(t, before, tables.Stored(t, db, table, "id"), kind)

			require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(make(1, "saved")).Error, kind)
			require.Equal(t, tables.Without(before, "title"), tables.Without(tables.Stored(t, db, table, "id"), "title"), kind)
			require.Equal(t, []string{"saved", "b"}, tables.Column[string](t, db, "SELECT title FROM "+table+" ORDER BY id"), kind)
			require.NoError(t, db.Save(make(2, "live")).Error, kind)
			require.NoError(t, db.Clauses(handles.OnConflict("id")).Create(make(2, "live")).Error, kind)
			require.Equal(t, []string{"saved", "live"}, tables.Column[string](t, db, "SELECT title FROM "+table+" ORDER BY id"), kind)
			require.Equal(t, tables.Without(before, "title"), tables.Without(tables.Stored(t, db, table, "id"), "title"), kind)

			value := make(1, "revived")
			require.NoError(t, db.Scopes(softdelete.Revive).Create(value).Error, kind)
			trashed, err := softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.False(t, trashed, kind)
			loaded := make(1, "")
			require.NoError(t, db.First(loaded, 1).Error, kind)
			require.Error(t, db.Scopes(softdelete.Revive).Create(make(1, "again")).Error, "%s: a live row is a conflict", kind)

			require.NoError(t, db.Delete(make(1, "")).Error, kind)
			before = tables.Stored(t, db, table, "id")
			if kind != "softdelete.Flagged" {
				require.NoError(t, plain.Save(make(1, "new")).Error, kind)
				require.NotEqual(t, before, tables.Stored(t, db, table, "id"), "%s: GORM writes to the trashed row", kind)
			} else {
				require.ErrorIs(t, plain.Save(make(1, "new")).Error, softdelete.ErrNotInstalled, kind)
			}
		}
	})
}
