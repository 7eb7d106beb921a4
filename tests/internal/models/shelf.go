package models

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

type HookedShelf struct {
	ID        uint             `gorm:"primaryKey;autoIncrement:false"`
	Books     []HookedBook     `gorm:"foreignKey:ShelfID" softdelete:"cascade,hooks"`
	Magazines []HookedMagazine `gorm:"foreignKey:ShelfID" softdelete:"cascade"`
	softdelete.Tracked
}

type HookedBook struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	ShelfID uint
	Pages   []HookedPage `gorm:"foreignKey:BookID" softdelete:"cascade"`
	softdelete.Tracked
}

type HookedMagazine struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	ShelfID uint
	softdelete.Tracked
}

type HookedPage struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	BookID uint
	softdelete.Tracked
}

// HookCalls is what the hooks of one test have seen, and what they are to do.
type HookCalls struct {
	mu    sync.Mutex
	Calls []string
	Fail  func(call string) error
}

type HookCallsKey struct{}

func hookCalled(tx *gorm.DB, name string, id uint) error {
	calls, ok := tx.Statement.Context.Value(HookCallsKey{}).(*HookCalls)
	if !ok {
		return nil
	}
	calls.mu.Lock()
	defer calls.mu.Unlock()
	call := fmt.Sprintf("%s %d: %s", name, id, softdelete.OperationOf(tx))
	calls.Calls = append(calls.Calls, call)
	if calls.Fail != nil {
		return calls.Fail(call)
	}
	return nil
}

func (b *HookedBook) BeforeDelete(tx *gorm.DB) error {
	if b.ID == 2 {
		who := "the book"
		b.DeletedBy = &who
	}
	return hookCalled(tx, "book BeforeDelete", b.ID)
}

func (b *HookedBook) AfterDelete(tx *gorm.DB) error { return hookCalled(tx, "book AfterDelete", b.ID) }

func (b *HookedBook) BeforeRestore(tx *gorm.DB) error {
	return hookCalled(tx, "book BeforeRestore", b.ID)
}

func (b *HookedBook) AfterRestore(tx *gorm.DB) error {
	return hookCalled(tx, "book AfterRestore", b.ID)
}

func (b *HookedBook) BeforePurge(tx *gorm.DB) error { return hookCalled(tx, "book BeforePurge", b.ID) }

func (b *HookedBook) AfterPurge(tx *gorm.DB) error { return hookCalled(tx, "book AfterPurge", b.ID) }

func (m *HookedMagazine) BeforeDelete(tx *gorm.DB) error { return hookCalled(tx, "magazine", m.ID) }
func (m *HookedMagazine) BeforeRestore(tx *gorm.DB) error {
	return hookCalled(tx, "magazine", m.ID)
}
func (m *HookedMagazine) BeforePurge(tx *gorm.DB) error { return hookCalled(tx, "magazine", m.ID) }

// OpenShelf makes a shelf with books, magazines and pages, and keeps which hooks run.
func OpenShelf(t *testing.T, open testdb.Opener, config softdelete.Config) (db *gorm.DB, calls *HookCalls) {
	t.Helper()
	db = handles.WithPlugin(t, open, config, &HookedShelf{}, &HookedBook{}, &HookedMagazine{}, &HookedPage{})
	require.NoError(t, db.Create(&HookedShelf{ID: 1}).Error)
	require.NoError(t, db.Create(&[]HookedBook{{ID: 1, ShelfID: 1}, {ID: 2, ShelfID: 1}}).Error)
	require.NoError(t, db.Create(&HookedMagazine{ID: 1, ShelfID: 1}).Error)
	require.NoError(t, db.Create(&[]HookedPage{{ID: 1, BookID: 1}, {ID: 2, BookID: 2}}).Error)
	calls = &HookCalls{}
	return db.WithContext(softdelete.WithActor(context.WithValue(t.Context(), HookCallsKey{}, calls), "ana")), calls
}
