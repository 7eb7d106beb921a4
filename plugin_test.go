package softdelete_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

type firstAuthor struct {
	gorm.Model
	Name  string
	Posts []firstPost `gorm:"foreignKey:AuthorID"`
}

type firstPost struct {
	ID       uint
	Title    string
	AuthorID uint
	Author   *firstAuthor
	softdelete.Tracked
}

func TestFirstUse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&firstAuthor{}, &firstPost{}))
		a := firstAuthor{Name: "a", Posts: []firstPost{{Title: "x"}, {Title: "y"}, {Title: "z"}}}
		require.NoError(t, db.Create(&a).Error)
		ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "ana"), "spam")
		var d softdelete.Deletion
		p := a.Posts[0]
		res := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&p)
		require.NoError(t, res.Error)
		require.EqualValues(t, 1, res.RowsAffected)
		require.Equal(t, "ana", *p.DeletedBy)
		require.Equal(t, d.ID, p.DeletionID.UUID)
		require.True(t, d.At.Equal(p.DeletedAt.Time))
		var n int64
		require.NoError(t, db.Model(&firstPost{}).Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.NoError(t, db.Model(&firstPost{}).Scopes(softdelete.OnlyTrashed).Count(&n).Error)
		require.EqualValues(t, 1, n)
		require.ErrorIs(t, db.Save(&p).Error, softdelete.ErrTrashed)
		posts := []firstPost{p, a.Posts[1], a.Posts[2]}
		res = db.Delete(&posts)
		require.NoError(t, res.Error)
		require.EqualValues(t, 2, res.RowsAffected)
		require.Equal(t, "ana", *posts[0].DeletedBy)
		require.True(t, posts[1].DeletedAt.Valid)
		res = softdelete.Restore(db, &posts)
		require.NoError(t, res.Error)
		require.EqualValues(t, 3, res.RowsAffected)
		require.False(t, posts[1].DeletedAt.Valid)
		require.NoError(t, db.Where("title = ?", "x").Or("title = ?", "y").Delete(&firstPost{}).Error)
		res = softdelete.Purge(db, &firstPost{}, posts[0].ID)
		require.NoError(t, res.Error)
		require.EqualValues(t, 1, res.RowsAffected)
		var as []firstAuthor
		require.NoError(t, db.Preload("Posts").Find(&as).Error)
		require.Len(t, as[0].Posts, 1)
		require.NoError(t, db.Preload("Posts", softdelete.WithTrashed).Find(&as).Error)
		require.Len(t, as[0].Posts, 2)
		var ps []firstPost
		require.NoError(t, db.Joins("Author").Find(&ps).Error)
		require.Len(t, ps, 1)
		live, err := softdelete.Of[firstPost](db).Find(ctx)
		require.NoError(t, err)
		require.Len(t, live, 1)
		got, err := gorm.G[firstPost](db).Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Find(ctx)
		require.NoError(t, err)
		require.Len(t, got, 1)
	})
}
