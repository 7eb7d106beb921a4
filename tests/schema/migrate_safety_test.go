package schema_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestAutoMigrateGivesNoUniquenessUp says that an index of live rows which keeps none apart does not take the place of one that
// does.
func TestAutoMigrateGivesNoUniquenessUp(t *testing.T) {
	t.Parallel()
	type twoTags struct {
		ID        uint
		Email     string `gorm:"size:40;uniqueIndex" softdelete:"index"`
		DeletedAt gorm.DeletedAt
	}
	type byHand struct {
		ID        uint
		Email     string `gorm:"size:40" softdelete:"index"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		var wrong *softdelete.ModelError
		require.ErrorAs(t, softdelete.AutoMigrate(db, &twoTags{}), &wrong)
		require.NoError(t, db.AutoMigrate(&byHand{}))
		require.NoError(t, db.Exec("CREATE UNIQUE INDEX idx_by_hands_email ON by_hands (email)").Error)
		require.ErrorContains(t, softdelete.AutoMigrate(db, &byHand{}), "another index by the name of idx_by_hands_email")
		require.Equal(t, "unique (email)", tables.PlainIndexes(t, db, "by_hands")["idx_by_hands_email"])
	})
}

type (
	onceMail struct {
		ID        uint
		Email     string `gorm:"size:40;uniqueIndex:mail"`
		DeletedAt gorm.DeletedAt
	}
	liveMail struct {
		ID        uint
		Email     string `gorm:"size:40" softdelete:"unique:mail"`
		DeletedAt gorm.DeletedAt
	}
)

func (onceMail) TableName() string { return "mails" }
func (liveMail) TableName() string { return "mails" }

// mailsBefore makes a table with a row and an ordinary unique index, which liveMail wants to be one of live rows.
func mailsBefore(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Migrator().CreateTable(&onceMail{}))
	require.NoError(t, db.Create(&onceMail{Email: "a"}).Error)
	require.NoError(t, db.Use(softdelete.New()))
	return db
}

// TestAutoMigrateBetweenTheStepsOfAnother says that a process which lags behind does not drop what another has put in place.
func TestAutoMigrateBetweenTheStepsOfAnother(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"CREATE UNIQUE", "LOCK TABLE", "RENAME", "DROP INDEX"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, "postgres")
			db := mailsBefore(t, open)
			other := open(t)
			require.NoError(t, other.Use(softdelete.New()))
			done := false
			log := &record.DDLLog{Interface: logger.Discard, Each: func(sql string) {
				if done || !strings.Contains(sql, step) {
					return
				}
				done = true
				if !strings.Contains(sql, "LOCK") && !strings.Contains(sql, "RENAME") { // for which the other would wait
					require.NoError(t, softdelete.AutoMigrate(other, &liveMail{}))
				}
				require.Error(t, other.Create(&liveMail{Email: "a"}).Error)
			}}
			require.NoError(t, softdelete.AutoMigrate(db.Session(&gorm.Session{Logger: log}), &liveMail{}))
			require.Equal(t, "unique (email) where deleted_at is null", tables.PlainIndexes(t, db, "mails")["mail"])
			require.Len(t, tables.PlainIndexes(t, db, "mails"), 2)
		})
	}
}

// TestAutoMigrateCutShort says that a call which is cut short while it waits for readers leaves the new index in place, and that
// the next one goes on from there.
func TestAutoMigrateCutShort(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "postgres")
	db := mailsBefore(t, open)
	reader := open(t)
	var idle *gorm.DB
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log := &record.DDLLog{Interface: logger.Discard, Each: func(sql string) {
		if idle == nil && strings.Contains(sql, "CREATE UNIQUE") {
			idle = reader.Begin()
			require.NoError(t, idle.Exec("SELECT count(*) FROM mails").Error)
			time.AfterFunc(300*time.Millisecond, cancel)
		}
	}}
	require.Error(t, softdelete.AutoMigrate(db.WithContext(ctx).Session(&gorm.Session{Logger: log}), &liveMail{}))
	require.Equal(t, "unique (email) where deleted_at is null", tables.PlainIndexes(t, db, "mails")["mail"])
	require.NoError(t, db.Clauses(handles.OnConflict("email")).Create(&liveMail{Email: "a"}).Error)
	require.NoError(t, idle.Rollback().Error)
	require.NoError(t, softdelete.AutoMigrate(db, &liveMail{}))
	require.Equal(t, map[string]string{
		"mail": "unique (email) where deleted_at is null", "idx_mails_deleted_at": "(deleted_at, id) where deleted_at is not null",
	}, tables.PlainIndexes(t, db, "mails"))
}

// TestAutoMigrateLeavesOtherTablesAlone is about two tables that ask for one name, of which a schema has one only.
func TestAutoMigrateLeavesOtherTablesAlone(t *testing.T) {
	t.Parallel()
	type firstLogin struct {
		ID        uint
		Login     string `softdelete:"unique:one_login"`
		DeletedAt gorm.DeletedAt
	}
	type secondLogin struct {
		ID        uint
		Login     string `softdelete:"unique:one_login"`
		DeletedAt gorm.DeletedAt
	}
	open := testdb.OpenerFor(t, "postgres")
	db := handles.WithPlugin(t, open, softdelete.Config{})
	require.NoError(t, softdelete.AutoMigrate(db, &firstLogin{}))
	require.NoError(t, db.AutoMigrate(&secondLogin{}))
	require.NoError(t, db.Create(&secondLogin{Login: "x"}).Error)
	before := tables.PlainIndexes(t, db, "first_logins")
	lock := open(t).Begin()
	require.NoError(t, lock.Exec("LOCK TABLE second_logins IN SHARE UPDATE EXCLUSIVE MODE").Error)
	require.Error(t, db.Connection(func(tx *gorm.DB) error {
		require.NoError(t, tx.Exec("SET lock_timeout = '200ms'").Error)
		defer tx.Exec("RESET lock_timeout")
		return softdelete.AutoMigrate(tx, &secondLogin{})
	}))
	require.NoError(t, lock.Rollback().Error)
	require.Equal(t, before, tables.PlainIndexes(t, db, "first_logins"))
}

// TestAutoMigrateTakesAnIndexByAnotherName says that an index which does already is enough: the ordinary one just goes.
func TestAutoMigrateTakesAnIndexByAnotherName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "sqlite"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := mailsBefore(t, testdb.OpenerFor(t, name))
			for _, step := range []func(run func(tx *gorm.DB) error) error{
				func(run func(tx *gorm.DB) error) error { return run(db) },
				func(run func(tx *gorm.DB) error) error { return db.Transaction(run) },
				func(run func(tx *gorm.DB) error) error {
					for _, f := range doctored.Doctored(t, db, &liveMail{}) {
						doctored.Cure(t, db, f)
					}
					return nil
				},
			} {
				require.NoError(t, db.Exec("DROP INDEX IF EXISTS mail").Error)
				require.NoError(t, db.Exec("CREATE UNIQUE INDEX mail ON mails (email)").Error)
				require.NoError(t, db.Exec("CREATE UNIQUE INDEX IF NOT EXISTS live_mail ON mails (email) WHERE deleted_at IS NULL").Error)
				require.NoError(t, step(func(tx *gorm.DB) error { return softdelete.AutoMigrate(tx, &liveMail{}) }))
				indexes := tables.PlainIndexes(t, db, "mails")
				require.NotContains(t, indexes, "mail")
				require.Contains(t, indexes, "live_mail")
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &liveMail{})))
			}
		})
	}
}

// TestAutoMigrateOfANewMarker says that a model which becomes soft-deletable has a unique index at each moment.
func TestAutoMigrateOfANewMarker(t *testing.T) {
	t.Parallel()
	type hardMail struct {
		ID    uint
		Email string `gorm:"size:40;unique"`
	}
	type softMail struct {
		ID        uint
		Email     string `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Table("soft_mails").Migrator().CreateTable(&hardMail{}))
		require.NoError(t, db.Table("soft_mails").Create(&hardMail{Email: "a"}).Error)
		require.NoError(t, db.Use(softdelete.New()))
		var added, made, dropped int
		for i, sql := range record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &softMail{}) }) {
			at := func(place *int, words ...string) {
				if *place == 0 && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(sql, word) }) {
					*place = i + 1
				}
			}
			at(&added, "ADD", "deleted_at")
			at(&made, "UNIQUE INDEX", "email")
			at(&dropped, "DROP", map[string]string{"sqlite": "soft_mails", "postgres": "email", "mysql": "email"}[db.Name()])
		}
		require.NotZero(t, dropped)
		require.Positive(t, added)
		require.Less(t, added, dropped)
		if db.Name() != "sqlite" { // where it is one transaction
			require.Less(t, added, made)
			require.LessOrEqual(t, made, dropped)
		}
		require.Error(t, db.Create(&softMail{Email: "a"}).Error)
		require.NoError(t, db.Where("email = 'a'").Delete(&softMail{}).Error)
		require.NoError(t, db.Create(&softMail{Email: "a"}).Error)
		require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &softMail{}) }))
	})
}

// TestAutoMigrateOfAConstraintWithACollation says that a constraint which keeps out more is not made less of.
func TestAutoMigrateOfAConstraintWithACollation(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "sqlite"), softdelete.Config{})
	require.NoError(t, db.Exec("CREATE TABLE mails (id integer PRIMARY KEY, email text, deleted_at datetime, UNIQUE (email COLLATE NOCASE))").Error)
	require.ErrorContains(t, softdelete.AutoMigrate(db, &liveMail{}), "collation")
	require.Empty(t, doctored.FindingOf(t, doctored.Doctored(t, db, &liveMail{}), softdelete.CodeUniqueHoldsTrash, "mails").Remedy)
	require.NoError(t, db.Exec("INSERT INTO mails (email) VALUES ('a')").Error)
	require.Error(t, db.Exec("INSERT INTO mails (email) VALUES ('A')").Error)
}

// TestAutoMigrateOfAReferenceInAnotherCase is about names that SQLite takes for the same.
func TestAutoMigrateOfAReferenceInAnotherCase(t *testing.T) {
	t.Parallel()
	db := mailsBefore(t, testdb.OpenerFor(t, "sqlite"))
	require.NoError(t, db.Exec("CREATE TABLE answers (id integer PRIMARY KEY, email text REFERENCES Mails (Email))").Error)
	require.ErrorContains(t, softdelete.AutoMigrate(db, &liveMail{}), "refers to")
	require.Empty(t, doctored.FindingOf(t, doctored.Doctored(t, db, &liveMail{}), softdelete.CodeUniqueHoldsTrash, "mails").Remedy)
	require.NoError(t, db.Exec("INSERT INTO answers (email) VALUES ('a')").Error)
}

type flagMail struct {
	ID    uint
	Email string `gorm:"size:40" softdelete:"unique:mail"`
	softdelete.Flagged
}

func (flagMail) TableName() string { return "mails" }

// TestAutoMigrateOfAnotherMarker says that a generated column is of the model's marker, or it is an error, and Doctor mends it.
func TestAutoMigrateOfAnotherMarker(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"mariadb", "tidb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ofAnotherMarker(t, testdb.OpenerFor(t, name))
		})
	}
}

func ofAnotherMarker(t *testing.T, open testdb.Opener) {
	t.Helper()
	require.NoError(t, softdelete.AutoMigrate(handles.WithPlugin(t, open, softdelete.Config{}), &liveMail{}))
	db := handles.WithPlugin(t, open, softdelete.Config{})
	require.ErrorContains(t, softdelete.AutoMigrate(db, &flagMail{}), "another marker")
	require.Contains(t, doctored.FindingOf(t, doctored.Doctored(t, db, &flagMail{}), softdelete.CodeUniqueMissesLive, "mails").Remedy, "DROP COLUMN")
	doctored.Cure(t, db, doctored.Doctored(t, db, &flagMail{})...)
	require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &flagMail{})))
	require.NoError(t, softdelete.AutoMigrate(db, &flagMail{}))
	for range 3 {
		row := flagMail{Email: "a"}
		require.NoError(t, db.Create(&row).Error)
		require.Error(t, db.Create(&flagMail{Email: "a"}).Error)
		require.NoError(t, db.Delete(&row).Error)
	}
}

// TestAutoMigrateOfWhatAModelRefersTo says that tables which GORM makes along get their indexes too.
func TestAutoMigrateOfWhatAModelRefersTo(t *testing.T) {
	t.Parallel()
	type keeper struct {
		ID        uint
		Email     string `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
	type pet struct {
		ID       uint
		KeeperID uint
		Keeper   keeper
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &pet{}))
		require.Contains(t, tables.PlainIndexes(t, db, "keepers"), "idx_keepers_email")
		for range 2 {
			row := keeper{Email: "a"}
			require.NoError(t, db.Create(&row).Error)
			require.Error(t, db.Create(&keeper{Email: "a"}).Error)
			require.NoError(t, db.Delete(&row).Error)
		}
		require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &pet{}) }))
	})
}

// TestAutoMigrateOfNamesThatLookLikeLeftovers says that an index is nobody's leftover for its name alone.
func TestAutoMigrateOfNamesThatLookLikeLeftovers(t *testing.T) {
	t.Parallel()
	type alias struct {
		ID          uint
		Email       string `gorm:"size:40" softdelete:"unique"`
		EmailNew    string `gorm:"size:40" softdelete:"unique"`
		EmailFormer string `gorm:"size:40" softdelete:"unique"`
		Status      string `gorm:"size:40" softdelete:"index"`
		DeletedAt   gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &alias{}))
		by := "status, id) WHERE deleted_at IS NULL"
		if !database.FlavourOf(db).Partial {
			by = "deleted_at, status, id)"
		}
		require.NoError(t, db.Exec("CREATE INDEX idx_aliases_status_new ON aliases ("+by).Error)
		require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &alias{}) }))
		require.Subset(t, slices.Collect(maps.Keys(tables.PlainIndexes(t, db, "aliases"))), []string{
			"idx_aliases_email", "idx_aliases_email_new", "idx_aliases_email_former", "idx_aliases_status", "idx_aliases_status_new",
		})
	})
}
