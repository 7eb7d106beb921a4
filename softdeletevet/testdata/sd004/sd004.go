package sd004 // want package:"tables comments .*posts"

import (
	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

func bad(db *gorm.DB) {
	var posts []models.Post
	var n int64
	db.Joins("JOIN comments ON comments.post_id = posts.id").Find(&posts)                                   // want `^SD004: the join reads comments, its trashed rows too, as nothing names gone_at: add AND \? with softdelete.Live\(&Comment\{\}, "comments"\)`
	db.Joins("LEFT JOIN comments AS c ON c.post_id = posts.id AND c.id > ?", 1).Find(&posts)                // want `^SD004: .*softdelete.Live\(&Comment\{\}, "c"\)`
	db.Model(&models.Post{}).Joins("JOIN comments c ON c.post_id = posts.id OR c.id = 1").Count(&n)         // want `^SD004`
	db.Joins("JOIN posts parent ON parent.id = posts.parent_id").Find(&posts)                               // want `^SD004: the join reads posts`
	db.Joins("JOIN (SELECT * FROM comments) c ON c.post_id = posts.id").Find(&posts)                        // want `^SD004: the join reads comments`
	db.Joins("JOIN comments ON comments.post_id = posts.id").Where("title = ?", "x").Delete(&models.Post{}) // want `^SD004`
	q := db.Joins("JOIN comments ON comments.post_id = posts.id")                                           // want `^SD004`
	q.Model(&models.Post{}).Count(&n)
	q.Find(&posts)
}

func fine(db *gorm.DB, e clause.Expression, sql string, more bool) *gorm.DB {
	var posts []models.Post
	db.Joins("Author").Joins("Author.Company").Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id AND ?", softdelete.Live(&models.Comment{}, "")).Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id AND comments.gone_at IS NULL").Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id").Where("comments.gone_at IS NULL").Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id").Where(e).Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id").Where(sql).Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id").Clauses(e).Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id").Scopes(live).Find(&posts)
	db.Joins("JOIN comments ON comments.post_id = posts.id").Find(&posts, "comments.gone_at IS NULL")
	db.Joins("JOIN comments ON comments.post_id = posts.id").Scopes(softdelete.RawOK).Find(&posts)
	db.Unscoped().Joins("JOIN comments ON comments.post_id = posts.id").Find(&[]models.Tag{})
	db.Joins("JOIN tags ON tags.id = posts.tag_id").Find(&posts)
	db.Joins(sql).Find(&posts)
	q := db.Joins("JOIN comments ON comments.post_id = posts.id")
	if more {
		q = q.Where("comments.gone_at IS NULL")
	}
	q.Find(&posts)
	return db.Joins("JOIN comments ON comments.post_id = posts.id")
}

func live(db *gorm.DB) *gorm.DB { return db.Where("comments.gone_at IS NULL") }
