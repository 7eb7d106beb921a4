package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type AWriter struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Name  string
	Posts []APost `gorm:"foreignKey:WriterID"`
	Bio   *ABio   `gorm:"foreignKey:WriterID"`
	Tags  []*ATag `gorm:"many2many:a_taggings;joinForeignKey:WriterID;joinReferences:TagID"`
	softdelete.Tracked
}

type APost struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	Title    string
	Slug     *string `gorm:"size:191;uniqueIndex"`
	Hits     int
	WriterID *uint
	Writer   *AWriter
	softdelete.Tracked
}

type ABio struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	Text     string
	WriterID *uint
	softdelete.Tracked
}

type ATag struct {
	ID   uint `gorm:"primaryKey;autoIncrement:false"`
	Name string
	softdelete.Tracked
}

// NearTables are emptied and filled: of each model 1 is live and 2 trashed.
var NearTables = []string{"a_posts", "a_bios", "a_tags", "a_writers"}

// NearTrash makes the rows anew, live ones and trashed ones.
func NearTrash(t *testing.T, db *gorm.DB) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	require.NoError(t, db.Exec("DELETE FROM a_taggings").Error)
	for _, table := range NearTables {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	require.NoError(t, db.Create(&[]AWriter{{ID: 1, Name: "one"}, {ID: 2, Name: "two"}}).Error)
	require.NoError(t, db.Create(&[]APost{{ID: 1, Title: "one", Slug: tables.Ptr("s1")}, {ID: 2, Title: "two", Slug: tables.Ptr("s2")}}).Error)
	require.NoError(t, db.Create(&[]ABio{{ID: 1, Text: "one"}, {ID: 2, Text: "two"}}).Error)
	require.NoError(t, db.Create(&[]ATag{{ID: 1, Name: "one"}, {ID: 2, Name: "two"}}).Error)
	for _, table := range NearTables {
		require.NoError(t, db.Exec("UPDATE "+table+" SET deleted_at = ?, deleted_by = 'before', "+
			"deletion_id = '01a1fea3-c9be-7b6f-8159-3d464bd5c3b0' WHERE id = 2", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)).Error)
	}
}

// AllNear are the rows of NearTrash's tables.
func AllNear(t *testing.T, db *gorm.DB) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	for _, table := range NearTables {
		all[table] = tables.Stored(t, db, table, "id")
	}
	return all
}

// TrashedNear is what must not change: the trashed row of each table.
func TrashedNear(t *testing.T, db *gorm.DB) map[string]any {
	t.Helper()
	trashed := map[string]any{}
	for table, rows := range AllNear(t, db) {
		for _, row := range rows {
			if row["id"] == int64(2) {
				trashed[table] = row
			}
		}
	}
	return trashed
}
