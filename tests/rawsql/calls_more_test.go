package rawsql_test

import (
	"errors"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// meant are calls that are none of it, or say that they are meant.
var meant = []call{
	{"Raw with the marker", func(db *gorm.DB) error {
		return scan(db.Raw("SELECT * FROM posts WHERE deleted_at IS NULL"), &[]post{})
	}},
	{"Raw with Live", func(db *gorm.DB) error {
		return scan(db.Raw("SELECT * FROM posts p JOIN authors a ON a.id = p.author_id WHERE ? AND ?", softdelete.Live(&post{}, "p"), softdelete.Live(&author{}, "a")), &[]post{})
	}},
	{"Raw of another table", func(db *gorm.DB) error { return scan(db.Raw("SELECT * FROM tags"), &[]tag{}) }},
	{"Raw that says so", func(db *gorm.DB) error { return scan(db.Raw("/* softdelete:ok */ SELECT * FROM posts"), &[]post{}) }},
	{"Raw under RawOK", func(db *gorm.DB) error {
		return scan(db.Scopes(softdelete.RawOK).Raw("SELECT * FROM posts"), &[]post{})
	}},
	{"Raw under RawOK, called", func(db *gorm.DB) error { return scan(softdelete.RawOK(db).Raw("SELECT * FROM posts"), &[]post{}) }},
	{"Exec under RawOK", func(db *gorm.DB) error {
		return softdelete.RawOK(db).Exec("UPDATE posts SET title = 'a' WHERE id = 1").Error
	}},
	{"a generic Raw that says so", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Raw("/* softdelete:ok */ SELECT * FROM posts").Find(db.Statement.Context)
		return err
	}},
	{"a generic query under RawOK", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Scopes(softdelete.StatementScope(softdelete.RawOK)).Where("post_id IN (SELECT id FROM posts)").Find(db.Statement.Context)
		return err
	}},
	{"Exec of an insert", func(db *gorm.DB) error { return db.Exec("INSERT INTO tags (post_id) VALUES (7)").Error }},
	{"Exec of an insert into posts", func(db *gorm.DB) error {
		return db.Exec("INSERT INTO posts (id, author_id, title) VALUES (70, 1, 'c')").Error
	}},
	{"a name of the statement's own", func(db *gorm.DB) error {
		return scan(db.Raw("WITH posts AS (SELECT 1 AS id) SELECT id FROM posts"), &[]uint{})
	}},
	{"a string, and a comment", func(db *gorm.DB) error {
		return scan(db.Raw("SELECT 'FROM posts' /* FROM posts */"), new(string))
	}},
	{"a model's queries", func(db *gorm.DB) error {
		return errors.Join(db.Find(&[]post{}).Error, db.Preload("Comments").Joins("Author").Find(&[]post{}).Error, db.Model(&post{}).Count(new(int64)).Error)
	}},
	{"a model's table by name", func(db *gorm.DB) error {
		return errors.Join(db.Table("posts").Find(&[]post{}).Error, db.Table("posts p").Model(&post{}).Scan(&[]title{}).Error)
	}},
	{"trashed rows by a scope", func(db *gorm.DB) error {
		return errors.Join(db.Scopes(softdelete.WithTrashed).Find(&[]post{}).Error, db.Unscoped().Find(&[]post{}).Error)
	}},
	{"a query by GORM within", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Model(&post{}).Select("id")).Find(&[]tag{}).Error
	}},
	{"a query by GORM within that asks for trashed rows", func(db *gorm.DB) error {
		return db.Where("post_id IN (?)", db.Model(&post{}).Scopes(softdelete.WithTrashed).Select("id")).Find(&[]tag{}).Error
	}},
	{"a query in Where with the marker", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM posts WHERE deleted_at IS NULL)").Find(&[]tag{}).Error
	}},
	{"a query in Where with Live", func(db *gorm.DB) error {
		return db.Where("post_id IN (SELECT id FROM posts WHERE ?)", softdelete.Live(&post{}, "")).Find(&[]tag{}).Error
	}},
	{"Joins with Live", func(db *gorm.DB) error {
		return db.Joins("JOIN comments c ON c.post_id = posts.id AND ?", softdelete.Live(&comment{}, "c")).Find(&[]post{}).Error
	}},
	{"Joins, and the marker in Where", func(db *gorm.DB) error {
		return db.Joins("JOIN comments c ON c.post_id = posts.id").Where("c.deleted_at IS NULL").Find(&[]post{}).Error
	}},
	{"Joins, and the marker in a map", func(db *gorm.DB) error {
		return db.Joins("JOIN comments ON comments.post_id = posts.id").Where(map[string]any{"comments.deleted_at": nil}).Find(&[]post{}).Error
	}},
	{"Joins that say so", func(db *gorm.DB) error {
		return db.Joins("JOIN comments ON comments.post_id = posts.id /* softdelete:ok */").Find(&[]post{}).Error
	}},
	{"Table with the marker", func(db *gorm.DB) error {
		return errors.Join(db.Table("posts").Where("deleted_at IS NULL").Find(&[]title{}).Error,
			db.Table("posts AS p").Where("p.deleted_at IS NULL").Scan(&[]map[string]any{}).Error)
	}},
	{"Table of another", func(db *gorm.DB) error { return db.Table("tags").Find(&[]map[string]any{}).Error }},
	{"Table and Create", func(db *gorm.DB) error {
		return db.Table("posts").Create(map[string]any{"id": 71, "author_id": 1, "title": "d"}).Error
	}},
	{"migrations", func(db *gorm.DB) error {
		_, err := db.Migrator().ColumnTypes(&post{})
		return errors.Join(err, db.AutoMigrate(&post{}), softdelete.AutoMigrate(db, &post{}, &comment{}), db.Exec("CREATE INDEX i_posts ON posts (title)").Error)
	}},
	{"Doctor", func(db *gorm.DB) error { _, err := softdelete.Doctor(db, &post{}, &comment{}); return err }},
	{"the trash", func(db *gorm.DB) error {
		trash, err := softdelete.OpenTrash(db, &post{}, &comment{}, &author{})
		if err != nil {
			return err
		}
		_, statsErr := trash.Stats(db.Statement.Context)
		_, listErr := trash.List(db.Statement.Context, softdelete.ListOptions{})
		_, emptyErr := trash.Empty(db.Statement.Context, softdelete.EmptyOptions{OlderThan: 1})
		return errors.Join(statsErr, listErr, emptyErr)
	}},
	{"verbs", func(db *gorm.DB) error {
		return errors.Join(db.Delete(&post{}, 1).Error, softdelete.Restore(db, &post{}, 1).Error, softdelete.Purge(db, &comment{}, 99).Error)
	}},
	{"a dry run", func(db *gorm.DB) error {
		sql := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Find(&[]post{}) })
		if !strings.Contains(sql, "deleted_at") {
			return errors.New(sql)
		}
		return nil
	}},
}
