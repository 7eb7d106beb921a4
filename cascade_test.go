package softdelete_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// A blog: users with posts with comments, tags linked to posts, a tree of folders, and what is left alone.
type (
	blogUser struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		Posts    []blogPost    `gorm:"foreignKey:UserID" softdelete:"cascade"`
		Invoices []blogInvoice `gorm:"foreignKey:UserID" softdelete:"restrict"`
		Logins   []blogLogin   `gorm:"foreignKey:UserID;constraint:OnDelete:CASCADE"`
		Folders  []blogFolder  `gorm:"foreignKey:UserID"`
		softdelete.Tracked
	}
	blogPost struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		UserID   uint
		Comments []blogComment `gorm:"foreignKey:PostID;constraint:OnDelete:CASCADE"`
		Tags     []blogTag     `gorm:"many2many:blog_post_tags;joinForeignKey:PostID;joinReferences:TagID" softdelete:"cascade"`
		softdelete.Tracked
	}
	blogComment struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		PostID uint
		softdelete.Tracked
	}
	blogTag struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Tracked
	}
	blogPostTag struct {
		PostID uint `gorm:"primaryKey"`
		TagID  uint `gorm:"primaryKey"`
		softdelete.Tracked
	}
	blogInvoice struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		UserID uint
		softdelete.Timestamp
	}
	// blogLogin has no marker.
	blogLogin struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		UserID uint
	}
	blogFolder struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		UserID   *uint
		ParentID *uint
		Children []blogFolder `gorm:"foreignKey:ParentID" softdelete:"cascade"`
		softdelete.Tracked
	}
)

var blogModels = []any{&blogUser{}, &blogPost{}, &blogComment{}, &blogTag{}, &blogPostTag{}, &blogInvoice{}, &blogFolder{}}

func (blogPostTag) TableName() string { return "blog_post_tags" }

// openBlog makes two users: each has two posts with two comments and two tags each. The second comment of post 1 is trashed.
func openBlog(t *testing.T, open testdb.Opener, config softdelete.Config) *gorm.DB {
	t.Helper()
	db := open(t)
	config.Models = blogModels
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(append([]any{&blogLogin{}}, blogModels...)...))
	fillBlog(t, db)
	return db
}

func fillBlog(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, table := range []string{"blog_post_tags", "blog_comments", "blog_posts", "blog_tags", "blog_invoices", "blog_logins", "blog_folders", "blog_users"} {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	for user := range uint(2) {
		require.NoError(t, db.Create(&blogUser{ID: user + 1, Name: "u"}).Error)
		require.NoError(t, db.Create(&blogLogin{ID: user + 1, UserID: user + 1}).Error)
		require.NoError(t, db.Create(&blogTag{ID: user + 1}).Error)
	}
	for post := range uint(4) {
		require.NoError(t, db.Create(&blogPost{ID: post + 1, UserID: post/2 + 1}).Error)
		for i := range uint(2) {
			require.NoError(t, db.Create(&blogComment{ID: post*2 + i + 1, PostID: post + 1}).Error)
			require.NoError(t, db.Create(&blogPostTag{PostID: post + 1, TagID: i + 1}).Error)
		}
	}
	require.NoError(t, db.Delete(&blogComment{}, 2).Error)
}

func liveIDs(t *testing.T, db *gorm.DB, table string) []int {
	t.Helper()
	return column[int](t, db, "SELECT id FROM "+table+" WHERE deleted_at IS NULL ORDER BY id")
}

func TestCascadeDelete(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open, softdelete.Config{})
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		var d softdelete.Deletion
		user := blogUser{ID: 1}
		tx := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&user)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4}, d.Rows)
		require.Equal(t, []int{2}, liveIDs(t, db, "blog_users"))
		require.Equal(t, []int{3, 4}, liveIDs(t, db, "blog_posts"))
		require.Equal(t, []int{5, 6, 7, 8}, liveIDs(t, db, "blog_comments"))
		require.Equal(t, []int{1, 2}, liveIDs(t, db, "blog_tags"))
		require.Len(t, stored(t, db, "blog_logins", "id"), 2, "a child that is not soft-deletable is left alone")
		var comments []blogComment
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).Where("id <> 2").Find(&comments).Error)
		for _, c := range comments {
			require.Equal(t, d.ID, c.DeletionID.UUID)
			require.Equal(t, "ana", *c.DeletedBy)
			require.Equal(t, "spam", *c.DeleteReason)
			require.True(t, d.At.Equal(c.DeletedAt.Time))
		}
		require.Len(t, comments, 3)
	})
}

func TestCascadeForms(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open, softdelete.Config{})
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]blogFolder{
			{ID: 1, UserID: id(1)}, {ID: 2, ParentID: id(1)}, {ID: 3, ParentID: id(2)}, {ID: 4, ParentID: id(3)}, {ID: 5}, {ID: 6, ParentID: id(6)},
		}).Error)
		tx := db.Delete(&blogFolder{}, 1)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []int{5, 6}, liveIDs(t, db, "blog_folders"))
		require.NoError(t, db.Where("id = ?", 6).Delete(&blogFolder{}).Error, "it hangs on itself")
		require.Equal(t, []int{5}, liveIDs(t, db, "blog_folders"))

		require.NoError(t, db.Create(&blogInvoice{ID: 1, UserID: 1}).Error)
		before := stored(t, db, "blog_posts", "id")
		var restricted *softdelete.RestrictError
		for _, err := range []error{
			db.Delete(&blogUser{ID: 1}).Error, db.Delete(&blogUser{}, 1).Error, db.Delete(&[]blogUser{{ID: 1}, {ID: 2}}).Error,
			db.Session(&gorm.Session{SkipDefaultTransaction: true}).Delete(&blogUser{ID: 1}).Error,
			db.Transaction(func(tx *gorm.DB) error { return tx.Delete(&blogUser{ID: 1}).Error }),
		} {
			require.ErrorAs(t, err, &restricted)
			require.ErrorIs(t, err, softdelete.ErrRestricted)
			require.Equal(t, softdelete.RestrictError{Model: "blogUser", Relation: "Invoices", Count: 1}, *restricted)
			require.Equal(t, before, stored(t, db, "blog_posts", "id"))
			require.Equal(t, []int{1, 2}, liveIDs(t, db, "blog_users"))
		}
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Select("Invoices", "Folders").Delete(&blogUser{ID: 1}).Error, "those selected go along")
		require.EqualValues(t, 1, d.Rows["blog_invoices"])
		require.Zero(t, d.Rows["blog_folders"])
		require.NoError(t, db.Create(&blogFolder{ID: 7, UserID: id(2)}).Error)
		require.NoError(t, db.Create(&blogFolder{ID: 8, ParentID: id(7)}).Error)
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Select("Folders").Where("name = 'nobody'").Delete(&blogUser{ID: 2}).Error)
		require.Equal(t, []int{5, 7, 8}, liveIDs(t, db, "blog_folders"), "of rows that were matched")
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Select("Folders").Where("name = 'u'").Delete(&blogUser{}).Error)
		require.Equal(t, []int{5}, liveIDs(t, db, "blog_folders"))
		require.Equal(t, map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 4, "blog_post_tags": 4, "blog_folders": 2}, d.Rows)
	})
}

func TestCascadeRestore(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open, softdelete.Config{})
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]blogFolder{{ID: 1, UserID: id(1)}, {ID: 2, ParentID: id(1)}, {ID: 3, ParentID: id(2)}, {ID: 4, ParentID: id(3)}}).Error)
		before := blogDump(t, db)
		user := blogUser{ID: 1}
		require.NoError(t, db.Select("Folders").Delete(&user).Error)
		require.Equal(t, []int{5, 6, 7, 8}, liveIDs(t, db, "blog_comments"))
		require.Empty(t, liveIDs(t, db, "blog_folders"))

		require.ErrorIs(t, softdelete.Restore(db, &blogPost{}, 1).Error, softdelete.ErrParentTrashed)
		require.ErrorIs(t, softdelete.Restore(db, &blogComment{ID: 1}).Error, softdelete.ErrParentTrashed)
		require.ErrorIs(t, softdelete.Restore(db, &blogFolder{}, 4).Error, softdelete.ErrParentTrashed)

		tx := softdelete.Restore(db, &user)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, before, blogDump(t, db))

		require.NoError(t, db.Delete(&user).Error)
		tx = softdelete.Restore(db.Scopes(softdelete.WithParents), &blogComment{}, 3)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, []int{1, 2}, liveIDs(t, db, "blog_users"))
		require.Equal(t, []int{2, 3, 4}, liveIDs(t, db, "blog_posts"))
		require.Equal(t, []int{3, 5, 6, 7, 8}, liveIDs(t, db, "blog_comments"))

		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &blogPost{}, 1).Error)
		require.Equal(t, []int{1, 2, 3, 4}, liveIDs(t, db, "blog_posts"))
		require.Equal(t, []int{3, 5, 6, 7, 8}, liveIDs(t, db, "blog_comments"))
	})
}

func TestCascadePurge(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openBlog(t, open, softdelete.Config{})
		require.NoError(t, db.Delete(&blogUser{ID: 1}).Error)
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &blogComment{}, 1).Error)
		var restricted *softdelete.RestrictError
		require.ErrorAs(t, softdelete.Purge(db, &blogUser{ID: 1}).Error, &restricted)
		require.Equal(t, softdelete.RestrictError{Model: "blogPost", Relation: "Comments", Count: 1}, *restricted)
		require.Len(t, stored(t, db, "blog_users", "id"), 2)
		require.NoError(t, db.Delete(&blogComment{}, 1).Error)
		tx := softdelete.Purge(db, &blogUser{}, 1)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		ids := func(table string) []int { return column[int](t, db, "SELECT id FROM "+table+" ORDER BY id") }
		require.Equal(t, []int{2}, ids("blog_users"))
		require.Equal(t, []int{3, 4}, ids("blog_posts"))
		require.Equal(t, []int{5, 6, 7, 8}, ids("blog_comments"))
		require.Equal(t, []int{2}, ids("blog_logins"))
		require.NoError(t, softdelete.ForceDelete(db.Where("name = ?", "u"), &blogUser{}).Error)
		for _, table := range []string{"blog_users", "blog_posts", "blog_comments", "blog_logins"} {
			require.Empty(t, ids(table), table)
		}
		require.Empty(t, stored(t, db, "blog_post_tags", "post_id"))
	})
}
