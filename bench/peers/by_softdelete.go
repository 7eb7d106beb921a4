package main

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// bySoftdelete is the library of this repository with its default settings.
type bySoftdelete struct{ db *gorm.DB }

// Posts have no more than a marker, as those of the other sides. Notes and trees are tracked, as the docs advise for cascades: so a
// delete of a tree writes its id as well, by which one undo finds all of it.

type Post struct {
	ID        int
	AuthorID  int
	Title     string
	Body      string
	CreatedAt time.Time
	softdelete.Timestamp
}

type Note struct {
	ID        int
	AuthorID  int
	Title     string
	Body      string
	CreatedAt time.Time
	softdelete.Tracked
}

type Root struct {
	ID       int
	Name     string
	Children []Child `softdelete:"cascade"`
	softdelete.Tracked
}

type Child struct {
	ID            int
	RootID        int
	Name          string
	Grandchildren []Grandchild `softdelete:"cascade"`
	softdelete.Tracked
}

type Grandchild struct {
	ID      int
	ChildID int
	Name    string
	softdelete.Tracked
}

func openSoftdelete(in place) (side, error) {
	return bySoftdelete{in.gorm}, in.gorm.Use(softdelete.New())
}

func (s bySoftdelete) list(ctx context.Context, author, limit int) (int, error) {
	var posts []Post
	err := s.db.WithContext(ctx).Where("author_id = ?", author).Order("id").Limit(limit).Find(&posts).Error
	return len(posts), err
}

func (s bySoftdelete) find(ctx context.Context, id int) error {
	var found Post
	return s.db.WithContext(ctx).Take(&found, id).Error
}

func (s bySoftdelete) remove(ctx context.Context, id int) error {
	return s.db.WithContext(ctx).Delete(&Post{}, id).Error
}

func (s bySoftdelete) removeAll(ctx context.Context, author int) error {
	return s.db.WithContext(ctx).Where("author_id = ?", author).Delete(&Post{}).Error
}

func (s bySoftdelete) restore(ctx context.Context, author int) error {
	return softdelete.Restore(s.db.WithContext(ctx).Where("author_id = ?", author), &Post{}).Error
}

func (s bySoftdelete) restoreTracked(ctx context.Context, author int) error {
	return softdelete.Restore(s.db.WithContext(ctx).Where("author_id = ?", author), &Note{}).Error
}

func (s bySoftdelete) removeTree(ctx context.Context, id int) error {
	return s.db.WithContext(ctx).Delete(&Root{}, id).Error
}

func (s bySoftdelete) purge(ctx context.Context, before time.Time) error {
	return softdelete.Purge(s.db.WithContext(ctx).Scopes(softdelete.TrashedBefore(before)), &Post{}).Error
}

func (s bySoftdelete) empty(ctx context.Context, before time.Time) error {
	report, err := softdelete.Of[Post](s.db).Empty(ctx, softdelete.EmptyOptions{Before: before})
	if err == nil && len(report.Failed) > 0 {
		err = fmt.Errorf("%d rows stayed: %w", len(report.Failed), report.Failed[0])
	}
	return err
}
