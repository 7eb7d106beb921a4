package wrapped // want package:"tables .*posts.*"

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

// DB has a handle in it, and methods of its own.
type DB struct{ *gorm.DB }

func (d DB) Find(dest any) error { return d.DB.Find(dest).Error }

// whole has findings whose fix would not compile, or do something else: there is none.
func whole(ctx context.Context, w DB, posts []models.Post, n int64) {
	w.Unscoped().Delete(&posts)                 // want `^SD002`
	gorm.G[models.Post](w.Unscoped()).Find(ctx) // want `^SD010`
	w.Where("deleted_at IS NULL").Find(&posts)  // want `^SD006`
	_ = softdelete.Live
}

func shadowed(db *gorm.DB, posts []models.Post) {
	models := 1
	_ = models
	db.Joins("JOIN comments ON comments.post_id = posts.id").Find(&posts) // want `^SD004`
	db.Table("posts").Count(nil)                                          // want `^SD005`
}

func commented(db *gorm.DB, posts []models.Post) {
	db.Joins(
		"JOIN comments ON comments.post_id = posts.id", // want `^SD004`
		// as the page shows them
	).Find(&posts)
	db.
		// the audit reads all
		Unscoped(). // want `^SD002`
		Delete(&posts)
}

// batches does more with the handle of Unscoped.
func batches(db *gorm.DB, posts []models.Post) {
	db.Unscoped().FindInBatches(&posts, 10, func(tx *gorm.DB, _ int) error { // want `^SD001`
		return tx.Delete(&posts).Error
	})
}
