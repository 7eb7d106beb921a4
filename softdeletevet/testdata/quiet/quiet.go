package quiet // want package:"tables comments .*posts"

import (
	"context"
	"fmt"
	"time"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type repo struct {
	db *gorm.DB
	*sub
}
type sub struct{ tx *gorm.DB }

func (r *repo) handle(ctx context.Context) *gorm.DB { return r.db.WithContext(ctx) }

// all has what looks like a finding, and is none.
func (r *repo) all(ctx context.Context, ids []uint, args ...any) {
	var posts []models.Post
	var n int64
	r.handle(ctx).Where("deleted_at IS NULL").Find(&posts)
	r.db.Raw("SELECT * FROM posts WHERE id IN ? AND ?", ids, softdelete.Live(&models.Post{}, "")).Scan(&posts)
	r.db.Raw(fmt.Sprintf("SELECT * FROM %s", "posts")).Scan(&posts)
	r.db.Raw("SELECT * FROM posts WHERE @live", map[string]any{"live": softdelete.Live(&models.Post{}, "")}).Scan(&posts)
	r.db.Raw("SELECT * FROM posts WHERE id = @id AND @live", args...).Scan(&posts)
	r.db.Clauses(clause.Locking{Strength: "UPDATE"}).Find(&posts)
	r.db.Model(&models.Post{}).Where("id IN (?)", r.db.Raw("SELECT post_id FROM tags")).Find(&posts)
	r.db.Joins("JOIN comments ON comments.post_id = posts.id", r.db.Where(&models.Comment{Text: "x"})).Find(&posts)
	r.db.Exec("ALTER TABLE posts ADD COLUMN x int")
	r.db.Exec("DROP TABLE IF EXISTS posts")
	r.db.Exec("CREATE VIEW v AS SELECT * FROM posts")
	r.db.Exec("LOCK TABLE posts IN SHARE MODE")
	r.db.Exec("DELETE FROM posts WHERE deleted_at < ?", time.Now())
	r.db.Table("posts").Select("id", "title").Where("title = ?", "x").Where("deleted_at IS NULL").Count(&n)
	r.db.Table("posts").Where(clause.Eq{Column: "deleted_at", Value: nil}).Count(&n)
	r.db.Table("posts").Joins("JOIN comments c ON c.post_id = posts.id AND c.gone_at IS NULL AND posts.deleted_at IS NULL").Count(&n)
	r.db.Table("posts p").Select("p.*, p.deleted_at").Find(&[]map[string]any{})
	r.db.Select("deleted_at").Table("posts").Find(&[]map[string]any{})
	r.db.Migrator().DropTable("posts")
	r.db.Model(&models.Post{}).Where("posts.id = ? AND NOT (deleted_at IS NULL)", 1).Count(&n)
	r.db.Where("title = 'a AND deleted_at IS NULL'").Find(&posts)
	r.db.Where("title IN (SELECT name FROM tags WHERE x AND deleted_at IS NULL)").Find(&posts)
	r.db.Model(&models.Post{}).Omit("DeletedAt").Updates(models.Post{Title: "x"})
	r.db.Find(&posts, []uint{1, 2})
	r.db.Find(&posts, "1")
	r.db.First(&posts, ids)
	if rows, err := r.db.Model(&models.Post{}).Rows(); err == nil {
		rows.Close()
	}
	func() {
		defer func() { _ = r.db.Error }()
	}()
}

// odd has findings in odd places.
func (r *repo) odd(ids []uint) {
	var posts []models.Post
	r.tx.Unscoped().Find(&posts)                          // want `^SD001`
	r.db.Unscoped().Session(&gorm.Session{}).Find(&posts) // want `^SD001`
	switch tx := r.db.Unscoped(); {
	case len(ids) > 1:
		tx.Find(&posts) // want `^SD001`
	}
	for _, id := range ids {
		r.db.Unscoped().Delete(&models.Post{}, id) // want `^SD002`
	}
	go func() { r.db.Unscoped().Delete(&posts) }() // want `^SD002`
	var p struct {
		models.Post
		Extra int
	}
	r.db.Unscoped().Find(&p)
	type local struct {
		gorm.Model
		X int
	}
	r.db.Unscoped().Find(&local{})                                                          // want `^SD001`
	_ = r.db.Unscoped().Find(&[]local{}).Error                                              // want `^SD001`
	r.db.Unscoped().Where(1).Find((*models.Post)(nil))                                      // want `^SD001`
	r.db.Transaction(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM posts").Error }) // want `^SD003`
}

func generic[T models.Post | models.Comment](db *gorm.DB) {
	var t T
	db.Unscoped().Find(&t)
}

func labels(db *gorm.DB) {
outer:
	for {
		select {
		default:
			break outer
		}
	}
	goto end
end:
	db.Find(nil)
	db.Unscoped().Find(nil)
	db.Update("deleted_at", nil)
	db.Table("").Find(nil)
	gorm.G[models.Post](nil).Find(context.Background())
	var f func(*gorm.DB) *gorm.DB
	f(db).Unscoped().Find(&models.Post{}) // want `^SD001`
	db.Scopes(f, nil).Find(&models.Post{})
	db.Scopes().Find(&models.Post{})
}
