package softdelete_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// A scope for GORM's generic API.
func ExampleStatementScope() {
	type Note struct {
		ID   uint
		Text string
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Note{}}}))
	_ = softdelete.AutoMigrate(db)
	db.Create(&[]Note{{Text: "milk"}, {Text: "bread"}})
	db.Delete(&Note{}, 2)

	trashed := softdelete.StatementScope(softdelete.OnlyTrashed)
	notes, err := gorm.G[Note](db).Scopes(trashed).Find(context.Background())
	fmt.Println(len(notes), notes[0].Text, err)
	// Output: 1 bread <nil>
}
