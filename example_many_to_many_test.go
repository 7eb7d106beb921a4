package softdelete_test

import (
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// The pairs of a many-to-many relation have a trash, too, if their table has a model with a marker.
func Example_manyToMany() {
	type Tag struct {
		ID   uint
		Name string
		softdelete.Timestamp
	}
	type PostTag struct {
		PostID, TagID uint `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	type Post struct {
		ID   uint
		Tags []Tag `gorm:"many2many:post_tags" softdelete:"cascade"`
		softdelete.Timestamp
	}
	db, _ := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	_ = db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Tag{}, &PostTag{}}}))
	_ = softdelete.AutoMigrate(db)
	post := Post{Tags: []Tag{{Name: "tea"}, {Name: "rain"}}}
	db.Create(&post)

	err := db.Model(&post).Association("Tags").Delete(&post.Tags[0]) // trashes the pair, not the tag
	fmt.Println("tags:", db.Model(&post).Association("Tags").Count(), err)

	err = db.Model(&post).Association("Tags").Append(&Tag{ID: 1}) // and brings it back
	fmt.Println("tags:", db.Model(&post).Association("Tags").Count(), err)
	// Output:
	// tags: 1 <nil>
	// tags: 2 <nil>
}
