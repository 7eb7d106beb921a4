package softdelete_test

import (
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A callback for all models, which lets nothing but trash be removed for good.
func ExampleOperationOf() {
	type Note struct {
		ID uint
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	_ = db.Callback().Delete().Before("gorm:delete").Register("no_force", func(tx *gorm.DB) {
		if softdelete.OperationOf(tx) == softdelete.OpForceDelete {
			_ = tx.AddError(errors.New("trash it first"))
		}
	})
	db.Create(&Note{})

	fmt.Println(softdelete.ForceDelete(db, &Note{}, 1).Error)
	fmt.Println(db.Delete(&Note{}, 1).Error)
	fmt.Println(softdelete.Purge(db, &Note{}, 1).Error)
	// Output:
	// trash it first
	// <nil>
	// <nil>
}
