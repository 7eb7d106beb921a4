// Package watch has an observer that remembers what it was told.
package watch

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
)

// FailAt makes the nth call of an observer fail, after it has written something.
func (w *Watcher) FailAt(n int, fail func() error) {
	calls := 0
	w.React = func(tx *gorm.DB, _ softdelete.Event) error {
		if err := tx.Exec("UPDATE blog_tags SET name = 'written by an observer'").Error; err != nil {
			return err
		}
		if calls++; calls == n {
			return fail()
		}
		return nil
	}
}

// Watcher is an observer that keeps what it is told.
type Watcher struct {
	mu     sync.Mutex
	events []softdelete.Event
	React  func(tx *gorm.DB, event softdelete.Event) error
}

func (w *Watcher) Observe(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	w.mu.Lock()
	w.events = append(w.events, event)
	react := w.React
	w.mu.Unlock()
	if react != nil {
		return react(tx, event)
	}
	return nil
}

func (w *Watcher) Take() []softdelete.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := w.events
	w.events = nil
	return events
}

// Told writes the events since it was last called, in order of their text: what was done to which rows of which table, and if
// these were taken along.
func (w *Watcher) Told(t *testing.T) []string {
	t.Helper()
	told := []string{}
	for _, event := range w.Take() {
		told = append(told, Tell(t, event))
	}
	slices.Sort(told)
	return told
}

// Tell writes an event with its keys, which it counts.
func Tell(t *testing.T, event softdelete.Event) string {
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
