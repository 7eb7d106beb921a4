package schema_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestAutoMigrateIndexes(t *testing.T) {
	t.Parallel()
	for name, kind := range memberKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				require.NoError(t, softdelete.AutoMigrate(db, kind.model))
				want := map[string]string{
					"members_login":       "unique (tenant, login) where " + kind.live,
					"idx_members_email":   "unique (email) where " + kind.live,
					"idx_members_team_id": "(team_id) where " + kind.live,
				}
				timeIndex := "idx_members_" + kind.mysqlTime[len(kind.mysqlTime)-1]
				if name == "milliseconds" {
					timeIndex = "idx_members_deleted_at" // by the field, as GORM does
				}
				want[timeIndex] = "(" + strings.Join(kind.time, ", ") + ") where " + kind.trashed
				if name == "Tracked" {
					want["idx_members_deletion_id"] = "(deletion_id) where deletion_id is not null"
				}
				if db.Name() == "mysql" {
					want = map[string]string{
						"members_login":       "unique (tenant, login, softdelete_live)",
						"idx_members_email":   "unique (email, softdelete_live)",
						"idx_members_team_id": "(" + kind.mysqlTime[0] + ", team_id)",
						timeIndex:             "(" + strings.Join(kind.mysqlTime, ", ") + database.SchemaOf(db).NamesKey + ")",
					}
					if name == "Tracked" {
						want["idx_members_deletion_id"] = "(deletion_id)"
					}
				}
				require.Equal(t, want, tables.PlainIndexes(t, db, "members"))
				for _, sql := range record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, kind.model) }) {
					require.NotContains(t, sql, "INDEX", "again") // GORM sets the default of the zeroValue each time
				}
			})
		})
	}
}

// TestUniqueAmongLive says that what is unique is so among live rows, however often a row was trashed.
func TestUniqueAmongLive(t *testing.T) {
	t.Parallel()
	for name, kind := range memberKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				require.NoError(t, softdelete.AutoMigrate(db, kind.model))
				ana := MemberColumns{Tenant: "a", Login: "ana", Email: tables.Ptr("ana@example.org")}
				for range 3 {
					value := kind.of(ana)
					require.NoError(t, db.Create(value).Error)
					require.Error(t, db.Create(kind.of(MemberColumns{Tenant: "a", Login: "bob", Email: ana.Email})).Error, "one column")
					require.Error(t, db.Create(kind.of(MemberColumns{Tenant: "a", Login: "ana"})).Error, "two columns")
					require.NoError(t, db.Create(kind.of(MemberColumns{Tenant: "b", Login: "ana"})).Error)
					require.NoError(t, db.Where("tenant = ?", "b").Delete(kind.model).Error)
					require.NoError(t, db.Delete(value).Error)
				}
				require.NoError(t, db.Create(kind.of(ana)).Error)
				err := softdelete.Restore(db.Where("login = ? AND tenant = ?", "ana", "a").Limit(1), kind.model).Error
				require.ErrorIs(t, err, softdelete.ErrConflict)
				var live, all int64
				require.NoError(t, db.Model(kind.model).Count(&live).Error)
				require.NoError(t, db.Unscoped().Model(kind.model).Count(&all).Error)
				require.EqualValues(t, 1, live)
				require.EqualValues(t, 7, all)
			})
		})
	}
}

// What a table was before: with GORM's indexes, and names of its own.
type (
	formerMember struct {
		ID        uint
		Tenant    string         `gorm:"size:40;uniqueIndex:members_login"`
		Login     string         `gorm:"size:40;uniqueIndex:members_login"`
		Email     string         `gorm:"size:40;uniqueIndex"`
		Phone     string         `gorm:"size:40;unique"`
		Badge     string         `gorm:"size:40;uniqueIndex:badges"`
		TeamID    int            `gorm:"index"`
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
	laterMember struct {
		ID        uint
		Tenant    string         `gorm:"size:40" softdelete:"unique:members_login"`
		Login     string         `gorm:"size:40" softdelete:"unique:members_login"`
		Email     string         `gorm:"size:40;uniqueIndex" softdelete:"unique"` // both
		Phone     string         `gorm:"size:40;unique" softdelete:"unique"`
		Badge     string         `gorm:"size:40" softdelete:"unique"`
		TeamID    int            `softdelete:"index"`
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
	memberPet struct {
		ID       uint
		Name     string `gorm:"size:40"`
		MemberID uint
		Member   *formerMember `gorm:"constraint:OnDelete:CASCADE"`
	}
)

func (formerMember) TableName() string { return "members" }
func (laterMember) TableName() string  { return "members" }

func membersBefore(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := handles.WithPlugin(t, open, softdelete.Config{}, &formerMember{}, &memberPet{})
	for i := range 3 {
		text := fmt.Sprint("m", i)
		m := formerMember{Tenant: "a", Login: text, Email: text, Phone: text, Badge: text, TeamID: i}
		require.NoError(t, db.Create(&m).Error)
		require.NoError(t, db.Create(&memberPet{Name: text, MemberID: m.ID}).Error)
	}
	require.NoError(t, db.Delete(&formerMember{}, 3).Error)
	return db
}

func laterIndexes(db *gorm.DB) map[string]string {
	if db.Name() == "mysql" {
		return map[string]string{
			"members_login":          "unique (tenant, login, softdelete_live)",
			"idx_members_email":      "unique (email, softdelete_live)",
			"idx_members_phone":      "unique (phone, softdelete_live)",
			"idx_members_badge":      "unique (badge, softdelete_live)",
			"idx_members_team_id":    "(deleted_at, team_id)",
			"idx_members_deleted_at": "(deleted_at" + database.SchemaOf(db).NamesKey + ")",
		}
	}
	return map[string]string{
		"members_login":          "unique (tenant, login) where deleted_at is null",
		"idx_members_email":      "unique (email) where deleted_at is null",
		"idx_members_phone":      "unique (phone) where deleted_at is null",
		"idx_members_badge":      "unique (badge) where deleted_at is null",
		"idx_members_team_id":    "(team_id) where deleted_at is null",
		"idx_members_deleted_at": "(deleted_at, id) where deleted_at is not null",
	}
}

func TestAutoMigrateReplaces(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := membersBefore(t, open)
		members, pets := tables.Stored(t, db, "members", "id"), tables.Stored(t, db, "member_pets", "id")
		require.NoError(t, softdelete.AutoMigrate(db, &laterMember{}))
		require.Equal(t, laterIndexes(db), tables.PlainIndexes(t, db, "members"))
		require.Equal(t, members, tables.Stored(t, db, "members", "id"))
		require.Equal(t, pets, tables.Stored(t, db, "member_pets", "id"))
		for _, again := range []func(*gorm.DB) error{
			func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &laterMember{}) },
			func(db *gorm.DB) error { return db.AutoMigrate(&laterMember{}) },
		} {
			require.Empty(t, record.DDLOf(t, db, again))
		}

		// Keys are still enforced, and those of rows that are gone not given out again.
		require.Error(t, db.Create(&memberPet{MemberID: 99}).Error)
		third := laterMember{Tenant: "a", Login: "m2", Email: "m2", Phone: "m2", Badge: "m2"}
		require.NoError(t, db.Create(&third).Error)
		require.EqualValues(t, 4, third.ID)
	})
}

// TestAutoMigrateOrder says that there is a unique index at each moment, and that writers on PostgreSQL do not wait for it.
func TestAutoMigrateOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := membersBefore(t, open)
		var about []string
		for _, sql := range record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &laterMember{}) }) {
			if strings.Contains(sql, "members_login") || strings.Contains(sql, "softdelete_live") && strings.Contains(sql, "ADD COLUMN") {
				about = append(about, strings.NewReplacer("`", "", `"`, "").Replace(sql))
			}
		}
		switch db.Name() {
		case "postgres":
			require.Equal(t, []string{
				"CREATE UNIQUE INDEX CONCURRENTLY members_login_new ON members (tenant,login) WHERE deleted_at IS NULL",
				"ALTER INDEX members_login RENAME TO members_login_former",
				"ALTER INDEX members_login_new RENAME TO members_login",
				"DROP INDEX CONCURRENTLY members_login_former",
			}, about)
		case "sqlite": // in a transaction
			require.Subset(t, about, []string{
				"DROP INDEX members_login",
				"CREATE UNIQUE INDEX members_login ON members (tenant,login) WHERE deleted_at IS NULL",
			})
		default:
			if database.SchemaOf(db).OneByOne {
				require.Equal(t, []string{
					"ALTER TABLE members ADD COLUMN softdelete_live tinyint GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) VIRTUAL",
					"ALTER TABLE members ADD UNIQUE INDEX members_login_new (tenant,login,softdelete_live)",
					"ALTER TABLE members RENAME INDEX members_login TO members_login_former",
					"ALTER TABLE members RENAME INDEX members_login_new TO members_login",
					"ALTER TABLE members DROP INDEX members_login_former",
				}, about)
				return
			}
			require.Equal(t, []string{
				"ALTER TABLE members ADD COLUMN softdelete_live tinyint GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) VIRTUAL " +
					"/*!80023 INVISIBLE */ /*M!100303 INVISIBLE */",
				"ALTER TABLE members DROP INDEX members_login, ADD UNIQUE INDEX members_login (tenant,login,softdelete_live)",
			}, about)
		}
	})
}

func TestAutoMigrateInATransaction(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		type plainMember struct {
			ID        uint
			Login     string `gorm:"size:40;uniqueIndex"`
			DeletedAt gorm.DeletedAt
		}
		type member struct {
			ID        uint
			Login     string `gorm:"size:40" softdelete:"unique"`
			DeletedAt gorm.DeletedAt
		}
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, db.Table("members").AutoMigrate(&plainMember{}))
		require.NoError(t, db.Table("members").Create(&plainMember{Login: "ana"}).Error)
		before, boom := tables.PlainIndexes(t, db, "members"), errors.New("boom")
		err := db.Transaction(func(tx *gorm.DB) error {
			for _, sql := range record.DDLOf(t, tx, func(tx *gorm.DB) error { return softdelete.AutoMigrate(tx, &member{}) }) {
				require.NotContains(t, sql, "CONCURRENTLY")
			}
			require.NotEqual(t, before, tables.PlainIndexes(t, tx, "members"))
			return boom
		})
		if db.Name() == "mysql" {
			return // DDL has committed the transaction
		}
		require.ErrorIs(t, err, boom)
		require.Equal(t, before, tables.PlainIndexes(t, db, "members"))
	})
}

func TestAutoMigrateClash(t *testing.T) {
	t.Parallel()
	type clashing struct {
		ID        uint
		Login     string
		Email     string `gorm:"size:40"`
		DeletedAt gorm.DeletedAt
	}
	type clashingLater struct {
		ID        uint
		Login     string `gorm:"size:60" softdelete:"index"`
		Email     string `gorm:"size:40" softdelete:"unique"`
		Fresh     string
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, db.Table("clashing_laters").AutoMigrate(&clashing{}))
		for i, email := range []string{"secret", "bob", "secret", "bob", "cyd", "bob"} {
			require.NoError(t, db.Table("clashing_laters").Create(&clashing{ID: uint(i + 1), Email: email}).Error)
		}
		require.NoError(t, db.Table("clashing_laters").Delete(&clashing{}, 4).Error)
		rows, indexes := tables.Stored(t, db, "clashing_laters", "id"), tables.PlainIndexes(t, db, "clashing_laters")
		err := softdelete.AutoMigrate(db, &clashingLater{})
		var found *softdelete.DuplicateError
		require.ErrorAs(t, err, &found)
		require.ErrorIs(t, err, softdelete.ErrConflict)
		require.ErrorIs(t, err, gorm.ErrDuplicatedKey)
		require.Equal(t, &softdelete.DuplicateError{
			Model: "clashingLater", Constraint: "idx_clashing_laters_email", Columns: []string{"email"},
			Keys: [][]any{{uint(2)}, {uint(6)}, {uint(1)}, {uint(3)}},
		}, found)
		require.ErrorContains(t, err, "primary key 2, 6, 1, 3")
		require.NotContains(t, err.Error(), "secret")
		require.Equal(t, rows, tables.Stored(t, db, "clashing_laters", "id"), "no column was added")
		require.Equal(t, indexes, tables.PlainIndexes(t, db, "clashing_laters"))

		require.NoError(t, db.Table("clashing_laters").Delete(&clashing{}, []int{1, 2}).Error)
		require.NoError(t, softdelete.AutoMigrate(db, &clashingLater{}))
		require.Error(t, db.Create(&clashingLater{Email: "secret"}).Error)
	})
}

// A key that is a text may say something: it is in the error's Keys, and not in its message.
func TestAutoMigrateClashOfTextKeys(t *testing.T) {
	t.Parallel()
	type page struct {
		Slug      string `gorm:"primaryKey;size:40"`
		Title     string `gorm:"size:40"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &page{})
		require.NoError(t, db.Create([]page{{Slug: "secret", Title: "a"}, {Slug: "hidden", Title: "a"}}).Error)
		{
			type page struct {
				Slug      string `gorm:"primaryKey;size:40"`
				Title     string `gorm:"size:40" softdelete:"unique"`
				DeletedAt gorm.DeletedAt
			}
			err := softdelete.AutoMigrate(db, &page{})
			var found *softdelete.DuplicateError
			require.ErrorAs(t, err, &found)
			require.Equal(t, [][]any{{"hidden"}, {"secret"}}, found.Keys)
			require.NotContains(t, err.Error(), "secret")
			require.ErrorContains(t, err, "model page: live rows agree in title")
		}
	})
}

func TestAutoMigrateIndexOfAnotherForm(t *testing.T) {
	t.Parallel()
	type thing struct {
		ID        uint
		Name      string `gorm:"size:40" softdelete:"unique:things_key"`
		Kind      string `gorm:"size:40" softdelete:"unique:things_key"`
		Other     string `gorm:"size:40"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &thing{})
		require.NoError(t, db.Exec("CREATE INDEX things_key ON things (other)").Error)
		before := tables.PlainIndexes(t, db, "things")
		require.ErrorContains(t, softdelete.AutoMigrate(db, &thing{}), "another index by the name of things_key")
		require.Equal(t, before, tables.PlainIndexes(t, db, "things"))
		require.NoError(t, db.Migrator().DropIndex(&thing{}, "things_key"))
		require.NoError(t, softdelete.AutoMigrate(db, &thing{}))
		{
			type thing struct {
				ID        uint
				Name      string `gorm:"size:40" softdelete:"unique:things_key"`
				Kind      string `gorm:"size:40"`
				Other     string `gorm:"size:40" softdelete:"unique:things_key"`
				DeletedAt gorm.DeletedAt
			}
			require.NoError(t, softdelete.AutoMigrate(db, &thing{}))
			require.Contains(t, tables.PlainIndexes(t, db, "things")["things_key"], "unique (name, other")
		}
	})
}

type (
	aCountry struct {
		ID        uint
		Code      string `gorm:"size:2;uniqueIndex"`
		DeletedAt gorm.DeletedAt
	}
	aCity struct {
		ID          uint
		CountryCode string    `gorm:"size:2"`
		Country     *aCountry `gorm:"foreignKey:CountryCode;references:Code"`
	}
	aLaterCountry struct {
		ID        uint
		Code      string `gorm:"size:2" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
)

func (aCountry) TableName() string      { return "countries" }
func (aLaterCountry) TableName() string { return "countries" }

// A foreign key needs a unique index of all rows, which one of live rows is not: but for InnoDB, which takes any index that
// begins with the columns.
func TestAutoMigrateOfWhatAForeignKeyRefersTo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aCountry{}, &aCity{})
		require.NoError(t, db.Create(&aCity{Country: &aCountry{Code: "at"}}).Error)
		before := tables.PlainIndexes(t, db, "countries")
		err := softdelete.AutoMigrate(db, &aLaterCountry{})
		if db.Name() == "mysql" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, "model aLaterCountry: a foreign key of a_cities refers to code of countries")
			require.Equal(t, before, tables.PlainIndexes(t, db, "countries"))
		}
		require.NoError(t, db.Create(&aCity{CountryCode: "at"}).Error)
		require.Error(t, db.Create(&aCity{CountryCode: "de"}).Error)
	})
}
