package main

import (
	"github.com/google/uuid"
	"gorm.io/gorm"
)

// byHooks is GORM without the plugin: hooks that find what hangs on a row, and delete it row by row.
var byHooks = way{trashByHooks}

// Tracking is the columns of softdelete.Tracked, in types that GORM knows by itself.
type Tracking struct {
	DeletedAt    gorm.DeletedAt
	DeletedBy    *string
	DeleteReason *string
	DeletionID   *string
}

type hookedRoot struct {
	ID    uint
	Batch int
	Name  string
	Tracking
}

type hookedChild struct {
	ID     uint
	RootID uint
	Name   string
	Tracking
}

type hookedGrandchild struct {
	ID      uint
	ChildID uint
	Name    string
	Tracking
}

func (hookedRoot) TableName() string       { return "roots" }
func (hookedChild) TableName() string      { return "children" }
func (hookedGrandchild) TableName() string { return "grandchildren" }

// AfterDelete deletes the root's children.
func (r *hookedRoot) AfterDelete(tx *gorm.DB) error {
	return deleteAll[hookedChild](tx, *r.DeletionID, "root_id = ?", r.ID)
}

// AfterDelete deletes the child's own children.
func (c *hookedChild) AfterDelete(tx *gorm.DB) error {
	return deleteAll[hookedGrandchild](tx, *c.DeletionID, "child_id = ?", c.ID)
}

func trashByHooks(db *gorm.DB, id *uuid.UUID) (err error) {
	if *id, err = uuid.NewV7(); err != nil {
		return err
	}
	return db.Transaction(func(tx *gorm.DB) error {
		return deleteAll[hookedRoot](tx, id.String(), "batch = ?", target)
	})
}

// deleteAll deletes the live rows of a model that meet a condition. An update fills the tracking columns before, also those
// of the value, from which the hooks take the id.
func deleteAll[T any](tx *gorm.DB, id, condition string, arg any) error {
	var rows []T
	if err := tx.Where(condition, arg).Find(&rows).Error; err != nil {
		return err
	}
	for i := range rows {
		columns := map[string]any{"deleted_by": actor, "delete_reason": reason, "deletion_id": id}
		if err := expect(tx.Model(&rows[i]).Updates(columns), 1); err != nil {
			return err
		}
		if err := expect(tx.Delete(&rows[i]), 1); err != nil {
			return err
		}
	}
	return nil
}
