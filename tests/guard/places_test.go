package guard_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// archived is in a schema of its own.
type archived struct {
	ID uint
	softdelete.Timestamp
}

func (archived) TableName() string { return "softdelete_archive.archiveds" }

// TestOtherSchema says that a table may be in another schema, by the model or by the handle, where a schema is not another database.
func TestOtherSchema(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&archived{}, &byTime{}}})))
	require.NoError(t, db.Exec("CREATE SCHEMA IF NOT EXISTS softdelete_archive").Error)
	t.Cleanup(func() { db.Exec("DROP SCHEMA softdelete_archive CASCADE") })
	require.NoError(t, db.AutoMigrate(&archived{}))
	other := func() *gorm.DB { return db.Table("softdelete_archive.by_times") }
	require.NoError(t, other().AutoMigrate(&byTime{}))
	for table, at := range map[string]*gorm.DB{"softdelete_archive.archiveds": db, "softdelete_archive.by_times": other()} {
		models := []any{&archived{}}
		if at != db {
			models = []any{&byTime{}}
		}
		for range 2 {
			require.NoError(t, softdelete.Guard(at.Session(&gorm.Session{}), models...))
		}
		require.NoError(t, db.Exec("INSERT INTO "+table+" (id) VALUES (1)").Error)
		require.ErrorIs(t, db.Exec("DELETE FROM "+table).Error, softdelete.ErrGuarded)
		require.ErrorIs(t, db.Exec("TRUNCATE "+table).Error, softdelete.ErrGuarded)
	}
	require.Empty(t, guardFindings(t, db, &archived{}))
	require.NoError(t, softdelete.ForceDelete(db, &archived{ID: 1}).Error)
	require.NoError(t, softdelete.ForceDelete(other(), &byTime{ID: 1}).Error)
	require.NoError(t, softdelete.Unguard(db, &archived{}))
	require.NoError(t, softdelete.Unguard(other(), &byTime{}))
	var n int
	require.NoError(t, db.Raw("SELECT count(*) FROM pg_proc WHERE proname LIKE 'softdelete%' AND pronamespace = 'softdelete_archive'::regnamespace").Scan(&n).Error)
	require.Zero(t, n)
}

// TestSchemaElsewhere says that a guard is refused where nothing is known of the table's schema.
func TestSchemaElsewhere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "mariadb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, name)
			require.NoError(t, db.Use(softdelete.New()))
			require.ErrorIs(t, softdelete.Guard(db, &archived{}), gorm.ErrInvalidDB)
		})
	}
}

// TestGuardsAtOnce says that several processes may guard the same tables at once.
func TestGuardsAtOnce(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		withMarkers(t, open)
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			db := open(t)
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: markers()})))
			wait.Go(func() { errs[i] = softdelete.Guard(db) })
		}
		wait.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: markers()})))
		require.Empty(t, guardFindings(t, db))
	})
}

// TestGuardInTransaction says that a guard is part of the caller's transaction, where statements like these can be.
func TestGuardInTransaction(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := withMarkers(t, testdb.OpenerFor(t, name))
			tx := db.Begin()
			require.NoError(t, softdelete.Guard(tx))
			require.NoError(t, tx.Rollback().Error)
			require.Empty(t, left(t, db))
			dry := db.Session(&gorm.Session{DryRun: true})
			require.NoError(t, softdelete.Guard(dry))
			require.NoError(t, softdelete.Unguard(dry))
			require.Empty(t, left(t, db), "nothing runs on a dry run")
		})
	}
}

// TestPartitionSwitchedOff says that Doctor finds a guard that is off on one partition, and what puts it on.
func TestPartitionSwitchedOff(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.Exec("CREATE TABLE parted (id bigint PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false) PARTITION BY RANGE (id)").Error)
	require.NoError(t, db.Exec("CREATE TABLE parted_one PARTITION OF parted FOR VALUES FROM (1) TO (10)").Error)
	require.NoError(t, softdelete.Guard(db, &parted{}))
	require.NoError(t, db.Exec("ALTER TABLE parted_one DISABLE TRIGGER ALL").Error)
	list := guardFindings(t, db, &parted{})
	require.Len(t, list, 1)
	require.Equal(t, softdelete.CodeGuardDisabled, list[0].Code)
	require.NoError(t, db.Exec(list[0].Remedy).Error)
	require.Empty(t, guardFindings(t, db, &parted{}))
}
