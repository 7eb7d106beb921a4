package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	// untoldDrone has GORM's tag of a constraint, toldDrone the plugin's in its place.
	untoldDrone struct {
		ID        uint
		Code      string `gorm:"size:30;not null;unique"`
		DeletedAt gorm.DeletedAt
	}
	toldDrone struct {
		ID        uint
		Code      string `gorm:"size:30;not null" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
	// otherDrone asks for an index by another name than the one that SQL has made.
	otherDrone struct {
		ID        uint
		Code      string `gorm:"size:30;not null;uniqueIndex:other"`
		DeletedAt gorm.DeletedAt
	}
	// bareDrone has no tag at all.
	bareDrone struct {
		ID        uint
		Code      string `gorm:"size:30;not null"`
		DeletedAt gorm.DeletedAt
	}
	// untoldPlace and toldPlace: of two columns.
	untoldPlace struct {
		ID        uint
		Room      int
		Label     string `gorm:"size:40"`
		DeletedAt gorm.DeletedAt
	}
	toldPlace struct {
		ID        uint
		Room      int    `softdelete:"unique:places_pair,priority:2"`
		Label     string `gorm:"size:40" softdelete:"unique:places_pair,priority:1"`
		DeletedAt gorm.DeletedAt
	}
)

func (untoldDrone) TableName() string { return "drones" }
func (toldDrone) TableName() string   { return "drones" }
func (otherDrone) TableName() string  { return "drones" }
func (bareDrone) TableName() string   { return "drones" }
func (untoldPlace) TableName() string { return "places" }
func (toldPlace) TableName() string   { return "places" }

// opened is a handle with the plugin.
func opened(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New()))
	return db
}

// What GORM's own tags would make again has no remedy until the plugin's tag is there: its AutoMigrate would fail at the next start, or
// bring back what the remedy has mended.
func TestDoctorTagFirst(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		require.NoError(t, db.AutoMigrate(&untoldDrone{}))
		found := doctored.FindingOf(t, doctored.Doctored(t, db, &untoldDrone{}), softdelete.CodeUniqueHoldsTrash, "drones")
		require.Equal(t, `softdelete:"unique"`, found.Tag) // not by GORM's name
		require.Equal(t, []string{"code"}, found.Columns)
		if db.Name() != "sqlite" {
			require.Equal(t, "uni_drones_code", found.Index)
		}
		require.Empty(t, found.Remedy)
		require.Contains(t, found.Message, "First write")
		for range 2 {
			require.NoError(t, db.AutoMigrate(&untoldDrone{}))
		}

		told := opened(t, open)
		findings := doctored.Doctored(t, told, &toldDrone{})
		found = doctored.FindingOf(t, findings, softdelete.CodeUniqueHoldsTrash, "drones")
		require.NotEmpty(t, found.Remedy)
		require.Empty(t, found.Tag, "it is there")
		doctored.Cure(t, told, findings...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, told, &toldDrone{})))
		requireOneLiveDrone(t, told)
		for range 2 {
			require.NoError(t, told.AutoMigrate(&toldDrone{}))
			require.NoError(t, softdelete.AutoMigrate(told, &toldDrone{}))
		}
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, told, &toldDrone{})))
		requireOneLiveDrone(t, told)
	})
}

// requireOneLiveDrone says that a code is free again once its drone is trashed, and not before.
func requireOneLiveDrone(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.Where("1 = 1").Delete(&bareDrone{}).Error)
	for range 2 {
		require.NoError(t, db.Create(&bareDrone{Code: "x"}).Error)
		require.Error(t, db.Create(&bareDrone{Code: "x"}).Error)
		require.NoError(t, db.Where("code = 'x'").Delete(&bareDrone{}).Error)
	}
	require.NoError(t, db.Create(&bareDrone{Code: "x"}).Error)
	if db.Name() != "mysql" {
		on := clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoUpdates: clause.AssignmentColumns([]string{"code"})}
		require.NoError(t, db.Clauses(on).Create(&bareDrone{Code: "x"}).Error)
		require.NoError(t, db.Clauses(on).Create(&bareDrone{Code: "y"}).Error)
	}
}

// So it is where SQL has made one by another name than GORM's tag asks for. Without any tag a remedy can be run: GORM wants nothing
// of it, and upserts find what it makes.
func TestDoctorWithoutATag(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		require.NoError(t, db.AutoMigrate(&bareDrone{}))
		require.NoError(t, db.Exec("CREATE UNIQUE INDEX made_by_sql ON drones (code)").Error)
		found := doctored.FindingOf(t, doctored.Doctored(t, db, &otherDrone{}), softdelete.CodeUniqueHoldsTrash, "drones")
		require.Empty(t, found.Remedy)
		require.Equal(t, `softdelete:"unique:made_by_sql"`, found.Tag)

		db = opened(t, open)
		findings := doctored.Doctored(t, db, &bareDrone{})
		found = doctored.FindingOf(t, findings, softdelete.CodeUniqueHoldsTrash, "drones")
		require.NotEmpty(t, found.Remedy)
		require.Equal(t, `softdelete:"unique:made_by_sql"`, found.Tag)
		doctored.Cure(t, db, findings...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &bareDrone{})))
		requireOneLiveDrone(t, db)
		for range 2 {
			require.NoError(t, db.AutoMigrate(&bareDrone{}))
			require.NoError(t, softdelete.AutoMigrate(db, &bareDrone{}))
		}
		requireOneLiveDrone(t, db)
	})
}

// A tag has the columns in the order of the index, and a name that can be used.
func TestDoctorTagOfSeveralColumns(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		key := map[string]string{"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[db.Name()]
		marker := "timestamp"
		if database.SchemaOf(db).NoModified != "" {
			marker = "datetime(3)" // as GORM makes it: it is not changed later
		}
		require.NoError(t, db.Exec("CREATE TABLE places (id "+key+", room bigint, label varchar(40), deleted_at "+marker+" NULL, CONSTRAINT places_pair UNIQUE (label, room))").Error)
		found := doctored.FindingOf(t, doctored.Doctored(t, db, &untoldPlace{}), softdelete.CodeUniqueHoldsTrash, "places")
		name := "places_pair"
		if db.Name() == "sqlite" {
			name = "idx_places_label_room" // the database calls it sqlite_autoindex_places_1, which is reserved
		}
		require.Equal(t, "Label softdelete:\"unique:"+name+",priority:1\"\nRoom softdelete:\"unique:"+name+",priority:2\"", found.Tag)
		require.Equal(t, []string{"label", "room"}, found.Columns)

		told := opened(t, open)
		doctored.Cure(t, told, doctored.Doctored(t, told, &toldPlace{})...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, told, &toldPlace{})))
		have := tables.PlainIndexes(t, told, "places")["places_pair"]
		require.Contains(t, have, "unique (label, room")
		require.NoError(t, softdelete.AutoMigrate(told, &toldPlace{}))
		require.Equal(t, have, tables.PlainIndexes(t, told, "places")["places_pair"])
	})
}
