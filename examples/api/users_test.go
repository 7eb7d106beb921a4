package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDeactivate says that all that is a user's goes and comes back, that and no more.
func TestDeactivate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		s.ok(t, "ana", "POST /articles", `{"title": "Old", "slug": "old", "body": "…", "author_id": 1, "category_id": 1}`)
		s.ok(t, "ana", "DELETE /articles/3") // before, and so it stays

		gone := s.ok(t, "ben", "POST /users/1/deactivate?reason=asked%20to%20leave")
		require.Equal(t, map[string]any{"users": 1.0, "articles": 1.0, "comments": 3.0}, gone["rows"])
		require.Equal(t, "ben", gone["by"])
		require.Equal(t, "asked to leave", gone["reason"])
		require.Equal(t, []int{2}, s.ids(t, "/users"))
		require.Equal(t, []int{2}, s.ids(t, "/articles"))
		require.Equal(t, []int{4}, s.ids(t, "/comments"))

		require.Equal(t, gone["rows"], s.ok(t, "ben", "POST /users/1/reactivate")["rows"])
		require.Equal(t, []int{1, 2}, s.ids(t, "/users"))
		require.Equal(t, []int{1, 2}, s.ids(t, "/articles"))
		require.Equal(t, []int{1, 2, 3, 4}, s.ids(t, "/comments"))
	})
}

// TestFreeEmail says that a deactivated user's e-mail can be had by another, and then not be had back.
func TestFreeEmail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		const again = `{"name": "Ana again", "email": "ana@example.com"}`
		require.Equal(t, http.StatusConflict, s.ask(t, "ana", "POST /users", again).status)
		s.ok(t, "ana", "POST /users/1/deactivate")
		path := fmt.Sprintf("/users/%v", s.ok(t, "ana", "POST /users", again)["id"])

		taken := s.ask(t, "ana", "POST /users/1/reactivate")
		require.Equal(t, http.StatusConflict, taken.status)
		require.Equal(t, "a live row has that e-mail or slug", taken.body["detail"])
		require.Equal(t, []int{2}, s.ids(t, "/articles"), "nothing has come back")

		s.ok(t, "ana", "PATCH "+path, `{"email": "ana.again@example.com"}`)
		s.ok(t, "ana", "POST /users/1/reactivate")
		require.Equal(t, []int{1, 2}, s.ids(t, "/articles"))
		require.Equal(t, http.StatusConflict, s.ask(t, "ana", "PATCH "+path, `{"email": "ana@example.com"}`).status)
	})
}

// TestFreeSlug says the same of slugs.
func TestFreeSlug(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		const again = `{"title": "Again", "slug": "anas", "body": "…", "author_id": 2, "category_id": 1}`
		require.Equal(t, http.StatusConflict, s.ask(t, "ana", "POST /articles", again).status)
		s.ok(t, "ana", "DELETE /articles/1")
		s.ok(t, "ana", "POST /articles", again)
		require.Equal(t, http.StatusConflict, s.ask(t, "ana", "POST /articles/1/restore").status)
	})
}
