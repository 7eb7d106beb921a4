package handles // want package:"tables .*posts.*"

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
)

// builder collects a query in a field.
type builder struct{ tx *gorm.DB }

func (b *builder) all() *builder { b.tx = b.tx.Unscoped(); return b }

func (b *builder) find(db *gorm.DB) (posts []models.Post) {
	var n int64
	b.tx.Where("deleted_at IS NULL").Find(&posts)
	b.tx.Table("posts").Count(&n)
	return posts
}

type listing struct{ q *gorm.DB }

func newListing(db *gorm.DB) *listing { return &listing{q: db.Unscoped()} }

func (l *listing) live() (posts []models.Post) {
	l.q.Where("deleted_at IS NULL").Find(&posts)
	return posts
}

// captured handles have been given something before.
func captured(db *gorm.DB, all bool) (posts []models.Post) {
	var n int64
	db = db.Unscoped()
	func() { db.Where("deleted_at IS NULL").Find(&posts) }()
	func() { db.Table("posts").Count(&n) }()
	return posts
}

func changed(db *gorm.DB, all bool) (posts []models.Post) {
	var n int64
	apply := func() { db = db.Unscoped() }
	if all {
		apply()
	}
	db.Where("deleted_at IS NULL").Find(&posts)
	db.Table("posts").Count(&n)
	return posts
}

// elsewhere is where a handle comes from that nothing is known of.
func elsewhere(ctx context.Context, all []*gorm.DB, c chan *gorm.DB, p **gorm.DB) (posts []models.Post) {
	ctx.Value("db").(*gorm.DB).Where("deleted_at IS NULL").Find(&posts)
	all[0].Where("deleted_at IS NULL").Find(&posts)
	(<-c).Where("deleted_at IS NULL").Find(&posts)
	(*p).Where("deleted_at IS NULL").Find(&posts)
	return posts
}

// session begins anew, or may.
func session(db *gorm.DB) (posts []models.Post) {
	config := &gorm.Session{NewDB: true}
	tx := db.Unscoped().Session(config)
	tx.Find(&posts)
	return posts
}

// expression is a method without its handle.
func expression(db *gorm.DB) (posts []models.Post) {
	(*gorm.DB).Where(db, "deleted_at IS NULL").Find(&posts)
	(*gorm.DB).Where(db.Unscoped(), "id = 1").Delete(&models.Tag{})
	return posts
}

func named(db *gorm.DB, column string) {
	var maps []map[string]any
	db.Table("posts").Select("id", "deleted_at").Find(&maps)
	db.Table("posts").Select("id", column).Find(&maps)
	db.Table("posts").Distinct("id", "deleted_at").Find(&maps)
	db.Table("posts p").Select("id", "title").Find(&maps) // want `^SD005`
}

// base is one that GORM leaves out of a struct, as its name is not exported.
type base struct {
	ID        uint
	DeletedAt gorm.DeletedAt
}

type hidden struct {
	base
	Name string
}

func unexported(db *gorm.DB) (rows []hidden) {
	db.Unscoped().Find(&rows)
	db.Unscoped().Delete(&rows)
	db.Scopes(softdelete.RawOK).Find(&rows)
	return rows
}
