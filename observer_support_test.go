package softdelete_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// watcher is an observer that keeps what it is told.
type watcher struct {
	mu     sync.Mutex
	events []softdelete.Event
	react  func(tx *gorm.DB, event softdelete.Event) error
}

func (w *watcher) observe(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	w.mu.Lock()
	w.events = append(w.events, event)
	react := w.react
	w.mu.Unlock()
	if react != nil {
		return react(tx, event)
	}
	return nil
}

func (w *watcher) take() []softdelete.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := w.events
	w.events = nil
	return events
}

// told writes the events since it was last called, in order of their text: what was done to which rows of which table, and if
// these were taken along.
func (w *watcher) told(t *testing.T) []string {
	t.Helper()
	told := []string{}
	for _, event := range w.take() {
		told = append(told, tell(t, event))
	}
	slices.Sort(told)
	return told
}

func tell(t *testing.T, event softdelete.Event) string {
	t.Helper()
	keys, err := event.Keys()
	require.NoError(t, err)
	require.EqualValues(t, event.Rows, len(keys), "%s of %s", event.Operation, event.Table)
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = fmt.Sprint(key)
	}
	slices.Sort(texts)
	along := ""
	if event.Cascaded {
		along = ", along"
	}
	return fmt.Sprintf("%s: %s %s%s", event.Operation, event.Table, strings.Join(texts, ","), along)
}

// watchedBlog is openBlog on a handle that is observed.
func watchedBlog(t *testing.T, open testdb.Opener, config softdelete.Config) (*gorm.DB, *watcher) {
	t.Helper()
	w := &watcher{}
	config.Models, config.Observers = blogModels, append(config.Observers, w.observe)
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(append([]any{&blogLogin{}}, blogModels...)...))
	refillBlog(t, db, w)
	return db, w
}

// refillBlog is fillBlog, of which the watcher forgets.
func refillBlog(t *testing.T, db *gorm.DB, w *watcher) {
	t.Helper()
	react := w.react
	w.react = nil
	fillBlog(t, db)
	w.take()
	w.react = react
}
