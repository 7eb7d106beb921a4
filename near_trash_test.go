package softdelete_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	aWriter struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		Posts []aPost `gorm:"foreignKey:WriterID"`
		Bio   *aBio   `gorm:"foreignKey:WriterID"`
		Tags  []*aTag `gorm:"many2many:a_taggings;joinForeignKey:WriterID;joinReferences:TagID"`
		softdelete.Tracked
	}
	aPost struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		Title    string
		Slug     *string `gorm:"size:191;uniqueIndex"`
		Hits     int
		WriterID *uint
		Writer   *aWriter
		softdelete.Tracked
	}
	aBio struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		Text     string
		WriterID *uint
		softdelete.Tracked
	}
	aTag struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Tracked
	}
)

func ptr[T any](v T) *T { return &v }

// nearTables are emptied and filled: of each model 1 is live and 2 trashed.
var nearTables = []string{"a_posts", "a_bios", "a_tags", "a_writers"}

func nearTrash(t *testing.T, db *gorm.DB) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	require.NoError(t, db.Exec("DELETE FROM a_taggings").Error)
	for _, table := range nearTables {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	require.NoError(t, db.Create(&[]aWriter{{ID: 1, Name: "one"}, {ID: 2, Name: "two"}}).Error)
	require.NoError(t, db.Create(&[]aPost{{ID: 1, Title: "one", Slug: ptr("s1")}, {ID: 2, Title: "two", Slug: ptr("s2")}}).Error)
	require.NoError(t, db.Create(&[]aBio{{ID: 1, Text: "one"}, {ID: 2, Text: "two"}}).Error)
	require.NoError(t, db.Create(&[]aTag{{ID: 1, Name: "one"}, {ID: 2, Name: "two"}}).Error)
	for _, table := range nearTables {
		require.NoError(t, db.Exec("UPDATE "+table+" SET deleted_at = ?, deleted_by = 'before', "+
			"deletion_id = '01a1fea3-c9be-7b6f-8159-3d464bd5c3b0' WHERE id = 2", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)).Error)
	}
}

func allNear(t *testing.T, db *gorm.DB) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	for _, table := range nearTables {
		all[table] = stored(t, db, table, "id")
	}
	return all
}

// trashedNear is what must not change: the trashed row of each table.
func trashedNear(t *testing.T, db *gorm.DB) map[string]any {
	t.Helper()
	trashed := map[string]any{}
	for table, rows := range allNear(t, db) {
		for _, row := range rows {
			if row["id"] == int64(2) {
				trashed[table] = row
			}
		}
	}
	return trashed
}

// bothHandles opens one handle without the plugin, and one with it, on the same tables.
func bothHandles(t *testing.T, open testdb.Opener, models ...any) (plain, db *gorm.DB) {
	t.Helper()
	db = withPlugin(t, open, softdelete.Config{}, models...)
	return open(t), db
}

func onConflict(columns ...string) clause.OnConflict {
	conflict := clause.OnConflict{UpdateAll: true}
	for _, name := range columns {
		conflict.Columns = append(conflict.Columns, clause.Column{Name: name})
	}
	return conflict
}

func assigning(conflict clause.OnConflict, columns ...string) clause.OnConflict {
	conflict.UpdateAll = false
	conflict.DoUpdates = clause.AssignmentColumns(columns)
	return conflict
}

// onTrash are the writes of the caller's own rows of which one is trashed: GORM overwrites it.
var onTrash = map[string]func(db *gorm.DB) *gorm.DB{
	"Save of a stale value": func(db *gorm.DB) *gorm.DB { return db.Save(&aPost{ID: 2, Title: "new", Slug: ptr("s2")}) },
	"Save of a loaded value": func(db *gorm.DB) *gorm.DB {
		var post aPost
		if tx := db.Unscoped().First(&post, 2); tx.Error != nil {
			return tx
		}
		post.Title = "new"
		return db.Save(&post)
	},
	"Save without association": func(db *gorm.DB) *gorm.DB {
		return db.Omit(clause.Associations).Save(&aPost{ID: 2, Title: "new", Slug: ptr("s2")})
	},
	"Save of a slice": func(db *gorm.DB) *gorm.DB {
		return db.Save(&[]aPost{{ID: 1, Title: "new", Slug: ptr("s1")}, {ID: 2, Title: "new", Slug: ptr("s2")}, {ID: 3, Title: "new"}})
	},
	"Save of a slice of pointers": func(db *gorm.DB) *gorm.DB {
		return db.Save([]*aPost{{ID: 2, Title: "new", Slug: ptr("s2")}, {ID: 1, Title: "new", Slug: ptr("s1")}})
	},
	"UpdateAll": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&aPost{ID: 2, Title: "new", Slug: ptr("s2")})
	},
	"UpdateAll on a unique column": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(onConflict("slug")).Create(&aPost{ID: 9, Title: "new", Slug: ptr("s2")})
	},
	"DoUpdates": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(assigning(onConflict("id"), "title")).Create(&aPost{ID: 2, Title: "new"})
	},
	"DoUpdates on a unique column": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(assigning(onConflict("slug"), "title")).Create(&aPost{ID: 9, Title: "new", Slug: ptr("s2")})
	},
	"DoUpdates of the marker too": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(assigning(onConflict("slug"), "title", "deleted_at")).Create(&aPost{ID: 9, Title: "new", Slug: ptr("s2")})
	},
	"DoUpdates with a condition": func(db *gorm.DB) *gorm.DB {
		conflict := assigning(onConflict("id"), "title")
		conflict.Where = clause.Where{Exprs: []clause.Expression{gorm.Expr("a_posts.hits = 0 OR a_posts.hits = 1")}}
		return db.Clauses(conflict).Create(&aPost{ID: 2, Title: "new"})
	},
	"DoUpdates of a batch": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(assigning(onConflict("slug"), "title")).
			Create(&[]aPost{{ID: 7, Title: "new", Slug: ptr("s1")}, {ID: 8, Title: "new", Slug: ptr("s8")}, {ID: 9, Title: "new", Slug: ptr("s2")}})
	},
	"CreateInBatches": func(db *gorm.DB) *gorm.DB {
		return db.Clauses(onConflict("id")).
			CreateInBatches(&[]aPost{{ID: 1, Title: "new"}, {ID: 3, Title: "new"}, {ID: 2, Title: "new"}, {ID: 4, Title: "new"}}, 2)
	},
	"a map": func(db *gorm.DB) *gorm.DB {
		return db.Model(&aPost{}).Clauses(assigning(onConflict("id"), "title")).Create(map[string]any{"id": 2, "title": "new"})
	},
	"maps": func(db *gorm.DB) *gorm.DB {
		return db.Model(&aPost{}).Clauses(assigning(onConflict("id"), "title")).Create([]map[string]any{{"id": 1, "title": "new"}, {"id": 2, "title": "new"}})
	},
	"generic": func(db *gorm.DB) *gorm.DB {
		return generic(db, 0, gorm.G[aPost](db, onConflict("id")).Create(db.Statement.Context, &aPost{ID: 2, Title: "new"}))
	},
	"FullSaveAssociations, root": func(db *gorm.DB) *gorm.DB {
		return db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&aPost{ID: 2, Title: "new", Slug: ptr("s2"), Writer: &aWriter{ID: 1, Name: "new"}})
	},
}

func TestWritesOfTrashedRows(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := bothHandles(t, open, &aWriter{}, &aPost{}, &aBio{}, &aTag{})
		for name, write := range onTrash {
			nearTrash(t, plain)
			before := trashedNear(t, plain)
			require.NoError(t, write(plain.WithContext(t.Context())).Error, name)
			require.NotEqual(t, before, trashedNear(t, plain), "%s: GORM writes to the trashed row", name)

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
				nearTrash(t, plain)
				all := allNear(t, plain)
				require.ErrorIs(t, with(func(tx *gorm.DB) error { return write(tx).Error }), softdelete.ErrTrashed, "%s, %s", name, kind)
				if name == "CreateInBatches" && kind != "default" && kind != "caller's" {
					require.Equal(t, before, trashedNear(t, plain), "%s, %s", name, kind)
					continue // without a transaction GORM's batches are statements of their own
				}
				require.Equal(t, all, allNear(t, plain), "%s, %s", name, kind)
			}
		}
	})
}

func TestUpsertsThatAreNoError(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aWriter{}, &aPost{}, &aBio{}, &aTag{})
		nearTrash(t, db)
		before := trashedNear(t, db)
		require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&aPost{ID: 2, Title: "new"}).Error)
		require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&[]aPost{{ID: 2, Title: "new"}, {ID: 3, Title: "three"}}).Error)
		require.Equal(t, before, trashedNear(t, db))
		require.Equal(t, []string{"one", "two", "three"}, column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))

		// Live rows are upserted as ever, and their markers kept.
		require.NoError(t, db.Clauses(onConflict("id")).Create(&aPost{ID: 1, Title: "new", Slug: ptr("s1")}).Error)
		require.NoError(t, db.Clauses(assigning(onConflict("slug"), "hits")).Create(&aPost{ID: 9, Title: "no", Slug: ptr("s1"), Hits: 5}).Error)
		upsert := aPost{ID: 1, Title: "newer", Slug: ptr("s1")}
		upsert.DeletedAt = gorm.DeletedAt{Valid: true, Time: past()}
		require.NoError(t, db.Clauses(onConflict("id")).Create(&upsert).Error)
		require.NoError(t, db.Save(&upsert).Error)
		require.NoError(t, db.Save(&[]aPost{upsert}).Error)
		live := column[string](t, db, "SELECT title FROM a_posts WHERE deleted_at IS NULL ORDER BY id")
		require.Equal(t, []string{"newer", "three"}, live, "only a delete trashes a row")
		require.Equal(t, before, trashedNear(t, db))

		if !flavourOf(db).upsertIf {
			return
		}
		// The caller's own condition stays in force.
		conflict := assigning(onConflict("id"), "title")
		conflict.Where = clause.Where{Exprs: []clause.Expression{gorm.Expr("a_posts.hits = 77 OR a_posts.hits = 78")}}
		require.NoError(t, db.Clauses(conflict).Create(&aPost{ID: 1, Title: "conditional"}).Error)
		require.Equal(t, []string{"newer"}, column[string](t, db, "SELECT title FROM a_posts WHERE id = 1"))
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
		db := withPlugin(t, open, softdelete.Config{}, &row{})
		rows := []row{{Name: "a"}, {Name: "b"}}
		require.NoError(t, db.Create(&rows).Error)
		require.NoError(t, db.Delete(&rows[0]).Error)
		batch := []row{{Name: "c"}, {Name: "a"}, {ID: 77, Name: "d"}, {Name: "b"}}
		require.ErrorIs(t, db.Clauses(assigning(onConflict("name"), "name")).Create(&batch).Error, softdelete.ErrTrashed)
		require.Equal(t, []uint{0, 0, 77, 0}, []uint{batch[0].ID, batch[1].ID, batch[2].ID, batch[3].ID})
		require.Equal(t, []string{"a", "b"}, column[string](t, db, quoted(db, `SELECT name FROM "rows" ORDER BY name`)))
	})
}

func TestUpdatesNearTheTrash(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aWriter{}, &aPost{}, &aBio{}, &aTag{})
		nearTrash(t, db)
		before := trashedNear(t, db)
		for name, tx := range map[string]*gorm.DB{
			"Update":        db.Model(&aPost{ID: 2}).Update("title", "new"),
			"Updates":       db.Model(&aPost{ID: 2}).Updates(aPost{Title: "new"}),
			"Updates map":   db.Model(&aPost{}).Where("id = 2").Updates(map[string]any{"title": "new"}),
			"UpdateColumn":  db.Model(&aPost{ID: 2}).UpdateColumn("title", "new"),
			"UpdateColumns": db.Model(&aPost{ID: 2}).UpdateColumns(aPost{Title: "new"}),
			"or":            db.Model(&aPost{}).Where("id = 2").Or("id = 2").Update("title", "new"),
		} {
			require.NoError(t, tx.Error, name)
			require.Zero(t, tx.RowsAffected, name)
		}
		require.Equal(t, before, trashedNear(t, db))
		require.ErrorIs(t, db.Model(&aPost{}).Scopes(softdelete.OnlyTrashed).Update("title", "new").Error, gorm.ErrMissingWhereClause)
		require.ErrorIs(t, db.Model(&aPost{}).Scopes(softdelete.WithTrashed).Update("title", "new").Error, gorm.ErrMissingWhereClause)

		tx := db.Model(&aPost{}).Scopes(softdelete.OnlyTrashed).Where("id IN ?", []int{1, 2}).Update("title", "trashed")
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []string{"one", "trashed"}, column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		tx = db.Model(&aPost{}).Scopes(softdelete.WithTrashed).Where("id IN ?", []int{1, 2}).Updates(aPost{Title: "both"})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		require.Equal(t, []string{"both", "both"}, column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		require.Equal(t, without(allNear(t, db)["a_posts"], "title")[1], without([]map[string]any{before["a_posts"].(map[string]any)}, "title")[0])

		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&aPost{ID: 2, Title: "saved", Slug: ptr("s2"), Hits: 3}).Error)
		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&aPost{ID: 1, Title: "saved", Slug: ptr("s1")}).Error)
		require.Equal(t, []string{"saved", "saved"}, column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		require.Equal(t, without(allNear(t, db)["a_posts"], "title", "hits")[1], without([]map[string]any{before["a_posts"].(map[string]any)}, "title", "hits")[0])
		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&[]aPost{{ID: 2, Title: "slice", Slug: ptr("s2")}, {ID: 3, Title: "slice"}}).Error)
		require.Equal(t, []string{"saved", "slice", "slice"}, column[string](t, db, "SELECT title FROM a_posts ORDER BY id"))
		require.Equal(t, []int{2}, column[int](t, db, "SELECT id FROM a_posts WHERE deleted_at IS NOT NULL"))
		require.Equal(t, []string{"before"}, column[string](t, db, "SELECT deleted_by FROM a_posts WHERE deleted_by IS NOT NULL"))
	})
}

func TestEachMarkerIsKeptByWrites(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		for kind, make := range someMarked() {
			plain, db := bothHandles(t, open, make(1, "a"))
			table := tableOf(t, db, make(1, "a"))
			require.NoError(t, db.Create(make(1, "a")).Error, kind)
			require.NoError(t, db.Create(make(2, "b")).Error, kind)
			require.NoError(t, db.Delete(make(1, "")).Error, kind)
			before := stored(t, db, table, "id")
			require.ErrorIs(t, db.Save(make(1, "new")).Error, softdelete.ErrTrashed, kind)
			require.ErrorIs(t, db.Clauses(onConflict("id")).Create(make(1, "new")).Error, softdelete.ErrTrashed, kind)
			require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(make(1, "new")).Error, kind)
			require.Zero(t, db.Model(make(1, "")).Update("title", "new").RowsAffected, kind)
			require.Equal(t, before, stored(t, db, table, "id"), kind)

			require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(make(1, "saved")).Error, kind)
			require.Equal(t, without(before, "title"), without(stored(t, db, table, "id"), "title"), kind)
			require.Equal(t, []string{"saved", "b"}, column[string](t, db, "SELECT title FROM "+table+" ORDER BY id"), kind)
			require.NoError(t, db.Save(make(2, "live")).Error, kind)
			require.NoError(t, db.Clauses(onConflict("id")).Create(make(2, "live")).Error, kind)
			require.Equal(t, []string{"saved", "live"}, column[string](t, db, "SELECT title FROM "+table+" ORDER BY id"), kind)
			require.Equal(t, without(before, "title"), without(stored(t, db, table, "id"), "title"), kind)

			value := make(1, "revived")
			require.NoError(t, db.Scopes(softdelete.Revive).Create(value).Error, kind)
			trashed, err := softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.False(t, trashed, kind)
			loaded := make(1, "")
			require.NoError(t, db.First(loaded, 1).Error, kind)
			require.Error(t, db.Scopes(softdelete.Revive).Create(make(1, "again")).Error, "%s: a live row is a conflict", kind)

			require.NoError(t, db.Delete(make(1, "")).Error, kind)
			before = stored(t, db, table, "id")
			if kind != "softdelete.Flagged" {
				require.NoError(t, plain.Save(make(1, "new")).Error, kind)
				require.NotEqual(t, before, stored(t, db, table, "id"), "%s: GORM writes to the trashed row", kind)
			} else {
				require.ErrorIs(t, plain.Save(make(1, "new")).Error, softdelete.ErrNotInstalled, kind)
			}
		}
	})
}
