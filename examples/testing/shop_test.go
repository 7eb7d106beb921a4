package shop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// docs

// clock stands still until a test moves it.
type clock struct{ at time.Time }

func (c *clock) Now() time.Time          { return c.at }
func (c *clock) Advance(d time.Duration) { c.at = c.at.Add(d) }

// open returns a database in memory that no other test has, and its clock.
func open(t *testing.T) (*gorm.DB, *clock) {
	t.Helper()
	clock := &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	db, err := gorm.Open(sqlite.Open(":memory:?_pragma=foreign_keys(1)"), &gorm.Config{NowFunc: clock.Now})
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1) // each connection would be a database of its own
	t.Cleanup(func() { _ = pool.Close() })
	require.NoError(t, Use(db)) // as the application does it
	require.NoError(t, softdelete.AutoMigrate(db, Models()...))
	return db, clock
}

// end

// docs

// ana makes a customer with two orders.
func ana(t *testing.T, db *gorm.DB) Customer {
	t.Helper()
	customer := Customer{Email: "ana@example.com", Orders: []Order{{Number: "A1"}, {Number: "A2"}}}
	require.NoError(t, db.Create(&customer).Error)
	return customer
}

func TestLeave(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	customer := ana(t, db)

	ctx := softdelete.WithActor(t.Context(), "support")
	require.NoError(t, Store{db}.Leave(ctx, customer.ID))

	trashed, err := softdelete.Of[Order](db).Find(ctx)
	require.NoError(t, err)
	require.Len(t, trashed, 2, "the orders go along")
	require.Equal(t, "support", *trashed[0].DeletedBy)
	_, err = Store{db}.Customer(ctx, customer.ID)
	require.ErrorIs(t, err, gorm.ErrRecordNotFound)
}

// end

// docs

func TestDeletedIs404(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	customer := ana(t, db)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /customers/{id}", Store{db}.ShowCustomer)
	get := func() int {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/customers/1", nil))
		return w.Code
	}

	require.Equal(t, http.StatusOK, get())
	require.NoError(t, Store{db}.Leave(t.Context(), customer.ID))
	require.Equal(t, http.StatusNotFound, get())
	require.NoError(t, softdelete.Restore(db, &customer).Error)
	require.Equal(t, http.StatusOK, get(), "it is back")
}

// end

// docs

func TestLeaveCanBeUndone(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	customer := ana(t, db)
	require.NoError(t, Store{db}.Leave(t.Context(), customer.ID))

	trash, err := softdelete.OpenTrash(db)
	require.NoError(t, err)
	page, err := trash.Deletions(t.Context(), softdelete.ListOptions{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Equal(t, map[string]int64{"customers": 1, "orders": 2}, page.Items[0].Rows)

	_, err = trash.Undo(t.Context(), page.Items[0].ID)
	require.NoError(t, err)
	numbers, err := Store{db}.Numbers(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"A1", "A2"}, numbers)
}

// end

// docs

func TestSweep(t *testing.T) {
	t.Parallel()
	db, clock := open(t)
	customer := ana(t, db)
	require.NoError(t, Store{db}.Leave(t.Context(), customer.ID))

	clock.Advance(29 * 24 * time.Hour)
	require.NoError(t, Store{db}.Sweep(t.Context()))
	require.EqualValues(t, 2, trashedOrders(t, db), "too young")

	clock.Advance(2 * 24 * time.Hour)
	require.NoError(t, Store{db}.Sweep(t.Context()))
	require.Zero(t, trashedOrders(t, db), "gone for good")
}

func trashedOrders(t *testing.T, db *gorm.DB) int64 {
	t.Helper()
	n, err := softdelete.Of[Order](db).Count(t.Context())
	require.NoError(t, err)
	return n
}

// end

// docs

// reads are all reads of the application: the models that each looks at, and how many rows it finds.
var reads = map[string]struct {
	of   []any
	rows func(ctx context.Context, s Store) (int, error)
}{
	"Customer": {[]any{&Customer{}}, func(ctx context.Context, s Store) (int, error) {
		_, err := s.Customer(ctx, 1)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return 0, nil
		}
		return 1, err
	}},
	"Numbers": {[]any{&Order{}}, func(ctx context.Context, s Store) (int, error) {
		rows, err := s.Numbers(ctx)
		return len(rows), err
	}},
	"Buyers": {[]any{&Customer{}, &Order{}}, func(ctx context.Context, s Store) (int, error) {
		rows, err := s.Buyers(ctx)
		return len(rows), err
	}},
}

func TestNoReadShowsTheTrash(t *testing.T) {
	t.Parallel()
	for name, read := range reads {
		for _, model := range read.of {
			t.Run(fmt.Sprintf("%s without %T", name, model), func(t *testing.T) {
				t.Parallel()
				db, clock := open(t)
				ana(t, db)
				n, err := read.rows(t.Context(), Store{db})
				require.NoError(t, err)
				require.NotZero(t, n, "it finds what is live")

				// The marker by hand, so that nothing goes along.
				require.NoError(t, db.Model(model).Where("1 = 1").Update("deleted_at", clock.Now()).Error)
				n, err = read.rows(t.Context(), Store{db})
				require.NoError(t, err)
				require.Zero(t, n, "it finds what is trashed")
			})
		}
	}
}

// end

// docs

func TestCascades(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	var policies []string
	for _, policy := range db.Plugins["softdelete"].(*softdelete.Plugin).Policies() {
		policies = append(policies, policy.String())
	}
	require.Equal(t, []string{`Customer → Order (Orders): cascade, by softdelete:"cascade"`}, policies)
}

// end

// docs

func TestSchema(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	findings, err := softdelete.Doctor(db)
	require.NoError(t, err)
	for _, f := range findings {
		require.NotEqual(t, softdelete.SeverityError, f.Severity, f)
	}
}

// end

// docs

func TestDeleteAsSQL(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	sql := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Delete(&Order{}, 7) })
	require.Contains(t, sql, "UPDATE `orders` SET `deleted_at`=")
}

// end

// docs

func TestInATransaction(t *testing.T) {
	t.Parallel()
	db, clock := open(t) // yours: one handle on PostgreSQL, that all tests share
	tx := db.Session(&gorm.Session{NowFunc: clock.Now}).Begin()
	require.NoError(t, tx.Error)
	t.Cleanup(func() { tx.Rollback() })

	customer := ana(t, tx)
	require.NoError(t, Store{tx}.Leave(t.Context(), customer.ID))
	require.EqualValues(t, 2, trashedOrders(t, tx))
}

// end
