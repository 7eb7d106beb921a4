package write_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

type (
	// untoldShelf has no tag for its unique columns: the table was made by SQL.
	untoldShelf struct {
		ID        uint
		Room      int
		Label     string
		Colour    string
		DeletedAt gorm.DeletedAt
	}
	// wholeShelf has GORM's tag of an index of all rows.
	wholeShelf struct {
		ID        uint
		Room      int    `gorm:"uniqueIndex:shelves_place"`
		Label     string `gorm:"uniqueIndex:shelves_place"`
		Colour    string
		DeletedAt gorm.DeletedAt
	}
)

// returnedShelf has a marker that the database gives back, as it does what has a default.
type returnedShelf struct {
	ID        uint
	Room      int
	Label     string
	Colour    string
	DeletedAt gorm.DeletedAt `gorm:"default:NULL"`
}

func (returnedShelf) TableName() string { return "shelves" }
func (untoldShelf) TableName() string   { return "shelves" }
func (wholeShelf) TableName() string    { return "shelves" }

// TestUpsertsOnAnyIndex says that an upsert by columns finds the unique index on them, be it of all rows or of live ones, and
// whatever the model's tags tell of it: somebody may have run SQL before the tag is deployed, or after it.
func TestUpsertsOnAnyIndex(t *testing.T) {
	t.Parallel()
	indexes := map[string]string{
		"a constraint":  "ALTER TABLE shelves ADD CONSTRAINT shelves_label_room_key UNIQUE (label, room)",
		"of all rows":   "CREATE UNIQUE INDEX shelves_place ON shelves (label, room)",
		"of live rows":  "CREATE UNIQUE INDEX shelves_place ON shelves (label, room) WHERE deleted_at IS NULL",
		"an expression": "CREATE UNIQUE INDEX shelves_place ON shelves (lower(label), room) WHERE deleted_at IS NULL",
	}
	for name, index := range indexes {
		for model, rows := range map[string]func(colour string) any{
			"untold": func(colour string) any { return &untoldShelf{Room: 1, Label: "A", Colour: colour} },
			"whole":  func(colour string) any { return &wholeShelf{Room: 1, Label: "A", Colour: colour} },
		} {
			t.Run(name+" "+model, func(t *testing.T) {
				t.Parallel()
				for _, database := range testdb.Names() {
					db := testdb.OpenerFor(t, database)(t)
					key := "bigserial PRIMARY KEY"
					if db.Name() == "sqlite" {
						key = "integer PRIMARY KEY"
					}
					if db.Name() == "mysql" || db.Name() == "sqlite" && name == "a constraint" {
						continue // the former names no columns, the latter cannot add one
					}
					require.NoError(t, db.Exec("CREATE TABLE shelves (id "+key+", room bigint, label varchar(40), colour text, deleted_at timestamp)").Error)
					require.NoError(t, db.Exec(index).Error)
					require.NoError(t, db.Use(softdelete.New()))
					on := []clause.Column{{Name: "label"}, {Name: "room"}}
					if name == "an expression" {
						on[0] = clause.Column{Name: "lower(label)", Raw: true}
					}
					colours := func() string {
						var list []string
						require.NoError(t, db.Raw("SELECT colour FROM shelves WHERE deleted_at IS NULL ORDER BY id").Scan(&list).Error)
						return fmt.Sprint(list)
					}
					nothing := clause.OnConflict{Columns: on, DoNothing: true}
					update := clause.OnConflict{Columns: on, DoUpdates: clause.AssignmentColumns([]string{"colour"})}
					require.NoError(t, db.Clauses(nothing).Create(rows("red")).Error)
					require.NoError(t, db.Clauses(nothing).Create(rows("blue")).Error)
					require.Equal(t, "[red]", colours())
					require.NoError(t, db.Clauses(update).Create(rows("green")).Error)
					require.Equal(t, "[green]", colours())
					require.NoError(t, db.Where("1 = 1").Delete(&untoldShelf{}).Error)
					err := db.Clauses(update).Create(rows("new")).Error
					if name == "a constraint" || name == "of all rows" {
						require.ErrorIs(t, err, softdelete.ErrTrashed)
						continue
					}
					require.NoError(t, err)
					require.Equal(t, "[new]", colours())
				}
			})
		}
	}
}

// TestUpsertsOnAConstraintThatIsAnIndex says that an upsert which names a constraint finds the index of live rows that has taken its
// place and its name.
func TestUpsertsOnAConstraintThatIsAnIndex(t *testing.T) {
	t.Parallel()
	db := testdb.OpenerFor(t, "postgres")(t)
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.Exec("CREATE TABLE shelves (id bigserial PRIMARY KEY, room bigint, label varchar(40), colour text, deleted_at timestamp, CONSTRAINT shelves_key UNIQUE (label, room))").Error)
	on := clause.OnConflict{OnConstraint: "shelves_key", DoUpdates: clause.AssignmentColumns([]string{"colour"})}
	row := func(colour string) *untoldShelf { return &untoldShelf{Room: 1, Label: "A", Colour: colour} }
	require.NoError(t, db.Clauses(on).Create(row("red")).Error)
	require.NoError(t, db.Exec("ALTER TABLE shelves DROP CONSTRAINT shelves_key; CREATE UNIQUE INDEX shelves_key ON shelves (label, room) WHERE deleted_at IS NULL").Error)
	require.NoError(t, db.Clauses(on).Create(row("green")).Error)
	require.NoError(t, db.Where("1 = 1").Delete(&untoldShelf{}).Error)
	require.NoError(t, db.Clauses(on).Create(row("blue")).Error)
	var colours []string
	require.NoError(t, db.Raw("SELECT colour FROM shelves ORDER BY id").Scan(&colours).Error)
	require.Equal(t, []string{"green", "blue"}, colours)

	on.OnConstraint = "no_such"
	require.ErrorContains(t, db.Clauses(on).Create(row("x")).Error, "no_such")
	on.OnConstraint = "shelves_pkey"
	require.NoError(t, db.Clauses(on).Create(&untoldShelf{ID: 2, Label: "B", Colour: "y"}).Error)
}

// TestUpsertsOnAnyIndexOfMySQL says the same of databases whose upserts name no columns: the model's columns tell what is meant.
func TestUpsertsOnAnyIndexOfMySQL(t *testing.T) {
	t.Parallel()
	on := clause.OnConflict{Columns: []clause.Column{{Name: "label"}, {Name: "room"}}, DoUpdates: clause.AssignmentColumns([]string{"colour"})}
	for model, rows := range map[string]func(colour string) any{
		"untold":   func(colour string) any { return &untoldShelf{Room: 1, Label: "A", Colour: colour} },
		"whole":    func(colour string) any { return &wholeShelf{Room: 1, Label: "A", Colour: colour} },
		"returned": func(colour string) any { return &returnedShelf{Room: 1, Label: "A", Colour: colour} },
		"several": func(colour string) any {
			return &[]returnedShelf{{Room: 2, Label: "B", Colour: colour}, {Room: 1, Label: "A", Colour: colour}}
		},
		"before a new one": func(colour string) any {
			return &[]untoldShelf{{Room: 1, Label: "A", Colour: colour}, {Room: 2, Label: "B " + colour, Colour: colour}}
		},
	} {
		run := func(t *testing.T, open testdb.Opener) {
			t.Helper()
			db := open(t)
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.Exec("CREATE TABLE shelves (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, room bigint, label varchar(40), colour varchar(40), deleted_at datetime(3), "+
				"UNIQUE shelves_place (label, room))").Error)
			colours := func() []string {
				var list []string
				require.NoError(t, db.Raw("SELECT colour FROM shelves WHERE label = 'A' ORDER BY id").Scan(&list).Error)
				return list
			}
			require.NoError(t, db.Create(rows("red")).Error)
			require.NoError(t, db.Clauses(on).Create(rows("green")).Error)
			require.NoError(t, db.Where("label = 'A'").Delete(&untoldShelf{}).Error)
			// A live row has the key that the connection was given last.
			require.NoError(t, db.Create(&untoldShelf{Room: 7, Label: "C"}).Error)
			require.ErrorIs(t, db.Clauses(on).Create(rows("new")).Error, softdelete.ErrTrashed, "it is not written, and that is no silence")
			require.Equal(t, []string{"green"}, colours())

			// Once the index is of live rows, a trashed row beside a live one is in nobody's way.
			for _, change := range []string{
				"ADD COLUMN softdelete_live tinyint GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) VIRTUAL",
				"ADD UNIQUE INDEX shelves_live (label, room, softdelete_live)", "DROP INDEX shelves_place",
			} {
				require.NoError(t, db.Exec("ALTER TABLE shelves "+change).Error)
			}
			require.NoError(t, db.Create(&untoldShelf{Room: 1, Label: "A", Colour: "second"}).Error)
			require.NoError(t, db.Clauses(on).Create(rows("third")).Error)
			require.Equal(t, []string{"green", "third"}, colours())
		}
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			run(t, testdb.OpenerFor(t, "mariadb"))
		})
		t.Run(model+" on TiDB", func(t *testing.T) {
			t.Parallel()
			run(t, testdb.OpenerFor(t, "tidb"))
		})
		t.Run(model+" without returning", func(t *testing.T) {
			t.Parallel()
			run(t, testdb.MySQLWithoutReturning(t))
		})
	}
}

// TestUpsertsThatNameTheMarker says that an upsert on the columns of an index with the marker in it finds the one of live rows in its place.
func TestUpsertsThatNameTheMarker(t *testing.T) {
	t.Parallel()
	type markedLabel struct {
		ID        uint
		Name      string          `gorm:"size:50;uniqueIndex:ux"`
		IsDeleted softdelete.Flag `gorm:"not null;default:false;uniqueIndex:ux"`
		Kind      string
	}
	on := clause.OnConflict{Columns: []clause.Column{{Name: "name"}, {Name: "is_deleted"}}, DoUpdates: clause.AssignmentColumns([]string{"kind"})}
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := testdb.OpenerFor(t, database)(t)
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.AutoMigrate(&markedLabel{}))
			require.NoError(t, db.Clauses(on).Create(&markedLabel{Name: "a", Kind: "1"}).Error)
			require.NoError(t, db.Clauses(on).Create(&markedLabel{Name: "a", Kind: "2"}).Error)
			require.NoError(t, db.Exec("DROP INDEX ux").Error)
			require.NoError(t, db.Exec("CREATE UNIQUE INDEX ux ON marked_labels (name) WHERE is_deleted = false").Error)
			require.NoError(t, db.Clauses(on).Create(&markedLabel{Name: "a", Kind: "3"}).Error)
			require.NoError(t, db.Where("name = 'a'").Delete(&markedLabel{}).Error)
			require.NoError(t, db.Clauses(on).Create(&markedLabel{Name: "a", Kind: "4"}).Error)
			var kinds []string
			require.NoError(t, db.Raw("SELECT kind FROM marked_labels ORDER BY id").Scan(&kinds).Error)
			require.Equal(t, []string{"3", "4"}, kinds)
		})
	}
}

// TestUpsertsBesideTrash says that a trashed row is in nobody's way if a live one agrees with the value, and that what is made in
// the trash meets nothing.
func TestUpsertsBesideTrash(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := testdb.OpenerFor(t, database)(t)
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.AutoMigrate(&untoldShelf{}))
			require.NoError(t, db.Exec("CREATE UNIQUE INDEX shelves_place ON shelves (label, room) WHERE deleted_at IS NULL").Error)
			for range 2 {
				require.NoError(t, db.Where("1 = 1").Delete(&untoldShelf{}).Error)
				require.NoError(t, db.Create(&untoldShelf{Room: 1, Label: "A", Colour: "old"}).Error)
			}
			on := clause.OnConflict{Columns: []clause.Column{{Name: "label"}, {Name: "room"}}}
			never := on
			never.DoUpdates = clause.AssignmentColumns([]string{"colour"})
			never.Where = clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "shelves.colour = 'never'"}}}
			require.NoError(t, db.Clauses(never).Create(&untoldShelf{Room: 1, Label: "A", Colour: "x"}).Error)
			require.NoError(t, db.Clauses(never).Create(&[]untoldShelf{{Room: 1, Label: "A"}, {Room: 2, Label: "B"}}).Error)
			nothing := on
			nothing.DoUpdates = clause.AssignmentColumns([]string{"deleted_at"})
			row := untoldShelf{Room: 1, Label: "A"}
			require.NoError(t, db.Clauses(nothing).Create(&row).Error)
			require.EqualValues(t, 2, row.ID)
			nothing = on
			nothing.DoNothing = true
			rows := []untoldShelf{{Room: 1, Label: "A"}, {Room: 9, Label: "C"}}
			require.NoError(t, db.Clauses(nothing).Create(&rows).Error)
			require.EqualValues(t, 2, rows[0].ID)
		})
	}
	t.Run("mariadb", func(t *testing.T) {
		t.Parallel()
		db := testdb.OpenerFor(t, "mariadb")(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.Exec("CREATE TABLE shelves (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, room bigint, label varchar(40), colour varchar(40), deleted_at datetime(3), "+
			"UNIQUE shelves_colour (colour))").Error)
		on := clause.OnConflict{Columns: []clause.Column{{Name: "label"}, {Name: "room"}}, DoUpdates: clause.AssignmentColumns([]string{"room"})}
		require.NoError(t, db.Clauses(on).Create(&untoldShelf{Label: "A", Colour: "1", DeletedAt: gorm.DeletedAt{Time: time.Unix(1, 0), Valid: true}}).Error, "made in the trash")
		require.NoError(t, db.Create(&untoldShelf{Label: "B", Colour: "2"}).Error)
		for range 2 { // the second changes nothing, and no key comes back
			require.NoError(t, db.Clauses(on).Create(&[]untoldShelf{{Label: "A", Colour: "2"}, {Label: "C", Colour: "3"}}).Error, "the database has no index on these columns")
		}
	})
}

// TestUpsertsThatNameATimeAreNotLookedUp says that an upsert on an index with a Unix time in it, which is never replaced, costs no look-up.
func TestUpsertsThatNameATimeAreNotLookedUp(t *testing.T) {
	t.Parallel()
	type timedLabel struct {
		ID        uint
		Name      string                `gorm:"size:50;uniqueIndex:udx"`
		DeletedAt soft_delete.DeletedAt `gorm:"uniqueIndex:udx"`
		Kind      string
	}
	on := clause.OnConflict{Columns: []clause.Column{{Name: "name"}, {Name: "deleted_at"}}, DoUpdates: clause.AssignmentColumns([]string{"kind"})}
	for _, database := range []string{"sqlite", "postgres"} {
		db := handles.WithPlugin(t, testdb.OpenerFor(t, database), softdelete.Config{}, &timedLabel{})
		log := record.Record(t, db)
		for _, kind := range []string{"1", "2"} {
			require.NoError(t, db.Clauses(on).Create(&timedLabel{Name: "a", Kind: kind}).Error)
		}
		require.Zero(t, record.Starting(log.Take(), "SELECT"))
	}
}
