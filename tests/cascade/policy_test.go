package cascade_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	policyChild struct {
		ID       uint
		ParentID uint
		softdelete.Timestamp
	}
	policyUnknown struct {
		ID       uint
		Children []policyChild `gorm:"foreignKey:ParentID" softdelete:"delete"`
		softdelete.Timestamp
	}
	policyTwo struct {
		ID       uint
		Children []policyChild `gorm:"foreignKey:ParentID" softdelete:"cascade,restrict"`
		softdelete.Timestamp
	}
	policyHooks struct {
		ID       uint
		Children []policyChild `gorm:"foreignKey:ParentID" softdelete:"restrict,hooks"`
		softdelete.Timestamp
	}
	policyLive struct {
		ID       uint
		Children []policyChild `gorm:"foreignKey:ParentID" softdelete:"liveParent"`
		softdelete.Timestamp
	}
	policyOne struct {
		ID    uint
		Other []policyOther `gorm:"foreignKey:OneID" softdelete:"cascade"`
		softdelete.Timestamp
	}
	policyOther struct {
		ID    uint
		OneID uint
		One   *policyOne `softdelete:"restrict"`
		softdelete.Timestamp
	}
)

// TestPolicyTags says that a wrong tag on a relation is found when the plugin is used, and at the first statement otherwise.
func TestPolicyTags(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]struct {
		model   any
		problem string
	}{
		"unknown":         {&policyUnknown{}, "is unknown"},
		"two":             {&policyTwo{}, "two policies"},
		"hooks, restrict": {&policyHooks{}, "hooks stands with cascade"},
		"liveParent":      {&policyLive{}, "belongs-to"},
		"contradiction":   {&policyOne{}, "contradict"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var modelError *softdelete.ModelError
			err := testdb.Open(t, "sqlite").Use(softdelete.New(softdelete.Config{Models: []any{wrong.model}}))
			require.ErrorAs(t, err, &modelError)
			require.ErrorIs(t, err, gorm.ErrInvalidField)
			require.ErrorContains(t, err, wrong.problem)

			db := testdb.Open(t, "sqlite")
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.Migrator().CreateTable(wrong.model))
			require.ErrorAs(t, db.Where("1 = 1").Delete(wrong.model).Error, &modelError)
		})
	}
}
