package sd010 // want package:"tables comments .*posts"

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

func bad(ctx context.Context, db *gorm.DB, own func(*gorm.DB) *gorm.DB) {
	var posts []models.Post
	gorm.G[models.Post](db.Unscoped()).Find(ctx)                     // want `^SD010: gorm.G drops Unscoped\(\) of its handle: write gorm.G\[…\]\(db\).Scopes\(softdelete.StatementScope\(softdelete.WithTrashed\)\)`
	gorm.G[models.Post](db.Scopes(softdelete.OnlyTrashed)).Find(ctx) // want `^SD010: gorm.G drops the scopes of its handle`
	gorm.G[models.Tag](db.Scopes(own)).Find(ctx)                     // want `^SD010`
	gorm.G[models.Tag](db.Unscoped()).Find(ctx)                      // want `^SD010`
	gorm.G[models.Post](softdelete.WithTrashed(db)).Find(ctx)        // want `^SD010: gorm.G drops WithTrashed`
	tx := db.Unscoped()
	gorm.G[models.Post](tx).Find(ctx)                                        // want `^SD010`
	db.Where(db.Scopes(softdelete.OnlyTrashed).Where("id = 1")).Find(&posts) // want `^SD010: OnlyTrashed is lost within a group of conditions`
	db.Where("id = 1").Or(db.Unscoped().Where("id = 2")).Find(&posts)        // want `^SD010: GORM drops Unscoped\(\) within a group`
	db.Joins("Author", db.Scopes(softdelete.WithTrashed)).Find(&posts)       // want `^SD010: GORM drops the scopes of an argument of Joins`
	db.Joins("Author", db.Unscoped().Where("id = 1")).Find(&posts)           // want `^SD010: GORM drops Unscoped\(\) of an argument of Joins`
	db.First(&posts, softdelete.WithTrashed(db).Where("id = 1"))             // want `^SD010: WithTrashed is lost within a group`
	db.Preload("Comments", softdelete.WithTrashed(db)).Find(&posts)          // want `^SD010: WithTrashed is lost on a handle that is an argument of Preload`
}

func fine(ctx context.Context, db *gorm.DB, own func(*gorm.DB) *gorm.DB) {
	var posts []models.Post
	gorm.G[models.Post](db).Find(ctx)
	gorm.G[models.Post](db.Session(&gorm.Session{DryRun: true}).Unscoped()).Find(ctx)
	gorm.G[models.Post](db.WithContext(ctx)).Scopes(softdelete.StatementScope(softdelete.WithTrashed)).Find(ctx)
	gorm.G[models.Post](softdelete.RawOK(db)).Find(ctx)
	db.Where(db.Where("id = 1").Or("id = 2")).Find(&posts)
	db.Where(db.Scopes(own)).Find(&posts)
	db.Joins("Author", db.Where("id = 1")).Find(&posts)
	db.Joins("Author", softdelete.RawOK(db)).Find(&posts)
	db.Preload("Comments", softdelete.WithTrashed).Find(&posts)
	db.Preload("Comments", func(db *gorm.DB) *gorm.DB { return db.Scopes(own) }).Find(&posts)
	db.Where("id IN (?)", db.Scopes(softdelete.OnlyTrashed).Model(&models.Post{}).Select("id")).Find(&posts)
}
