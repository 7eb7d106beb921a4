package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRefusals says what cannot be done, by which status, and that nothing is done then.
func TestRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		s.ok(t, "ana", "POST /categories", `{"name": "Art", "slug": "art"}`)
		s.ok(t, "ana", "DELETE /categories/2")
		s.ok(t, "ana", "POST /users", `{"name": "Cy", "email": "cy@example.com"}`)
		s.ok(t, "ana", "POST /users/3/deactivate")
		s.ok(t, "ben", "DELETE /articles/2")
		article := func(fields string) string { return `{"title": "T", "slug": "t", "body": "…", ` + fields + `}` }
		for _, test := range []struct {
			request, body string
			status        int
			detail        string
		}{
			{"DELETE /categories/1", "", 409, "it has 1 live articles: delete them first"},
			{"POST /articles", article(`"author_id": 1, "category_id": 2`), 422, "it belongs to something that is not there"},
			{"POST /articles", article(`"author_id": 1, "category_id": 9`), 422, "it belongs to something that is not there"},
			{"POST /articles", article(`"author_id": 3, "category_id": 1`), 422, "it belongs to something that is not there"},
			{"POST /articles", article(`"author_id": 1`), 422, "it belongs to something that is not there"},
			{"PATCH /articles/1", `{"category_id": 2}`, 422, "it belongs to something that is not there"},
			{"POST /articles/1/comments", `{"text": "by nobody", "author_id": 3}`, 422, "it belongs to something that is not there"},
			{"POST /articles/2/comments", `{"text": "on nothing", "author_id": 1}`, 404, ""},
			{"POST /articles/9/comments", `{"text": "on nothing", "author_id": 1}`, 404, ""},
			{"POST /comments/3/restore", "", 409, "what it belongs to is deleted: restore that first"},
			{"PATCH /articles/1", `{"slug": ""}`, 422, ""},
			{"PATCH /articles/1", `{"title": "a\u0000b"}`, 422, ""},
			{"PATCH /articles/1", `{"title": "` + strings.Repeat("ü", 201) + `"}`, 422, ""},
			{"PATCH /articles/1", `{"id": 7}`, 400, `unknown field "id"`},
			{"PATCH /articles/1", `{"deleted_at": null}`, 400, `unknown field "deleted_at"`},
			{"PATCH /articles/1", `{"author": {"id": 2, "name": "Eve"}}`, 400, `unknown field "author"`},
			{"PATCH /articles/1", `{"TITLE": "T"}`, 400, `unknown field "TITLE"`},
			{"PATCH /articles/1", `{"ſlug": "t"}`, 400, `unknown field "ſlug"`},
			{"PATCH /articles/1", `{"author_id": 9223372036854775808}`, 400, "author_id: json: cannot unmarshal number 9223372036854775808 into Go value of type int64"},
			{"PATCH /articles/1", `{"author_id": 9223372036854775807}`, 422, "it belongs to something that is not there"},
			{"PATCH /articles/1", `{"author_id": -1}`, 422, "it belongs to something that is not there"},
			{"POST /articles", article(`"author_id": 18446744073709551615, "category_id": 1`), 400, "author_id: json: cannot unmarshal number 18446744073709551615 into Go value of type int64"},
			{"PATCH /articles/1", `{`, 400, "unexpected end of JSON input"},
			{"PATCH /articles/1", "", 400, "unexpected end of JSON input"},
			{"PATCH /articles/1", `{"title": "T"} {"title": "U"}`, 400, "invalid character '{' after top-level value"},
			{"PATCH /articles/1", strings.Repeat(" ", 100_001), 413, "at most 100000 bytes"},
			{"GET /deletions?after=x", "", 422, "after is the next of another page"},
			{"GET /articles?after=%00", "", 400, "that is no text"},
			{"DELETE /articles/1?reason=%ff", "", 400, "that is no text"},
			{"DELETE /articles/1?reason=%zz", "", 400, "that is no text"},
			{"DELETE /articles/0", "", 404, ""},
			{"DELETE /articles/one", "", 404, ""},
			{"DELETE /articles/-1", "", 404, ""},
			{"DELETE /articles/9223372036854775808", "", 404, ""},
			{"DELETE /articles/99999999999999999999", "", 404, ""},
			{"DELETE /articles/1%20OR%201=1", "", 404, ""},
		} {
			a := s.ask(t, "ana", test.request, test.body)
			require.Equal(t, test.status, a.status, "%s\n%s", test.request, a.text)
			require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			require.InDelta(t, float64(test.status), a.body["status"], 0)
			require.Equal(t, http.StatusText(test.status), a.body["title"])
			detail, _ := a.body["detail"].(string)
			require.Equal(t, test.detail, detail, test.request)
		}
		require.Equal(t, map[string]any{"slug": "has to be 1 to 100 characters"}, s.ask(t, "ana", "PATCH /articles/1", `{"slug": ""}`).body["errors"])
		require.Equal(t, "Ana's", s.ok(t, "ana", "GET /articles/1")["title"])
		require.Equal(t, []int{1}, s.ids(t, "/articles"))
		require.Equal(t, []int{1, 2}, s.ids(t, "/comments"))
	})
}

// TestLogin says that nothing is for nobody, and that another site's form is refused though the browser logs in.
func TestLogin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		for _, request := range []string{"GET /articles", "DELETE /articles/1", "GET /admin/trash/", "GET /nowhere"} {
			a := s.ask(t, "", request)
			require.Equal(t, http.StatusUnauthorized, a.status, request)
			require.NotEmpty(t, a.header.Get("WWW-Authenticate"))
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.url+"/articles/1", nil)
		require.NoError(t, err)
		r.SetBasicAuth("ana", "wrong")
		require.Equal(t, http.StatusUnauthorized, s.send(t, r).status)
		r.SetBasicAuth("ana", "secret")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		require.Equal(t, http.StatusForbidden, s.send(t, r).status)
		require.Equal(t, []int{1, 2}, s.ids(t, "/articles"))
	})
}

// TestShutdown says that a request that is under way when the server is told to stop is answered.
func TestShutdown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *service) {
		body, write := io.Pipe()
		reached := make(chan struct{})
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reached) }})
		r, err := http.NewRequestWithContext(ctx, http.MethodPatch, s.url+"/articles/1", body)
		require.NoError(t, err)
		r.SetBasicAuth("ana", "secret")
		r.Header.Set("Expect", "100-continue") // the server says so once it reads
		answered := make(chan *http.Response, 1)
		failed := make(chan error, 1)
		go func() {
			w, err := (&http.Transport{ExpectContinueTimeout: time.Minute}).RoundTrip(r)
			if err != nil {
				failed <- err
				return
			}
			answered <- w
		}()
		<-reached
		s.cancel()
		require.Eventually(t, func() bool {
			connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err == nil {
				_ = connection.Close()
			}
			return err != nil
		}, time.Minute, time.Millisecond, "nobody else is let in")

		_, err = io.WriteString(write, `{"title": "Late"}`)
		require.NoError(t, err)
		require.NoError(t, write.Close())
		select {
		case w := <-answered:
			require.Equal(t, http.StatusOK, w.StatusCode)
			require.NoError(t, w.Body.Close())
		case err := <-failed:
			require.NoError(t, err)
		}
		require.NoError(t, s.stop())
		var title string
		require.NoError(t, s.db.Table("articles").Where("id = 1").Pluck("title", &title).Error)
		require.Equal(t, "Late", title)
	})
}
