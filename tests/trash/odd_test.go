package trash_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

// oddShelf is in another schema of the database.
type oddShelf struct {
	ID    uint      `gorm:"primaryKey;autoIncrement:false"`
	Books []oddBook `gorm:"foreignKey:ShelfID" softdelete:"cascade"`
	softdelete.Tracked
}

type oddBook struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	ShelfID uint
	softdelete.Tracked
}

func (oddShelf) TableName() string { return "softdelete_odd.shelves" }
func (oddBook) TableName() string  { return "softdelete_odd.books" }

// TestTrashOfQualifiedTables says that a table in another schema is listed, and observed, as any other.
func TestTrashOfQualifiedTables(t *testing.T) {
	t.Parallel()
	w := &watch.Watcher{}
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Observers: []softdelete.Observer{w.Observe}})))
	require.NoError(t, db.Exec("DROP SCHEMA IF EXISTS softdelete_odd CASCADE").Error)
	require.NoError(t, db.Exec("CREATE SCHEMA softdelete_odd").Error)
	t.Cleanup(func() { require.NoError(t, db.Exec("DROP SCHEMA softdelete_odd CASCADE").Error) })
	require.NoError(t, db.AutoMigrate(&oddShelf{}, &oddBook{}))
	for id := range uint(3) {
		require.NoError(t, db.Create(&oddShelf{ID: id + 1, Books: []oddBook{{ID: id + 1}}}).Error)
	}
	var d softdelete.Deletion
	require.NoError(t, db.Delete(&oddShelf{ID: 1}).Error)
	require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&oddShelf{ID: 2}).Error)
	require.Equal(t, []string{
		"soft delete: softdelete_odd.books 1, along", "soft delete: softdelete_odd.books 2, along",
		"soft delete: softdelete_odd.shelves 1", "soft delete: softdelete_odd.shelves 2",
	}, w.Told(t))
	trash := models.OpenTrash(t, db, &oddShelf{}, &oddBook{})
	require.EqualValues(t, 2, models.StatsOf(t, trash)["softdelete_odd.shelves"].Trashed)
	want := []string{"softdelete_odd.books 2", "softdelete_odd.shelves 2", "softdelete_odd.books 1", "softdelete_odd.shelves 1"}
	for limit := range 5 {
		require.Equal(t, want, itemNames(models.ListAll(t, trash, softdelete.ListOptions{Limit: limit + 1})))
	}
	for _, item := range models.ListAll(t, trash, softdelete.ListOptions{}) {
		require.NoError(t, handles.Second(item.Load(t.Context())))
	}
	require.Equal(t, d.ID, models.DeletionsAll(t, trash, softdelete.ListOptions{Limit: 1}, concurrent.NothingBetween)[0].ID)
	require.NoError(t, handles.Second(trash.Undo(t.Context(), d.ID)))
	n, err := trash.RestoreAll(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	require.Len(t, w.Told(t), 4)
}

// TestTrashOfPreparedStatements says that a handle that prepares its statements lists the same.
func TestTrashOfPreparedStatements(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2, 3)
		for id := range uint(3) {
			w.trash(t, w.db, models.Past(), id+1)
		}
		plain := models.OpenTrash(t, w.db)
		trash := models.OpenTrash(t, w.db.Session(&gorm.Session{PrepareStmt: true}))
		for range 2 {
			require.Equal(t, models.StatsOf(t, plain), models.StatsOf(t, trash))
			options := softdelete.ListOptions{Limit: 4}
			require.Equal(t, itemNames(models.ListAll(t, plain, options)), itemNames(models.ListAll(t, trash, options)))
			require.Equal(t, models.DeletionsAll(t, plain, options, concurrent.NothingBetween), models.DeletionsAll(t, trash, options, concurrent.NothingBetween))
		}
		n, err := trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3*len(w.kinds), n)
	})
}

// TestTrashOfATransaction says that a part of the trash is looked at, and changed, where its handle is: in a transaction, prepared
// or not, and with GORM's own transactions or without.
func TestTrashOfATransaction(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for name, session := range map[string]*gorm.Session{"plain": {}, "prepared": {PrepareStmt: true}, "without transactions": {SkipDefaultTransaction: true}} {
			t.Run(name, func(t *testing.T) {
				db := openTenants(t, open)
				ids := tenants(t, db)
				first := func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 1) }
				whole := models.OpenTrash(t, db.Session(session), tenantModels...)
				tx := db.Session(session).Begin()
				require.NoError(t, tx.Error)
				part := models.OpenTrash(t, tx, tenantModels...).Scopes(first)
				n, err := part.RestoreAll(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 10, n)
				require.NoError(t, tx.Delete(&tenantNote{}, 5).Error)
				item, err := part.Item(t.Context(), "tenant_notes", "5")
				require.NoError(t, err)
				require.NoError(t, handles.Second(item.Load(t.Context())))
				require.ErrorIs(t, handles.Second(part.Deletion(t.Context(), ids[1][0])), softdelete.ErrNotFound)
				require.EqualValues(t, 1, models.StatsOf(t, part.WithRetention(models.Day))["tenant_notes"].Trashed)
				report, err := part.Empty(t.Context(), softdelete.EmptyOptions{All: true})
				require.NoError(t, err)
				require.Equal(t, map[string]int64{"tenant_notes": 1}, report.Rows)
				require.NoError(t, tx.Rollback().Error)
				require.Len(t, models.ListAll(t, whole, softdelete.ListOptions{}), 20)
				require.NoError(t, handles.Second(whole.Scopes(first).Deletion(t.Context(), ids[1][0])))
			})
		}
	})
}

// TestTrashOfADryRun says that nothing reaches the database.
func TestTrashOfADryRun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		log := record.Record(t, db)
		dry := db.Session(&gorm.Session{DryRun: true})
		trash := models.OpenTrash(t, dry, &models.ANote{})
		require.NotPanics(t, func() {
			_, _ = trash.Stats(t.Context())
			_, _ = trash.List(t.Context(), softdelete.ListOptions{})
			_, _ = trash.Deletions(t.Context(), softdelete.ListOptions{})
			for _, trash := range []*softdelete.Trash{trash, trash.WithRetention(models.Day).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("id > 0").Limit(3) })} {
				_, _ = trash.Stats(t.Context())
				_, _ = trash.Item(t.Context(), "a_notes", 1)
				_, _ = trash.Deletion(t.Context(), uuid.New())
				_, _ = trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{All: true})
				_, _ = trash.RestoreAll(t.Context())
				_, _ = trash.Empty(t.Context(), softdelete.EmptyOptions{All: true})
			}
			_, _ = softdelete.Of[models.ANote](dry).RestoreAll(t.Context())
		})
		require.Empty(t, log.Take())
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))
	})
}

// oddTime keeps less of a time than the database would.
type oddTime struct {
	ID        uint           `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt `gorm:"precision:3"`
}

// TestTrashOfOddMarkers says the same of a marker in an embedded pointer, and of a time that is cut to its column.
func TestTrashOfOddMarkers(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnEmbedder{}, &oddTime{}, &models.AStamped{})
		ana := db.WithContext(softdelete.WithActor(t.Context(), "ana"))
		for id := range uint(4) {
			for _, row := range []any{&models.AnEmbedder{ID: id + 1}, &oddTime{ID: id + 1}, &models.AStamped{ID: id + 1}} {
				require.NoError(t, db.Create(row).Error)
				require.NoError(t, ana.Delete(row).Error)
			}
		}
		trash := models.OpenTrash(t, db, &models.AnEmbedder{}, &oddTime{}, &models.AStamped{})
		all := models.ListAll(t, trash, softdelete.ListOptions{})
		require.Len(t, all, 12)
		for limit := range 7 {
			require.Equal(t, itemNames(all), itemNames(models.ListAll(t, trash, softdelete.ListOptions{Limit: limit + 1})))
		}
		for i, item := range all {
			require.False(t, i > 0 && item.At.After(all[i-1].At))
			require.False(t, item.At.IsZero())
			require.NoError(t, handles.Second(item.Load(t.Context())))
			if item.Model == "AnEmbedder" {
				require.Equal(t, "ana", item.By)
			}
		}
		require.Len(t, models.ListAll(t, trash, softdelete.ListOptions{Actor: "ana"}), 4)
		for _, stat := range models.StatsOf(t, trash) {
			require.EqualValues(t, 4, stat.Trashed)
			require.True(t, stat.Oldest.Before(stat.Newest), "%v", stat)
		}
		n, err := trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 12, n)
	})
}

// TestPagesOfOddKeys says that keys of any text part pages, also of what is no UTF-8 where the database takes that.
func TestPagesOfOddKeys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.KeyBytes{})
		require.NoError(t, database.ByBytes(db).AutoMigrate(&models.KeyText{}))
		keys := []string{"'", `"`, "<&>", "ä", "Z", "a", "A", "%", "\u2028", "", " ", "\n", "😀", `\`, "{}", "null", strings.Repeat("x", 190)}
		if database.FlavourOf(db).AnyKey {
			keys = append(keys, strings.Repeat("x", 3000))
		}
		if database.FlavourOf(db).AnyBytes {
			keys = append(keys, "\xff", "a\xc3", "\xfe\xff")
		}
		at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
		gone := gorm.DeletedAt{Time: at, Valid: true}
		for _, key := range keys {
			require.NoError(t, db.Create(&models.KeyText{Code: models.ACode(key), Timestamp: softdelete.Timestamp{DeletedAt: gone}}).Error)
			if key != "" { // SQLite's driver reads no bytes as NULL
				require.NoError(t, db.Create(&models.KeyBytes{Hash: []byte(key), Tracked: softdelete.Tracked{DeletedAt: gone}}).Error)
			}
		}
		trash := models.OpenTrash(t, db, &models.KeyText{}, &models.KeyBytes{})
		seen := map[string]int{}
		for _, item := range models.ListAll(t, trash, softdelete.ListOptions{Limit: 1}) {
			switch key := item.Key[0].(type) {
			case models.ACode:
				seen["text "+string(key)]++
			case []byte:
				seen["bytes "+string(key)]++
			}
			require.NoError(t, handles.Second(item.Load(t.Context())), "%q", item.Key)
		}
		want := map[string]int{}
		for _, key := range keys {
			want["text "+key], want["bytes "+key] = 1, 1
		}
		delete(want, "bytes ")
		require.Equal(t, want, seen)
	})
}
