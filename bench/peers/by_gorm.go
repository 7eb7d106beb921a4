package main

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// byGORM is GORM without a plugin.
type byGORM struct{ db *gorm.DB }

type gormPost struct {
	ID        int
	AuthorID  int
	Title     string
	Body      string
	CreatedAt time.Time
	DeletedAt gorm.DeletedAt
}

type gormRoot struct {
	ID        int
	Name      string
	Children  []gormChild `gorm:"foreignKey:RootID"`
	DeletedAt gorm.DeletedAt
}

type gormChild struct {
	ID        int
	RootID    int
	Name      string
	DeletedAt gorm.DeletedAt
}

type gormGrandchild struct {
	ID        int
	ChildID   int
	Name      string
	DeletedAt gorm.DeletedAt
}

func (gormPost) TableName() string       { return "posts" }
func (gormRoot) TableName() string       { return "roots" }
func (gormChild) TableName() string      { return "children" }
func (gormGrandchild) TableName() string { return "grandchildren" }

func openGORM(in place) (side, error) { return byGORM{in.gorm}, nil }

func (s byGORM) list(ctx context.Context, author, limit int) (int, error) {
	var posts []gormPost
	err := s.db.WithContext(ctx).Where("author_id = ?", author).Order("id").Limit(limit).Find(&posts).Error
	return len(posts), err
}

func (s byGORM) find(ctx context.Context, id int) error {
	var found gormPost
	return s.db.WithContext(ctx).Take(&found, id).Error
}

func (s byGORM) remove(ctx context.Context, id int) error {
	return s.db.WithContext(ctx).Delete(&gormPost{}, id).Error
}

func (s byGORM) removeAll(ctx context.Context, author int) error {
	return s.db.WithContext(ctx).Where("author_id = ?", author).Delete(&gormPost{}).Error
}

// restore is an update: the docs have no call for it.
func (s byGORM) restore(ctx context.Context, author int) error {
	return s.db.WithContext(ctx).Unscoped().Model(&gormPost{}).
		Where("author_id = ? AND deleted_at IS NOT NULL", author).Update("deleted_at", nil).Error
}

// removeTree takes the children along by Select, as the docs advise (https://gorm.io/docs/associations.html, "Delete with Select").
// That goes one level deep: the level below is a statement of its own.
func (s byGORM) removeTree(ctx context.Context, id int) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		children := tx.Model(&gormChild{}).Select("id").Where("root_id = ?", id)
		if err := tx.Where("child_id IN (?)", children).Delete(&gormGrandchild{}).Error; err != nil {
			return err
		}
		return tx.Select("Children").Delete(&gormRoot{ID: id}).Error
	})
}

// purge is a delete under Unscoped, as the docs advise ("Delete permanently").
func (s byGORM) purge(ctx context.Context, before time.Time) error {
	return s.db.WithContext(ctx).Unscoped().Where("deleted_at < ?", before).Delete(&gormPost{}).Error
}
