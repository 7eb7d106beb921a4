package neighbours_test

import (
	"context"
	"sync"
	"testing"

	"github.com/go-gorm/caches/v4"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// memory is a cache of results. It forgets what it has when it is told of a write, unless it is one that is told too late: as
// a cache that other processes write beside.
type memory struct {
	keeps bool

	mu    sync.Mutex
	found map[string][]byte
	hits  int
	told  int
}

func (m *memory) Get(_ context.Context, key string, q *caches.Query[any]) (*caches.Query[any], error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, ok := m.found[key]
	if !ok {
		return nil, nil //nolint:nilnil // as the plugin wants it
	}
	m.hits++
	return q, q.Unmarshal(stored)
}

func (m *memory) Store(_ context.Context, key string, value *caches.Query[any]) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, err := value.Marshal()
	if m.found == nil {
		m.found = map[string][]byte{}
	}
	m.found[key] = stored
	return err
}

func (m *memory) Invalidate(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told++
	if !m.keeps {
		clear(m.found)
	}
	return nil
}

func (m *memory) counts() (hits, told int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hits, m.told
}

// useCache puts a cache of results on a handle.
func useCache(t *testing.T, db *gorm.DB, m *memory) {
	t.Helper()
	require.NoError(t, db.Use(&caches.Caches{Conf: &caches.Config{Easer: true, Cacher: m}}))
}
