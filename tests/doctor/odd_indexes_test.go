package doctor_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	oddUser struct {
		ID        uint
		Org       int
		Email     string `gorm:"size:50"`
		Kind      string `gorm:"size:50"`
		DeletedAt gorm.DeletedAt
	}
	oddUnique struct {
		ID        uint
		Org       int
		Email     string `gorm:"size:50;unique"`
		Kind      string `gorm:"size:50"`
		DeletedAt gorm.DeletedAt
	}
	oddOther struct {
		ID        uint
		Org       int
		Email     string `gorm:"size:50;uniqueIndex:other,expression:lower(email)"`
		Kind      string `gorm:"size:50"`
		DeletedAt gorm.DeletedAt
	}
	oddPart struct {
		Zip string `gorm:"size:20"`
	}
	oddTwice struct {
		ID        uint
		Home      oddPart `gorm:"embedded;embeddedPrefix:home_"`
		Work      oddPart `gorm:"embedded;embeddedPrefix:work_"`
		DeletedAt gorm.DeletedAt
	}
	oddOwner struct {
		ID        uint
		Card      oddCard `gorm:"foreignKey:OwnerID"`
		DeletedAt gorm.DeletedAt
	}
	oddCard struct {
		ID        uint
		OwnerID   uint `gorm:"uniqueIndex"`
		DeletedAt gorm.DeletedAt
	}
)

func (oddUser) TableName() string   { return "us" }
func (oddUnique) TableName() string { return "us" }
func (oddOther) TableName() string  { return "us" }

// openUs makes the table of oddUser, with an index.
func openUs(t *testing.T, database, index string) *gorm.DB {
	t.Helper()
	open := testdb.OpenerFor(t, database)
	db := opened(t, open)
	require.NoError(t, softdelete.AutoMigrate(db, &oddUser{}))
	require.NoError(t, db.Exec(index).Error)
	return opened(t, open) // it may be asked about another model of the table
}

// TestDoctorTextsOfIndexes says that what an index is made by may have a word of SQL in a literal, line breaks and comments.
func TestDoctorTextsOfIndexes(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"sqlite": {
			"CREATE UNIQUE INDEX ux ON us (email) WHERE kind <> 'nowhere'",
			"CREATE UNIQUE INDEX ux ON us (\n  lower(email) -- any case\n)",
		},
		"postgres": {
			"CREATE UNIQUE INDEX ux ON us (email) WHERE kind <> 'no where'",
			"CREATE UNIQUE INDEX ux ON us ((CASE WHEN org > 1 THEN email END), kind)",
		},
	}
	for database, indexes := range tests {
		for _, index := range indexes {
			t.Run(database, func(t *testing.T) {
				t.Parallel()
				db := openUs(t, database, index)
				found := doctored.FindingOf(t, doctored.Doctored(t, db, &oddUser{}), softdelete.CodeUniqueHoldsTrash, "us")
				for line := range strings.Lines(found.Remedy) {
					require.NoError(t, db.Exec(line).Error, line)
				}
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddUser{})))
				row := oddUser{Org: 2, Email: "a"}
				require.NoError(t, db.Create(&row).Error)
				require.Error(t, db.Create(&oddUser{Org: 2, Email: "a"}).Error)
				require.NoError(t, db.Delete(&row).Error)
				require.NoError(t, db.Create(&oddUser{Org: 2, Email: "a"}).Error)
			})
		}
	}
}

// TestDoctorIndexesOfTheMarker says that an index of the marker alone, and one in which an expression or a column made by the database
// parts live rows from others, are no findings; a value that looks like the marker's name is none of it.
func TestDoctorIndexesOfTheMarker(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"sqlite": {
			"CREATE UNIQUE INDEX ux ON us (deleted_at)",
			"CREATE UNIQUE INDEX ux ON us (email, coalesce(deleted_at, '1970-01-01'))",
		},
		"postgres": {
			"CREATE UNIQUE INDEX ux ON us (deleted_at)",
			"CREATE UNIQUE INDEX ux ON us ((CASE WHEN deleted_at IS NULL THEN email END))",
		},
		"mariadb": {
			"CREATE UNIQUE INDEX ux ON us (deleted_at)",
			"ALTER TABLE us ADD COLUMN active tinyint AS (if(deleted_at is null, 1, null)), ADD UNIQUE INDEX ux (email, active)",
		},
		"tidb": {
			"CREATE UNIQUE INDEX ux ON us (deleted_at)",
			"CREATE UNIQUE INDEX ux ON us ((CASE WHEN deleted_at IS NULL THEN email END))",
			"CREATE UNIQUE INDEX ux ON us (email, (CASE WHEN deleted_at IS NULL THEN 1 END))",
		},
	}
	for database, indexes := range tests {
		for _, index := range indexes {
			t.Run(database, func(t *testing.T) {
				t.Parallel()
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, openUs(t, database, index), &oddUser{})))
			})
		}
	}
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database+" literal", func(t *testing.T) {
			t.Parallel()
			db := openUs(t, database, "CREATE UNIQUE INDEX ux ON us (email) WHERE kind <> 'deleted_at'")
			require.Equal(t, []string{"error unique-holds-trash us"}, doctored.CodesOf(doctored.Doctored(t, db, &oddUser{})))
		})
	}
}

// TestDoctorGoFirstWithoutATag says that GORM's tags have to go first, too, where none of the plugin's could take their place.
func TestDoctorGoFirstWithoutATag(t *testing.T) {
	t.Parallel()
	tests := []struct {
		database, index string
		model           any
	}{
		{"postgres", "ALTER TABLE us ADD CONSTRAINT uni_us_email UNIQUE (email) INCLUDE (kind)", &oddUnique{}},
		{"mariadb", "ALTER TABLE us ADD CONSTRAINT uni_us_email UNIQUE (email(10))", &oddUnique{}},
		{"tidb", "ALTER TABLE us ADD CONSTRAINT uni_us_email UNIQUE (email(10))", &oddUnique{}},
		{"postgres", "CREATE UNIQUE INDEX ux ON us (lower(email))", &oddOther{}},
		{"sqlite", "CREATE UNIQUE INDEX ux ON us (lower(email))", &oddOther{}},
	}
	for _, test := range tests {
		t.Run(test.database, func(t *testing.T) {
			t.Parallel()
			db := openUs(t, test.database, test.index)
			found := doctored.FindingOf(t, doctored.Doctored(t, db, test.model), softdelete.CodeUniqueHoldsTrash, "us")
			require.Empty(t, found.Remedy)
			require.Contains(t, found.Message, "First take")
		})
	}
}

// TestDoctorLeavesTwinsAlone says that an index by the name of a remain is none if it is more than a list of columns.
func TestDoctorLeavesTwinsAlone(t *testing.T) {
	t.Parallel()
	db := openUs(t, "postgres", "CREATE INDEX em ON us (email) WHERE deleted_at IS NULL")
	require.NoError(t, db.Exec("CREATE INDEX em_new ON us (email varchar_pattern_ops) WHERE deleted_at IS NULL").Error)
	require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddUser{})))
	db = openUs(t, "sqlite", "CREATE INDEX em ON us (email) WHERE deleted_at IS NULL")
	require.NoError(t, db.Exec("CREATE INDEX em_new ON us (email COLLATE NOCASE) WHERE deleted_at IS NULL").Error)
	require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddUser{})))
}

// TestDoctorNoTagForAColumnThatIsThereTwice says that a struct which is embedded twice cannot have a tag for one of its columns.
func TestDoctorNoTagForAColumnThatIsThereTwice(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		require.NoError(t, softdelete.AutoMigrate(db, &oddTwice{}))
		require.NoError(t, db.Exec("CREATE UNIQUE INDEX uz ON odd_twices (home_zip)").Error)
		findings := doctored.Doctored(t, db, &oddTwice{})
		found := doctored.FindingOf(t, findings, softdelete.CodeUniqueHoldsTrash, "odd_twices")
		require.Empty(t, found.Tag)
		doctored.Cure(t, db, findings...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddTwice{})))
	})
}

// TestDoctorUniqueForeignKey says that rows hang on others by an index of all rows still, once the unique one is of live rows.
func TestDoctorUniqueForeignKey(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := opened(t, testdb.OpenerFor(t, database))
			require.NoError(t, db.AutoMigrate(&oddOwner{}, &oddCard{}))
			doctored.Cure(t, db, doctored.Doctored(t, db, &oddOwner{}, &oddCard{})...)
			have := tables.PlainIndexes(t, db, "odd_cards")
			require.Equal(t, "unique (owner_id) where deleted_at is null", have["idx_odd_cards_owner_id"])
			require.Equal(t, "(owner_id)", have["idx_odd_cards_owner_id_fk"])
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &oddOwner{}, &oddCard{})))
		})
	}
}

// TestDoctorLookAlikeKeepsItsColumn says that the field which a finding advises is of the same column.
func TestDoctorLookAlikeKeepsItsColumn(t *testing.T) {
	t.Parallel()
	type time1 struct {
		ID   uint
		DelX *time.Time `gorm:"column:deleted_at;index" json:"-"`
	}
	type flag1 struct {
		ID   uint
		Gone bool `gorm:"column:is_deleted;not null" json:"gone"`
	}
	db := opened(t, testdb.OpenerFor(t, "sqlite"))
	for model, want := range map[any]string{
		&time1{}: "DelX gorm.DeletedAt `gorm:\"column:deleted_at;index\" json:\"-\"`",
		&flag1{}: "Gone softdelete.Flag `gorm:\"column:is_deleted;not null;default:false\" json:\"gone\"`",
	} {
		require.NoError(t, db.AutoMigrate(model))
		found := doctored.FindingOf(t, doctored.Doctored(t, db, model), softdelete.CodeMarkerLookAlike, tables.TableOf(t, db, model))
		require.Equal(t, want, found.Tag)
		_, tag, _ := strings.Cut(strings.TrimSuffix(found.Tag, "`"), "`")
		require.NotEmpty(t, schema.ParseTagSetting(reflect.StructTag(tag).Get("gorm"), ";")["COLUMN"])
	}
}
