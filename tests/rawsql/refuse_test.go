package rawsql_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type post struct {
	ID       uint
	AuthorID uint
	Author   *author
	Title    string
	Comments []comment `gorm:"foreignKey:PostID"`
	gorm.DeletedAt
}

func (post) TableName() string { return "posts" }

type author struct {
	ID   uint
	Name string
	softdelete.Flagged
}

func (author) TableName() string { return "authors" }

type comment struct {
	ID     uint
	PostID uint
	softdelete.Timestamp
}

func (comment) TableName() string { return "comments" }

// tag has no marker.
type tag struct {
	ID     uint
	PostID uint
}

func (tag) TableName() string { return "tags" }

// title is what some queries read posts into. It is no model of theirs.
type title struct{ Title string }

func open(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{RawSQL: softdelete.RawRefuse, Models: []any{&post{}, &author{}, &comment{}, &tag{}}})))
	require.NoError(t, softdelete.AutoMigrate(db, &post{}, &author{}, &comment{}, &tag{}))
	require.NoError(t, db.Create(&author{ID: 1, Name: "ana"}).Error)
	require.NoError(t, db.Create(&[]post{{ID: 1, AuthorID: 1, Title: "a", Comments: []comment{{ID: 1}}}, {ID: 2, AuthorID: 1, Title: "b"}}).Error)
	require.NoError(t, db.Delete(&post{}, 2).Error)
	return db
}

type call struct {
	name string
	run  func(db *gorm.DB) error
}

func scan(db *gorm.DB, dest any) error { return db.Scan(dest).Error }

func rows(db *gorm.DB) error {
	rows, err := db.Rows()
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // its own error is that of Err
	return rows.Err()
}

func row(db *gorm.DB) error {
	row := db.Row()
	if row == nil {
		return db.Error
	}
	return row.Err()
}

// found are calls that reach around the filter, by the table that they name.
var found = map[string][]call{
	"posts": {
		{"Raw and Scan", func(db *gorm.DB) error { return scan(db.Raw("SELECT * FROM posts"), &[]post{}) }},
		{"Raw and Find", func(db *gorm.DB) error { return db.Raw("SELECT * FROM posts").Find(&[]post{}).Error }},
		{"Raw and Rows", func(db *gorm.DB) error { return rows(db.Raw("SELECT * FROM posts")) }},
		{"Raw and Row", func(db *gorm.DB) error { return row(db.Raw("SELECT * FROM posts")) }},
		{"Raw with values", func(db *gorm.DB) error { return scan(db.Raw("SELECT * FROM posts WHERE id = ?", 1), &[]post{}) }},
		{"Raw with names", func(db *gorm.DB) error {
			return scan(db.Raw("SELECT * FROM posts WHERE id = @id", map[string]any{"id": 1}), &[]post{})
		}},
		{"Raw with another's marker", func(db *gorm.DB) error {
			return scan(db.Raw("SELECT posts.* FROM posts JOIN comments ON comments.post_id = posts.id AND comments.deleted_at IS NULL"), &[]post{})
		}},
		{"Raw with the marker in a string", func(db *gorm.DB) error {
			return scan(db.Raw("SELECT * FROM posts WHERE title <> 'deleted_at'"), &[]post{})
		}},
		{"Exec of an update", func(db *gorm.DB) error { return db.Exec("UPDATE posts SET title = 'x'").Error }},
		{"Exec of a delete", func(db *gorm.DB) error { return db.Exec("DELETE FROM posts WHERE id = ?", 1).Error }},
		{"Exec of an insert of rows", func(db *gorm.DB) error {
			return db.Exec("INSERT INTO tags (post_id) SELECT id FROM posts").Error
		}},
		{"Table and Find into a map", func(db *gorm.DB) error { return db.Table("posts").Find(&[]map[string]any{}).Error }},
		{"Table and Find into another struct", func(db *gorm.DB) error { return db.Table("posts").Find(&[]title{}).Error }},
		{"Table and Scan", func(db *gorm.DB) error { return db.Table("posts").Scan(&[]map[string]any{}).Error }},
		{"Table with an alias", func(db *gorm.DB) error { return db.Table("posts AS p").Scan(&[]map[string]any{}).Error }},
		{"Table and Count", func(db *gorm.DB) error { var n int64; return db.Table("posts").Count(&n).Error }},
		{"Table and Pluck", func(db *gorm.DB) error { return db.Table("posts").Pluck("id", &[]uint{}).Error }},
		{"Table and Rows", func(db *gorm.DB) error { return rows(db.Table("posts")) }},
		{"Table and Updates", func(db *gorm.DB) error {
			return db.Table("posts").Where("id = ?", 1).Updates(map[string]any{"title": "x"}).Error
		}},
		{"Table and Delete", func(db *gorm.DB) error { return db.Table("posts").Where("id = ?", 1).Delete(nil).Error }},
		{"a join in Table", func(db *gorm.DB) error {
			return db.Table("tags JOIN posts ON posts.id = tags.post_id").Scan(&[]map[string]any{}).Error
		}},
		{"Joins of a string", func(db *gorm.DB) error {
			return db.Joins("JOIN posts p ON p.id = tags.post_id").Find(&[]tag{}).Error
		}},
		{"a query in Where", func(db *gorm.DB) error {
			return db.Where("post_id IN (SELECT id FROM posts)").Find(&[]tag{}).Error
		}},
		{"a query in Where of the same table", func(db *gorm.DB) error {
			return db.Where("id IN (SELECT id FROM posts)").Find(&[]post{}).Error
		}},
		{"a query in Not", func(db *gorm.DB) error {
			return db.Not("post_id IN (SELECT id FROM posts)").Find(&[]tag{}).Error
		}},
		{"a query in Or", func(db *gorm.DB) error {
			return db.Where("id = 1").Or("post_id IN (SELECT id FROM posts)").Find(&[]tag{}).Error
		}},
		{"a query in a group of conditions", func(db *gorm.DB) error {
			return db.Where(db.Where("post_id IN (SELECT id FROM posts)").Or("id = 1")).Find(&[]tag{}).Error
		}},
		{"a query in an argument", func(db *gorm.DB) error {
			return db.Find(&[]tag{}, "post_id IN (SELECT id FROM posts)").Error
		}},
		{"Raw as a query within", func(db *gorm.DB) error {
			return db.Where("post_id IN (?)", db.Raw("SELECT id FROM posts")).Find(&[]tag{}).Error
		}},
		{"Table as a query within", func(db *gorm.DB) error {
			return db.Where("post_id IN (?)", db.Table("posts").Select("id")).Find(&[]tag{}).Error
		}},
		{"a query in Select", func(db *gorm.DB) error {
			return db.Model(&tag{}).Select("id, (SELECT title FROM posts WHERE posts.id = tags.post_id) AS title").Scan(&[]map[string]any{}).Error
		}},
		{"a query in Order", func(db *gorm.DB) error {
			return db.Order("(SELECT title FROM posts WHERE posts.id = tags.post_id)").Find(&[]tag{}).Error
		}},
		{"a query in Having", func(db *gorm.DB) error {
			return db.Model(&tag{}).Select("post_id").Group("post_id").Having("post_id IN (SELECT id FROM posts)").Scan(&[]map[string]any{}).Error
		}},
		{"a query in a preload", func(db *gorm.DB) error {
			return db.Preload("Comments", "post_id IN (SELECT id FROM posts)").Find(&[]post{}).Error
		}},
		{"a query in the Where of an update", func(db *gorm.DB) error {
			return db.Model(&tag{}).Where("post_id IN (SELECT id FROM posts)").Update("post_id", 1).Error
		}},
		{"a query in the Where of a delete", func(db *gorm.DB) error {
			return db.Where("post_id IN (SELECT id FROM posts)").Delete(&tag{}).Error
		}},
		{"a query in the Where of a soft delete", func(db *gorm.DB) error {
			return db.Where("post_id IN (SELECT id FROM posts)").Delete(&comment{}).Error
		}},
		{"a query in the Where of a restore", func(db *gorm.DB) error {
			return softdelete.Restore(db.Where("post_id IN (SELECT id FROM posts)"), &comment{}).Error
		}},
		{"a generic Raw", func(db *gorm.DB) error {
			_, err := gorm.G[post](db).Raw("SELECT * FROM posts").Find(db.Statement.Context)
			return err
		}},
		{"a generic Exec", func(db *gorm.DB) error {
			return gorm.G[post](db).Exec(db.Statement.Context, "DELETE FROM posts")
		}},
		{"in a transaction", func(db *gorm.DB) error {
			return db.Transaction(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM posts").Error })
		}},
	},
	"authors": {
		{"a flag's table by another marker", func(db *gorm.DB) error {
			return scan(db.Raw("SELECT posts.id FROM posts JOIN authors ON authors.id = posts.author_id WHERE posts.deleted_at IS NULL"), &[]uint{})
		}},
	},
	"comments": {
		{"a join beside the model", func(db *gorm.DB) error {
			return db.Joins("JOIN comments ON comments.post_id = posts.id").Find(&[]post{}).Error
		}},
		{"a join of a scope that asks for trashed rows", func(db *gorm.DB) error {
			return db.Scopes(softdelete.WithTrashed).Joins("JOIN comments ON comments.post_id = posts.id").Find(&[]post{}).Error
		}},
	},
}

// TestRefuse has each call fail before anything runs.
func TestRefuse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		for table, calls := range found {
			for _, c := range calls {
				err := c.run(db)
				assert.ErrorIs(t, err, softdelete.ErrRawSQL, c.name)
				var raw *softdelete.RawError
				if assert.ErrorAs(t, err, &raw, c.name) {
					assert.Equal(t, table, raw.Table, c.name)
					assert.Contains(t, raw.Caller, "refuse_test.go:", c.name)
				}
			}
		}
		var n int64
		require.NoError(t, db.Model(&post{}).Where("title = ?", "a").Count(&n).Error)
		assert.EqualValues(t, 1, n, "nothing has run")
	})
}

// TestRefuseEachForm has each of many more fail.
func TestRefuseEachForm(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		for _, c := range slices.Concat(aroundByClauses, aroundByVerbs) {
			err := c.run(db)
			var raw *softdelete.RawError
			if assert.ErrorAs(t, err, &raw, c.name) {
				assert.Contains(t, raw.Caller, "tests/rawsql/", c.name)
			}
		}
	})
}

// TestMeant has none of these fail.
func TestMeant(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		for _, c := range slices.Concat(meant, meantByClauses, meantByVerbs) {
			assert.NoError(t, c.run(db), c.name)
		}
	})
}

// with is a clause that another plugin adds.
type with struct{ sql string }

func (with) Name() string                   { return "WITH" }
func (w with) MergeClause(c *clause.Clause) { c.Expression = w }
func (w with) Build(builder clause.Builder) { _, _ = builder.WriteString(w.sql) }

// TestClausesOfOthers has a name be none of a table where a clause of another plugin defines it.
func TestClausesOfOthers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		query := db.Callback().Query()
		query.Clauses = append([]string{"WITH"}, query.Clauses...)
		var ids []uint
		require.NoError(t, db.Clauses(with{"posts AS (SELECT 7 AS id)"}).Table("posts").Find(&ids).Error)
		assert.Equal(t, []uint{7}, ids)
		require.ErrorIs(t, db.Table("posts").Find(&[]title{}).Error, softdelete.ErrRawSQL)
	})
}
