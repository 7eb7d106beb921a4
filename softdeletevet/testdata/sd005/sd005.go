package sd005 // want package:"tables comments .*posts"

import (
	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

type summary struct{ Title string }

func bad(db *gorm.DB, maps []map[string]any, posts []models.Post, n int64) {
	var rows []summary
	db.Table("posts").Find(&maps)                                     // want `^SD005: Table\("posts"\) without a model reads trashed rows, too: write Model\(&Post\{\}\)`
	db.Table("posts").Count(&n)                                       // want `^SD005`
	db.Table("posts AS p").Where("p.id > 1").Find(&maps)              // want `^SD005: Table\("posts AS p"\) .*softdelete.Live\(&Post\{\}, "p"\)`
	db.Table("posts").Find(&rows)                                     // want `^SD005`
	db.Table("posts").Scan(&posts)                                    // want `^SD005`
	db.Table("posts").Where("id = ?", 1).Update("title", "x")         // want `^SD005: .* writes to trashed rows, too`
	db.Table("posts").Where("id = ?", 1).Delete(nil)                  // want `^SD005: .* removes rows for good`
	db.Where("id IN (?)", db.Table("posts").Select("id")).Find(&rows) // want `^SD005`
	tx := db.Table("posts")                                           // want `^SD005`
	tx.Count(&n)
}

func fine(db *gorm.DB, maps []map[string]any, posts []models.Post, value any, n int64, name string) *gorm.DB {
	db.Table("posts").Find(&posts)
	db.Table("posts AS p").Find(&posts)
	db.Table("posts").Find(value)
	db.Model(&models.Post{}).Table("posts").Count(&n)
	db.Table("posts").Where("deleted_at IS NULL").Find(&maps)
	db.Table("posts").Where(map[string]any{"deleted_at": nil}).Find(&maps)
	db.Table("posts").Where(softdelete.Live(&models.Post{}, "")).Find(&maps)
	db.Table("posts").Create(map[string]any{"title": "x"})
	db.Table("tags").Count(&n)
	db.Table(name).Count(&n)
	db.Unscoped().Table("posts").Count(&n)
	softdelete.RawOK(db).Table("posts").Count(&n)
	db.Table("(?) AS p", db.Model(&models.Post{})).Count(&n)
	return db.Table("posts")
}

// unnamed is a struct without a name, which has no table of its own.
func unnamed(db *gorm.DB) {
	var rows []struct{ ID, Title string }
	db.Table("posts").Find(&rows) // want `^SD005`
	var soft struct {
		gorm.Model
		Title string
	}
	db.Table("posts").Find(&soft)
}
