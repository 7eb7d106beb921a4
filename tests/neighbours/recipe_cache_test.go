package neighbours_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// written are the tables that a piece of work has written to.
type written struct {
	mu     sync.Mutex
	tables []string
}

type writtenKey struct{}

// noteTables is an observer: it notes each table that an operation writes to, those of its cascade too.
func noteTables(ctx context.Context, _ *gorm.DB, event softdelete.Event) error {
	if w, ok := ctx.Value(writtenKey{}).(*written); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !slices.Contains(w.tables, event.Table) {
			w.tables = append(w.tables, event.Table)
		}
	}
	return nil
}

// forgetAfter does some work, with all of its transactions, and then forgets what a cache has of the tables that it wrote to.
// Where the work came to nothing, that is forgotten which need not be.
func forgetAfter(ctx context.Context, forget func(ctx context.Context, table string), work func(ctx context.Context) error) error {
	w := &written{}
	defer func() {
		for _, table := range w.tables {
			forget(context.WithoutCancel(ctx), table)
		}
	}()
	return work(context.WithValue(ctx, writtenKey{}, w))
}

func Example_forgetAfterTheCommit() {
	type Comment struct {
		ID     uint
		PostID uint
		softdelete.Tracked
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	must(err)
	must(db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}, Observers: []softdelete.Observer{noteTables}})))
	must(db.AutoMigrate(&Post{}, &Comment{}))
	must(db.Create(&Post{ID: 1, Comments: []Comment{{ID: 1}}}).Error)

	forget := func(_ context.Context, table string) { fmt.Println("forget", table) }
	must(forgetAfter(context.Background(), forget, func(ctx context.Context) error {
		err := db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := tx.Delete(&Post{}, 1).Error; err != nil {
				return err
			}
			fmt.Println("deleted")
			return nil
		})
		fmt.Println("committed")
		return err
	}))
	// Output:
	// deleted
	// committed
	// forget posts
	// forget comments
}

// What somebody reads before the commit, and a cache remembers, is forgotten after it.
func TestForgetAfterTheCommit(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		m := &memory{}
		useCache(t, db, m)
		return m
	}
	beside.Each(t, beside.Plugin{Use: use, Observers: []softdelete.Observer{noteTables}}, func(t *testing.T, w *beside.World) {
		m := w.Used.(*memory)
		forget := func(ctx context.Context, _ string) { require.NoError(t, m.Invalidate(ctx)) }
		count := func() (n int64) {
			require.NoError(t, w.DB.Model(&beside.Author{}).Count(&n).Error)
			return n
		}
		work := func(run func(tx *gorm.DB) error, during int64) func(context.Context) error {
			return func(ctx context.Context) error {
				return w.DB.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
					require.NoError(t, run(tx))
					require.Equal(t, during, count(), "others see what was before, and the cache remembers it")
					return nil
				})
			}
		}
		require.NoError(t, forgetAfter(w.Context, forget, work(func(tx *gorm.DB) error { return tx.Delete(&beside.Author{ID: 1}).Error }, 2)))
		w.Shows(t, []uint{2}, []uint{21})
		require.NoError(t, forgetAfter(w.Context, forget, work(func(tx *gorm.DB) error { return softdelete.Restore(tx, &beside.Author{ID: 1}).Error }, 1)))
		w.Shows(t, []uint{1, 2}, []uint{11, 21})

		// Without the recipe it answers with that from then on: it was told too early.
		require.NoError(t, work(func(tx *gorm.DB) error { return tx.Delete(&beside.Author{ID: 2}).Error }, 2)(w.Context))
		require.EqualValues(t, 2, count())
		forget(w.Context, "authors")
		require.EqualValues(t, 1, count())
	})
}
