package write_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestUpsertMeetsAnyUniqueKey says that a trashed row is in the way by a key that the upsert does not name, where the database
// takes any of them for a conflict, and in another spelling too, where that is the same to it.
func TestUpsertMeetsAnyUniqueKey(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"mariadb", "tidb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upsertMeetsAnyUniqueKey(t, testdb.OpenerFor(t, name))
		})
	}
}

func upsertMeetsAnyUniqueKey(t *testing.T, open testdb.Opener) {
	t.Helper()
	plain, db := bothHandles(t, open, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
	models.NearTrash(t, plain)
	before := models.AllNear(t, plain)
	spelled := "S2 " // The blank counts only with MySQL's collations, the case only with TiDB's.
	switch {
	case database.IsMySQL(db):
		spelled = "S2"
	case database.IsTiDB(db):
		spelled = "s2 "
	}
	for name, tx := range map[string]*gorm.DB{
		"by slug":           db.Clauses(handles.OnConflict("id")).Create(&models.APost{ID: 9, Title: "new", Slug: tables.Ptr("s2")}),
		"by slug, a slice":  db.Clauses(handles.OnConflict("id")).Create(&[]models.APost{{ID: 8, Title: "new"}, {ID: 9, Title: "new", Slug: tables.Ptr("s2")}}),
		"another spelling":  db.Clauses(handles.OnConflict("id")).Create(&models.APost{ID: 9, Title: "new", Slug: tables.Ptr(spelled)}),
		"by id":             db.Clauses(handles.OnConflict("slug")).Create(&models.APost{ID: 2, Title: "new", Slug: tables.Ptr("s9")}),
		"Save of a new one": db.Save(&models.APost{ID: 9, Title: "new", Slug: tables.Ptr(spelled)}),
	} {
		require.ErrorIs(t, tx.Error, softdelete.ErrTrashed, name)
		require.Equal(t, before, models.AllNear(t, plain), name)
	}
	full := db.Session(&gorm.Session{FullSaveAssociations: true})
	writer := models.AWriter{ID: 1, Name: "one", Posts: []models.APost{{ID: 7, Title: "seven"}, {ID: 8, Title: "new", Slug: tables.Ptr(spelled)}, {ID: 9, Title: "nine"}}}
	require.NoError(t, full.Save(&writer).Error)
	require.Equal(t, []string{"one", "two", "seven", "nine"}, tables.Column[string](t, plain, "SELECT title FROM a_posts ORDER BY id"))
	require.Equal(t, before["a_posts"][1], models.AllNear(t, plain)["a_posts"][1], "an associated row is left out, whatever its spelling")
}

// TestDeletesOfValuesInAnotherSpelling says that a value is marked if its row was trashed, however its key is written.
func TestDeletesOfValuesInAnotherSpelling(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "mariadb"), softdelete.Config{}, &models.KeyText{})
	require.NoError(t, db.Create(&[]models.KeyText{{Code: "a"}, {Code: "b"}}).Error)
	values := []models.KeyText{{Code: "A"}, {Code: "B"}}
	require.EqualValues(t, 2, db.Delete(&values).RowsAffected)
	require.Equal(t, []bool{true, true}, []bool{values[0].DeletedAt.Valid, values[1].DeletedAt.Valid})
	require.EqualValues(t, 2, softdelete.Restore(db, &values).RowsAffected)
	require.Equal(t, []bool{false, false}, []bool{values[0].DeletedAt.Valid, values[1].DeletedAt.Valid})
}

// TestStrictUpdateOfEqualValues says that a row is found which had the values already.
func TestStrictUpdateOfEqualValues(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Strict: true}, &models.ANote{})
		models.TheNotes(t, db)
		for range 2 {
			require.NoError(t, db.Model(&models.ANote{ID: 1}).UpdateColumn("title", "same").Error)
			require.NoError(t, db.Model(&models.ANote{}).Where("id = ?", 1).UpdateColumns(map[string]any{"title": "same"}).Error)
		}
		require.ErrorIs(t, db.Model(&models.ANote{ID: 5}).UpdateColumn("title", "x").Error, softdelete.ErrNotFound, "it is trashed")
		require.ErrorIs(t, db.Model(&models.ANote{ID: 99}).UpdateColumn("title", "x").Error, softdelete.ErrNotFound)
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).Model(&models.ANote{ID: 5}).UpdateColumn("title", "x").Error)
	})
}

// TestTreesGoLeavesFirst says that rows of a tree can be removed that a foreign key parts, whichever of them are addressed.
func TestTreesGoLeavesFirst(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&testmodels.BlogFolder{}}}, &testmodels.BlogFolder{})
		plant := func() {
			database.ClearTable(t, db, "blog_folders")
			folders := []testmodels.BlogFolder{{ID: 1}}
			for id := uint(2); id < 40; id++ {
				folders = append(folders, testmodels.BlogFolder{ID: id, ParentID: tables.Ptr(id / 2)})
			}
			require.NoError(t, db.Create(&folders).Error)
		}
		for name, remove := range map[string]func() *gorm.DB{
			"root":       func() *gorm.DB { return softdelete.ForceDelete(db, &testmodels.BlogFolder{ID: 1}) },
			"conditions": func() *gorm.DB { return softdelete.ForceDelete(db.Where("id > 0"), &testmodels.BlogFolder{}) },
			"trashed": func() *gorm.DB {
				if tx := db.Delete(&testmodels.BlogFolder{ID: 1}); tx.Error != nil {
					return tx
				}
				return softdelete.Purge(db, &testmodels.BlogFolder{ID: 1})
			},
		} {
			plant()
			tx := remove()
			require.NoError(t, tx.Error, name)
			require.EqualValues(t, map[string]int{"conditions": 39}[name]+map[bool]int{true: 1}[name != "conditions"], tx.RowsAffected, name)
			require.Empty(t, tables.Stored(t, db, "blog_folders", "id"), name)
		}
		plant()
		require.NoError(t, softdelete.ForceDelete(db, &[]testmodels.BlogFolder{{ID: 8}, {ID: 2}}).Error, "one hangs on what goes along with the other")
		require.Len(t, tables.Stored(t, db, "blog_folders", "id"), 16)
	})
}

// TestUpsertMeetsAKeyNobodyTold says that a trashed row stays as it is where it stands in the way by a unique index that
// the model does not tell.
func TestUpsertMeetsAKeyNobodyTold(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "mariadb"), softdelete.Config{}, &models.ANote{})
	require.NoError(t, db.Exec("CREATE UNIQUE INDEX rank_once ON a_notes (`score`)").Error)
	require.NoError(t, db.Create(&[]models.ANote{{ID: 1, Title: "live", Score: 1}, {ID: 2, Title: "trashed", Score: 2}}).Error)
	require.NoError(t, db.Delete(&models.ANote{}, 2).Error)
	before := tables.Stored(t, db, "a_notes", "id")
	titles := clause.OnConflict{DoUpdates: clause.Assignments(map[string]any{"title": gorm.Expr("concat(title, ?)", "!")})}
	for _, conflict := range []clause.OnConflict{{UpdateAll: true}, titles} {
		require.NoError(t, db.Clauses(conflict).Create(&models.ANote{ID: 9, Title: "new", Score: 2}).Error)
		require.Equal(t, before, tables.Stored(t, db, "a_notes", "id"))
	}
	require.NoError(t, db.Clauses(titles).Create(&models.ANote{ID: 9, Title: "new", Score: 1}).Error)
	require.Equal(t, []string{"live!", "trashed"}, tables.Column[string](t, db, "SELECT title FROM a_notes ORDER BY id"))
}

type (
	heldTeam struct {
		ID uint
	}
	heldBefore struct {
		ID        uint
		TeamID    uint `gorm:"index"`
		Team      *heldTeam
		DeletedAt gorm.DeletedAt
	}
	heldAfter struct {
		ID        uint
		TeamID    uint `softdelete:"index"`
		Team      *heldTeam
		DeletedAt gorm.DeletedAt
	}
)

func (heldBefore) TableName() string { return "helds" }
func (heldAfter) TableName() string  { return "helds" }

// TestIndexThatAForeignKeyNeeds says that an index is kept, under another name, if a foreign key cannot be without it: by
// AutoMigrate and by the remedies of Doctor.
func TestIndexThatAForeignKeyNeeds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, db *gorm.DB){
		"AutoMigrate": func(t *testing.T, db *gorm.DB) {
			t.Helper()
			require.NoError(t, softdelete.AutoMigrate(db, &heldAfter{}))
		},
		"Doctor": func(t *testing.T, db *gorm.DB) {
			t.Helper()
			findings, err := softdelete.Doctor(db, &heldAfter{})
			require.NoError(t, err)
			for _, f := range findings {
				for sql := range strings.Lines(f.Remedy) {
					require.NoError(t, db.Exec(sql).Error, sql)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := handles.WithPlugin(t, testdb.OpenerFor(t, "mariadb"), softdelete.Config{}, &heldTeam{}, &heldBefore{})
			change(t, db)
			have := tables.PlainIndexes(t, db, "helds")
			require.Equal(t, "(deleted_at, team_id)", have["idx_helds_team_id"])
			require.Equal(t, "(team_id)", have["idx_helds_team_id_fk"])
			require.Error(t, db.Create(&heldAfter{TeamID: 9}).Error, "the foreign key is there")
			require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &heldAfter{}) }))
		})
	}
}
