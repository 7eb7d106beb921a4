package handles

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type repo struct{ db *gorm.DB }

// raw is a handle whose SQL is meant.
func (r *repo) raw(ctx context.Context) *gorm.DB { return softdelete.RawOK(r.db.WithContext(ctx)) }

func meant(db *gorm.DB) *gorm.DB { return db.Scopes(softdelete.RawOK) }

var scope = softdelete.RawOK

// rawOK is there, before the SQL or behind it, and however it came there.
func rawOK(ctx context.Context, db *gorm.DB, r *repo, all bool, own func(*gorm.DB) *gorm.DB) {
	var posts []models.Post
	db.Raw("SELECT * FROM posts").Scopes(softdelete.RawOK).Scan(&posts)
	softdelete.RawOK(db.Raw("SELECT * FROM posts")).Scan(&posts)
	after := db.Raw("SELECT * FROM posts")
	after.Scopes(softdelete.RawOK).Scan(&posts)
	r.raw(ctx).Raw("SELECT * FROM posts").Scan(&posts)
	meant(db).Exec("DELETE FROM posts")
	db.Scopes(meant).Raw("SELECT * FROM posts").Scan(&posts)
	db.Scopes(scope).Raw("SELECT * FROM posts").Scan(&posts)
	db.Scopes(own).Exec("DELETE FROM posts")
	tx := db
	if all {
		tx = softdelete.RawOK(db)
	}
	tx.Raw("SELECT * FROM posts").Scan(&posts)
	q := softdelete.RawOK(db)
	func() { q.Exec("DELETE FROM posts") }()
	db = softdelete.RawOK(db)
	_ = db.Transaction(func(*gorm.DB) error { return db.Exec("DELETE FROM posts").Error })
}

// notRawOK has nothing that allows it.
func notRawOK(ctx context.Context, db *gorm.DB, r *repo, all bool) {
	var posts []models.Post
	tx := db
	if all {
		tx = r.db.WithContext(ctx)
	}
	tx.Raw("SELECT * FROM posts").Scan(&posts)                                // want `^SD003`
	db.Raw("SELECT * FROM posts").Scopes(softdelete.WithTrashed).Scan(&posts) // want `^SD003`
	db.Raw("SELECT * FROM posts").Scan(&posts)                                // want `^SD003`
}

// arguments may be the condition.
func arguments(db *gorm.DB, byPointer *struct{ Live clause.Expression }, e clause.Expr) {
	db.Raw("SELECT * FROM posts WHERE @Live", byPointer).Row()
	db.Raw("SELECT * FROM posts WHERE @Live", struct{ Live clause.Expr }{e}).Row()
	db.Raw("SELECT * FROM posts WHERE @live", map[string]clause.Expr{"live": e}).Row()
	db.Raw("SELECT * FROM posts WHERE @Live", struct{ filter }{}).Row()
}

type filter struct{ Live clause.Expression }
