package mount_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// The models of a service with tenants.
type (
	Post struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID uint
		Title    string
		Slug     string `gorm:"size:60" softdelete:"unique"`
		Body     []byte
		Comments []Comment `softdelete:"cascade"`
		softdelete.Tracked
	}
	Comment struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID uint
		PostID   uint
		Post     *Post
		Text     string
		softdelete.Tracked
	}
	// Account has a text for a key, and secrets.
	Account struct {
		Login        string `gorm:"primaryKey;size:200"`
		TenantID     uint
		PasswordHash string `gorm:"size:60"`
		softdelete.Tracked
	}
)

var serviceModels = []any{&Post{}, &Comment{}, &Account{}}

// hostile is what somebody has typed into every column.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) '); DROP TABLE posts;-- {{.}} ` + "\r\nSet-Cookie: a=b"

// service is a database in which two tenants have rows, and its page. Who asks, and for which tenant, stands in two headers, in
// place of a session.
type service struct {
	t      *testing.T
	db     *gorm.DB
	trash  *softdelete.Trash
	server *httptest.Server
	log    *safeBuffer
	inside sync.WaitGroup                        // requests that the page is at
	told   atomic.Pointer[func(context.Context)] // what happens in the middle of a write

	alone, both softdelete.Deletion // operations: of tenant 1, and of both
	day         time.Time
}

func openService(t *testing.T, open testdb.Opener) *service {
	t.Helper()
	s := &service{t: t, log: &safeBuffer{}, day: time.Now().Add(-48 * time.Hour)}
	config := testdb.Config()
	s.db = open(t, config)
	require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: serviceModels, Observers: []softdelete.Observer{s.observe}})))
	require.NoError(t, softdelete.AutoMigrate(s.db, serviceModels...))
	for _, p := range []struct{ id, tenant uint }{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {11, 2}, {12, 2}} {
		post := Post{ID: p.id, TenantID: p.tenant, Title: fmt.Sprint("Post ", p.id), Slug: fmt.Sprint("post-", p.id), Body: []byte{0, 1, 0xff}}
		if p.id == 1 {
			post.Title = hostile
		}
		for n := range uint(2) {
			c := Comment{ID: 10*p.id + n, TenantID: p.tenant, Text: hostile}
			if p.id == 4 && n == 1 {
				c.TenantID = 2 // hangs on a post of another tenant
			}
			post.Comments = append(post.Comments, c)
		}
		require.NoError(t, s.db.Create(&post).Error)
	}
	require.NoError(t, s.db.Create(&[]Account{{Login: "a/b,c%2F?", TenantID: 1, PasswordHash: "s3cret"}, {Login: hostile, TenantID: 1, PasswordHash: "s3cret"}, {Login: "other", TenantID: 2, PasswordHash: "s3cret"}}).Error)
	old := s.db.Session(&gorm.Session{NowFunc: func() time.Time { return s.day }}).WithContext(softdelete.WithReason(softdelete.WithActor(t.Context(), hostile), hostile))
	s.alone = deleted(t, old, &[]Post{{ID: 1}, {ID: 3}})
	s.both = deleted(t, old, &[]Post{{ID: 2}, {ID: 12}})
	deleted(t, old, &Post{ID: 4})
	deleted(t, old, &Post{ID: 11})
	// A live post of tenant 2 has what post 3 of tenant 1 had.
	require.NoError(t, s.db.Create(&Post{ID: 777555, TenantID: 2, Title: "of tenant two", Slug: "post-3"}).Error)
	deleted(t, old, &[]Account{{Login: "a/b,c%2F?"}, {Login: hostile}, {Login: "other"}})

	var err error
	s.trash, err = softdelete.OpenTrash(s.db)
	require.NoError(t, err)
	page, err := trashui.New(s.trash, trashui.Options{
		Authorize: authorize, Label: label, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
		Scope: func(r *http.Request) func(*gorm.DB) *gorm.DB {
			tenant := r.Header.Get("Tenant")
			switch tenant {
			case "none":
				return nil
			case "panics":
				panic("scope has panicked with a s3cret")
			}
			return func(tx *gorm.DB) *gorm.DB {
				if tenant == "" {
					return tx
				}
				return tx.Where("tenant_id = ?", tenant)
			}
		},
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/trash/", page)
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.inside.Add(1)
		defer s.inside.Done()
		mux.ServeHTTP(w, r)
	}))
	s.server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(s.log, nil), slog.LevelError) // where a panic that came so far is told
	s.server.Start()
	t.Cleanup(s.server.Close)
	return s
}

func (s *service) observe(ctx context.Context, _ *gorm.DB, _ softdelete.Event) error {
	if told := s.told.Load(); told != nil {
		(*told)(ctx)
	}
	return nil
}

func deleted(t *testing.T, db *gorm.DB, value any) (d softdelete.Deletion) {
	t.Helper()
	tx := db.Scopes(softdelete.Into(&d)).Delete(value)
	require.NoError(t, tx.Error)
	require.NotZero(t, tx.RowsAffected)
	return d
}

var errRefused = errors.New("refused, with a s3cret reason")

// authorize goes by who asks.
func authorize(r *http.Request, action trashui.Action, target trashui.Target) error {
	post := func(id uint) bool {
		return target.Table == "posts" && len(target.Key) == 1 && target.Key[0] == id
	}
	refused := false
	switch r.Header.Get("Who") {
	case "nobody":
		refused = true
	case "looker":
		refused = action != trashui.ActionView
	case "not post 1":
		refused = post(1)
	case "not post 777555":
		refused = post(777555)
	case "not post 4":
		refused = post(4)
	case "not post 1 to write":
		refused = post(1) && action != trashui.ActionView
	case "no comments":
		refused = target.Table == "comments"
	case "comments to look at":
		refused = target.Table == "comments" && action != trashui.ActionView
	case "no undo":
		refused = action == trashui.ActionUndo
	case "no purge":
		refused = action == trashui.ActionPurge
	case "no empty":
		refused = action == trashui.ActionEmpty
	case "panics":
		panic("authorize has panicked with a s3cret")
	case "panics at rows":
		if len(target.Key) > 0 {
			panic("authorize has panicked with a s3cret")
		}
	}
	if refused {
		return errRefused
	}
	return nil
}

func label(_ softdelete.Item, row any) string {
	if post, ok := row.(*Post); ok {
		if post.ID == 3 && panics.Load() {
			panic("label has panicked with a s3cret")
		}
		return post.Title
	}
	return ""
}

// state is all that is in the tables.
func (s *service) state() string {
	s.t.Helper()
	var all []string
	for _, rows := range []any{&[]Post{}, &[]Comment{}, &[]Account{}} {
		require.NoError(s.t, s.db.Unscoped().Order("1").Find(rows).Error)
		text, err := json.Marshal(rows)
		require.NoError(s.t, err)
		all = append(all, string(text))
	}
	return strings.Join(all, "\n")
}

// ask is a request.
type ask struct {
	method, path string
	body         string
	header       map[string]string
	ctx          context.Context
}

func (s *service) send(a ask) (answer, error) {
	s.t.Helper()
	if a.ctx == nil {
		a.ctx = s.t.Context()
	}
	request, err := http.NewRequestWithContext(a.ctx, a.method, s.server.URL+"/trash/"+a.path, strings.NewReader(a.body))
	require.NoError(s.t, err)
	if a.method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range a.header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	return answer{request.URL, response.StatusCode, response.Header, string(content)}, err
}

// fingerprint is that of a preview, as somebody sees it who may.
func (s *service) fingerprint(query string) string {
	s.t.Helper()
	a, err := s.send(ask{method: http.MethodGet, path: "preview?" + query, header: map[string]string{"Accept": "application/json"}})
	require.NoError(s.t, err)
	var plan struct{ Fingerprint string }
	require.NoError(s.t, json.Unmarshal([]byte(a.body), &plan), a.body)
	require.NotEmpty(s.t, plan.Fingerprint, a.body)
	return plan.Fingerprint
}

// form is a body.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

// safeBuffer is what was logged.
type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
