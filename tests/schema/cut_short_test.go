package schema_test

import (
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
	cutBefore struct {
		ID        uint
		Login     string `gorm:"size:40;uniqueIndex"`
		DeletedAt gorm.DeletedAt
	}
	cutAfter struct {
		ID        uint
		Login     string `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
)

func (cutBefore) TableName() string { return "cuts" }
func (cutAfter) TableName() string  { return "cuts" }

// TestChangeCutShort says that live rows are kept apart after each statement by which an index is put in the place of another, and that
// AutoMigrate and Doctor's remedies go on from there.
func TestChangeCutShort(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		if db.Name() == "sqlite" {
			t.Skip("SQLite makes the change in one transaction")
		}
		begin := func() []softdelete.Statement {
			require.NoError(t, db.Exec("DROP TABLE IF EXISTS cuts").Error)
			require.NoError(t, open(t).AutoMigrate(&cutBefore{}))
			require.NoError(t, db.Create(&cutAfter{Login: "a"}).Error)
			list, err := softdelete.PlanMigration(db, &cutAfter{})
			require.NoError(t, err)
			return list
		}
		begin()
		require.NoError(t, softdelete.AutoMigrate(db, &cutAfter{}))
		want := tables.PlainIndexes(t, db, "cuts")
		for _, goOn := range []func(){
			func() { require.NoError(t, softdelete.AutoMigrate(db, &cutAfter{})) },
			func() {
				doctored.Cure(t, db, doctored.Doctored(t, db, &cutAfter{})...)
				require.NoError(t, softdelete.AutoMigrate(db, &cutAfter{}))
			},
		} {
			for n := range begin() {
				for _, s := range begin()[:n+1] {
					require.NoError(t, db.Exec(s.Up).Error, s.Up)
					require.Error(t, db.Create(&cutAfter{Login: "a"}).Error, s.Up)
				}
				goOn()
				require.Equal(t, want, tables.PlainIndexes(t, db, "cuts"), "after %d statements", n+1)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, &cutAfter{})))
				require.Error(t, db.Create(&cutAfter{Login: "a"}).Error)
			}
		}
	})
}
