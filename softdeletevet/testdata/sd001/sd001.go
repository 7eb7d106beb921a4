package sd001

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

type store struct{ db *gorm.DB }

type wrapped struct{ *gorm.DB }

func bad(ctx context.Context, db *gorm.DB, s store, w wrapped) {
	var posts []models.Post
	var comments []*models.Comment
	var note models.Note
	var alias models.Alias
	var ticket models.Ticket
	var session models.Session
	var event models.Event
	var invoice models.Invoice
	var n int64
	db.Unscoped().Find(&posts)                                                          // want `^SD001: Unscoped\(\) reads trashed rows of Post`
	db.WithContext(ctx).Unscoped().Where("id > 1").Find(&comments)                      // want `^SD001: Unscoped\(\) reads trashed rows of Comment`
	s.db.Unscoped().First(&note, 1)                                                     // want `^SD001: .* of Note`
	w.Unscoped().Take(&alias)                                                           // want `^SD001: .* of Post`
	db.Unscoped().Last(&ticket)                                                         // want `^SD001: .* of Ticket`
	db.Unscoped().Take(&session)                                                        // want `^SD001: .* of Session`
	db.Unscoped().Take(&event)                                                          // want `^SD001: .* of Event`
	db.Unscoped().Take(&invoice)                                                        // want `^SD001: .* of Invoice`
	db.Model(&models.Post{}).Unscoped().Count(&n)                                       // want `^SD001: .* of Post`
	db.Model(new(models.Order)).Unscoped().Pluck("id", &n)                              // want `^SD001: .* of Order`
	db.Unscoped().Model(models.Post{}).Scan(&n)                                         // want `^SD001: .* of Post`
	db.Unscoped().FirstOrCreate(&note)                                                  // want `^SD001: .* of Note`
	db.Unscoped().Preload("Comments").Find(&posts)                                      // want `^SD001: .* of Post`
	db.Unscoped().FindInBatches(&posts, 10, func(*gorm.DB, int) error { return nil })   // want `^SD001: .* of Post`
	db.Where("id IN (?)", db.Unscoped().Model(&models.Post{}).Select("id")).Find(&note) // want `^SD001: .* of Post`
	db.
		Where("id = ?", 1).
		Unscoped(). // want `^SD001: .* of Post`
		Find(&posts)
}

func held(db *gorm.DB) {
	var posts []models.Post
	tx := db.Unscoped()
	tx.Find(&posts) // want `^SD001: .* of Post`
}

func anywhere[T any](db *gorm.DB, value any, row T) {
	var posts []models.Post
	var tags []models.Tag
	var maps []map[string]any
	db.Find(&posts)
	db.Unscoped().Find(&tags)
	db.Unscoped().Find(value)
	db.Unscoped().Find(&row)
	db.Unscoped().Model(&models.Tag{}).Find(&posts)
	db.Unscoped().Table("posts").Find(&maps)
	db.Scopes(softdelete.WithTrashed).Find(&posts)
	db.Unscoped().Scopes(softdelete.OnlyTrashed).Find(&posts)
	db.Unscoped().Raw("SELECT 1").Scan(&posts)
	db.Unscoped().Create(&posts)
	db.Unscoped().Model(&posts).Update("title", "x")
}
