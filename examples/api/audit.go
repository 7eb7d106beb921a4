package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// AuditEntry says that rows of a table were deleted, restored or removed for good.
type AuditEntry struct {
	ID        uint                  `json:"id"`
	At        time.Time             `json:"at"`
	Actor     string                `json:"actor"`
	Reason    string                `json:"reason,omitempty"`
	What      string                `json:"what"`
	Of        string                `json:"of"`
	Keys      []any                 `json:"keys" gorm:"serializer:json;type:text"`
	Cascaded  bool                  `json:"cascaded"` // they went along with others
	Operation softdelete.DeletionID `json:"operation"`
}

func (e AuditEntry) key() uint { return e.ID }

// audit is an observer: it runs in the transaction of what it writes down, so that neither is there without the other.
func audit(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	actor, _ := event.Actor.(string)
	entry := AuditEntry{
		At: event.At, Actor: actor, Reason: event.Reason, What: event.Operation.String(), Of: event.Table, Keys: keys, Cascaded: event.Cascaded,
	}
	entry.Operation.UUID, entry.Operation.Valid = event.DeletionID, event.DeletionID != uuid.Nil
	return tx.Create(&entry).Error
}
