package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	sickTool struct {
		ID        uint
		Name      string `gorm:"size:40"`
		DeletedAt gorm.DeletedAt
	}
	sickFlagTool struct {
		ID   uint
		Name string `gorm:"size:40"`
		Kind string `gorm:"size:40"`
		softdelete.Flagged
	}
)

func (sickTool) TableName() string     { return "tools" }
func (sickFlagTool) TableName() string { return "tools" }

var severalByMySQL = []string{
	"CREATE TABLE tools (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(40), deleted_at datetime(3))",
	"CREATE UNIQUE INDEX a ON tools (name)", "CREATE UNIQUE INDEX b ON tools (name)", "CREATE UNIQUE INDEX c ON tools (name, deleted_at)",
}

// TestDoctorOnSeveralUniqueIndexes says that remedies can be run one after the other where several indexes are on one column,
// and that there is a unique one in the end.
func TestDoctorOnSeveralUniqueIndexes(t *testing.T) {
	t.Parallel()
	for database, tables := range map[string][][]string{
		"sqlite": {
			{"CREATE TABLE tools (id integer PRIMARY KEY, name text, deleted_at datetime)", "CREATE UNIQUE INDEX a ON tools (name)", "CREATE UNIQUE INDEX b ON tools (name)"},
			{"CREATE TABLE tools (id integer PRIMARY KEY, name text, deleted_at datetime, UNIQUE (name, deleted_at))", "CREATE UNIQUE INDEX a ON tools (name)"},
			{"CREATE TABLE tools (id integer PRIMARY KEY, name text UNIQUE, deleted_at datetime, UNIQUE (name, deleted_at))"},
			{"CREATE TABLE tools (id integer PRIMARY KEY, name text, deleted_at datetime)", "CREATE UNIQUE INDEX a ON tools (name)", "CREATE UNIQUE INDEX b ON tools (name COLLATE NOCASE)"},
		},
		"postgres": {
			{"CREATE TABLE tools (id bigserial PRIMARY KEY, name text, deleted_at timestamptz)", "CREATE UNIQUE INDEX a ON tools (name)", "CREATE UNIQUE INDEX b ON tools (name)"},
			{"CREATE TABLE tools (id bigserial PRIMARY KEY, name text UNIQUE, deleted_at timestamptz, UNIQUE (name, deleted_at))", "CREATE UNIQUE INDEX a ON tools (name)"},
		},
		"mariadb": {severalByMySQL}, "tidb": {severalByMySQL},
	} {
		for _, statements := range tables {
			t.Run(database, func(t *testing.T) {
				t.Parallel()
				db := handles.WithPlugin(t, testdb.OpenerFor(t, database), softdelete.Config{})
				for _, sql := range statements {
					require.NoError(t, db.Exec(sql).Error)
				}
				doctored.Cure(t, db, doctored.Doctored(t, db, &sickTool{})...)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &sickTool{})))
				for range 2 {
					row := sickTool{Name: "saw"}
					require.NoError(t, db.Create(&row).Error)
					require.Error(t, db.Create(&sickTool{Name: "saw"}).Error)
					require.NoError(t, db.Delete(&row).Error)
				}
			})
		}
	}
}

// TestDoctorRemedyThatFails says that a remedy which rows forbid changes nothing, and leaves its connection as it was.
func TestDoctorRemedyThatFails(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "sqlite")
	db := handles.WithPlugin(t, open, softdelete.Config{})
	require.NoError(t, db.Exec("CREATE TABLE tools (id integer PRIMARY KEY, name text, deleted_at datetime, UNIQUE (name, deleted_at))").Error)
	require.NoError(t, db.Create(&[]sickTool{{Name: "saw"}, {Name: "saw"}}).Error)
	found := doctored.FindingOf(t, doctored.Doctored(t, db, &sickTool{}), softdelete.CodeUniqueMissesLive, "tools")
	before := tables.PlainIndexes(t, db, "tools")
	require.Error(t, db.Exec(found.Remedy).Error)
	require.Equal(t, before, tables.PlainIndexes(t, db, "tools"))
	require.NoError(t, db.Session(&gorm.Session{SkipDefaultTransaction: true}).Create(&sickTool{Name: "axe"}).Error)
	var rows int64
	require.NoError(t, open(t).Table("tools").Count(&rows).Error)
	require.EqualValues(t, 3, rows)
	var enforced bool
	require.NoError(t, db.Raw("PRAGMA foreign_keys").Scan(&enforced).Error)
	require.True(t, enforced)
	require.NoError(t, db.Where("id = 1").Delete(&sickTool{}).Error)
	require.NoError(t, db.Exec(found.Remedy).Error)
	require.NotContains(t, doctored.CodesOf(doctored.Doctored(t, db, &sickTool{})), "error unique-misses-live tools")
}

// TestDoctorKeepsWhatAnIndexWithTheMarkerIs says that a remedy lets in no more than the index did, or there is none.
func TestDoctorKeepsWhatAnIndexWithTheMarkerIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ index, keeps string }{
		"sqlite collation":   {"CREATE UNIQUE INDEX odd ON tools (name COLLATE NOCASE, is_deleted)", "COLLATE NOCASE"},
		"postgres included":  {"CREATE UNIQUE INDEX odd ON tools (name, is_deleted) INCLUDE (kind)", "INCLUDE (kind)"},
		"postgres null once": {"CREATE UNIQUE INDEX odd ON tools (name, is_deleted) NULLS NOT DISTINCT", "NULLS NOT DISTINCT"}, // PostgreSQL 15 has it
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, _, _ := strings.Cut(name, " ")
			db := handles.WithPlugin(t, testdb.OpenerFor(t, database), softdelete.Config{}, &sickFlagTool{})
			if err := db.Exec(test.index).Error; err != nil {
				require.Contains(t, test.index, "NULLS NOT DISTINCT", err)
				return
			}
			found := doctored.FindingOf(t, doctored.Doctored(t, db, &sickFlagTool{}), softdelete.CodeUniqueHoldsTrash, "tools")
			require.Contains(t, found.Remedy, test.keeps)
			doctored.Cure(t, db, doctored.Doctored(t, db, &sickFlagTool{})...)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &sickFlagTool{})))
		})
	}
	t.Run("a marker that is NULL in live rows", func(t *testing.T) {
		t.Parallel()
		db := handles.WithPlugin(t, testdb.OpenerFor(t, "sqlite"), softdelete.Config{}, &sickTool{})
		require.NoError(t, db.Exec("CREATE UNIQUE INDEX odd ON tools (name COLLATE NOCASE, deleted_at)").Error)
		require.Empty(t, doctored.FindingOf(t, doctored.Doctored(t, db, &sickTool{}), softdelete.CodeUniqueMissesLive, "tools").Remedy)
	})
}

// TestDoctorMakesParentsFirst says that the tables which are missing can be made in the order of the findings.
func TestDoctorMakesParentsFirst(t *testing.T) {
	t.Parallel()
	type zebra struct {
		ID        uint
		DeletedAt gorm.DeletedAt
	}
	type ant struct {
		ID        uint
		ZebraID   uint
		Zebra     zebra
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		doctored.Cure(t, db, doctored.Doctored(t, db, &ant{}, &zebra{})...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &ant{}, &zebra{})))
		require.NoError(t, db.Create(&zebra{ID: 1}).Error)
		require.NoError(t, db.Create(&ant{ZebraID: 1}).Error)
	})
}

// TestDoctorOnATableWithoutItsKey says that a table which is not the model's does not keep Doctor from the others.
func TestDoctorOnATableWithoutItsKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, db.Exec("CREATE TABLE tools (name varchar(40), deleted_at timestamp NULL)").Error)
		require.NoError(t, db.Exec("CREATE INDEX tools_name ON tools (name)").Error)
		require.NotEmpty(t, doctored.Doctored(t, db, &sickTool{}))
	})
}
