// Package testmodels has the models that tests of the root share with those of the themes.
package testmodels

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type BlogUser struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	Name     string
	Posts    []BlogPost    `gorm:"foreignKey:UserID" softdelete:"cascade"`
	Invoices []BlogInvoice `gorm:"foreignKey:UserID" softdelete:"restrict"`
	Logins   []BlogLogin   `gorm:"foreignKey:UserID;constraint:OnDelete:CASCADE"`
	Folders  []BlogFolder  `gorm:"foreignKey:UserID"`
	softdelete.Tracked
}

type BlogPost struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	UserID   uint
	Comments []BlogComment `gorm:"foreignKey:PostID;constraint:OnDelete:CASCADE"`
	Tags     []BlogTag     `gorm:"many2many:blog_post_tags;joinForeignKey:PostID;joinReferences:TagID" softdelete:"cascade"`
	softdelete.Tracked
}

type BlogComment struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	PostID uint
	softdelete.Tracked
}

type BlogTag struct {
	ID   uint `gorm:"primaryKey;autoIncrement:false"`
	Name string
	softdelete.Tracked
}

type BlogPostTag struct {
	PostID uint `gorm:"primaryKey"`
	TagID  uint `gorm:"primaryKey"`
	softdelete.Tracked
}

type BlogInvoice struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	UserID uint
	softdelete.Timestamp
}

// BlogLogin has no marker.
type BlogLogin struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	UserID uint
}

type BlogFolder struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	UserID   *uint
	ParentID *uint
	Children []BlogFolder `gorm:"foreignKey:ParentID" softdelete:"cascade"`
	softdelete.Tracked
}

var BlogModels = []any{&BlogUser{}, &BlogPost{}, &BlogComment{}, &BlogTag{}, &BlogPostTag{}, &BlogInvoice{}, &BlogFolder{}}

func (BlogPostTag) TableName() string { return "blog_post_tags" }

// OpenBlog makes two users: each has two posts with two comments and two tags each. The second comment of post 1 is trashed.
func OpenBlog(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: BlogModels})))
	require.NoError(t, db.AutoMigrate(append([]any{&BlogLogin{}}, BlogModels...)...))
	FillBlog(t, db)
	return db
}

// FillBlog empties the tables and makes the rows of OpenBlog.
func FillBlog(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, table := range []string{"blog_post_tags", "blog_comments", "blog_posts", "blog_tags", "blog_invoices", "blog_logins", "blog_folders", "blog_users"} {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	for user := range uint(2) {
		require.NoError(t, db.Create(&BlogUser{ID: user + 1, Name: "u"}).Error)
		require.NoError(t, db.Create(&BlogLogin{ID: user + 1, UserID: user + 1}).Error)
		require.NoError(t, db.Create(&BlogTag{ID: user + 1}).Error)
	}
	for post := range uint(4) {
		require.NoError(t, db.Create(&BlogPost{ID: post + 1, UserID: post/2 + 1}).Error)
		for i := range uint(2) {
			require.NoError(t, db.Create(&BlogComment{ID: post*2 + i + 1, PostID: post + 1}).Error)
			require.NoError(t, db.Create(&BlogPostTag{PostID: post + 1, TagID: i + 1}).Error)
		}
	}
	require.NoError(t, db.Delete(&BlogComment{}, 2).Error)
}
