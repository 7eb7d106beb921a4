package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

var TrackedColumns = []string{"deleted_at", "deleted_by", "delete_reason", "deletion_id"}

// ANote is the model of most tests of writes. Its keys are the application's: GORM cannot read generated ones back where
// a database that is not MySQL has no RETURNING.
type ANote struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	Score     int
	Tenant    string
	UpdatedAt time.Time
	softdelete.Tracked
}

// TheNotes are made anew in an empty table: a, b, c, d live, and x, y trashed.
func TheNotes(t *testing.T, db *gorm.DB) map[string]*ANote {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	require.NoError(t, db.Exec("DELETE FROM a_notes").Error)
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	notes := map[string]*ANote{}
	for i, title := range []string{"a", "b", "c", "d", "x", "y"} {
		note := &ANote{ID: uint(i + 1), Title: title, Score: i + 1, Tenant: []string{"one", "two"}[i%2], UpdatedAt: long}
		require.NoError(t, db.Create(note).Error)
		notes[title] = note
	}
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "before"), "long ago")
	for _, title := range []string{"x", "y"} {
		require.NoError(t, db.WithContext(ctx).Delete(notes[title]).Error)
	}
	return notes
}

// LiveNotes and trashedNotes are the titles that the table holds.
func LiveNotes(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return tables.Column[string](t, db, "SELECT title FROM a_notes WHERE deleted_at IS NULL ORDER BY title")
}

// TrashedNotes are the titles of the trashed notes.
func TrashedNotes(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return tables.Column[string](t, db, "SELECT title FROM a_notes WHERE deleted_at IS NOT NULL ORDER BY title")
}
