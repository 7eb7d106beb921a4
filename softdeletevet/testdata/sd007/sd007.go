package sd007 // want package:"tables comments .*posts"

import (
	"context"
	"time"

	"example.com/shop/models"
	"gorm.io/gorm"
)

func bad(ctx context.Context, db *gorm.DB, now time.Time) {
	var post models.Post
	db.Model(&post).Update("deleted_at", nil)                                // want `^SD007: deleted_at, the marker of Post, is written by hand: write softdelete.Restore`
	db.Unscoped().Model(&post).Update("DeletedAt", now)                      // want `^SD007: DeletedAt, the marker of Post, is written by hand: write db.Delete`
	db.Model(&post).UpdateColumn("deleted_at", now)                          // want `^SD007`
	db.Model(&post).Updates(map[string]any{"title": "x", "deleted_at": now}) // want `^SD007`
	db.Model(&post).Updates(models.Post{Model: gorm.Model{}, Title: "x"})
	db.Model(&models.Ticket{}).Where("id = 1").Update("is_deleted", false)             // want `^SD007: is_deleted, the marker of Ticket, .*softdelete.Restore`
	db.Model(&models.Session{}).Where("id = 1").Updates(&models.Session{DeletedAt: 5}) // want `^SD007`
	gorm.G[models.Post](db).Where("id = 1").Update(ctx, "deleted_at", nil)             // want `^SD007`
	post.DeletedAt = gorm.DeletedAt{}                                                  // want `^SD007: DeletedAt, the marker of Post, is set by hand and then saved by Save`
	db.Save(&post)
	order := &models.Order{}
	order.DeletedAt.Valid = false      // want `^SD007: .*the marker of Order`
	order.Tracked.DeletedAt.Time = now // want `^SD007: .*the marker of Order`
	db.Unscoped().Save(order)
}

func fine(db *gorm.DB, name string, now time.Time) {
	var post models.Post
	var tag models.Tag
	db.Model(&post).Update("title", "x")
	db.Model(&post).Update(name, nil)
	db.Model(&tag).Update("deleted_at", nil)
	db.Model(&post).Updates(map[string]any{name: "x", "updated_at": now})
	post.DeletedAt = gorm.DeletedAt{}
	other := models.Post{}
	db.Save(&other)
	db.Save(&post.Title)
}

func copied(db *gorm.DB, post models.Post) {
	post.ID = 0
	post.DeletedAt = gorm.DeletedAt{}
	db.Create(&post)
}

func created(db *gorm.DB, now time.Time) {
	var post models.Post
	post.DeletedAt = gorm.DeletedAt{Time: now, Valid: true} // want `^SD007: .* is set by hand and then saved by Create`
	db.Create(&post)
}

func another(db *gorm.DB, now time.Time) {
	var post models.Post
	post.DeletedAt.Valid = true
	post = models.Post{}
	db.Save(&post)
}

func afterwards(db *gorm.DB, post *models.Post) {
	db.Save(post)
	post.DeletedAt = gorm.DeletedAt{}
}

// left is what is not written.
func left(db *gorm.DB, now time.Time, columns []string) {
	post, some := models.Post{}, models.Post{}
	post.DeletedAt = gorm.DeletedAt{}
	db.Omit("DeletedAt").Save(&post)
	db.Omit(columns...).Save(&post)
	db.Select("title").Updates(&post)
	db.Model(&post).Select("title").Updates(map[string]any{"title": "x", "deleted_at": now})
	db.Model(&post).Select("title", "deleted_at").Updates(map[string]any{"title": "x", "deleted_at": now}) // want `^SD007`
	some.DeletedAt = gorm.DeletedAt{}
	db.First(&some, 1)
	some.Title = "x"
	db.Save(&some)
}
