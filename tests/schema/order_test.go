package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	// untoldOrder says nothing of the order of its columns: that of an index which is there counts, else that of the fields.
	untoldOrder struct {
		ID        uint
		StoreID   uint   `softdelete:"unique:orders_title"`
		Title     string `gorm:"size:50" softdelete:"unique:orders_title,index:orders_shelf"`
		Shelf     int    `softdelete:"index:orders_shelf"`
		DeletedAt gorm.DeletedAt
	}
	toldOrder struct {
		ID        uint
		StoreID   uint   `softdelete:"unique:orders_title,priority:2"`
		Title     string `gorm:"size:50" softdelete:"unique:orders_title,priority:1,index:orders_shelf"`
		Shelf     int    `softdelete:"index:orders_shelf,priority:2"`
		DeletedAt gorm.DeletedAt
	}
	// gormOrder has GORM's tags.
	gormOrder struct {
		ID        uint
		StoreID   uint   `gorm:"uniqueIndex:orders_title,priority:2"`
		Title     string `gorm:"size:50;uniqueIndex:orders_title,priority:1;index:orders_shelf,priority:2"`
		Shelf     int    `gorm:"index:orders_shelf,priority:1"`
		DeletedAt gorm.DeletedAt
	}
)

func (untoldOrder) TableName() string { return "ordered" }
func (toldOrder) TableName() string   { return "ordered" }
func (gormOrder) TableName() string   { return "ordered" }

// TestOrderOfColumns says that a composite index keeps the order of its columns when it becomes one of live rows, that a tag may say
// another, and that without either it is that of the fields.
func TestOrderOfColumns(t *testing.T) {
	t.Parallel()
	titleFirst, storeFirst := "unique (title, store_id) where deleted_at is null", "unique (store_id, title) where deleted_at is null"
	shelfFirst, shelfLast := "(shelf, title) where deleted_at is null", "(title, shelf) where deleted_at is null"
	tests := []struct {
		name          string
		made, after   any
		title, shelf  string
		titleM, sheMy string
	}{
		{"kept", &gormOrder{}, &untoldOrder{}, titleFirst, shelfFirst, "unique (title, store_id, softdelete_live)", "(deleted_at, shelf, title)"},
		{"told", &gormOrder{}, &toldOrder{}, titleFirst, shelfFirst, "unique (title, store_id, softdelete_live)", "(deleted_at, shelf, title)"},
		{"of the fields", nil, &untoldOrder{}, storeFirst, shelfLast, "unique (store_id, title, softdelete_live)", "(deleted_at, title, shelf)"},
		{"told anew", &untoldOrder{}, &toldOrder{}, titleFirst, shelfFirst, "unique (title, store_id, softdelete_live)", "(deleted_at, shelf, title)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := open(t)
				switch test.made.(type) {
				case *gormOrder:
					require.NoError(t, db.AutoMigrate(test.made))
					db = open(t)
				case *untoldOrder:
					require.NoError(t, db.Use(softdelete.New()))
					require.NoError(t, softdelete.AutoMigrate(db, test.made))
					db = open(t)
				}
				require.NoError(t, db.Use(softdelete.New()))
				if _, isAnew := test.made.(*untoldOrder); isAnew {
					require.Contains(t, doctored.CodesOf(doctored.Doctored(t, db, test.after)), "warning live-index-missing ordered")
				}
				for range 2 {
					require.NoError(t, softdelete.AutoMigrate(db, test.after))
					have := tables.PlainIndexes(t, db, "ordered")
					want := []string{test.title, test.shelf}
					if db.Name() == "mysql" {
						want = []string{test.titleM, test.sheMy}
					}
					require.Equal(t, want, []string{have["orders_title"], have["orders_shelf"]})
					require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, test.after)))
				}
			})
		})
	}
}

// TestPriorityOfNothing says that a priority without an index, or that is none, is an error.
func TestPriorityOfNothing(t *testing.T) {
	t.Parallel()
	type alone struct {
		ID        uint
		Name      string `softdelete:"priority:1"`
		DeletedAt gorm.DeletedAt
	}
	type behindOther struct {
		ID        uint
		Why       string `softdelete:"reason,priority:1"`
		DeletedAt gorm.DeletedAt
	}
	type noNumber struct {
		ID        uint
		Name      string `softdelete:"unique:a,priority:first"`
		DeletedAt gorm.DeletedAt
	}
	for _, model := range []any{&alone{}, &behindOther{}, &noNumber{}} {
		var wrong *softdelete.ModelError
		err := testdb.Open(t, "sqlite").Use(softdelete.New(softdelete.Config{Models: []any{model}}))
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, "priority")
	}
}

// TestReservedName says that a name which SQLite keeps for itself, as Doctor once advised it, does for the one of GORM's.
func TestReservedName(t *testing.T) {
	t.Parallel()
	type reserved struct {
		ID        uint
		Room      int    `softdelete:"unique:sqlite_autoindex_reserveds_1"`
		Label     string `softdelete:"unique:sqlite_autoindex_reserveds_1"`
		DeletedAt gorm.DeletedAt
	}
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Exec("CREATE TABLE reserveds (id integer PRIMARY KEY AUTOINCREMENT, room integer, label text, deleted_at datetime, UNIQUE (label, room))").Error)
	require.NoError(t, db.Use(softdelete.New()))
	doctored.Cure(t, db, doctored.Doctored(t, db, &reserved{})...)
	for range 2 {
		require.NoError(t, softdelete.AutoMigrate(db, &reserved{}))
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &reserved{})))
		require.Equal(t, "unique (label, room) where deleted_at is null", tables.PlainIndexes(t, db, "reserveds")["idx_reserveds_room_label"])
	}
}

// TestIndexTagOnAFlag says that an index of GORM's on a marker without a time is replaced, as one on a time is; and that Doctor says
// nothing of an index that GORM's tag has beside one of live rows.
func TestIndexTagOnAFlag(t *testing.T) {
	t.Parallel()
	type flagged struct {
		ID   uint
		Code string          `gorm:"size:40;index:by_code" softdelete:"index"`
		Gone softdelete.Flag `gorm:"not null;default:false;index"`
	}
	type otherFlagged struct {
		ID   uint
		Gone softdelete.Flag `gorm:"not null;default:false;index:by_gone"`
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		models := []any{&flagged{}, &otherFlagged{}}
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
		for range 2 {
			require.NoError(t, softdelete.AutoMigrate(db))
			require.NoError(t, db.AutoMigrate(models...))
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db)))
		}
		list, err := softdelete.PlanMigration(db)
		require.NoError(t, err)
		require.Empty(t, list)
		_, err = softdelete.DDL(db)
		require.NoError(t, err)
	})
}
