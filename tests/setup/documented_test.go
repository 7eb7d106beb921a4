package setup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// aDefaulted has tracking columns that are never NULL, or have a default.
type aDefaulted struct {
	ID   uint   `gorm:"primaryKey;autoIncrement:false"`
	Who  string `gorm:"not null;default:nobody" softdelete:"by"`
	Why  string `gorm:"not null" softdelete:"reason"`
	Op   []byte `softdelete:"deletionID"`
	Gone gorm.DeletedAt
}

func TestRestoreSetsTrackingToItsEmptyValue(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aDefaulted{})
		require.NoError(t, db.Create(&aDefaulted{ID: 1}).Error)
		fresh := tables.Stored(t, db, "a_defaulteds", "id")
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&aDefaulted{}, 1).Error)
		var row aDefaulted
		require.NoError(t, db.Unscoped().First(&row).Error)
		require.Equal(t, []any{"ana", "spam", d.ID}, []any{row.Who, row.Why, uuid.UUID(row.Op)})
		require.NoError(t, softdelete.Restore(db, &aDefaulted{}, 1).Error)
		require.Equal(t, fresh, tables.Stored(t, db, "a_defaulteds", "id"))
	})
}

func TestReportOfAFlagWithoutATime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		db := open(t, &gorm.Config{NowFunc: func() time.Time { return now }})
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&models.AFlag{}))
		require.NoError(t, db.Create(&[]models.AFlag{{ID: 1}, {ID: 2}}).Error)
		for id := range uint(2) {
			var d softdelete.Deletion
			require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&models.AFlag{}, id+1).Error)
			require.True(t, now.Equal(d.At), "the reading, there is no column in which it could repeat")
			require.Equal(t, uuid.Version(7), d.ID.Version())
		}
	})
}

func TestSaveOfSelectedColumnsOfATrashedRow(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		before := tables.Stored(t, db, "a_notes", "id")
		for _, columns := range []any{"title", []string{"title", "score"}} {
			tx := db.Select(columns).Save(&models.ANote{ID: 5, Title: "new"})
			require.NoError(t, tx.Error)
			require.Zero(t, tx.RowsAffected)
		}
		require.Equal(t, before, tables.Stored(t, db, "a_notes", "id"))
	})
}

func TestReviveStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnAccount{})
		ana, bob, _ := models.TheAccounts(t, db)
		log := record.Record(t, db)
		accounts := []models.AnAccount{{ID: ana.ID, Email: tables.Ptr("ana"), Tenant: "x", Name: tables.Ptr("x")}, {ID: bob.ID, Email: tables.Ptr("bob"), Tenant: "x", Name: tables.Ptr("y")}}
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&accounts).Error)
		sent := log.Take()
		require.Equal(t, 3, record.Starting(sent, "SELECT"), "one per key: primary, email, tenant and name: %q", sent)
		updates := 2
		if db.Name() == "sqlite" {
			updates++ // of no row: it takes the lock on the database before something is read
			require.Contains(t, sent[1], "WHERE 1 = 0")
		}
		require.Equal(t, updates, record.Starting(sent, "UPDATE"), "one per revived row: %q", sent)
		require.Zero(t, record.Starting(sent, "INSERT"), "%q", sent)
		if db.Name() == "postgres" {
			require.Equal(t, 3, strings.Count(strings.Join(sent, "\n"), "FOR UPDATE"))
		}
	})
}

func TestOutsideTheFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		var rows []map[string]any
		require.NoError(t, db.Table("a_notes").Find(&rows).Error)
		require.Len(t, rows, 6, "a statement without a model")
		var notes []models.ANote
		require.NoError(t, db.Raw("SELECT * FROM a_notes").Scan(&notes).Error)
		require.Len(t, notes, 6, "raw SQL")
		require.NoError(t, db.Raw("SELECT * FROM a_notes WHERE ?", softdelete.Live(&models.ANote{}, "")).Scan(&notes).Error)
		require.Len(t, notes, 4, "raw SQL with Live")
	})
}

// What docs/privacy.md says of a SQLite file: a row that is gone stays in it unless secure_delete is on.
func TestRemovedRowsInASQLiteFile(t *testing.T) {
	t.Parallel()
	const secret = "a secret that should be gone for good"
	for pragma, stays := range map[string]bool{"secure_delete(0)": true, "secure_delete(1)": false} {
		file := filepath.Join(t.TempDir(), "test.db")
		db, err := gorm.Open(testdb.SQLite(testdb.SQLiteDSN(file, pragma)), testdb.Config())
		require.NoError(t, err)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&models.ANote{}))
		require.NoError(t, db.Create(&models.ANote{ID: 1, Title: secret}).Error)
		require.NoError(t, db.Delete(&models.ANote{}, 1).Error)
		require.True(t, contains(t, file, secret), "a row in the trash is there")
		require.NoError(t, softdelete.ForceDelete(db, &models.ANote{}, 1).Error)
		require.Equal(t, stays, contains(t, file, secret), pragma)
		require.NoError(t, db.Exec("VACUUM").Error)
		require.False(t, contains(t, file, secret), "after a vacuum")
		pool, err := db.DB()
		require.NoError(t, err)
		require.NoError(t, pool.Close())
	}
}

func contains(t *testing.T, file, text string) bool {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return bytes.Contains(content, []byte(text))
}
