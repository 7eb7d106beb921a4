package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	// formerAgent has the marker in its unique index, formerlyAgent the tag of the same name in its place.
	formerAgent struct {
		ID        uint
		Team      string         `gorm:"size:40;uniqueIndex:agents_unique,priority:2"`
		Name      string         `gorm:"size:40;uniqueIndex:agents_unique,priority:1"`
		DeletedAt gorm.DeletedAt `gorm:"uniqueIndex:agents_unique,priority:3"`
	}
	formerlyAgent struct {
		ID        uint
		Team      string `gorm:"size:40" softdelete:"unique:agents_unique,priority:2"`
		Name      string `gorm:"size:40" softdelete:"unique:agents_unique,priority:1"`
		DeletedAt gorm.DeletedAt
	}
)

func (formerAgent) TableName() string   { return "agents" }
func (formerlyAgent) TableName() string { return "agents" }

// TestAnIndexWithTheMarkerInItIsReplaced says that the tag may have the name of the index that was meant so before, and had the
// marker in it; and that live rows which agree are told before anything changes.
func TestAnIndexWithTheMarkerInItIsReplaced(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		before := open(t)
		require.NoError(t, before.AutoMigrate(&formerAgent{}))
		require.NoError(t, before.Create(&[]formerAgent{{Team: "a", Name: "n"}, {Team: "a", Name: "n"}}).Error)
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		var agree *softdelete.DuplicateError
		require.ErrorAs(t, softdelete.AutoMigrate(db, &formerlyAgent{}), &agree)
		require.NoError(t, db.Delete(&formerlyAgent{}, 2).Error)
		require.NoError(t, softdelete.AutoMigrate(db, &formerlyAgent{}))
		require.Error(t, db.Create(&formerlyAgent{Team: "a", Name: "n"}).Error)
		require.NoError(t, db.Delete(&formerlyAgent{}, 1).Error)
		require.NoError(t, db.Create(&formerlyAgent{Team: "a", Name: "n"}).Error)
	})
}
