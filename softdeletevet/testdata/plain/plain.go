package plain // want package:"tables comments .*posts"

import (
	"example.com/shop/models"
	"gorm.io/gorm"
)

// Note has the name of a table of models, and no marker: whose table it is cannot be told.
type Note struct {
	ID   uint `gorm:"primaryKey"`
	Text string
}

func both(db *gorm.DB, maps []map[string]any) {
	db.Raw("SELECT * FROM notes").Scan(&maps)
	db.Raw("SELECT * FROM posts").Scan(&maps) // want `^SD003`
	db.Create(&models.Tag{})
}
