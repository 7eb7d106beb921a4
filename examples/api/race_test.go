package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

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
