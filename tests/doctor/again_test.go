package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// again runs remedies line by line, whatever fails.
func again(db *gorm.DB, findings []softdelete.Finding) {
	for _, f := range findings {
		for line := range strings.Lines(f.Remedy) {
			_ = db.Exec(line).Error
		}
	}
}

// indexesOf are the indexes of all tables that findings are about.
func indexesOf(t *testing.T, db *gorm.DB, findings []softdelete.Finding) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, f := range findings {
		all[f.Table] = tables.PlainIndexes(t, db, f.Table)
	}
	return all
}

// A remedy that is run a second time leaves what the first has made, and no two findings have the same statement.
func TestDoctorRemediesRunTwice(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openClinic(t, open)
		sqlDB, err := db.DB()
		require.NoError(t, err)
		sqlDB.SetMaxOpenConns(1) // SQLite's remedies are for one connection
		findings := doctored.Doctored(t, db, sickModels()...)
		said := map[string]string{}
		for _, f := range findings {
			for line := range strings.Lines(f.Remedy) {
				require.Empty(t, said[line], "%s of %s and %s: %s", f.Code, f.Table, said[line], line)
				if !strings.HasPrefix(line, "PRAGMA") && !strings.HasPrefix(line, "BEGIN") && !strings.HasPrefix(line, "COMMIT") {
					said[line] = f.Code + " of " + f.Table
				}
			}
		}
		doctored.Cure(t, db, findings...)
		once, left := indexesOf(t, db, findings), doctored.CodesOf(doctored.Doctored(t, db, sickModels()...))
		for _, f := range findings {
			for _, code := range left {
				require.False(t, f.Remedy != "" && strings.HasSuffix(code, " "+f.Code+" "+f.Table) && f.Table != "patients", "%s is still there", code)
			}
		}
		again(db, findings)
		require.Equal(t, once, indexesOf(t, db, findings))
		require.Equal(t, left, doctored.CodesOf(doctored.Doctored(t, db, sickModels()...)))
	})
}

// So it is where a constraint goes, under its own name and another.
func TestDoctorConstraintsTwice(t *testing.T) {
	t.Parallel()
	for _, columns := range []string{"label, room", "label, room, deleted_at"} {
		t.Run(columns, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := opened(t, open)
				sqlDB, err := db.DB()
				require.NoError(t, err)
				sqlDB.SetMaxOpenConns(1)
				key := map[string]string{"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[db.Name()]
				require.NoError(t, db.Exec("CREATE TABLE places (id "+key+", room bigint, label varchar(40), deleted_at timestamp NULL, CONSTRAINT places_pair UNIQUE ("+columns+"))").Error)
				findings := doctored.Doctored(t, db, &untoldPlace{})
				again(db, findings)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &untoldPlace{})))
				once := indexesOf(t, db, findings)
				again(db, findings)
				require.Equal(t, once, indexesOf(t, db, findings))
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &untoldPlace{})))
				require.NoError(t, db.Create(&untoldPlace{Room: 1, Label: "a"}).Error)
				require.Error(t, db.Create(&untoldPlace{Room: 1, Label: "a"}).Error)
			})
		})
	}
}

// failsAtOnce runs a remedy that live rows forbid, up to its first error: all is as it was then.
func failsAtOnce(t *testing.T, db *gorm.DB) softdelete.Finding {
	t.Helper()
	before := tables.PlainIndexes(t, db, "places")
	found := doctored.FindingOf(t, doctored.Doctored(t, db, &untoldPlace{}), softdelete.CodeUniqueMissesLive, "places")
	failed := false
	for line := range strings.Lines(found.Remedy) {
		if failed = db.Exec(line).Error != nil; failed {
			break
		}
	}
	require.True(t, failed)
	require.Equal(t, before, tables.PlainIndexes(t, db, "places"))
	return found
}

// What cannot be made leaves all as it was.
func TestDoctorRemedyThatRowsForbid(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		sqlDB, err := db.DB()
		require.NoError(t, err)
		sqlDB.SetMaxOpenConns(1)
		key := map[string]string{"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[db.Name()]
		require.NoError(t, db.Exec("CREATE TABLE places (id "+key+", room bigint, label varchar(40), deleted_at timestamp NULL, CONSTRAINT places_pair UNIQUE (label, room, deleted_at))").Error)
		require.NoError(t, db.Create(&[]untoldPlace{{Room: 1, Label: "a"}, {Room: 1, Label: "a"}}).Error)
		failsAtOnce(t, db)
	})
}

// So it is with an index.
func TestDoctorRemedyOfAnIndexThatRowsForbid(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		require.NoError(t, db.AutoMigrate(&untoldPlace{}))
		require.NoError(t, db.Exec("CREATE UNIQUE INDEX places_pair ON places (label, room, deleted_at)").Error)
		require.NoError(t, db.Create(&[]untoldPlace{{Room: 1, Label: "a"}, {Room: 1, Label: "a"}}).Error)
		found := failsAtOnce(t, db)
		require.NoError(t, db.Where("id = 1").Delete(&untoldPlace{}).Error)
		doctored.Cure(t, db, found)
		require.NotContains(t, doctored.CodesOf(doctored.Doctored(t, db, &untoldPlace{})), "error unique-misses-live places")
	})
}

// Remains of an older remedy are found, and go.
func TestDoctorLeftOver(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"postgres", "sqlite"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := opened(t, testdb.OpenerFor(t, database))
			require.NoError(t, softdelete.AutoMigrate(db, &toldPlace{}))
			require.NoError(t, db.Exec("CREATE UNIQUE INDEX places_pair_new ON places (label, room) WHERE deleted_at IS NULL").Error)
			require.NoError(t, db.Exec("CREATE INDEX places_new ON places (label, room) WHERE deleted_at IS NULL").Error) // another one
			findings := doctored.Doctored(t, db, &toldPlace{})
			require.Equal(t, []string{"warning index-left-over places"}, doctored.CodesOf(findings))
			require.Equal(t, "places_pair_new", findings[0].Index)
			doctored.Cure(t, db, findings...)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &toldPlace{})))
		})
	}
}
