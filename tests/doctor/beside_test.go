package doctor_test

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
	// twiceUser has GORM make a unique constraint and an ordinary index of one column, toldUser the tag in their place.
	twiceUser struct {
		ID        uint
		Name      string `gorm:"size:40;unique;index"`
		DeletedAt gorm.DeletedAt
	}
	toldUser struct {
		ID        uint
		Name      string `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
)

func (twiceUser) TableName() string { return "twice_users" }
func (toldUser) TableName() string  { return "twice_users" }

// TestDoctorOnUniqueAndIndexOfAColumn says that an ordinary index beside a unique one of the same columns is no finding of its own,
// whose tag could not stand beside the other's; and that the remedy which replaces both can be run again.
func TestDoctorOnUniqueAndIndexOfAColumn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		before := open(t)
		require.NoError(t, before.AutoMigrate(&twiceUser{}))
		require.NoError(t, before.Exec("INSERT INTO twice_users (name, deleted_at) VALUES ('a', '2024-05-01 10:00:00'), ('b', NULL)").Error)

		db := handles.WithPlugin(t, open, softdelete.Config{})
		found := doctored.Doctored(t, db, &twiceUser{})
		require.Equal(t, []string{"error unique-holds-trash twice_users", "warning marker-index-missing twice_users"}, doctored.CodesOf(found))
		require.Equal(t, `softdelete:"unique"`, found[0].Tag)

		db = handles.WithPlugin(t, open, softdelete.Config{})
		found = doctored.Doctored(t, db, &toldUser{})
		doctored.Cure(t, db, found...)
		indexes := tables.PlainIndexes(t, db, "twice_users")
		for _, f := range found {
			_ = db.Exec(f.Remedy).Error
		}
		require.Equal(t, indexes, tables.PlainIndexes(t, db, "twice_users"))
		require.Empty(t, doctored.Doctored(t, db, &toldUser{}))
		require.NoError(t, db.Create(&toldUser{Name: "a"}).Error)
		require.Error(t, db.Create(&toldUser{Name: "a"}).Error)
	})
}
