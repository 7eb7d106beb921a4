package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
)

// oddAccount has names that have to be quoted.
type oddAccount struct {
	ID     uint
	Email  string `gorm:"column:e mail;size:100"`
	Status string `gorm:"column:select;size:100"`
	softdelete.Timestamp
}

func (oddAccount) TableName() string { return "order" }

// openOdd makes the table of oddAccount with all that it needs, and no more.
func openOdd(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, softdelete.AutoMigrate(db, &oddAccount{}))
	require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddAccount{})))
	for _, email := range []string{"a", "b", "c"} {
		require.NoError(t, db.Create(&oddAccount{Email: email, Status: "new"}).Error)
	}
	require.NoError(t, db.Where("id < 3").Delete(&oddAccount{}).Error)
	return db
}

// An index that is more than a list of columns is made anew as it was, of live
// rows.
func TestDoctorKeepsWhatAnIndexIs(t *testing.T) {
	t.Parallel()
	tests := map[string][]struct{ name, code, sql string }{
		"sqlite": {
			{"expression", softdelete.CodeUniqueHoldsTrash, "CREATE UNIQUE INDEX \"it's\" ON \"order\" (lower(\"e mail\"))"},
			{"condition", softdelete.CodeUniqueHoldsTrash, "create unique index odd on [order]([e mail]) where [select] = 'new'"},
			{"collation", softdelete.CodeIndexHoldsTrash, "CREATE INDEX odd ON `order`(`e mail` COLLATE NOCASE DESC, `select`)"},
		},
		"postgres": {
			{"expression", softdelete.CodeUniqueHoldsTrash, `CREATE UNIQUE INDEX "it's" ON "order" (lower("e mail"))`},
			{"condition", softdelete.CodeUniqueHoldsTrash, `CREATE UNIQUE INDEX odd ON "order" ("e mail") INCLUDE ("select") WHERE "select" = 'new' AND "e mail" <> ''`},
			{"operators", softdelete.CodeIndexHoldsTrash, `CREATE INDEX odd ON "order" ("e mail" text_pattern_ops DESC) WITH (fillfactor = 80)`},
			{"hash", softdelete.CodeIndexHoldsTrash, `CREATE INDEX odd ON "order" USING hash ("e mail")`},
		},
		"mariadb": {
			{"prefix", softdelete.CodeUniqueHoldsTrash, "CREATE UNIQUE INDEX `it's` ON `order` (`e mail`(5), `select`)"},
			{"ordinary prefix", softdelete.CodeIndexHoldsTrash, "CREATE INDEX odd ON `order` (`e mail`(5))"},
		},
	}
	tests["tidb"] = tests["mariadb"]
	for database, list := range tests {
		for _, test := range list {
			t.Run(database+" "+test.name, func(t *testing.T) {
				t.Parallel()
				db := openOdd(t, testdb.OpenerFor(t, database))
				doctored.RunAll(t, db, test.sql)
				found := doctored.FindingOf(t, doctored.Doctored(t, db, &oddAccount{}), test.code, "order")
				require.NotEmpty(t, found.Remedy)
				t.Log(found)
				doctored.Cure(t, db, found)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddAccount{})))
				if test.code == softdelete.CodeUniqueHoldsTrash {
					require.NoError(t, db.Create(&oddAccount{Email: "a", Status: "new"}).Error)
					require.Error(t, db.Create(&oddAccount{Email: "a", Status: "new"}).Error)
				}
			})
		}
	}
}

// So is one that a tag of the model asks for in its plain form: that would keep less apart. AutoMigrate refuses to replace it, and
// takes what the remedy made.
func TestDoctorKeepsWhatATaggedIndexIs(t *testing.T) {
	t.Parallel()
	type madeKeeper struct {
		ID        uint
		Email     string `gorm:"size:100"`
		Team      int
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
	type keeper struct {
		ID        uint
		Email     string `gorm:"size:100" softdelete:"unique"`
		Team      int
		DeletedAt gorm.DeletedAt
	}
	tests := map[string]struct{ sql, keeps string }{
		"sqlite":   {"CREATE UNIQUE INDEX odd ON keepers (email COLLATE NOCASE)", "COLLATE NOCASE"},
		"postgres": {"CREATE UNIQUE INDEX odd ON keepers (email) INCLUDE (team)", "INCLUDE (team)"},
	}
	for database, test := range tests {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, database)
			require.NoError(t, db.Table("keepers").Migrator().CreateTable(&madeKeeper{}))
			doctored.RunAll(t, db, test.sql)
			require.NoError(t, db.Use(softdelete.New()))
			require.Error(t, softdelete.AutoMigrate(db, &keeper{}))
			found := doctored.FindingOf(t, doctored.Doctored(t, db, &keeper{}), softdelete.CodeUniqueHoldsTrash, "keepers")
			require.Contains(t, found.Remedy, test.keeps)
			doctored.Cure(t, db, doctored.Doctored(t, db, &keeper{})...)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &keeper{})))
			require.NoError(t, softdelete.AutoMigrate(db, &keeper{}))
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &keeper{})))
			old := keeper{Email: "a"}
			require.NoError(t, db.Create(&old).Error)
			require.NoError(t, db.Delete(&old).Error)
			require.NoError(t, db.Create(&keeper{Email: "a"}).Error)
			require.Error(t, db.Create(&keeper{Email: "a"}).Error)
		})
	}
}

// What lets trashed rows be, or is needed, is left alone.
func TestDoctorLeavesAlone(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"sqlite": {
			`CREATE UNIQUE INDEX odd ON "order" ("e mail") WHERE deleted_at IS NULL`,
			`CREATE UNIQUE INDEX odd ON "order" ("id", "e mail")`,
			`CREATE INDEX odd ON "order" ("e mail", deleted_at)`,
			`CREATE INDEX odd ON "order" ("e mail") WHERE deleted_at IS NULL`,
		},
		"postgres": {
			`CREATE UNIQUE INDEX odd ON "order" ("e mail") WHERE deleted_at IS NULL`,
			`CREATE UNIQUE INDEX odd ON "order" ("id", "e mail")`,
			`CREATE INDEX odd ON "order" (deleted_at, "e mail")`,
			`CREATE UNIQUE INDEX odd ON "order" ("e mail", deleted_at) NULLS NOT DISTINCT`,
		},
		"mariadb": {
			"CREATE UNIQUE INDEX odd ON `order` (`id`, `e mail`)",
			"CREATE INDEX odd ON `order` (deleted_at, `e mail`)",
			"CREATE FULLTEXT INDEX odd ON `order` (`e mail`)",
		},
		"tidb": { // it has no FULLTEXT
			"CREATE UNIQUE INDEX odd ON `order` (`id`, `e mail`)",
			"CREATE INDEX odd ON `order` (deleted_at, `e mail`)",
		},
	}
	for database, list := range tests {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := openOdd(t, testdb.OpenerFor(t, database))
			for _, sql := range list {
				if err := db.Exec(sql).Error; err != nil {
					require.Contains(t, sql, "NULLS NOT DISTINCT", err) // PostgreSQL 15 has it
					continue
				}
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddAccount{})), sql)
				drop := "DROP INDEX odd"
				if database == "mariadb" || database == "tidb" {
					drop += " ON `order`"
				}
				doctored.RunAll(t, db, drop)
			}
		})
	}
}

type unixAccount struct {
	ID      uint
	Email   string                `gorm:"size:100;uniqueIndex:mail"`
	Removed soft_delete.DeletedAt `gorm:"softDelete:nano;not null;default:0;uniqueIndex:mail;index:removed"`
}

// A Unix time in a unique index does what it should: it is 0 while the row lives.
func TestDoctorUnixTimeInUnique(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &unixAccount{}))
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &unixAccount{})))
	})
}

// What a foreign key refers to cannot be of live rows only, where that needs all.
func TestDoctorUniqueReferred(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openOdd(t, open)
		doctored.RunAll(t, db,
			"CREATE UNIQUE INDEX odd ON "+db.Statement.Quote("order")+" ("+db.Statement.Quote("e mail")+")",
			"CREATE TABLE letters (id bigint PRIMARY KEY, email varchar(100), FOREIGN KEY (email) REFERENCES "+db.Statement.Quote("order")+" ("+db.Statement.Quote("e mail")+"))",
		)
		found := doctored.FindingOf(t, doctored.Doctored(t, db, &oddAccount{}), softdelete.CodeUniqueHoldsTrash, "order")
		if db.Name() == "mysql" {
			doctored.Cure(t, db, found)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddAccount{})))
			return
		}
		require.Empty(t, found.Remedy)
		require.Equal(t, softdelete.SeverityWarning, found.Severity)
		require.Contains(t, found.Message, "letters")
	})
}

// An index that a foreign key cannot be without stays, and is not complained of.
func TestDoctorForeignKeyIndex(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openOdd(t, open)
		doctored.RunAll(t, db,
			"CREATE TABLE states (name varchar(100) PRIMARY KEY)",
			"INSERT INTO states VALUES ('new')",
		)
		if db.Name() == "sqlite" {
			doctored.RunAll(t, db, "CREATE INDEX odd ON `order` (`select`)")
			require.Equal(t, []string{"warning index-holds-trash order"}, doctored.CodesOf(doctored.Doctored(t, db, &oddAccount{})))
			return
		}
		doctored.RunAll(t, db,
			"CREATE INDEX odd ON "+db.Statement.Quote("order")+" ("+db.Statement.Quote("select")+")",
			"ALTER TABLE "+db.Statement.Quote("order")+" ADD CONSTRAINT state FOREIGN KEY ("+db.Statement.Quote("select")+") REFERENCES states (name)",
		)
		findings := doctored.Doctored(t, db, &oddAccount{})
		if db.Name() == "mysql" {
			require.Empty(t, doctored.CodesOf(findings))
			// Of two that it could do with, one stays.
			doctored.RunAll(t, db, "CREATE INDEX other ON `order` (`select`, `e mail`)")
			findings = doctored.Doctored(t, db, &oddAccount{})
		}
		doctored.Cure(t, db, doctored.FindingOf(t, findings, softdelete.CodeIndexHoldsTrash, "order"))
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddAccount{})))
	})
}
