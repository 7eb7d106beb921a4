// Package musicstore gives tests of the trash page the store of examples/trashpage, on a SQLite file of their own.
package musicstore

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

// filled is the store's file, which is made once and copied for each test.
var filled = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "softdelete-store-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "store.db")
	db, err := store.Open(context.Background(), file)
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	if err := pool.Close(); err != nil { // which writes all into the file
		return nil, err
	}
	return os.ReadFile(file) //nolint:gosec // a file of ours
})

// Open opens a store that is the test's own, and its trash.
func Open(t *testing.T) (*gorm.DB, *softdelete.Trash) {
	t.Helper()
	content, err := filled()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "store.db")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	db, err := store.Open(t.Context(), file)
	require.NoError(t, err)
	t.Cleanup(func() {
		pool, err := db.DB()
		require.NoError(t, err)
		require.NoError(t, pool.Close())
	})
	trash, err := softdelete.OpenTrash(db)
	require.NoError(t, err)
	return db, trash.WithRetention(store.Retention)
}
