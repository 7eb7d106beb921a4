package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type DepotHall struct {
	ID      uint         `gorm:"primaryKey;autoIncrement:false"`
	Shelves []DepotShelf `gorm:"foreignKey:HallID" softdelete:"cascade"`
	softdelete.Tracked
}

type DepotShelf struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	HallID *uint
	Boxes  []DepotBox `gorm:"foreignKey:ShelfID" softdelete:"cascade"`
	softdelete.Tracked
}

type DepotBox struct {
	ID      uint `gorm:"primaryKey;autoIncrement:false"`
	ShelfID *uint
	Tenant  string
	Labels  []DepotLabel `gorm:"foreignKey:BoxID" softdelete:"cascade"`
	softdelete.Tracked
}

type DepotLabel struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	BoxID uint
}

type DepotToken struct {
	ID uint `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Flagged
}

var DepotModels = []any{&DepotHall{}, &DepotShelf{}, &DepotBox{}, &DepotToken{}}

// DepotNow is when the clock of a depot's handle stands still.
var DepotNow = time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)

const Day = 24 * time.Hour

// OpenDepot opens a handle with the depot's empty tables.
func OpenDepot(t *testing.T, open testdb.Opener, observers ...softdelete.Observer) *gorm.DB {
	t.Helper()
	return OpenStill(t, open, softdelete.Config{Models: DepotModels, Observers: observers}, append([]any{&DepotLabel{}}, DepotModels...)...)
}

// OpenStill opens a handle of which the clock stands still, and makes tables.
func OpenStill(t *testing.T, open testdb.Opener, config softdelete.Config, tables ...any) *gorm.DB {
	t.Helper()
	handle := testdb.Config()
	handle.NowFunc = func() time.Time { return DepotNow }
	db := open(t, handle)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(tables...))
	return db
}

// Age trashes one row of a table, as if so long ago.
func Age(t *testing.T, db *gorm.DB, table string, id uint, old time.Duration) {
	t.Helper()
	tx := db.Session(&gorm.Session{NewDB: true}).Exec("UPDATE "+table+" SET deleted_at = ? WHERE id = ?", DepotNow.Add(-old), id)
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
}

// Boxes makes boxes 1 to n, each trashed a second later than the one before, the first of them 100 days ago.
func Boxes(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	rows := make([]DepotBox, n)
	for i := range rows {
		rows[i].ID, rows[i].Tenant = uint(i+1), []string{"one", "two"}[i%2] //nolint:gosec // small
		rows[i].DeletedAt = gorm.DeletedAt{Time: DepotNow.Add(-100*Day + time.Duration(i)*time.Second), Valid: true}
	}
	require.NoError(t, db.CreateInBatches(rows, 500).Error)
}
