package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// gaveUp is the error of a deadlock, as PostgreSQL's driver has it.
type gaveUp struct{}

func (gaveUp) Error() string    { return "deadlock detected" }
func (gaveUp) SQLState() string { return "40P01" }

// TestDeadlock says that a request is begun again, with its whole body, where the database has given it up; and not for ever.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ deadlocks, tries, status int }{{0, 1, 200}, {2, 3, 200}, {99, 5, 503}} {
		tries := 0
		handler := speak(func(r *http.Request) (int, any, error) {
			tries++
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			require.Equal(t, "the body", string(body))
			if tries <= test.deadlocks {
				return 0, nil, fmt.Errorf("restore: %w", gaveUp{})
			}
			return http.StatusOK, nil, nil
		})
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/undo", strings.NewReader("the body")))
		require.Equal(t, test.status, w.Code)
		require.Equal(t, test.tries, tries)
	}
}

// TestTooLong says that a request which has taken too long is told so, whatever the driver makes of that.
func TestTooLong(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	handler := speak(func(*http.Request) (int, any, error) {
		cancel()
		return 0, nil, errors.New("conn closed")
	})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/articles", nil).WithContext(ctx))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
}

// TestMeanwhile says what comes of a request that waits for another one's row. It is about databases that lock rows.
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, other, request, body string
		status                     int
	}{
		{"another field", "UPDATE articles SET title = 'Other' WHERE id = 1", "PATCH /articles/1", `{"slug": "other"}`, 200},
		{"deleted", "UPDATE articles SET deleted_at = now() WHERE id = 1", "PATCH /articles/1", `{"slug": "other"}`, 404},
		{"article of a comment", "UPDATE articles SET deleted_at = now() WHERE id = 1", "POST /articles/1/comments", `{"text": "late", "author_id": 2}`, 422},
		{"author of a comment", "UPDATE users SET deleted_at = now() WHERE id = 2", "POST /articles/1/comments", `{"text": "late", "author_id": 2}`, 422},
		{"author of an article", "UPDATE users SET deleted_at = now() WHERE id = 2", "PATCH /articles/1", `{"author_id": 2}`, 422},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, testdb.OpenerFor(t, "postgres"), 0)
			fill(t, s)
			other := s.db.Begin()
			t.Cleanup(func() { other.Rollback() })
			require.NoError(t, other.Exec(test.other).Error)
			var pid int
			require.NoError(t, other.Raw("SELECT pg_backend_pid()").Scan(&pid).Error)

			answered := make(chan answer, 1)
			go func() { answered <- s.ask(t, "ana", test.request, test.body) }()
			require.Eventually(t, func() bool {
				var waiting int
				err := s.db.Raw("SELECT count(*) FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))", pid).Scan(&waiting).Error
				return err == nil && waiting == 1
			}, time.Minute, 5*time.Millisecond)
			require.NoError(t, other.Commit().Error)
			require.Equal(t, test.status, (<-answered).status)
			if test.status == http.StatusOK {
				article := s.ok(t, "ana", "GET /articles/1")
				require.Equal(t, "Other", article["title"])
				require.Equal(t, "other", article["slug"])
			}
		})
	}
}
