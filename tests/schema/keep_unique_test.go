package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
)

type (
	// keptBefore has GORM's tags, keptAfter the plugin's in the place of two of them, and none in that of the third.
	keptBefore struct {
		ID    uint
		Code  string `gorm:"size:30;unique"`
		Email string `gorm:"size:30;uniqueIndex"`
		Other string `gorm:"size:30;unique"`
	}
	keptAfter struct {
		ID        uint
		Code      string `gorm:"size:30" softdelete:"unique"`
		Email     string `gorm:"size:30" softdelete:"unique"`
		Other     string `gorm:"size:30"`
		DeletedAt gorm.DeletedAt
	}
)

func (keptBefore) TableName() string { return "kept" }
func (keptAfter) TableName() string  { return "kept" }

// TestGORMKeepsWhatATagReplaces says that GORM's AutoMigrate, which drops what its tags do not name any more, leaves what keeps rows
// apart until the index of live rows that the plugin's tag asks for has come; and drops what no tag asks for.
func TestGORMKeepsWhatATagReplaces(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		require.NoError(t, open(t).AutoMigrate(&keptBefore{}))
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&keptAfter{}}})))
		for range 2 {
			require.NoError(t, db.AutoMigrate(&keptAfter{}))
		}
		require.NoError(t, db.Create(&keptAfter{Code: "a", Email: "a", Other: "a"}).Error)
		require.Error(t, db.Create(&keptAfter{Code: "a", Email: "b", Other: "b"}).Error)
		require.Error(t, db.Create(&keptAfter{Code: "b", Email: "a", Other: "b"}).Error)
		if database.SchemaOf(db).NoConstraint == "" {
			require.NoError(t, db.Create(&keptAfter{Code: "b", Email: "b", Other: "a"}).Error, "no tag asks for that")
		}

		doctored.Cure(t, db, doctored.Doctored(t, db, &keptAfter{})...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &keptAfter{})))
		for range 2 {
			require.NoError(t, db.AutoMigrate(&keptAfter{}))
			require.NoError(t, softdelete.AutoMigrate(db, &keptAfter{}))
		}
		require.NoError(t, db.Where("code = 'a'").Delete(&keptAfter{}).Error)
		require.NoError(t, db.Create(&keptAfter{Code: "a", Email: "a"}).Error)
		require.Error(t, db.Create(&keptAfter{Code: "a", Email: "c"}).Error)
		require.Error(t, db.Create(&keptAfter{Code: "c", Email: "a"}).Error)
	})
}

// TestWhoDropsAConstraintDropsIt says that this is about GORM's AutoMigrate, and about nobody who asks for it.
func TestWhoDropsAConstraintDropsIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		require.NoError(t, open(t).AutoMigrate(&keptBefore{}))
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&keptAfter{}}})))
		require.NoError(t, db.Migrator().AddColumn(&keptAfter{}, "DeletedAt"))
		database.Needs(t, database.SchemaOf(db).NoConstraint)
		require.NoError(t, db.Migrator().DropConstraint(&keptAfter{}, "uni_kept_code"))
		require.NoError(t, db.Create(&keptAfter{Code: "a", Email: "a", Other: "a"}).Error)
		require.NoError(t, db.Create(&keptAfter{Code: "a", Email: "b", Other: "b"}).Error)
	})
}

// TestUniqueMadeBySQL says the same of a constraint by the database's own name, which GORM tries to drop by another.
func TestUniqueMadeBySQL(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		key := map[string]string{"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[open(t).Name()]
		for _, first := range []string{"GORM's", "ours"} {
			require.NoError(t, open(t).Migrator().DropTable("kept"))
			require.NoError(t, open(t).Exec("CREATE TABLE kept (id "+key+", code varchar(30) UNIQUE, email varchar(30), other varchar(30))").Error)
			db := open(t)
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&keptAfter{}}})))
			if first == "GORM's" {
				require.NoError(t, db.AutoMigrate(&keptAfter{}))
				require.NoError(t, db.Create(&keptAfter{Code: "a", Email: "a"}).Error)
				require.Error(t, db.Create(&keptAfter{Code: "a", Email: "b"}).Error)
			}
			for range 2 {
				require.NoError(t, softdelete.AutoMigrate(db, &keptAfter{}))
				require.NoError(t, db.AutoMigrate(&keptAfter{}))
			}
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &keptAfter{})))
			require.NoError(t, db.Where("1 = 1").Delete(&keptAfter{}).Error)
			require.NoError(t, db.Create(&keptAfter{Code: "a", Email: "a"}).Error)
			require.Error(t, db.Create(&keptAfter{Code: "a", Email: "c"}).Error)
		}
	})
}
