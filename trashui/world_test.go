package trashui_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

const day = 24 * time.Hour

// The models of a shop.
type (
	Customer struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID uint
		Name     string `gorm:"size:800"`
		Email    string `gorm:"size:100" softdelete:"unique"`
		Photo    []byte
		Orders   []Order   `softdelete:"cascade"`
		Invoices []Invoice `softdelete:"restrict"`
		Notes    []Note    `softdelete:"cascade"`
		softdelete.Tracked
	}
	Order struct {
		ID         uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID   uint
		CustomerID uint
		Customer   *Customer
		Lines      []Line `softdelete:"cascade"`
		softdelete.Tracked
	}
	// Line has a key of two columns.
	Line struct {
		OrderID  uint   `gorm:"primaryKey;autoIncrement:false"`
		SKU      string `gorm:"primaryKey;size:60"`
		TenantID uint
		softdelete.Tracked
	}
	// Invoice keeps nothing but when it was trashed.
	Invoice struct {
		ID         uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID   uint
		CustomerID uint
		softdelete.Timestamp
	}
	// Note is not soft-deletable: it goes along where its customer is removed for good.
	Note struct {
		ID         uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID   uint
		CustomerID uint
	}
	// Account has secrets, and a text for a key.
	Account struct {
		Login        string `gorm:"primaryKey;size:60"`
		TenantID     uint
		PasswordHash string `gorm:"size:60"`
		Note         string `gorm:"size:60"`
		softdelete.Tracked
	}
	// Marker keeps no time.
	Marker struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		TenantID uint
		Code     string `gorm:"size:60"`
		softdelete.Flagged
	}
)

// TrashRetention keeps accounts for thirty days.
func (Account) TrashRetention() time.Duration { return 30 * day }

var shopModels = []any{&Customer{}, &Order{}, &Line{}, &Invoice{}, &Account{}, &Marker{}}

// noon is when the tests run.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// shop is a database with customers, each with two orders of two lines, and a page of it.
type shop struct {
	db      *gorm.DB
	at      time.Time // what the clock says
	trash   *softdelete.Trash
	options trashui.Options
	most    int64 // rows that one request empties, if it is not as many as usual
	log     strings.Builder
	told    func(softdelete.Event)
	refuses error // what its observer returns
}

func openShop(t *testing.T, open testdb.Opener) *shop {
	t.Helper()
	s := &shop{at: noon}
	config := testdb.Config()
	config.NowFunc = func() time.Time { return s.at }
	s.db = open(t, config)
	require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: shopModels, Observers: []softdelete.Observer{s.observer}})))
	require.NoError(t, softdelete.AutoMigrate(s.db, append(slices.Clone(shopModels), &Note{})...))
	for id := range uint(3) {
		c := Customer{ID: id + 1, TenantID: 1 + id/2, Name: []string{"Ana", "Bob", "Eve"}[id], Email: []string{"ana", "bob", "eve"}[id] + "@example.com"}
		for order := range uint(2) {
			o := Order{ID: 10*(id+1) + order, TenantID: c.TenantID}
			for _, sku := range []string{"tea", "cup,red"} {
				o.Lines = append(o.Lines, Line{SKU: sku, TenantID: c.TenantID})
			}
			c.Orders = append(c.Orders, o)
		}
		require.NoError(t, s.db.Create(&c).Error)
	}
	var err error
	s.trash, err = softdelete.OpenTrash(s.db, shopModels...)
	require.NoError(t, err)
	s.options = trashui.Options{AllowAll: true, Doctor: true, Logger: slog.New(slog.NewTextHandler(&s.log, nil))}
	return s
}

func (s *shop) observer(_ context.Context, _ *gorm.DB, event softdelete.Event) error {
	if s.told != nil {
		s.told(event)
	}
	return s.refuses
}

// observe has a function told of what is done.
func (s *shop) observe(told func(softdelete.Event)) { s.told, s.refuses = told, nil }

// delete deletes a value softly, as somebody and some time before noon.
func (s *shop) delete(t *testing.T, before time.Duration, by, reason string, value any, conds ...any) softdelete.Deletion {
	t.Helper()
	s.at = noon.Add(-before)
	defer func() { s.at = noon }()
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), by), reason)
	var d softdelete.Deletion
	tx := s.db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(value, conds...)
	require.NoError(t, tx.Error)
	require.NotZero(t, tx.RowsAffected)
	return d
}

// answer is what a request gave.
type answer struct {
	status int
	header http.Header
	body   string
}

// json reads the body.
func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var value map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &value), a.body)
	return value
}

// page is the handler, mounted below a path.
func (s *shop) page(t *testing.T) http.Handler {
	t.Helper()
	page, err := trashui.New(s.trash, s.options)
	require.NoError(t, err)
	if s.most > 0 {
		page = trashui.Modest(page, s.most)
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/trash/", page)
	return mux
}

// send sends a request to the page.
func (s *shop) send(t *testing.T, method, path string, body io.Reader, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/admin/trash/"+path, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.page(t).ServeHTTP(w, r)
	a := answer{w.Code, w.Header(), w.Body.String()}
	a.isSafe(t)
	if r.Header.Get("Accept") == "application/json" {
		conforms(t, method, path, a)
	}
	return a
}

// isSafe says what each answer has.
func (a answer) isSafe(t *testing.T) {
	t.Helper()
	require.Equal(t, "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", a.header.Get("Content-Security-Policy"))
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Equal(t, "same-origin", a.header.Get("Referrer-Policy"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	for _, secret := range []string{"SELECT", "UPDATE", "DELETE FROM", "s3cret"} {
		require.NotContains(t, a.body, secret)
	}
}

// get asks for JSON.
func (s *shop) get(t *testing.T, path string) answer {
	t.Helper()
	return s.send(t, http.MethodGet, path, nil, "Accept", "application/json")
}

// see asks for a page.
func (s *shop) see(t *testing.T, path string) answer {
	t.Helper()
	return s.send(t, http.MethodGet, path, nil)
}

// view is what a page says as data.
func (s *shop) view(t *testing.T, path string) map[string]any {
	t.Helper()
	page, err := trashui.New(s.trash, s.options)
	require.NoError(t, err)
	view := trashui.View(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+path, nil))
	require.NotNil(t, view, path)
	return view
}

// within follows names and numbers into what a page says.
func within(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case int:
			value = value.([]any)[step]
		case string:
			value = value.(map[string]any)[step]
		}
	}
	return value
}

// post sends JSON. What is done is as the description has it.
func (s *shop) post(t *testing.T, path string, body map[string]any) answer {
	t.Helper()
	a := s.send(t, http.MethodPost, path, marshal(t, body), "Content-Type", "application/json", "Accept", "application/json")
	if a.status == http.StatusOK {
		var sent any
		require.NoError(t, json.NewDecoder(marshal(t, body)).Decode(&sent))
		schema := at(described, "paths", "/"+path, "post", "requestBody", "content", "application/json", "schema")
		require.NoError(t, valid(schema, sent, path))
	}
	return a
}

// submit sends a form.
func (s *shop) submit(t *testing.T, path string, form url.Values) answer {
	t.Helper()
	return s.send(t, http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// fingerprint is that of a plan in JSON.
func fingerprint(t *testing.T, text string) string {
	t.Helper()
	var plan struct{ Fingerprint string }
	require.NoError(t, json.Unmarshal([]byte(text), &plan), text)
	require.NotEmpty(t, plan.Fingerprint, text)
	return plan.Fingerprint
}
