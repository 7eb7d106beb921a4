package main

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"
)

// bySoftDelete is gorm.io/plugin/soft_delete with its default marker, a number of seconds.
type bySoftDelete struct{ db *gorm.DB }

type secondsPost struct {
	ID        int
	AuthorID  int
	Title     string
	Body      string
	CreatedAt time.Time
	DeletedAt soft_delete.DeletedAt
}

type secondsRoot struct {
	ID        int
	Name      string
	Children  []secondsChild `gorm:"foreignKey:RootID"`
	DeletedAt soft_delete.DeletedAt
}

type secondsChild struct {
	ID        int
	RootID    int
	Name      string
	DeletedAt soft_delete.DeletedAt
}

type secondsGrandchild struct {
	ID        int
	ChildID   int
	Name      string
	DeletedAt soft_delete.DeletedAt
}

func (secondsPost) TableName() string       { return "posts" }
func (secondsRoot) TableName() string       { return "roots" }
func (secondsChild) TableName() string      { return "children" }
func (secondsGrandchild) TableName() string { return "grandchildren" }

func openSoftDelete(in place) (side, error) { return bySoftDelete{in.gorm}, nil }

func (s bySoftDelete) list(ctx context.Context, author, limit int) (int, error) {
	var posts []secondsPost
	err := s.db.WithContext(ctx).Where("author_id = ?", author).Order("id").Limit(limit).Find(&posts).Error
	return len(posts), err
}

func (s bySoftDelete) find(ctx context.Context, id int) error {
	var found secondsPost
	return s.db.WithContext(ctx).Take(&found, id).Error
}

func (s bySoftDelete) remove(ctx context.Context, id int) error {
	return s.db.WithContext(ctx).Delete(&secondsPost{}, id).Error
}

func (s bySoftDelete) removeAll(ctx context.Context, author int) error {
	return s.db.WithContext(ctx).Where("author_id = ?", author).Delete(&secondsPost{}).Error
}

// restore is an update: the README has no call for it.
func (s bySoftDelete) restore(ctx context.Context, author int) error {
	return s.db.WithContext(ctx).Unscoped().Model(&secondsPost{}).
		Where("author_id = ? AND deleted_at <> 0", author).Update("deleted_at", 0).Error
}

// removeTree is what GORM's docs advise, as its own side has it. The README has nothing of its own for it.
func (s bySoftDelete) removeTree(ctx context.Context, id int) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		children := tx.Model(&secondsChild{}).Select("id").Where("root_id = ?", id)
		if err := tx.Where("child_id IN (?)", children).Delete(&secondsGrandchild{}).Error; err != nil {
			return err
		}
		return tx.Select("Children").Delete(&secondsRoot{ID: id}).Error
	})
}

// purge is a delete under Unscoped. A live row has zero, which is before any time.
func (s bySoftDelete) purge(ctx context.Context, before time.Time) error {
	return s.db.WithContext(ctx).Unscoped().Where("deleted_at > 0 AND deleted_at < ?", before.Unix()).Delete(&secondsPost{}).Error
}
