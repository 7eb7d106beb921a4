package main

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestResources walks each resource through its life.
func TestResources(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, list, create, body, change, field, value, remove, restore string }{
		{"/categories/2", "/categories", "/categories", `{"name": "Art", "slug": "art"}`, `{"name": "Arts"}`, "name", "Arts", "DELETE /categories/2", "/restore"},
		{"/users/3", "/users", "/users", `{"name": "Cy", "email": "cy@example.com"}`, `{"name": "Cyd"}`, "name", "Cyd", "POST /users/3/deactivate", "/reactivate"},
		{
			"/articles/3", "/articles", "/articles", `{"title": "New", "slug": "new", "body": "…", "author_id": 1, "category_id": 1}`,
			`{"title": "Newer"}`, "title", "Newer", "DELETE /articles/3", "/restore",
		},
		{"/comments/5", "/comments", "/articles/2/comments", `{"text": "fifth", "author_id": 1}`, `{"text": "5th"}`, "text", "5th", "DELETE /comments/5", "/restore"},
	} {
		t.Run(test.list[1:], func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *service) {
				never := s.ask(t, "ana", "GET "+test.path)
				require.Equal(t, http.StatusNotFound, never.status)
				before := s.ids(t, test.list)

				made := s.ok(t, "ana", "POST "+test.create, test.body)
				require.Equal(t, test.path, fmt.Sprintf("%s/%v", test.list, made["id"]))
				require.Equal(t, test.value, s.ok(t, "ana", "PATCH "+test.path, test.change)[test.field])
				got := s.ok(t, "ana", "GET "+test.path)
				require.Equal(t, test.value, got[test.field])
				for field, value := range made {
					if field != test.field && field != "created_at" { // the database keeps less of a second
						require.Equal(t, value, got[field], field)
					}
				}
				require.Len(t, s.ids(t, test.list), len(before)+1)
				require.Equal(t, http.StatusNotFound, s.ask(t, "ana", "POST "+test.path+test.restore).status, "it is live")

				s.ok(t, "ana", test.remove)
				for _, request := range []string{"GET " + test.path, "PATCH " + test.path, test.remove} {
					gone := s.ask(t, "ana", request, test.change)
					require.Equal(t, http.StatusNotFound, gone.status, request)
					require.Equal(t, never.text, gone.text, "in the trash is as if it had never been")
					require.Equal(t, "application/problem+json", gone.header.Get("Content-Type"))
				}
				require.Equal(t, before, s.ids(t, test.list))

				require.Equal(t, map[string]any{"rows": map[string]any{test.list[1:]: 1.0}}, s.ok(t, "ben", "POST "+test.path+test.restore))
				require.Equal(t, got, s.ok(t, "ana", "GET "+test.path))
			})
		})
	}
}

// TestArticleWithRelations says that what is in the trash is not loaded along either.
func TestArticleWithRelations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		texts := func() []string {
			article := s.ok(t, "ana", "GET /articles/1")
			require.Equal(t, "Ana", article["author"].(map[string]any)["name"])
			require.Equal(t, "Go", article["category"].(map[string]any)["name"])
			list := []string{}
			comments, _ := article["comments"].([]any)
			for _, comment := range comments {
				comment := comment.(map[string]any)
				list = append(list, comment["text"].(string)+" by "+comment["author"].(map[string]any)["name"].(string))
			}
			return list
		}
		require.Equal(t, []string{"first by Ana", "second by Ben"}, texts())
		s.ok(t, "ana", "DELETE /comments/1")
		require.Equal(t, []string{"second by Ben"}, texts())

		require.Equal(t, map[string]any{"articles": 1.0, "comments": 1.0}, s.ok(t, "ana", "DELETE /articles/1")["rows"])
		require.Equal(t, []int{3, 4}, s.ids(t, "/comments"))
		require.Equal(t, map[string]any{"articles": 1.0, "comments": 1.0}, s.ok(t, "ana", "POST /articles/1/restore")["rows"])
		require.Equal(t, []string{"second by Ben"}, texts(), "the comment that was deleted before stays where it is")

		// The author alone, by hand: as it is between two statements of one who reads them one after the other.
		require.NoError(t, s.db.Exec("UPDATE users SET deleted_at = ? WHERE id = 1", time.Now()).Error)
		require.Equal(t, http.StatusNotFound, s.ask(t, "ana", "GET /articles/1").status, "an article is not shown without its author")
	})
}

// TestLists says how rows are chosen, and that pages hang together.
func TestLists(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		require.Equal(t, []int{1}, s.ids(t, "/articles?author_id=1"))
		require.Equal(t, []int{1, 2}, s.ids(t, "/articles?category_id=1"))
		require.Equal(t, []int{2}, s.ids(t, "/comments?article_id=1&author_id=2"))
		require.Empty(t, s.ids(t, "/comments?article_id=1%20OR%201=1"))

		var more []Comment
		for range 60 {
			more = append(more, Comment{ArticleID: 2, AuthorID: 1, Text: "more"})
		}
		require.NoError(t, s.db.Create(&more).Error)
		first := s.ok(t, "ana", "GET /comments")
		require.Len(t, first["items"], 50)
		second := s.ok(t, "ana", fmt.Sprintf("GET /comments?after=%v", first["next"]))
		require.Len(t, second["items"], 14)
		require.NotContains(t, second, "next")
		require.InDelta(t, first["next"].(float64)+1, second["items"].([]any)[0].(map[string]any)["id"], 0)
	})
}

// TestPatch says that what is not in the body stays as it is.
func TestPatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		for _, test := range []struct{ body, field, value string }{
			{`{"title": "Other"}`, "title", "Other"},
			{`{}`, "title", "Other"},
			{`null`, "title", "Other"},
			{`{"title": null, "slug": "other"}`, "slug", "other"},
		} {
			s.ok(t, "ana", "PATCH /articles/1", test.body)
			require.Equal(t, test.value, s.ok(t, "ana", "GET /articles/1")[test.field])
		}
		article := s.ok(t, "ana", "GET /articles/1")
		require.Equal(t, "Other", article["title"])
		require.Equal(t, "…", article["body"])
	})
}

// TestTwoParents says that a comment is seen while its article and its author are there, and that neither keeps the other from
// coming back.
func TestTwoParents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		seen := func() []int {
			ids := s.ids(t, "/comments?article_id=2")
			article := s.ask(t, "ana", "GET /articles/2")
			below := []int{}
			comments, _ := article.body["comments"].([]any)
			for _, comment := range comments {
				below = append(below, int(comment.(map[string]any)["id"].(float64)))
			}
			require.Equal(t, ids, below)
			for _, id := range []int{3, 4} {
				want := http.StatusNotFound
				if slices.Contains(ids, id) {
					want = http.StatusOK
				}
				require.Equal(t, want, s.ask(t, "ana", fmt.Sprint("GET /comments/", id)).status)
				require.Equal(t, want, s.ask(t, "ana", fmt.Sprint("PATCH /comments/", id), `{"text": "changed"}`).status)
				if want == http.StatusNotFound {
					require.Equal(t, want, s.ask(t, "ana", fmt.Sprint("DELETE /comments/", id)).status)
				}
			}
			return ids
		}
		require.Equal(t, []int{3, 4}, seen())
		s.ok(t, "ben", "DELETE /articles/2")
		s.ok(t, "ben", "POST /users/1/deactivate")
		s.ok(t, "ben", "POST /articles/2/restore")
		require.Equal(t, []int{4}, seen(), "3 is by a deactivated user")
		s.ok(t, "ben", "POST /users/1/reactivate")
		require.Equal(t, []int{3, 4}, seen())

		s.ok(t, "ben", "POST /users/1/deactivate")
		s.ok(t, "ben", "DELETE /articles/2")
		s.ok(t, "ben", "POST /users/1/reactivate")
		require.Empty(t, seen())
		require.Equal(t, []int{1, 2}, s.ids(t, "/comments"))
		s.ok(t, "ben", "POST /articles/2/restore")
		require.Equal(t, []int{3, 4}, seen())

		s.ok(t, "ben", "DELETE /comments/3")
		s.ok(t, "ben", "DELETE /articles/2")
		require.Equal(t, http.StatusConflict, s.ask(t, "ben", "POST /comments/3/restore").status, "it was not deleted along, but there it would hang on nothing")
		s.ok(t, "ben", "POST /articles/2/restore")
		s.ok(t, "ben", "POST /users/1/deactivate")
		require.Equal(t, http.StatusConflict, s.ask(t, "ben", "POST /comments/3/restore").status)
		s.ok(t, "ben", "POST /undo")
		require.Equal(t, []int{3, 4}, seen())
	})
}
