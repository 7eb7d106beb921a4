package models

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// AHooked is a model with every hook; each calls Run, if the value has one.
type AHooked struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Title string
	softdelete.Tracked
	Run func(hook string, h *AHooked, tx *gorm.DB) error `gorm:"-"`
}

func (h *AHooked) run(hook string, tx *gorm.DB) error {
	if h.Run == nil {
		return nil
	}
	return h.Run(hook, h, tx)
}

func (h *AHooked) BeforeDelete(tx *gorm.DB) error  { return h.run("BeforeDelete", tx) }
func (h *AHooked) AfterDelete(tx *gorm.DB) error   { return h.run("AfterDelete", tx) }
func (h *AHooked) BeforeUpdate(tx *gorm.DB) error  { return h.run("BeforeUpdate", tx) }
func (h *AHooked) AfterUpdate(tx *gorm.DB) error   { return h.run("AfterUpdate", tx) }
func (h *AHooked) BeforeSave(tx *gorm.DB) error    { return h.run("BeforeSave", tx) }
func (h *AHooked) AfterSave(tx *gorm.DB) error     { return h.run("AfterSave", tx) }
func (h *AHooked) BeforeCreate(tx *gorm.DB) error  { return h.run("BeforeCreate", tx) }
func (h *AHooked) AfterCreate(tx *gorm.DB) error   { return h.run("AfterCreate", tx) }
func (h *AHooked) BeforeRestore(tx *gorm.DB) error { return h.run("BeforeRestore", tx) }
func (h *AHooked) AfterRestore(tx *gorm.DB) error  { return h.run("AfterRestore", tx) }
func (h *AHooked) BeforePurge(tx *gorm.DB) error   { return h.run("BeforePurge", tx) }
func (h *AHooked) AfterPurge(tx *gorm.DB) error    { return h.run("AfterPurge", tx) }

// ATrace is a row that a hook writes, to see whether it is rolled back with the rest.
type ATrace struct {
	ID   uint `gorm:"primaryKey;autoIncrement:false"`
	Hook string
}

// TheHooked are made anew: 1 to 3 live, 4 and 5 trashed.
func TheHooked(t *testing.T, db *gorm.DB) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	require.NoError(t, db.Exec("DELETE FROM a_hookeds").Error)
	require.NoError(t, db.Exec("DELETE FROM a_traces").Error)
	for id := range uint(5) {
		require.NoError(t, db.Create(&AHooked{ID: id + 1, Title: string(rune('a' + id))}).Error)
	}
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "before"), "long ago")
	require.NoError(t, db.WithContext(ctx).Delete(&AHooked{}, []uint{4, 5}).Error)
}
