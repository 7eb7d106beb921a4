package rawsql_test

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

const inLivePosts = "post_id IN (SELECT id FROM posts WHERE deleted_at IS NULL)"

var livePosts = softdelete.Live(&post{}, "")

// meantByClauses are queries that are filtered, or none of it.
var meantByClauses = []call{
	{"find", func(db *gorm.DB) error { return db.Where("title = ? OR id < ?", "from", 9).Find(&[]post{}).Error }},
	{"string has from", func(db *gorm.DB) error { return db.Where("title = 'FROM posts JOIN comments'").Find(&[]post{}).Error }},
	{"between etc", func(db *gorm.DB) error {
		return db.Where("id BETWEEN ? AND ?", 1, 4).Not("title LIKE ?", "from%").Find(&[]post{}).Error
	}},
	{"Where Live", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM posts WHERE ?)", livePosts).Find(&[]tag{}).Error
	}},
	{"Where Live + withtrashed sub", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM posts WHERE ?)", livePosts).Where("post_id IN (?)", db.Model(&post{}).Scopes(softdelete.WithTrashed).Select("id")).Find(&[]tag{}).Error
	}},
	{"Where two", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM posts WHERE ?) AND post_id IN (?)", livePosts, db.Model(&post{}).Unscoped().Select("id")).Find(&[]tag{}).Error
	}},
	{"Unscoped sub", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Unscoped().Model(&post{}).Select("id")).Find(&[]tag{}).Error
	}},
	{"OnlyTrashed sub", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Model(&post{}).Scopes(softdelete.OnlyTrashed).Select("id")).Find(&[]tag{}).Error
	}},
	{"Table sub model", func(db *gorm.DB) error {
		return db.Table("(?) AS p", db.Model(&post{})).Find(&[]map[string]any{}).Error
	}},
	{"Table sub withtrashed", func(db *gorm.DB) error {
		return db.Table("(?) AS p", db.Model(&post{}).Scopes(softdelete.WithTrashed)).Find(&[]map[string]any{}).Error
	}},
	{"Table sub alias", func(db *gorm.DB) error {
		return db.Table("(?) AS p", db.Model(&post{}).Table("posts AS x").Scopes(softdelete.WithTrashed)).Find(&[]map[string]any{}).Error
	}},
	{"sub Table alias model", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Table("posts AS p").Model(&post{}).Select("p.id")).Find(&[]tag{}).Error
	}},
	{"sub Table alias model withtrashed", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Table("posts AS p").Model(&post{}).Scopes(softdelete.WithTrashed).Select("p.id")).Find(&[]tag{}).Error
	}},
	{"sub Table RawOK scope", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Table("posts").Scopes(softdelete.RawOK).Select("id")).Find(&[]tag{}).Error
	}},
	{"Table withtrashed", func(db *gorm.DB) error {
		return db.Table("posts p").Model(&post{}).Scopes(softdelete.WithTrashed).Find(&[]map[string]any{}).Error
	}},
	{"Table unscoped", func(db *gorm.DB) error { return db.Table("posts p").Unscoped().Find(&[]post{}).Error }},
	{"Select", func(db *gorm.DB) error {
		return db.Model(&post{}).Select("posts.id, (SELECT count(*) FROM comments c WHERE c.post_id = posts.id AND ?) AS n", softdelete.Live(&comment{}, "c")).Find(&[]map[string]any{}).Error
	}},
	{"Order Live", func(db *gorm.DB) error {
		return db.Order(clause.OrderBy{Expression: clause.Expr{SQL: "(SELECT max(id) FROM posts WHERE ?)", Vars: []any{livePosts}}}).Find(&[]tag{}).Error
	}},
	{"Having", func(db *gorm.DB) error {
		return db.Model(&post{}).Select("author_id").Group("author_id").Having("count(*) >= (SELECT count(*) FROM comments WHERE ?)", softdelete.Live(&comment{}, "")).Find(&[]map[string]any{}).Error
	}},
	{"joins", func(db *gorm.DB) error {
		return db.Joins("LEFT JOIN comments c ON c.post_id = posts.id AND c.deleted_at IS NULL").Find(&[]post{}).Error
	}},
	{"joins named", func(db *gorm.DB) error {
		return db.Joins("LEFT JOIN comments c ON c.post_id = posts.id AND @live", sql.Named("live", softdelete.Live(&comment{}, "c"))).Find(&[]post{}).Error
	}},
	{"joins tags", func(db *gorm.DB) error {
		return db.Joins("LEFT JOIN tags ON tags.post_id = posts.id").Find(&[]post{}).Error
	}},
	{"joins rel", func(db *gorm.DB) error {
		return db.Joins("Author", db.Where("name = ? OR name LIKE ?", "x", "from%")).Find(&[]post{}).Error
	}},
	{"joins rel2", func(db *gorm.DB) error { return db.InnerJoins("Author").Find(&[]post{}).Error }},
	{"joins rel with trashed", func(db *gorm.DB) error {
		return db.Scopes(softdelete.WithTrashedIn(&author{})).Joins("Author").Find(&[]post{}).Error
	}},
	{"preload", func(db *gorm.DB) error {
		return db.Preload("Comments", "id > ?", 0).Preload("Author").Find(&[]post{}).Error
	}},
	{"preload trashed", func(db *gorm.DB) error { return db.Preload("Comments", softdelete.WithTrashed).Find(&[]post{}).Error }},
	{"preload func", func(db *gorm.DB) error {
		return db.Preload("Comments", func(db *gorm.DB) *gorm.DB { return db.Where(inLivePosts).Order("comments.id DESC") }).Find(&[]post{}).Error
	}},
	{"preload all", func(db *gorm.DB) error { return db.Preload(clause.Associations).Find(&[]post{}).Error }},
	{"generic joins", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Joins(clause.LeftJoin.Association("Author"), func(db gorm.JoinBuilder, j, c clause.Table) error { db.Where("?.name = ?", j, "x"); return nil }).Find(context.Background())
		return err
	}},
	{"generic joins sub", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Joins(clause.LeftJoin.AssociationFrom("Author", gorm.G[author](db).Where("name <> ?", "x")).As("t"), func(db gorm.JoinBuilder, j, c clause.Table) error { db.Where("?.id = ?.author_id", j, c); return nil }).Find(context.Background())
		return err
	}},
	{"rows scan", func(db *gorm.DB) error { return rows(db.Model(&post{}).Where("id > 0")) }},
	{"row", func(db *gorm.DB) error { return row(db.Model(&post{}).Select("count(*)")) }},
	{"Where struct with DB field none", func(db *gorm.DB) error { return db.Where("title = @T", struct{ T string }{"x"}).Find(&[]post{}).Error }},
	{"count distinct", func(db *gorm.DB) error { var n int64; return db.Model(&post{}).Distinct("title").Count(&n).Error }},
	{"count group", func(db *gorm.DB) error { var n int64; return db.Model(&post{}).Group("title").Count(&n).Error }},
	{"pluck", func(db *gorm.DB) error { return db.Model(&post{}).Pluck("title", &[]string{}).Error }},
	{"pluck extract", func(db *gorm.DB) error {
		if db.Name() == "sqlite" {
			return nil
		}
		return db.Model(&post{}).Where("deleted_at IS NULL").Pluck("extract(year FROM now())", &[]string{}).Error
	}},
	{"table created by us", func(db *gorm.DB) error {
		return db.Table("posts").Where("deleted_at IS NULL").Updates(map[string]any{"title": "x"}).Error
	}},
	{"table delete", func(db *gorm.DB) error { return db.Table("comments").Where("deleted_at IS NOT NULL").Delete(nil).Error }},
	{"table live first", func(db *gorm.DB) error { return db.Table("posts").Where(livePosts).Take(&map[string]any{}).Error }},
	{"find map where", func(db *gorm.DB) error {
		return db.Table("posts").Where(map[string]any{"deleted_at": nil}).Find(&[]map[string]any{}).Error
	}},
	{"find map where q", func(db *gorm.DB) error {
		return db.Table("posts AS p").Where(map[string]any{"p.deleted_at": nil}).Find(&[]map[string]any{}).Error
	}},
	{"raw sub model", func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM (?) x", db.Model(&post{})).Scan(&[]map[string]any{}).Error
	}},
	{"exec sub model", func(db *gorm.DB) error {
		return db.Exec("DELETE FROM tags WHERE post_id IN (?)", db.Model(&post{}).Select("id")).Error
	}},
	{"raw live", func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM authors a WHERE ?", softdelete.Live(&author{}, "a")).Scan(&[]map[string]any{}).Error
	}},
	{"raw tree sub", func(db *gorm.DB) error {
		return db.Raw("WITH p AS (?) SELECT * FROM p", db.Model(&post{})).Scan(&[]map[string]any{}).Error
	}},
}
