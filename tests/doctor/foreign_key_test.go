package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	fkCrate struct {
		ID        uint
		DeletedAt gorm.DeletedAt
	}
	fkApple struct {
		ID        uint
		CrateID   uint
		Sort      string `gorm:"size:20"`
		DeletedAt gorm.DeletedAt
	}
	fkPost struct {
		ID        uint
		Files     []fkFile `gorm:"polymorphic:Owner" softdelete:"cascade"`
		DeletedAt gorm.DeletedAt
	}
	fkFile struct {
		ID        uint
		OwnerType string `gorm:"size:20;index:files_owner"`
		OwnerID   uint   `gorm:"index:files_owner"`
		DeletedAt gorm.DeletedAt
	}
)

// The index of a foreign key stays, whoever declares that, as the database reads all rows by it. One of live rows comes beside it.
func TestDoctorIndexOfAForeignKey(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} { // MySQL keeps it by itself
		for known, models := range map[string][]any{"the parent is known": {&fkCrate{}, &fkApple{}}, "it is not": {&fkApple{}}} {
			t.Run(database+" "+known, func(t *testing.T) {
				t.Parallel()
				db := opened(t, testdb.OpenerFor(t, database))
				key := map[string]string{"sqlite": "integer PRIMARY KEY", "postgres": "bigserial PRIMARY KEY"}[database]
				number := map[string]string{"sqlite": "integer", "postgres": "bigint"}[database]
				at := map[string]string{"sqlite": "datetime", "postgres": "timestamptz"}[database]
				doctored.RunAll(t, db,
					"CREATE TABLE fk_crates (id "+key+", deleted_at "+at+")",
					"CREATE TABLE fk_apples (id "+key+", crate_id "+number+" NOT NULL REFERENCES fk_crates, sort text, deleted_at "+at+")",
					"CREATE INDEX apples_crate ON fk_apples (crate_id)", "CREATE INDEX apples_sort ON fk_apples (sort)",
					"INSERT INTO fk_crates (id) VALUES (1)", "INSERT INTO fk_apples (crate_id, deleted_at) VALUES (1, CURRENT_TIMESTAMP), (1, NULL)",
				)
				findings := doctored.Doctored(t, db, models...)
				for _, f := range findings {
					if f.Index == "apples_crate" {
						require.Contains(t, f.Message, "has to stay")
						require.Equal(t, `softdelete:"index:apples_crate_live"`, f.Tag)
					}
				}
				doctored.Cure(t, db, findings...)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))
				have := tables.PlainIndexes(t, db, "fk_apples")
				require.Equal(t, "(crate_id)", have["apples_crate"])
				require.Equal(t, "(crate_id) where deleted_at is null", have["apples_crate_live"])
				require.Equal(t, "(sort) where deleted_at is null", have["apples_sort"])
				if database == "sqlite" {
					return
				}
				require.NoError(t, softdelete.AutoMigrate(db, models...))
				require.Equal(t, have, tables.PlainIndexes(t, db, "fk_apples"))
			})
		}
	}
}

// So does that of a polymorphic relation, which no foreign key of the database tells of: a purge of parents looks trashed rows up by it.
func TestDoctorIndexOfAPolymorphicRelation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		models := []any{&fkPost{}, &fkFile{}}
		require.NoError(t, softdelete.AutoMigrate(db, models...))
		require.NoError(t, db.Create(&fkPost{Files: []fkFile{{}, {}}}).Error)
		require.NoError(t, db.Delete(&fkFile{}, 1).Error)
		findings := doctored.Doctored(t, db, models...)
		found := doctored.FindingOf(t, findings, softdelete.CodeIndexHoldsTrash, "fk_files")
		require.Contains(t, found.Message, "has to stay")
		require.Equal(t, "OwnerType softdelete:\"index:files_owner_live\"\nOwnerID softdelete:\"index:files_owner_live\"", found.Tag)
		doctored.Cure(t, db, findings...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))
		require.Equal(t, "(owner_type, owner_id)", tables.PlainIndexes(t, db, "fk_files")["files_owner"])
	})
}

// An index that begins with the primary key has one row to a key, trashed or not.
func TestDoctorIndexThatBeginsWithTheKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		require.NoError(t, softdelete.AutoMigrate(db, &fkApple{}))
		require.NoError(t, db.Exec("CREATE INDEX apples_key ON fk_apples (id, crate_id)").Error)
		for range 4 {
			require.NoError(t, db.Create(&fkApple{}).Error)
		}
		require.NoError(t, db.Where("id > 1").Delete(&fkApple{}).Error)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &fkApple{})))
	})
}
