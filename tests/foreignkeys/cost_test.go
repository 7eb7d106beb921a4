package foreignkeys_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestTheCatalogueIsReadOnce says that a removal of a table's rows reads it once in a process, and costs nothing after.
func TestTheCatalogueIsReadOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		l, config := logged()
		db := use(t, open, softdelete.Config{}, config)
		l.take()
		lone := func() []string {
			require.NoError(t, softdelete.Purge(db, &Lone{ID: 9}).Error)
			return l.take()
		}
		first, second := lone(), lone()
		require.Equal(t, 1, catalogue(first), "of a table without foreign keys to it")
		require.Len(t, second, len(first)-1)
		require.Zero(t, catalogue(second))

		purge := func() []string {
			tx := db.Begin()
			require.NoError(t, softdelete.Purge(tx, &Folder{ID: 1}).Error)
			require.NoError(t, tx.Rollback().Error)
			return l.take()
		}
		first, second = purge(), purge()
		require.Equal(t, 3, catalogue(first), "of folders, of what hangs on those, and of what hangs on that")
		require.Zero(t, catalogue(second))
		locks := 0
		if db.Name() == "sqlite" {
			locks = 1 // a transaction of the caller's that has only read could be refused to write
		}
		require.Len(t, second, len(first)-3-locks)
		for verb, removal := range map[string]func(tx *gorm.DB) error{
			"force delete":    func(tx *gorm.DB) error { return softdelete.ForceDelete(tx, &Folder{ID: 1}).Error },
			"purge of papers": func(tx *gorm.DB) error { return softdelete.Purge(tx, &Paper{ID: 1}).Error },
			"preview": func(tx *gorm.DB) error {
				_, err := softdelete.Preview(tx, softdelete.OpForceDelete, &Folder{ID: 1})
				return err
			},
		} {
			tx := db.Begin()
			require.NoError(t, removal(tx), verb)
			require.NoError(t, tx.Rollback().Error)
			require.Zero(t, catalogue(l.take()), verb)
		}
	})
}

// TestBatchesDoNotReadIt says that an Empty asks for all of its tables at once, and that its batches cost what they did.
func TestBatchesDoNotReadIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		values := make([]string, 50)
		for i := range values {
			values[i] = fmt.Sprintf("(%d, '2024-01-02 03:04:05')", 100+i)
		}
		run(t, open(t), "INSERT INTO lones VALUES "+strings.Join(values, ", "))
		empty := func(ignore bool, models ...any) []string {
			l, config := logged()
			tx := use(t, open, softdelete.Config{IgnoreConstraints: ignore}, config).Begin()
			trash, err := softdelete.OpenTrash(tx, models...)
			require.NoError(t, err)
			l.take()
			_, err = trash.Empty(context.Background(), softdelete.EmptyOptions{All: true, BatchSize: 10})
			require.NoError(t, err)
			sent := l.take()
			require.NoError(t, tx.Rollback().Error)
			return sent
		}
		without, with := empty(true, &Lone{}), empty(false, &Lone{})
		require.Zero(t, catalogue(without))
		require.Equal(t, 1, catalogue(with))
		require.Len(t, with, len(without)+1, "five batches")
		require.Equal(t, 2, catalogue(empty(false)), "of all models, and of the table of none")
	})
}

// TestIgnoreConstraintsTurnsItOff says that under it the catalogue is not read, and the database does what it does.
func TestIgnoreConstraintsTurnsItOff(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		require.NoError(t, open(t).Exec("UPDATE papers SET deleted_at = NULL").Error)
		l, config := logged()
		db := use(t, open, softdelete.Config{IgnoreConstraints: true}, config)
		report, err := softdelete.Of[Folder](db).Empty(context.Background(), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.Subset(t, map[string]int64{"folders": 2}, report.Rows)
		require.Zero(t, catalogue(l.take()))
		require.Equal(t, []int64{2}, ids(t, db, "papers"))
	})
}

// TestDryRunReadsNothing says that nothing is executed where nothing is to be.
func TestDryRunReadsNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		l, config := logged()
		db := use(t, open, softdelete.Config{}, config)
		l.take()
		require.NoError(t, softdelete.Purge(db.Session(&gorm.Session{DryRun: true}), &Folder{ID: 1}).Error)
		text := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return softdelete.ForceDelete(tx, &Folder{ID: 1}) })
		require.Contains(t, text, "DELETE FROM")
		require.Zero(t, catalogue(l.take()))
		require.ErrorIs(t, holding(t, open, db), softdelete.ErrRestricted, "it was not taken for read")
	})
}

// holding makes a row below folder 1 live, and purges that.
func holding(t *testing.T, open testdb.Opener, db *gorm.DB) error {
	t.Helper()
	require.NoError(t, open(t).Exec("UPDATE papers SET deleted_at = NULL WHERE id = 1").Error)
	return softdelete.Purge(db, &Folder{ID: 1}).Error
}

// TestAFailedReadIsTriedAgain says that a read that failed fails the removal, and is no knowledge.
func TestAFailedReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		db := use(t, open, softdelete.Config{})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for _, config := range []*gorm.Session{{Context: ctx}, {Context: ctx, SkipDefaultTransaction: true}} {
			require.ErrorIs(t, softdelete.Purge(db.Session(config), &Folder{ID: 1}).Error, context.Canceled)
			_, err := softdelete.Of[Folder](db.Session(config)).Empty(ctx, softdelete.EmptyOptions{All: true})
			require.ErrorIs(t, err, context.Canceled)
		}
		require.ErrorIs(t, holding(t, open, db), softdelete.ErrRestricted)
	})
}

// TestWhatChangesTheSchema says that AutoMigrate has the catalogue read again, as has a table that was not there.
func TestWhatChangesTheSchema(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := use(t, open, softdelete.Config{})
		require.Error(t, softdelete.Purge(db, &Folder{ID: 1}).Error, "there is no table")
		build(t, open)
		require.ErrorIs(t, holding(t, open, db), softdelete.ErrRestricted)

		require.NoError(t, softdelete.Purge(db, &Lone{ID: 9}).Error)
		run(t, db, `CREATE TABLE late (id bigint PRIMARY KEY, lone_id bigint, deleted_at TIME, FOREIGN KEY (lone_id) REFERENCES lones (id) ON DELETE CASCADE);
			INSERT INTO late VALUES (1, 1, NULL)`)
		_, err := softdelete.Enabled(db, &Late{})
		require.NoError(t, err)
		require.NoError(t, softdelete.AutoMigrate(db, &Made{}))
		require.ErrorIs(t, softdelete.Purge(db, &Lone{ID: 1}).Error, softdelete.ErrRestricted)
	})
}

// Late is of a table that comes later.
type Late struct {
	ID        int64
	LoneID    int64
	DeletedAt gorm.DeletedAt
}

func (Late) TableName() string { return "late" }

// Made is of a table that AutoMigrate makes.
type Made struct {
	ID        int64
	DeletedAt gorm.DeletedAt
}

// TestManyAtOnce says that first removals at the same time know the same.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		require.NoError(t, open(t).Exec("UPDATE papers SET deleted_at = NULL WHERE id = 1").Error)
		db := use(t, open, softdelete.Config{})
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = softdelete.Preview(db, softdelete.OpPurge, &Folder{ID: 1})
				if errs[i] == nil {
					errs[i] = softdelete.Purge(db, &Folder{ID: 1}).Error
				}
			})
		}
		wg.Wait()
		for _, err := range errs {
			require.ErrorIs(t, err, softdelete.ErrRestricted)
		}
	})
}
