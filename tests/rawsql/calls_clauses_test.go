package rawsql_test

import (
	"database/sql"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

const (
	inPosts    = "post_id IN (SELECT id FROM posts)"
	hasComment = "EXISTS (SELECT 1 FROM comments WHERE comments.post_id = posts.id)"
	maxPost    = "(SELECT max(id) FROM posts)"
)

func tagsIn(db *gorm.DB) *gorm.DB { return db.Where(inPosts) }

// aroundByClauses are calls that reach around the filter by one of their clauses.
var aroundByClauses = []call{
	{"Pluck raw", func(db *gorm.DB) error { return db.Raw("SELECT * FROM posts").Pluck("id", &[]uint{}).Error }},
	{"Count raw", func(db *gorm.DB) error { var n int64; return db.Raw("SELECT count(*) FROM posts").Count(&n).Error }},
	{"Row raw", func(db *gorm.DB) error { return row(db.Raw("SELECT * FROM posts")) }},
	{"Row table", func(db *gorm.DB) error { return row(db.Table("posts")) }},
	{"FindInBatches raw", func(db *gorm.DB) error {
		return db.Table("posts").FindInBatches(&[]title{}, 2, func(*gorm.DB, int) error { return nil }).Error
	}},
	{"Pluck sub", func(db *gorm.DB) error { return db.Model(&tag{}).Pluck(maxPost+" AS x", &[]uint{}).Error }},
	{"Pluck distinct sub", func(db *gorm.DB) error { return db.Model(&tag{}).Distinct().Pluck(maxPost, &[]uint{}).Error }},
	{"Distinct sub", func(db *gorm.DB) error {
		return db.Model(&tag{}).Distinct(maxPost + " AS id").Find(&[]map[string]any{}).Error
	}},
	{"Distinct ? sub", func(db *gorm.DB) error {
		return db.Model(&tag{}).Distinct("id, (?) AS x", db.Table("posts").Select("max(id)")).Find(&[]map[string]any{}).Error
	}},
	{"Select expr", func(db *gorm.DB) error {
		return db.Model(&tag{}).Select("?", gorm.Expr(maxPost)).Find(&[]map[string]any{}).Error
	}},
	{"Select args", func(db *gorm.DB) error { return db.Model(&tag{}).Select("id", maxPost).Find(&[]map[string]any{}).Error }},
	{"Select slice", func(db *gorm.DB) error {
		return db.Model(&tag{}).Select([]string{"id", maxPost}).Find(&[]map[string]any{}).Error
	}},
	{"Select sub db", func(db *gorm.DB) error {
		return db.Model(&tag{}).Select("id, (?) AS x", db.Table("posts").Select("max(id)")).Find(&[]map[string]any{}).Error
	}},
	{"Clauses Select", func(db *gorm.DB) error {
		return db.Model(&tag{}).Clauses(clause.Select{Columns: []clause.Column{{Name: maxPost, Raw: true}}}).Find(&[]map[string]any{}).Error
	}},
	{"Clauses Select expr", func(db *gorm.DB) error {
		return db.Model(&tag{}).Clauses(clause.Select{Expression: clause.Expr{SQL: maxPost}}).Find(&[]map[string]any{}).Error
	}},
	{"Clauses Select comma", func(db *gorm.DB) error {
		return db.Model(&tag{}).Clauses(clause.Select{Expression: clause.CommaExpression{Exprs: []clause.Expression{clause.Expr{SQL: maxPost}}}}).Find(&[]map[string]any{}).Error
	}},
	{"Clauses From", func(db *gorm.DB) error {
		return db.Table("tags").Clauses(clause.From{Tables: []clause.Table{{Name: "posts"}}}).Find(&[]map[string]any{}).Error
	}},
	{"Clauses From join", func(db *gorm.DB) error {
		return db.Model(&tag{}).Clauses(clause.From{Joins: []clause.Join{{Expression: clause.Expr{SQL: "JOIN posts ON posts.id = tags.post_id"}}}}).Find(&[]map[string]any{}).Error
	}},
	{"Clauses Where", func(db *gorm.DB) error {
		return db.Clauses(clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: inPosts}}}).Find(&[]tag{}).Error
	}},
	{"Clauses Where named", func(db *gorm.DB) error {
		return db.Clauses(clause.Where{Exprs: []clause.Expression{clause.NamedExpr{SQL: inPosts}}}).Find(&[]tag{}).Error
	}},
	{"Where named arg db", func(db *gorm.DB) error {
		return db.Where("post_id IN (@x)", sql.Named("x", db.Table("posts").Select("id"))).Find(&[]tag{}).Error
	}},
	{"Where map named db", func(db *gorm.DB) error {
		return db.Where("post_id IN (@x)", map[string]any{"x": db.Table("posts").Select("id")}).Find(&[]tag{}).Error
	}},
	{"Where struct named db", func(db *gorm.DB) error {
		return db.Where("post_id IN (@X)", struct{ X *gorm.DB }{db.Table("posts").Select("id")}).Find(&[]tag{}).Error
	}},
	{"Where map expr", func(db *gorm.DB) error {
		return db.Where(map[string]any{"post_id": gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Eq", func(db *gorm.DB) error {
		return db.Where(clause.Eq{Column: "post_id", Value: gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Gt", func(db *gorm.DB) error {
		return db.Where(clause.Gt{Column: "post_id", Value: gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Gte", func(db *gorm.DB) error {
		return db.Where(clause.Gte{Column: "post_id", Value: gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Lt", func(db *gorm.DB) error {
		return db.Where(clause.Lt{Column: "post_id", Value: gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Lte", func(db *gorm.DB) error {
		return db.Where(clause.Lte{Column: "post_id", Value: gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Neq", func(db *gorm.DB) error {
		return db.Where(clause.Neq{Column: "post_id", Value: gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where Like", func(db *gorm.DB) error {
		return db.Where(clause.Like{Column: "post_id", Value: gorm.Expr("(SELECT title FROM posts WHERE id = 1)")}).Find(&[]tag{}).Error
	}},
	{"Where Eq raw column", func(db *gorm.DB) error {
		return db.Where(clause.Eq{Column: clause.Column{Name: maxPost, Raw: true}, Value: 1}).Find(&[]tag{}).Error
	}},
	{"Where IN expr", func(db *gorm.DB) error {
		return db.Where(clause.IN{Column: "post_id", Values: []any{gorm.Expr(maxPost), 3}}).Find(&[]tag{}).Error
	}},
	{"Where IN raw column", func(db *gorm.DB) error {
		return db.Where(clause.IN{Column: clause.Column{Name: maxPost, Raw: true}, Values: []any{1, 2}}).Find(&[]tag{}).Error
	}},
	{"Where And", func(db *gorm.DB) error {
		return db.Where(clause.And(clause.Or(clause.Expr{SQL: inPosts}, clause.Expr{SQL: "1 = 1"}))).Find(&[]tag{}).Error
	}},
	{"Where Not", func(db *gorm.DB) error { return db.Where(clause.Not(clause.Expr{SQL: inPosts})).Find(&[]tag{}).Error }},
	{"Where slice of values", func(db *gorm.DB) error {
		return db.Where("post_id IN ?", []any{gorm.Expr(maxPost), 2}).Find(&[]tag{}).Error
	}},
	{"Where slice of Expr", func(db *gorm.DB) error {
		return db.Where("post_id IN ?", []clause.Expr{gorm.Expr(maxPost)}).Find(&[]tag{}).Error
	}},
	{"Where expr with table", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM ?)", clause.Table{Name: "posts"}).Find(&[]tag{}).Error
	}},
	{"Where expr with table alias", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT p.id FROM ?)", clause.Table{Name: "posts", Alias: "p"}).Find(&[]tag{}).Error
	}},
	{"Where expr with expr table", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM ?)", gorm.Expr("posts")).Find(&[]tag{}).Error
	}},
	{"Raw with table", func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM ?", clause.Table{Name: "posts"}).Scan(&[]map[string]any{}).Error
	}},
	{"Raw with sub", func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM (?) x", db.Table("posts")).Scan(&[]map[string]any{}).Error
	}},
	{"Exec with sub", func(db *gorm.DB) error {
		return db.Exec("DELETE FROM tags WHERE post_id IN (?)", db.Table("posts").Select("id")).Error
	}},
	{"Raw named", func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM posts WHERE id = @id", sql.Named("id", 1)).Scan(&[]map[string]any{}).Error
	}},
	{"Scopes", func(db *gorm.DB) error { return db.Scopes(tagsIn).Find(&[]tag{}).Error }},
	{"Joins rel cond", func(db *gorm.DB) error {
		return db.Joins("Author", db.Where("EXISTS (SELECT 1 FROM comments)")).Find(&[]post{}).Error
	}},
	{"Joins rel cond or", func(db *gorm.DB) error {
		return db.Joins("Author", db.Where("1 = 1 OR EXISTS (SELECT 1 FROM comments)")).Find(&[]post{}).Error
	}},
	{"Joins rel cond Or()", func(db *gorm.DB) error {
		return db.Joins("Author", db.Where("1 = 1").Or("EXISTS (SELECT 1 FROM comments)")).Find(&[]post{}).Error
	}},
	{"InnerJoins str", func(db *gorm.DB) error {
		return db.InnerJoins("INNER JOIN comments ON comments.post_id = posts.id").Find(&[]post{}).Error
	}},
	{"Joins sub", func(db *gorm.DB) error {
		return db.Joins("JOIN (?) p ON p.id = tags.post_id", db.Table("posts")).Find(&[]tag{}).Error
	}},
	{"Joins clause table", func(db *gorm.DB) error {
		return db.Joins("JOIN ? ON posts.id = tags.post_id", clause.Table{Name: "posts"}).Find(&[]tag{}).Error
	}},
	{"Joins comma", func(db *gorm.DB) error { return db.Joins(", comments").Find(&[]post{}).Error }},
	{"Joins cross", func(db *gorm.DB) error { return db.Joins("CROSS JOIN comments").Find(&[]post{}).Error }},
	{"Joins two", func(db *gorm.DB) error {
		return db.Joins("JOIN comments a ON a.post_id = posts.id JOIN comments b ON b.id = a.id").Where("a.deleted_at IS NULL").Find(&[]post{}).Error
	}},
	{"Table comma", func(db *gorm.DB) error { return db.Table("posts, comments").Select("posts.*").Find(&[]post{}).Error }},
	{"Table sub", func(db *gorm.DB) error {
		return db.Table("(?) AS x", db.Table("posts")).Find(&[]map[string]any{}).Error
	}},
	{"Table sub str", func(db *gorm.DB) error { return db.Table("(SELECT * FROM posts) AS x").Find(&[]map[string]any{}).Error }},
	{"Table quoted", func(db *gorm.DB) error {
		return db.Table("?", clause.Table{Name: "posts"}).Find(&[]map[string]any{}).Error
	}},
	{"Table other model", func(db *gorm.DB) error { return db.Table("posts").Find(&[]tag{}).Error }},
	{"Table First", func(db *gorm.DB) error { return db.Table("posts").Take(&map[string]any{}).Error }},
	{"Table Distinct", func(db *gorm.DB) error { return db.Table("posts").Distinct("title").Find(&[]map[string]any{}).Error }},
	{"Table Group", func(db *gorm.DB) error {
		return db.Table("posts").Select("title, count(*) AS n").Group("title").Find(&[]map[string]any{}).Error
	}},
	{"Model(tag) Table(posts)", func(db *gorm.DB) error { return db.Model(&tag{}).Table("posts").Find(&[]map[string]any{}).Error }},
	{"Order expr", func(db *gorm.DB) error {
		return db.Order(clause.OrderBy{Expression: clause.Expr{SQL: maxPost}}).Find(&[]tag{}).Error
	}},
	{"Order col", func(db *gorm.DB) error {
		return db.Order(clause.OrderByColumn{Column: clause.Column{Name: maxPost, Raw: true}}).Find(&[]tag{}).Error
	}},
	{"Order clauses", func(db *gorm.DB) error {
		return db.Clauses(clause.OrderBy{Expression: clause.Expr{SQL: "?", Vars: []any{gorm.Expr(maxPost)}}}).Find(&[]tag{}).Error
	}},
	{"Group sub", func(db *gorm.DB) error {
		return db.Model(&tag{}).Select("count(*) AS n").Group("(SELECT count(*) FROM posts WHERE posts.id = tags.post_id)").Find(&[]map[string]any{}).Error
	}},
	{"Having model", func(db *gorm.DB) error {
		return db.Model(&post{}).Select("author_id").Group("author_id").Having("count(*) > (SELECT count(*) FROM comments)").Find(&[]map[string]any{}).Error
	}},
	{"Having model or", func(db *gorm.DB) error {
		return db.Model(&post{}).Select("author_id").Group("author_id").Having("1 = 1 OR count(*) > (SELECT count(*) FROM comments)").Find(&[]map[string]any{}).Error
	}},
	{"Having model sub", func(db *gorm.DB) error {
		return db.Model(&post{}).Select("author_id").Group("author_id").Having("count(*) > (?)", db.Table("comments").Select("count(*)")).Find(&[]map[string]any{}).Error
	}},
	{"Where model", func(db *gorm.DB) error { return db.Where(hasComment).Find(&[]post{}).Error }},
	{"Where model or", func(db *gorm.DB) error { return db.Where("id = 1 OR " + hasComment).Find(&[]post{}).Error }},
	{"Where model Or", func(db *gorm.DB) error { return db.Where("id = 1").Or(hasComment).Find(&[]post{}).Error }},
	{"Where model Not", func(db *gorm.DB) error { return db.Not(hasComment).Find(&[]post{}).Error }},
	{"Where nested group", func(db *gorm.DB) error {
		return db.Where(db.Where(db.Where("id = 1").Or(hasComment)).Or("id = 3")).Find(&[]post{}).Error
	}},
	{"Where nested sub levels", func(db *gorm.DB) error {
		return db.Where("id IN (?)", db.Model(&comment{}).Select("post_id").Where("id IN (?)", db.Model(&comment{}).Select("id").Where(inPosts))).Find(&[]post{}).Error
	}},
	{"nested sub joins", func(db *gorm.DB) error {
		return db.Where("id IN (?)", db.Model(&comment{}).Select("comments.post_id").Joins("JOIN posts ON posts.id = comments.post_id")).Find(&[]post{}).Error
	}},
	{"nested sub scopes", func(db *gorm.DB) error {
		return db.Where("id IN (?)", db.Model(&tag{}).Select("post_id").Scopes(tagsIn)).Find(&[]post{}).Error
	}},
	{"nested sub table scope", func(db *gorm.DB) error {
		return db.Where("id IN (?)", db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Table("comments").Select("post_id") })).Find(&[]post{}).Error
	}},
	{"group scope", func(db *gorm.DB) error { return db.Where(db.Scopes(tagsIn)).Find(&[]tag{}).Error }},
	{"Unscoped joins", func(db *gorm.DB) error {
		return db.Unscoped().Joins("JOIN comments ON comments.post_id = posts.id").Find(&[]post{}).Error
	}},
	{"embedded struct cond", func(db *gorm.DB) error { return db.Where(&tag{ID: 1}).Or(inPosts).Find(&[]tag{}).Error }},
	{"Live of another", func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM posts JOIN comments ON ?", softdelete.Live(&comment{}, "")).Scan(&[]map[string]any{}).Error
	}},
	{"mixed", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Model(&post{}).Select("id")).Where(inPosts).Find(&[]tag{}).Error
	}},
}
