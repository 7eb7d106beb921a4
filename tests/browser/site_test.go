package browser_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/musicstore"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// site is the music store of the example, with its trash page below /admin/trash/.
type site struct {
	root  string
	db    *gorm.DB
	trash *softdelete.Trash
	log   *logged
}

// open opens a store of the test's own.
func open(t *testing.T) *site {
	t.Helper()
	db, trash := musicstore.Open(t)
	s := &site{db: db, trash: trash, log: &logged{}}
	options := trashui.Options{
		Title: "Music store · Trash", AllowAll: true, Doctor: true, Columns: columns, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
		Actor: func(*http.Request) any { return "ana" },
	}
	page, err := trashui.New(s.trash, options)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/admin/trash/", page)
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.Close()
		require.Empty(t, s.log.String(), "the page has logged an error")
	})
	s.root = server.URL + "/admin/trash/"
	return s
}

// columns leaves out a customer's secrets.
func columns(table string) []string {
	if table == "customers" {
		return []string{"id", "name", "email", "city", "created_at"}
	}
	return nil
}

// has tells if a row is in the trash.
func (s *site) has(t *testing.T, table string, key ...any) bool {
	t.Helper()
	_, err := s.trash.Item(t.Context(), table, key...)
	if err != nil {
		require.ErrorIs(t, err, softdelete.ErrNotFound)
	}
	return err == nil
}

// newest are the newest rows of a table in the trash.
func (s *site) newest(t *testing.T, model any, limit int) []softdelete.Item {
	t.Helper()
	page, err := s.trash.List(t.Context(), softdelete.ListOptions{Models: []any{model}, Limit: limit})
	require.NoError(t, err)
	require.NotEmpty(t, page.Items)
	return page.Items
}

// older counts the rows that are in the trash for longer than some time.
func (s *site) older(t *testing.T, age time.Duration) int64 {
	t.Helper()
	report, err := s.trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{OlderThan: age})
	require.NoError(t, err)
	total := int64(0)
	for _, rows := range report.Rows {
		total += rows
	}
	return total
}

// logged is what the page logs.
type logged struct {
	mu   sync.Mutex
	text []byte
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
