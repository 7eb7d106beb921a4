package sd006 // want package:"tables comments .*posts"

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

var db *gorm.DB

type zero struct {
	ID        uint
	DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01"`
}

// given has no fix: its handle may be Unscoped.
func given(db *gorm.DB) (posts []models.Post) {
	db.Where("deleted_at IS NULL").Find(&posts)            // want `^SD006`
	db.Where("id = 1 AND deleted_at IS NULL").Find(&posts) // want `^SD006`
	return posts
}

func bad(ctx context.Context) {
	var posts []models.Post
	var comment models.Comment
	var tickets []models.Ticket
	var sessions []models.Session
	var n int64
	db.Where("deleted_at IS NULL").Find(&posts)                                                             // want `^SD006: the filter is there already: remove the condition on deleted_at`
	db.Where("title = ? AND deleted_at is null", "x").Find(&posts)                                          // want `^SD006`
	db.Where("deleted_at IS NULL AND title = ?", "x").Find(&posts)                                          // want `^SD006`
	db.Where("posts.deleted_at IS NULL").Joins("Author").Find(&posts)                                       // want `^SD006`
	db.Where("`gone_at` IS NULL").First(&comment)                                                           // want `^SD006: .*gone_at`
	db.Where("is_deleted = ?", false).Find(&tickets)                                                        // want `^SD006`
	db.Where("topic = ? AND is_deleted = ?", "x", false).Find(&tickets)                                     // want `^SD006`
	db.Where("deleted_at = 0").Find(&sessions)                                                              // want `^SD006`
	db.Where(map[string]any{"deleted_at": nil}).Find(&posts)                                                // want `^SD006`
	db.First(&posts, "id = ? AND deleted_at IS NULL", 1)                                                    // want `^SD006`
	db.Model(&models.Post{}).Where("id = ? AND deleted_at IS NULL", 1).Update("title", "x")                 // want `^SD006`
	db.Model(&models.Post{}).Where("deleted_at IS NULL").Count(&n)                                          // want `^SD006`
	gorm.G[models.Post](db).Where("deleted_at IS NULL").Find(ctx)                                           // want `^SD006`
	db.Where("id IN (?)", db.Model(&models.Post{}).Where("deleted_at IS NULL").Select("id")).Find(&comment) // want `^SD006`
}

func fine(value any, other func(*gorm.DB) *gorm.DB) {
	var posts []models.Post
	var tags []models.Tag
	var sessions []models.Session
	db.Unscoped().Where("deleted_at IS NULL").Update("title", "x")
	db.Scopes(softdelete.WithTrashed).Where("deleted_at IS NULL").Find(&posts)
	db.Scopes(other).Where("deleted_at IS NULL").Find(&posts)
	db.Where("deleted_at IS NULL").Find(value)
	db.Where("deleted_at IS NULL").Find(&tags)
	db.Where("deleted_at IS NOT NULL").Find(&posts)
	db.Where("deleted_at IS NULL OR title = 'x'").Find(&posts)
	db.Where("deleted_at IS NULL").Or("title = 'x'").Find(&posts)
	db.Where("(deleted_at IS NULL OR id = 1) AND title = 'x'").Find(&posts)
	db.Where("comments.deleted_at IS NULL").Joins("JOIN comments ON 1 = 1 AND comments.gone_at IS NULL").Find(&posts)
	db.Where("deleted_at IS NULL").Joins("Author").Find(&posts)
	db.Where("deleted_at IS NULL").Delete(&posts)
	db.Where("deleted_at IS NULL").Find(&sessions)
	db.Not("deleted_at IS NULL").Find(&posts)
	db.Where("deleted_at IS NULL").Find(&[]zero{})
	db.Table("posts p").Where("deleted_at IS NULL").Find(&posts)
}
