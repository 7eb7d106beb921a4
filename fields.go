package softdelete

import "gorm.io/gorm"

// The types of these fields that are this package's own have files of their own: GORM CLI reads a
// struct that a model embeds file by file, and takes a type of the same file for one of the model's package.

// Timestamp makes a model soft-deletable when embedded, by a nullable time:
//
//	type Post struct {
//		ID    uint
//		Title string
//		softdelete.Timestamp
//	}
//
// It is the same as a field of type gorm.DeletedAt, or gorm.Model.
type Timestamp struct {
	// DeletedAt is when the row was trashed; not valid (NULL) while it is live.
	DeletedAt gorm.DeletedAt
}

// Flagged makes a model soft-deletable when embedded, by a boolean column
// is_deleted, not null, false by default. Such a model knows no time: see
// Tracked, or give it a column with the tag `softdelete:"at"`.
type Flagged struct {
	// IsDeleted is true while the row is trashed.
	IsDeleted Flag `gorm:"not null;default:false"`
}

// Tracked makes a model soft-deletable when embedded, by a nullable time, and
// keeps who trashed a row, why, and in which operation:
//
//	ctx = softdelete.WithActor(ctx, "ana")
//	ctx = softdelete.WithReason(ctx, "spam")
//	db.WithContext(ctx).Delete(&post)
//
//	UPDATE posts SET deleted_at = '…', deleted_by = 'ana', delete_reason = 'spam', deletion_id = '…'
//	WHERE posts.id = 1 AND posts.deleted_at IS NULL
//
// A restore sets all four to NULL.
type Tracked struct {
	// DeletedAt is when the row was trashed; not valid (NULL) while it is live.
	DeletedAt gorm.DeletedAt

	// DeletedBy is who trashed the row, from WithActor; nil if it was not said.
	DeletedBy *string `softdelete:"by"`

	// DeleteReason is why, from WithReason; nil if it was not said.
	DeleteReason *string `softdelete:"reason"`

	// DeletionID is the operation that trashed the row: the same on every row
	// of one operation, and on no other.
	DeletionID DeletionID `softdelete:"deletionID"`
}
