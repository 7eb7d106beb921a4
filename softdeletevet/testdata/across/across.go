package across // want package:"tables comments .*posts"

import (
	"example.com/shop/between"
	"gorm.io/gorm"
)

// It imports the models only by way of another package.
func raw(db *gorm.DB) error {
	_ = between.New()
	return db.Exec("DELETE FROM posts WHERE id = 1").Error // want `^SD003`
}
