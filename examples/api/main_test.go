package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// service is the server, as it runs, on a database of its own.
type service struct {
	url    string
	db     *gorm.DB     // another handle on the database, without the plugin
	late   atomic.Int64 // by how much the server's clock is ahead
	cancel context.CancelFunc
	ended  chan struct{}
	err    error
}

func (s *service) wait(d time.Duration) { s.late.Add(int64(d)) }

// stop tells the server to stop, and says how it ended.
func (s *service) stop() error {
	s.cancel()
	<-s.ended
	return s.err
}

// each runs a test on each database, by a server with some articles.
func each(t *testing.T, test func(t *testing.T, s *service)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := start(t, open, 0)
		fill(t, s)
		test(t, s)
	})
}

// start starts a server whose clock is ahead.
func start(t *testing.T, open testdb.Opener, ahead time.Duration) *service {
	t.Helper()
	s := &service{db: handle(t, open, testdb.Config()), ended: make(chan struct{})}
	s.wait(ahead)
	now := func() time.Time { return time.Now().Add(time.Duration(s.late.Load())) }
	server, err := newServer(handle(t, open, &gorm.Config{TranslateError: true, NowFunc: now, Logger: logger.Discard}), "secret")
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.url = "http://" + listener.Addr().String()
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(t.Context())
	go func() {
		defer close(s.ended)
		s.err = server.serve(ctx, listener)
	}()
	t.Cleanup(func() { require.NoError(t, s.stop()) })
	return s
}

// handle opens the database; a file as the program does.
func handle(t *testing.T, open testdb.Opener, config *gorm.Config) *gorm.DB {
	t.Helper()
	db := open(t, config)
	if db.Name() != "sqlite" {
		return db
	}
	var name string
	require.NoError(t, db.Raw("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&name).Error)
	db, err := gorm.Open(file(name), config)
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return db
}

// fill makes two users, a category, an article of each user, and a comment of each on each article: 1 and 2 on the first, by Ana
// and by Ben, 3 and 4 on the second.
func fill(t *testing.T, s *service) {
	t.Helper()
	for _, made := range [][2]string{
		{"POST /users", `{"name": "Ana", "email": "ana@example.com"}`},
		{"POST /users", `{"name": "Ben", "email": "ben@example.com"}`},
		{"POST /categories", `{"name": "Go", "slug": "go"}`},
		{"POST /articles", `{"title": "Ana's", "slug": "anas", "body": "…", "author_id": 1, "category_id": 1}`},
		{"POST /articles", `{"title": "Ben's", "slug": "bens", "body": "…", "author_id": 2, "category_id": 1}`},
		{"POST /articles/1/comments", `{"text": "first", "author_id": 1}`},
		{"POST /articles/1/comments", `{"text": "second", "author_id": 2}`},
		{"POST /articles/2/comments", `{"text": "third", "author_id": 1}`},
		{"POST /articles/2/comments", `{"text": "fourth", "author_id": 2}`},
	} {
		require.Equal(t, http.StatusCreated, s.ask(t, "ana", made[0], made[1]).status)
	}
}

type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// ask sends a request as somebody; nobody is who has no name.
func (s *service) ask(t *testing.T, name, request string, body ...string) answer {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(strings.Join(body, "")))
	require.NoError(t, err)
	if name != "" {
		r.SetBasicAuth(name, "secret")
	}
	return s.send(t, r)
}

func (s *service) send(t *testing.T, r *http.Request) answer {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, w.Body.Close()) }()
	text, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	a := answer{status: w.StatusCode, header: w.Header, text: string(text)}
	if strings.Contains(w.Header.Get("Content-Type"), "json") {
		require.NoError(t, json.Unmarshal(text, &a.body), a.text)
	}
	return a
}

// ok is what a request that has to succeed answers.
func (s *service) ok(t *testing.T, name, request string, body ...string) map[string]any {
	t.Helper()
	a := s.ask(t, name, request, body...)
	require.Less(t, a.status, 300, a.text)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	return a.body
}

// ids are those of the live rows of a list.
func (s *service) ids(t *testing.T, request string) []int {
	t.Helper()
	ids := []int{}
	for _, item := range s.ok(t, "ana", "GET "+request)["items"].([]any) {
		ids = append(ids, int(item.(map[string]any)["id"].(float64)))
	}
	return ids
}

// rows are how many a table has, live and trashed.
func (s *service) rows(t *testing.T, table string) int {
	t.Helper()
	var n int64
	require.NoError(t, s.db.Table(table).Count(&n).Error)
	return int(n)
}
