package sd003

import (
	"context"

	"example.com/shop/models"
	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const all = "SELECT * FROM " + table

const table = "posts"

func bad(ctx context.Context, db *gorm.DB, id int, values []any) {
	var posts []models.Post
	db.Raw("SELECT * FROM posts WHERE id = ?", id).Scan(&posts)                     // want `^SD003: Raw reads posts, its trashed rows too, as the SQL does not name deleted_at: add softdelete.Live\(&Post\{\}, ""\)`
	db.Raw(all).Scan(&posts)                                                        // want `^SD003: Raw reads posts`
	db.Raw("SELECT * FROM tags t JOIN comments c ON c.id = t.id").Row()             // want `^SD003: Raw reads comments.*name gone_at: .*Live\(&Comment\{\}, "c"\)`
	db.Raw(`SELECT * FROM "notes"`).Rows()                                          // want `^SD003: Raw reads notes.*life_deleted_at`
	db.Exec("UPDATE posts SET title = 'x' WHERE id = ?", id)                        // want `^SD003: Exec writes to posts, its trashed rows too`
	db.Exec("DELETE FROM shop_orders WHERE id = ?", id)                             // want `^SD003: Exec removes rows of shop_orders for good`
	db.Exec("TRUNCATE TABLE tickets")                                               // want `^SD003: Exec removes rows of tickets`
	db.Raw("SELECT * FROM public.posts WHERE id = ?", values...).Scan(&posts)       // want `^SD003: Raw reads posts`
	gorm.G[models.Tag](db).Raw("SELECT * FROM posts").Find(ctx)                     // want `^SD003: Raw reads posts`
	gorm.G[models.Tag](db).Exec(ctx, "DELETE FROM posts")                           // want `^SD003: Exec removes rows of posts`
	db.Exec("INSERT INTO posts (title) SELECT name FROM tags")                      // want `^SD003: Exec puts the rows of a query into posts`
	db.Exec("INSERT INTO tags (name) SELECT title FROM posts")                      // want `^SD003: Exec reads posts`
	db.Raw("SELECT p.id FROM posts p, comments c WHERE p.deleted_at IS NULL").Row() // want `^SD003: Raw reads comments`
}

func fine(ctx context.Context, db *gorm.DB, sql string, values []any, e clause.Expression) {
	var posts []models.Post
	db.Raw("SELECT * FROM posts WHERE deleted_at IS NULL").Scan(&posts)
	db.Raw("SELECT * FROM posts WHERE ?", softdelete.Live(&models.Post{}, "")).Scan(&posts)
	db.Raw("SELECT * FROM posts WHERE ?", e).Scan(&posts)
	db.Raw("SELECT * FROM posts WHERE ?", values...).Scan(&posts)
	db.Raw("SELECT * FROM posts /* softdelete:ok */").Scan(&posts)
	db.Scopes(softdelete.RawOK).Raw("SELECT * FROM posts").Scan(&posts)
	softdelete.RawOK(db).Raw("SELECT * FROM posts").Scan(&posts)
	db.Raw(sql).Scan(&posts)
	db.Raw("SELECT * FROM " + sql).Scan(&posts)
	db.Raw("SELECT * FROM tags").Scan(&posts)
	db.Raw("SELECT 'FROM posts' -- FROM posts").Scan(&posts)
	db.Raw("WITH posts AS (SELECT 1) SELECT * FROM posts").Scan(&posts)
	db.Raw("SELECT * FROM other.posts").Scan(&posts)
	db.Raw("SELECT * FROM ?", values...).Scan(&posts)
	db.Raw("SELECT @posts, ?").Scan(&posts)
	db.Raw("SELECT * FROM shard_1").Scan(&posts)
	db.Exec("INSERT INTO posts (title) VALUES (?)", "x")
	db.Exec("DELETE FROM posts WHERE id IN (SELECT id FROM posts WHERE deleted_at IS NOT NULL LIMIT 1000)")
	db.Exec("CREATE INDEX i ON posts (title)")
	db.Exec("EXPLAIN SELECT * FROM posts")
	db.Exec("SELECT setval(pg_get_serial_sequence('posts', 'id'), 1)")
}
