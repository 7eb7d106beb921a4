package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// by tells of operations who, why, and how many rows of which table.
func by(items any) []string {
	list := []string{}
	for _, item := range items.([]any) {
		d := item.(map[string]any)
		reason, _ := d["reason"].(string)
		rows := []string{}
		for _, table := range []string{"users", "articles", "comments"} {
			if n, ok := d["rows"].(map[string]any)[table]; ok {
				rows = append(rows, strings.Repeat(table[:1], int(n.(float64))))
			}
		}
		list = append(list, d["by"].(string)+" "+strings.Join(rows, "")+" "+reason)
	}
	return list
}

// TestUndo says that people take back what they have deleted themselves in the last 30 minutes, and nothing else.
func TestUndo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		early := s.ok(t, "ana", "DELETE /comments/4?reason=early")
		s.wait(20 * time.Minute)
		bens := s.ok(t, "ben", "DELETE /comments/3?reason=his")
		s.ok(t, "ana", "DELETE /comments/2?reason=spam")
		article := s.ok(t, "ana", "DELETE /articles/1?reason=mistake")
		require.Equal(t, []string{"ana ac mistake", "ana c spam", "ana c early"}, by(s.ok(t, "ana", "GET /undo")["items"]))
		require.Equal(t, []string{"ben c his"}, by(s.ok(t, "ben", "GET /undo")["items"]))
		s.wait(11 * time.Minute)
		require.Equal(t, []string{"ana ac mistake", "ana c spam"}, by(s.ok(t, "ana", "GET /undo")["items"]))

		for _, id := range []any{bens["id"], early["id"], uuid.NewString(), uuid.Nil.String(), "7"} {
			require.Equal(t, http.StatusNotFound, s.ask(t, "ana", "POST /undo/"+id.(string)).status)
		}
		one := s.ok(t, "ana", "POST /undo/"+article["id"].(string))
		require.Equal(t, article["rows"], one["rows"])
		require.Equal(t, http.StatusNotFound, s.ask(t, "ana", "POST /undo/"+article["id"].(string)).status, "it is undone")
		require.Equal(t, []int{1, 2}, s.ids(t, "/articles"))
		require.Equal(t, []int{1}, s.ids(t, "/comments"), "the comment that was deleted before the article stays where it is")

		s.ok(t, "ana", "DELETE /articles/1?reason=mistake")
		require.Equal(t, []string{"ana ac mistake", "ana c spam"}, by(s.ok(t, "ana", "POST /undo")["items"]))
		require.Equal(t, []int{1, 2}, s.ids(t, "/comments"))
		require.Empty(t, s.ok(t, "ana", "POST /undo")["items"])
		require.Equal(t, []string{"ben c his", "ana c early"}, by(s.ok(t, "ana", "GET /deletions")["items"]))
	})
}

// TestUndoAllOrNothing says that where one cannot be undone none is.
func TestUndoAllOrNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		s.ok(t, "ana", "DELETE /articles/1")
		s.ok(t, "ana", "DELETE /comments/4")
		s.ok(t, "ben", "POST /articles", `{"title": "Again", "slug": "anas", "body": "…", "author_id": 2, "category_id": 1}`)
		require.Equal(t, http.StatusConflict, s.ask(t, "ana", "POST /undo").status)
		require.Equal(t, []int{3}, s.ids(t, "/comments"))
		require.Len(t, s.ok(t, "ana", "GET /undo")["items"], 2)
	})
}

// TestDeletions says who deleted what.
func TestDeletions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		s.ok(t, "ben", "DELETE /comments/4")
		gone := s.ok(t, "ana", "POST /users/1/deactivate?reason=asked")
		require.Equal(t, []string{"ana uaccc asked", "ben c "}, by(s.ok(t, "ana", "GET /deletions")["items"]))
		require.Equal(t, []string{"ben c "}, by(s.ok(t, "ana", "GET /deletions?actor=ben")["items"]))

		one := s.ok(t, "ben", "GET /deletions/"+gone["id"].(string))
		require.Equal(t, []string{"ana uaccc asked"}, by([]any{one["deletion"]}))
		require.ElementsMatch(t, []any{
			map[string]any{"table": "users", "key": []any{1.0}},
			map[string]any{"table": "articles", "key": []any{1.0}},
			map[string]any{"table": "comments", "key": []any{1.0}},
			map[string]any{"table": "comments", "key": []any{2.0}},
			map[string]any{"table": "comments", "key": []any{3.0}},
		}, one["items"])
		require.Empty(t, one["next"])

		var more []Comment
		for range 120 {
			more = append(more, Comment{ArticleID: 2, AuthorID: 2, Text: "more"})
		}
		require.NoError(t, s.db.Create(&more).Error)
		path := "GET /deletions/" + s.ok(t, "ana", "DELETE /articles/2")["id"].(string)
		keys, after := map[string]bool{}, ""
		for first := true; first || after != ""; first = false {
			page := s.ok(t, "ana", path+"?after="+url.QueryEscape(after))
			for _, item := range page["items"].([]any) {
				keys[fmt.Sprint(item)] = true
			}
			after = page["next"].(string)
		}
		require.Len(t, keys, 121, "the article and its comments, by pages")

		for _, id := range []string{uuid.NewString(), uuid.Nil.String(), "7"} {
			require.Equal(t, http.StatusNotFound, s.ask(t, "ana", "GET /deletions/"+id).status)
		}
	})
}

// TestAudit says that what is deleted is written down in the same transaction, or not deleted.
func TestAudit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		gone := s.ok(t, "ana", "DELETE /articles/1?reason=spam")
		s.ok(t, "ben", "POST /articles/1/restore")
		entries := []any{}
		for _, entry := range s.ok(t, "ana", "GET /audit")["items"].([]any) {
			entry := entry.(map[string]any)
			_, err := time.Parse(time.RFC3339, entry["at"].(string))
			require.NoError(t, err)
			delete(entry, "at")
			entries = append(entries, entry)
		}
		require.Equal(t, []any{
			map[string]any{"id": 1.0, "actor": "ana", "reason": "spam", "what": "soft delete", "of": "articles", "keys": []any{1.0}, "cascaded": false, "operation": gone["id"]},
			map[string]any{"id": 2.0, "actor": "ana", "reason": "spam", "what": "soft delete", "of": "comments", "keys": []any{1.0, 2.0}, "cascaded": true, "operation": gone["id"]},
			map[string]any{"id": 3.0, "actor": "ben", "what": "restore", "of": "articles", "keys": []any{1.0}, "cascaded": false, "operation": nil},
			map[string]any{"id": 4.0, "actor": "ben", "what": "restore", "of": "comments", "keys": []any{1.0, 2.0}, "cascaded": true, "operation": nil},
		}, entries)

		require.NoError(t, s.db.Migrator().DropTable("audit_entries"))
		failed := s.ask(t, "ana", "DELETE /articles/1")
		require.Equal(t, http.StatusInternalServerError, failed.status)
		require.Equal(t, map[string]any{"status": 500.0, "title": "Internal Server Error"}, failed.body, "why is nobody's business")
		require.Equal(t, []int{1, 2}, s.ids(t, "/articles"))
		require.Equal(t, []int{1, 2, 3, 4}, s.ids(t, "/comments"))
	})
}

// TestRetention says that what is in the trash for too long is removed, without anybody asking.
func TestRetention(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := start(t, open, 0)
		fill(t, s)
		s.ok(t, "ana", "POST /users/1/deactivate")
		s.wait(2 * time.Hour)
		s.ok(t, "ana", "DELETE /comments/4")
		require.NoError(t, s.stop())

		later := start(t, open, retention+time.Hour)
		require.Eventually(t, func() bool { return later.rows(t, "users") == 1 }, time.Minute, 5*time.Millisecond)
		require.Equal(t, 1, later.rows(t, "articles"))
		require.Equal(t, 1, later.rows(t, "comments"), "what was deleted later is kept")
		require.Equal(t, []string{"ana c "}, by(later.ok(t, "ana", "GET /deletions")["items"]))
		purged := 0.0
		for _, entry := range later.ok(t, "ana", "GET /audit")["items"].([]any) {
			if entry := entry.(map[string]any); entry["what"] == "purge" {
				require.Equal(t, "retention", entry["actor"])
				require.Equal(t, "too old", entry["reason"])
				purged += float64(len(entry["keys"].([]any)))
			}
		}
		require.Equal(t, 5.0, purged)
		require.Equal(t, http.StatusNotFound, later.ask(t, "ana", "POST /users/1/reactivate").status)
	})
}

// TestRetentionKeeps says that an article is not removed while a live comment hangs on it, of an author who was reactivated since.
func TestRetentionKeeps(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := start(t, open, 0)
		fill(t, s)
		s.ok(t, "ben", "POST /users/1/deactivate")
		s.ok(t, "ben", "DELETE /articles/2")
		s.ok(t, "ben", "POST /users/1/reactivate")
		s.ok(t, "ben", "DELETE /articles/1")
		require.NoError(t, s.stop())

		later := start(t, open, retention+time.Hour)
		require.Eventually(t, func() bool { return later.rows(t, "articles") == 1 && later.rows(t, "comments") == 1 }, time.Minute, 5*time.Millisecond)
		later.ok(t, "ben", "POST /articles/2/restore")
		require.Equal(t, []int{3}, later.ids(t, "/comments"), "4 was removed by its own age")
	})
}

// TestTrashPage says that the page is there for the admin only, who sees and undoes what anybody has deleted.
func TestTrashPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		id := s.ok(t, "ana", "POST /users/1/deactivate?reason=by%20mistake")["id"].(string)
		require.Equal(t, http.StatusUnauthorized, s.ask(t, "", "GET /admin/trash/").status)
		require.Equal(t, http.StatusForbidden, s.ask(t, "ana", "GET /admin/trash/").status)
		page := s.ask(t, "admin", "GET /admin/trash/")
		require.Equal(t, http.StatusOK, page.status)
		require.Contains(t, page.text, "by mistake")
		require.Contains(t, page.text, "Articles · Trash")
		require.Contains(t, s.ask(t, "admin", "GET /admin/trash/rows?model=comments").text, "third")

		asked := func(name, method, path, body string) answer {
			r, err := http.NewRequestWithContext(t.Context(), method, s.url+"/admin/trash/"+path, strings.NewReader(body))
			require.NoError(t, err)
			r.SetBasicAuth(name, "secret")
			r.Header.Set("Accept", "application/json")
			r.Header.Set("Content-Type", "application/json")
			return s.send(t, r)
		}
		plan := asked("admin", http.MethodGet, "preview?op=undo&id="+id, "")
		require.Equal(t, http.StatusOK, plan.status, plan.text)
		body := `{"id": "` + id + `", "plan": "` + plan.body["fingerprint"].(string) + `"}`
		require.Equal(t, http.StatusForbidden, asked("ana", http.MethodPost, "undo", body).status)
		done := asked("admin", http.MethodPost, "undo", body)
		require.Equal(t, http.StatusOK, done.status, done.text)
		require.Equal(t, []int{1, 2}, s.ids(t, "/users"))
		entries := s.ok(t, "ana", "GET /audit")["items"].([]any)
		require.Equal(t, "admin", entries[len(entries)-1].(map[string]any)["actor"])
	})
}
