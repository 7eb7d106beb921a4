package main

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// byPlugin is the library: a call each.
var byPlugin = way{trashByPlugin, undoByPlugin, eraseByPlugin}

func trashByPlugin(db *gorm.DB, id *uuid.UUID) error {
	var d softdelete.Deletion
	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), actor), reason)
	err := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Where("batch = ?", target).Delete(&Root{}).Error
	*id = d.ID
	return err
}

func undoByPlugin(db *gorm.DB, id *uuid.UUID) error {
	_, err := softdelete.Undo(db, *id)
	return err
}

func eraseByPlugin(db *gorm.DB, _ *uuid.UUID) error {
	return softdelete.ForceDelete(db.Where("batch = ?", target), &Root{}).Error
}
