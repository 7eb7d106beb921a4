package doctor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type coarseBox struct {
	ID        uint
	Balls     []coarseBall `gorm:"foreignKey:BoxID" softdelete:"cascade"`
	DeletedAt gorm.DeletedAt
}

type coarseBall struct {
	ID        uint
	BoxID     uint
	DeletedAt gorm.DeletedAt
}

// A column of whole seconds makes a cascade inexact that is exact by its models.
// The remedy is a finer column, and needs no change of the models. Whether it has a
// zone stays as it is: to change that would move the times that are there.
func TestDoctorCoarseColumn(t *testing.T) {
	t.Parallel()
	coarse := map[string]struct{ sql, finer, digits string }{
		"postgres":              {"ALTER TABLE coarse_balls ALTER COLUMN deleted_at TYPE timestamp(0) with time zone", "timestamp with time zone", "0"},
		"postgres without zone": {"ALTER TABLE coarse_balls ALTER COLUMN deleted_at TYPE timestamp(3) without time zone", "timestamp without time zone", "3"},
		"tidb":                  {"ALTER TABLE coarse_balls MODIFY COLUMN deleted_at datetime", "datetime(3)", "0"},
		"mariadb":               {"ALTER TABLE coarse_balls MODIFY COLUMN deleted_at datetime", "datetime(3)", "0"},
	}
	for name, test := range coarse {
		t.Run(name, func(t *testing.T) {
			database, _, _ := strings.Cut(name, " ")
			t.Parallel()
			db := testdb.Open(t, database)
			require.NoError(t, db.Use(softdelete.New()))
			models := []any{&coarseBox{}, &coarseBall{}}
			require.NoError(t, softdelete.AutoMigrate(db, models...))
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))
			doctored.RunAll(t, db, test.sql)
			for _, given := range [][]any{models, models[:1], models[1:]} {
				findings := doctored.Doctored(t, db, given...)
				require.Equal(t, []string{"warning cascade-inexact coarse_balls"}, doctored.CodesOf(findings))
				require.Contains(t, findings[0].Message, "keeps "+test.digits+" digits")
				require.Contains(t, findings[0].Remedy, " "+test.finer+";")
			}
			doctored.Cure(t, db, doctored.Doctored(t, db, models...)...)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))
		})
	}
}

type madeBook struct {
	ID     uint   `gorm:"primaryKey;autoIncrement"`
	Title  string `gorm:"size:100;unique"`
	Number string `gorm:"size:100;unique;default:it's"`
	Shelf  string `gorm:"size:100;uniqueIndex"`
}

func (madeBook) TableName() string { return "books" }

type sickBook struct {
	ID     uint
	Title  string `gorm:"size:100"`
	Number string `gorm:"size:100"`
	Shelf  string `gorm:"size:100"`
	softdelete.Timestamp
}

func (sickBook) TableName() string { return "books" }

// Where a table has to be made anew without its constraints, nothing else of it is
// lost: rows, children, triggers, views, keys that were used.
func TestDoctorTableMadeAnew(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "sqlite")
	doctored.RunAll(t, db,
		`CREATE TABLE books (
			id integer PRIMARY KEY AUTOINCREMENT, -- given out once, "never" again
			title text UNIQUE ON CONFLICT ABORT, [number] text DEFAULT 'it''s; (not' /* UNIQUE */,
			shelf text, half real GENERATED ALWAYS AS (id / 2.0),
			CONSTRAINT by_number UNIQUE ("number") CHECK (shelf <> 'unique')
		)`,
		`CREATE TABLE pages (id integer PRIMARY KEY, book_id integer REFERENCES books (id) ON DELETE CASCADE)`,
		`CREATE TABLE seen (n integer)`,
		"CREATE TRIGGER told AFTER INSERT ON books BEGIN\n  INSERT INTO seen VALUES (new.id);\n  -- twice\n  INSERT INTO seen VALUES (new.id);\nEND",
		`CREATE VIEW titles AS SELECT title FROM books`,
		`CREATE UNIQUE INDEX by_shelf ON books (shelf)`,
		`INSERT INTO books (title, shelf) VALUES ('a', 'x')`,
		`INSERT INTO books (title, number, shelf) VALUES ('b', 'n', 'y')`,
		`INSERT INTO pages (book_id) VALUES (1), (2)`,
		`DELETE FROM books WHERE id = 2`,
	)
	require.NoError(t, db.Use(softdelete.New()))
	findings := doctored.Doctored(t, db, &sickBook{})
	require.Equal(t, []string{
		"error marker-column-missing books",
		"error unique-holds-trash books", "error unique-holds-trash books", "error unique-holds-trash books",
		"warning marker-index-missing books",
	}, doctored.CodesOf(findings))
	doctored.Cure(t, db, findings...)
	require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &sickBook{})))

	count := func(sql string) (n int) {
		t.Helper()
		require.NoError(t, db.Raw(sql).Scan(&n).Error)
		return n
	}
	require.Equal(t, 1, count("SELECT count(*) FROM books WHERE half = 0.5"))
	require.Equal(t, 1, count("SELECT count(*) FROM pages"))
	require.Equal(t, 1, count("SELECT count(*) FROM titles"))
	book := sickBook{Title: "b", Number: "n", Shelf: "y"}
	require.NoError(t, db.Create(&book).Error)
	require.EqualValues(t, 3, book.ID)
	require.Equal(t, 6, count("SELECT count(*) FROM seen"))
	require.Error(t, db.Create(&sickBook{Title: "b", Number: "1", Shelf: "1"}).Error)
	require.Error(t, db.Create(&sickBook{Title: "1", Number: "n", Shelf: "1"}).Error)
	require.Error(t, db.Create(&sickBook{Title: "1", Number: "1", Shelf: "y"}).Error)
	require.Error(t, db.Create(&sickBook{Title: "1", Number: "1", Shelf: "unique"}).Error)
	require.NoError(t, db.Delete(&book).Error)
	require.NoError(t, db.Create(&sickBook{Title: "b", Number: "n", Shelf: "y"}).Error)
	require.Error(t, db.Exec("INSERT INTO pages (book_id) VALUES (77)").Error, "foreign keys are enforced again")
	require.Equal(t, 0, count("SELECT count(*) FROM pragma_foreign_key_check"))
}

// The same on databases that drop a constraint by itself.
func TestDoctorConstraints(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&madeBook{}))
		doctored.Cure(t, db, doctored.Doctored(t, db, &sickBook{})...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &sickBook{})))
		book := sickBook{Title: "b", Number: "n", Shelf: "y"}
		require.NoError(t, db.Create(&book).Error)
		require.NoError(t, db.Delete(&book).Error)
		require.NoError(t, db.Create(&sickBook{Title: "b", Number: "n", Shelf: "y"}).Error)
		require.Error(t, db.Create(&sickBook{Title: "b", Number: "1", Shelf: "1"}).Error)
	})
}

type sampledThing struct {
	ID        string `gorm:"primaryKey;size:50"`
	Name      string `gorm:"size:50;index"`
	DeletedAt *gorm.DeletedAt
}

// The share of trash is that of a sample, whatever the primary key.
func TestDoctorShare(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&sampledThing{}))
		holds := func() softdelete.Finding {
			return doctored.FindingOf(t, doctored.Doctored(t, db, &sampledThing{}), softdelete.CodeIndexHoldsTrash, "sampled_things")
		}
		silent := func() {
			t.Helper()
			require.NotContains(t, doctored.CodesOf(doctored.Doctored(t, db, &sampledThing{})), "info index-holds-trash sampled_things")
		}
		silent() // the table is empty
		at := time.Now()
		for _, id := range []string{"a", "b", "c", "d"} {
			thing := sampledThing{ID: id}
			if id > "b" {
				thing.DeletedAt = &gorm.DeletedAt{Time: at, Valid: true}
			}
			require.NoError(t, db.Create(&thing).Error)
		}
		require.Equal(t, softdelete.SeverityWarning, holds().Severity)
		require.Contains(t, holds().Message, "50 %")
		require.NoError(t, db.Create(&sampledThing{ID: "e"}).Error)
		require.Equal(t, softdelete.SeverityInfo, holds().Severity)
		for n := range 16 {
			require.NoError(t, db.Create(&sampledThing{ID: fmt.Sprint("f", n)}).Error)
		}
		silent() // hardly any of it is trash
	})
}

type viewedThing struct {
	ID   uint
	Name string `gorm:"size:50" softdelete:"unique"`
	softdelete.Tracked
}

// A view has no indexes, and needs none.
func TestDoctorView(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&viewedThing{}))
		doctored.RunAll(t, db, "ALTER TABLE viewed_things RENAME TO things", "CREATE VIEW viewed_things AS SELECT * FROM things")
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &viewedThing{})))
	})
}

// Another index by the name of one that is to be has to be renamed by somebody.
func TestDoctorNameTaken(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &viewedThing{}))
		drop := "DROP INDEX idx_viewed_things_name"
		if db.Name() == "mysql" {
			drop += " ON viewed_things"
		}
		doctored.RunAll(t, db, drop, "CREATE INDEX idx_viewed_things_name ON viewed_things (id, deleted_at)")
		found := doctored.FindingOf(t, doctored.Doctored(t, db, &viewedThing{}), softdelete.CodeUniqueMissing, "viewed_things")
		require.Empty(t, found.Remedy)
		require.Contains(t, found.Message, "rename")
	})
}

// An exclusion constraint is left alone, and a partitioned table gets its indexes
// as it can.
func TestDoctorPostgres(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New()))
	doctored.RunAll(t, db,
		"CREATE TABLE viewed_things (id bigint, name text, deleted_at timestamptz, deleted_by text, delete_reason text, deletion_id uuid, "+
			"EXCLUDE USING btree (name WITH =)) ",
		"CREATE TABLE sampled_things (id text, name text, deleted_at timestamptz) PARTITION BY LIST (id)",
		"CREATE INDEX named ON sampled_things (name)",
	)
	findings := doctored.Doctored(t, db, &viewedThing{}, &sampledThing{})
	require.Equal(t, []string{
		"error unique-missing viewed_things", "warning deletion-index-missing viewed_things",
		"warning marker-index-missing sampled_things", "warning marker-index-missing viewed_things",
	}, doctored.CodesOf(findings))
	doctored.Cure(t, db, findings...)
	require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &viewedThing{}, &sampledThing{})))
}

// TestDoctorOnRowsOfALookAlike says that Go comes first where a column becomes a marker, and that Doctor then has the SQL for the rows
// that would be in the trash by mistake.
func TestDoctorOnRowsOfALookAlike(t *testing.T) {
	t.Parallel()
	type aNeverNull struct {
		ID        uint
		DeletedAt time.Time `gorm:"not null"`
	}
	type aZero struct {
		ID        uint
		DeletedAt time.Time
	}
	type aNumber struct {
		ID        uint
		DeletedAt *int64
	}
	type bTime struct {
		ID        uint
		DeletedAt gorm.DeletedAt
	}
	type bNumber struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt
	}
	never := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		made  any
		row   func() any
		after any
	}{
		"not null": {&aNeverNull{}, func() any { return &aNeverNull{DeletedAt: never} }, &bTime{}},
		"zero":     {&aZero{}, func() any { return &aZero{DeletedAt: never} }, &bTime{}},
		"a number": {&aNumber{}, func() any { return &aNumber{} }, &bNumber{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				on := func(model any) *gorm.DB { return db.Table("things").Model(model) }
				require.NoError(t, db.Table("things").AutoMigrate(test.made))
				require.NoError(t, on(test.made).Create(test.row()).Error)
				require.NoError(t, db.Exec("ALTER TABLE things RENAME TO "+tables.TableOf(t, db, test.made)).Error)
				found := doctored.FindingOf(t, doctored.Doctored(t, db, test.made), softdelete.CodeMarkerLookAlike, tables.TableOf(t, db, test.made))
				require.Empty(t, found.Remedy)
				require.Contains(t, found.Tag, "DeletedAt ")
				require.NoError(t, db.Exec("ALTER TABLE "+tables.TableOf(t, db, test.made)+" RENAME TO "+tables.TableOf(t, db, test.after)).Error)

				table := tables.TableOf(t, db, test.after)
				findings := doctored.Doctored(t, db, test.after)
				misfit := doctored.FindingOf(t, findings, softdelete.CodeMarkerMisfit, table)
				require.Equal(t, []string{"deleted_at"}, misfit.Columns)
				if name == "not null" && db.Name() == "sqlite" {
					require.Empty(t, misfit.Remedy) // it cannot take NOT NULL off a column
					return
				}
				doctored.Cure(t, db, findings...)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, test.after)))
				var n int64
				require.NoError(t, db.Model(test.after).Count(&n).Error)
				require.EqualValues(t, 1, n)
				require.NoError(t, db.Create(tables.NewLike(test.after)).Error)
			})
		})
	}
}
