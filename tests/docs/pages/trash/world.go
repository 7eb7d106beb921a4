//go:build docs

package trash // of docs/trash.md

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// trash is that of the database.
var trash *softdelete.Trash

// World is what the blocks of the page run in: a live post, one that Ben trashed two months ago, and one that Ana trashed just now
// with its comments.
var World = page.World{
	Models: []any{&Post{}, &Comment{}},
	Seed: func(ctx context.Context, db *gorm.DB, _ string) error {
		posts := []Post{
			{TenantID: 7, Title: "Rain"},
			{TenantID: 7, Title: "Draft: sun"},
			{TenantID: 7, Title: "Tea", Comments: []Comment{{TenantID: 7, Text: "Nice"}, {TenantID: 7, Text: "Buy now"}}},
		}
		if err := db.Create(&posts).Error; err != nil {
			return err
		}
		long := db.NowFunc().AddDate(0, 0, -60)
		old := db.Session(&gorm.Session{NowFunc: func() time.Time { return long }, Context: who(ctx, "ben", "old draft")})
		if err := old.Delete(&posts[1]).Error; err != nil {
			return err
		}
		if err := db.WithContext(who(ctx, "ana", "spam")).Delete(&posts[2]).Error; err != nil {
			return err
		}
		var err error
		trash, err = softdelete.OpenTrash(db)
		return err
	},
}

func who(ctx context.Context, actor, reason string) context.Context {
	return softdelete.WithReason(softdelete.WithActor(ctx, actor), reason)
}
