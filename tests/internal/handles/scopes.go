package handles

import (
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

var ReadMiddle = time.Date(2024, 2, 1, 12, 0, 0, 0, time.UTC)

type ReadScope = func(*gorm.DB) *gorm.DB

// AllScopes are the scopes of the package, each with something harmless to ask.
func AllScopes() map[string]ReadScope {
	return map[string]ReadScope{
		"WithTrashed": softdelete.WithTrashed, "OnlyTrashed": softdelete.OnlyTrashed, "WithoutTrashed": softdelete.WithoutTrashed,
		"TrashedBefore": softdelete.TrashedBefore(ReadMiddle), "TrashedAfter": softdelete.TrashedAfter(ReadMiddle),
		"TrashedWithin": softdelete.TrashedWithin(time.Hour), "TrashedBy": softdelete.TrashedBy("ana"),
		"Into": softdelete.Into(&softdelete.Deletion{}), "Revive": softdelete.Revive,
	}
}

// Second is the second of two results.
func Second[T any](_ T, err error) error { return err }
