package foreignkeys_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Seal has no primary key, and hangs on a folder by ON DELETE CASCADE.
type Seal struct {
	FolderID  int64
	DeletedAt gorm.DeletedAt
}

// TestARowWithoutAKey says that such rows hold, go along and are counted too.
func TestARowWithoutAKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		run(t, open(t), `CREATE TABLE seals (folder_id bigint, deleted_at TIME, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
			INSERT INTO seals VALUES (1, NULL), (1, '2024-01-02 03:04:05'), (2, NULL)`)
		db := use(t, open, softdelete.Config{Models: append(models(), &Seal{})})
		var restricted *softdelete.RestrictError
		require.ErrorAs(t, softdelete.Purge(db, &Folder{ID: 1}).Error, &restricted)
		require.Equal(t, softdelete.RestrictError{Model: "Folder", Relation: "seals(folder_id)", Count: 1}, *restricted)
		require.NoError(t, db.Delete(&Seal{}, "folder_id = ?", 1).Error)
		report, err := softdelete.Of[Folder](db).Where("id = ?", 1).Empty(context.Background(), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.EqualValues(t, 2, report.Rows["seals"])
	})
}

// TestManyRows says that rows are told and held also where there are too many to keep their keys.
func TestManyRows(t *testing.T) {
	t.Parallel()
	const many = 1500
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		var boxes, sheets, papers []string
		for i := range many {
			boxes = append(boxes, fmt.Sprintf("(%d, 11)", 100+i))
			sheets = append(sheets, fmt.Sprintf("(%d, %d, '2024-01-02 03:04:05')", 100+i, 100+i))
			papers = append(papers, fmt.Sprintf("(%d, 11, '2024-01-02 03:04:05')", 100+i))
		}
		for table, rows := range map[string][]string{"boxes": boxes, "papers": papers} {
			run(t, open(t), "INSERT INTO "+table+" VALUES "+strings.Join(rows, ", "))
		}
		run(t, open(t), "INSERT INTO sheets VALUES "+strings.Join(sheets, ", "))
		for _, observed := range []bool{false, true} {
			var heard told
			config := softdelete.Config{}
			if observed {
				config.Observers = []softdelete.Observer{heard.observe}
			}
			tx := use(t, open, config).Begin()
			all := map[string]int64{"folders": 2, "papers": 1 + many, "boxes": 1 + many, "sheets": 1 + many, "drawers": 1, "notes": 1}
			plan, err := softdelete.Preview(tx, softdelete.OpPurge, []Folder{{ID: 1}, {ID: 11}})
			require.NoError(t, err)
			require.Equal(t, all, plan.Rows)
			require.NoError(t, tx.SavePoint("all_trashed").Error)
			require.NoError(t, tx.Exec("UPDATE sheets SET deleted_at = NULL WHERE id = 777").Error)
			require.ErrorIs(t, softdelete.Purge(tx, []Folder{{ID: 1}, {ID: 11}}).Error, softdelete.ErrRestricted)
			require.NoError(t, tx.RollbackTo("all_trashed").Error)
			removed := softdelete.Purge(tx, []Folder{{ID: 1}, {ID: 11}})
			require.NoError(t, removed.Error)
			require.EqualValues(t, 2, removed.RowsAffected)
			require.Equal(t, []int64{2}, ids(t, tx, "sheets"))
			if observed {
				require.Equal(t, all, heard.rows)
			}
			require.NoError(t, tx.Rollback().Error)
		}
	})
}

// TestBesideARestore says that a row is not taken along, nor parted from what it hangs on, if it is restored while the purge waits.
func TestBesideARestore(t *testing.T) {
	t.Parallel()
	for name, child := range map[string]any{"under CASCADE": &Paper{ID: 1}, "under SET NULL": &Card{ID: 1}, "below a table of no model": &Sheet{ID: 1}, "of the same table": &Folder{ID: 11}} {
		for way, remove := range removals {
			t.Run(name+", "+way, func(t *testing.T) {
				t.Parallel()
				open := testdb.OpenerFor(t, "postgres")
				build(t, open)
				restoring := use(t, open, softdelete.Config{}).Begin()
				require.NoError(t, softdelete.Restore(restoring.Scopes(softdelete.RootOnly), child).Error)
				purging := use(t, open, softdelete.Config{}).Begin()
				var pid int
				require.NoError(t, purging.Raw("SELECT pg_backend_pid()").Scan(&pid).Error)
				watching := open(t)
				done := make(chan error, 1)
				go func() {
					_, err := remove(purging)
					done <- err
				}()
				require.Eventually(t, func() bool {
					var waits bool
					return watching.Raw("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = ?", pid).Scan(&waits).Error == nil && waits
				}, 10*time.Second, 10*time.Millisecond)
				require.NoError(t, restoring.Commit().Error)
				require.ErrorIs(t, <-done, softdelete.ErrRestricted)
				require.NoError(t, purging.Rollback().Error)
			})
		}
	}
}
