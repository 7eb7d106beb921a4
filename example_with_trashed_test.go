package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Live rows are the default. Scopes show the others.
func ExampleWithTrashed() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{Text: "milk"}, {Text: "bread"}, {Text: "butter"}})
	db.Delete(&Note{}, 2)

	var live, all, trashed []string
	db.Model(&Note{}).Order("id").Pluck("text", &live)
	db.Model(&Note{}).Order("id").Scopes(softdelete.WithTrashed).Pluck("text", &all)
	db.Model(&Note{}).Order("id").Scopes(softdelete.OnlyTrashed).Pluck("text", &trashed)
	fmt.Println(live, all, trashed)
	// Output: [milk butter] [milk bread butter] [bread]
}
