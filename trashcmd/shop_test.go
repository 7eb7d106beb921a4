package trashcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		Main(func(context.Context) (*gorm.DB, error) { return gorm.Open(down{}) }, shopModels...)
	}
	os.Exit(testdb.Run(m))
}

// The models of a shop.
type (
	Customer struct {
		ID       uint   `gorm:"primaryKey;autoIncrement:false"`
		Name     string `gorm:"size:200"`
		Email    string `gorm:"size:100" softdelete:"unique"`
		Photo    []byte
		Orders   []Order   `softdelete:"cascade"`
		Invoices []Invoice `softdelete:"restrict"`
		softdelete.Tracked
	}
	Order struct {
		ID         uint `gorm:"primaryKey;autoIncrement:false"`
		CustomerID uint
		Lines      []Line `softdelete:"cascade"`
		softdelete.Tracked
	}
	// Line has a key of two columns.
	Line struct {
		OrderID uint   `gorm:"primaryKey;autoIncrement:false"`
		SKU     string `gorm:"primaryKey;size:60"`
		softdelete.Tracked
	}
	// Invoice keeps nothing but when it was trashed.
	Invoice struct {
		ID         uint `gorm:"primaryKey;autoIncrement:false"`
		CustomerID uint
		softdelete.Timestamp
	}
	// Account has secrets, and a text for a key.
	Account struct {
		Login        string `gorm:"primaryKey;size:60"`
		PasswordHash string `gorm:"size:60"`
		Note         string `gorm:"size:60"`
		softdelete.Tracked
	}
	// Setting is not soft-deletable.
	Setting struct {
		ID   uint
		Name string `gorm:"size:60"`
	}
)

// TrashRetention keeps accounts for thirty days.
func (Account) TrashRetention() time.Duration { return 30 * day }

var shopModels = []any{&Customer{}, &Order{}, &Line{}, &Invoice{}, &Account{}, &Setting{}}

// noon is when the tests run: the clock of each run, and of each shop at first.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// shop is a database with customers, each with two orders of two lines.
type shop struct {
	db *gorm.DB
	at time.Time // what the clock of deletes says
}

func openShop(t *testing.T, open testdb.Opener) *shop {
	t.Helper()
	s := &shop{at: noon.Add(-30 * time.Minute)}
	config := testdb.Config()
	config.NowFunc = func() time.Time { return s.at }
	s.db = open(t, config)
	require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: []any{&Customer{}, &Order{}, &Line{}, &Invoice{}, &Account{}}})))
	require.NoError(t, softdelete.AutoMigrate(s.db, shopModels...))
	s.fill(t)
	return s
}

// clear empties the tables.
func (s *shop) clear(t *testing.T) {
	t.Helper()
	for _, table := range []string{"lines", "orders", "invoices", "customers", "accounts"} {
		require.NoError(t, s.db.Exec("DELETE FROM ?", clause.Table{Name: table}).Error)
	}
}

// fill makes the customers.
func (s *shop) fill(t *testing.T) {
	t.Helper()
	for id := range uint(3) {
		c := Customer{ID: id + 1, Name: []string{"Ana", "Bob", "Eve"}[id], Email: []string{"ana", "bob", "eve"}[id] + "@example.com"}
		for order := range uint(2) {
			o := Order{ID: 10*(id+1) + order}
			for _, sku := range []string{"tea", "cup,red"} {
				o.Lines = append(o.Lines, Line{SKU: sku})
			}
			c.Orders = append(c.Orders, o)
		}
		require.NoError(t, s.db.Create(&c).Error)
	}
}

// trash deletes a value softly, as somebody and some time before noon.
func (s *shop) trash(t *testing.T, before time.Duration, by, reason string, value any, conds ...any) softdelete.Deletion {
	t.Helper()
	s.at = noon.Add(-before)
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), by), reason)
	var d softdelete.Deletion
	tx := s.db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(value, conds...)
	require.NoError(t, tx.Error)
	require.NotZero(t, tx.RowsAffected)
	return d
}

// answer is what a run gave.
type answer struct {
	code     int
	out, err string
}

// options are what a run is told beside its words.
type options struct {
	in     string
	width  int
	colour bool
	asks   bool
	open   func(context.Context) (*gorm.DB, error)
	models []any
	ctx    context.Context
	reader io.Reader // in the place of in
	now    func() time.Time
	bar    func(text string) // stderr is a terminal: what is told of each part of it
}

// run runs a command on the shop.
func (s *shop) run(t *testing.T, args ...string) answer {
	t.Helper()
	return s.runWith(t, options{}, args...)
}

func (s *shop) runWith(t *testing.T, o options, args ...string) answer {
	t.Helper()
	if o.open == nil {
		o.open = func(context.Context) (*gorm.DB, error) { return s.db, nil }
	}
	if o.models == nil {
		o.models = shopModels
	}
	if o.ctx == nil {
		o.ctx = t.Context()
	}
	if o.now == nil {
		o.now = func() time.Time { return noon }
	}
	env := environment{
		name: "trash", now: o.now, zone: time.FixedZone("CET", 3600),
		width: o.width, colour: o.colour, asks: o.asks, errWide: 80, draws: o.bar != nil,
	}
	var out bytes.Buffer
	stderr := listening{told: o.bar}
	if o.reader == nil {
		o.reader = strings.NewReader(o.in)
	}
	code := run(o.ctx, args, IO{In: o.reader, Out: &out, Err: &stderr}, env, o.open, o.models)
	return answer{code, out.String(), stderr.kept.String()}
}

// listening is a stream that tells somebody what is written.
type listening struct {
	kept bytes.Buffer
	told func(text string)
}

func (l *listening) Write(b []byte) (int, error) {
	if l.told != nil {
		l.told(string(b))
	}
	return l.kept.Write(b)
}

// ok runs a command that is done without a word on stderr, and returns its stdout.
func (s *shop) ok(t *testing.T, args ...string) string {
	t.Helper()
	a := s.run(t, args...)
	require.Empty(t, a.err)
	require.Equal(t, exitDone, a.code, a.out)
	return a.out
}

// lines reads JSON lines, all of them.
func jsonLines(t *testing.T, text string) (lines []map[string]any) {
	t.Helper()
	require.True(t, strings.HasSuffix(text, "\n"), "%q", text)
	for line := range strings.Lines(text) {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		lines = append(lines, one)
	}
	return lines
}

// hasGuards tells if the database can have guards.
func (s *shop) hasGuards(t *testing.T) bool {
	t.Helper()
	_, err := softdelete.GuardDDL(s.db)
	if !errors.Is(err, softdelete.ErrUnsupportedDatabase) {
		require.NoError(t, err)
	}
	return err == nil
}
