package trashcmd

import (
	goflag "flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/display"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

var update = goflag.Bool("update", false, "write the files of testdata anew")

// operations are ids in a text. They are of the time and random: in files they are numbered.
var operations = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// fingerprints are those of plans.
var fingerprints = regexp.MustCompile(`\b[a-z2-7]{26}\b`)

// A night at the shop: what the pictures are of.
func (s *shop) night(t *testing.T) (undo string) {
	t.Helper()
	gone := s.trash(t, 3*time.Hour, "ana", "asked for by the customer, who has moved to another town and buys elsewhere", &Customer{ID: 1})
	s.trash(t, 50*time.Hour, "bob", "重複した注文です。お客様から連絡がありました", &Order{ID: 20})
	s.trash(t, 26*time.Hour, "", "", &Line{OrderID: 21, SKU: "cup,red"})
	require.NoError(t, s.db.Create(&Invoice{ID: 7, CustomerID: 3}).Error)
	s.trash(t, 40*day, "", "", &Invoice{ID: 7})
	require.NoError(t, s.db.Create(&Account{Login: "käse 50%", PasswordHash: "$2a$10$N9qo8uLOickgx2ZMRZoMye", Note: "vip"}).Error)
	s.trash(t, 4*time.Minute, "root\x1b[31m", "cleaned\nup", &Account{Login: "käse 50%"})
	s.at = noon
	return gone.ID.String()
}

// TestPictures holds what people see against the files of testdata, at two widths.
func TestPictures(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		for _, width := range []int{80, 140} {
			var b strings.Builder
			for _, args := range [][]string{
				{"stats"},
				{"stats", "--older-than", "2d", "--except", "accounts"},
				{"list"},
				{"list", "--limit", "2", "--model", "Order,lines"},
				{"deletions"},
				{"show", "customers", "1"},
				{"show", "lines", "10,tea"},
				{"show", "accounts", "käse 50%"},
				{"show", "invoices", "7"},
				{"preview", "undo", id},
				{"preview", "purge", "customers", "1"},
				{"preview", "restore", "orders", "10", "11"},
				{"restore", "orders", "10", "--root-only", "--reason", "it's needed"},
				{"preview", "empty", "--older-than", "30d"},
				{"guard", "install"},
			} {
				a := s.runWith(t, options{width: width}, args...)
				quoted := make([]string, len(args))
				for i, arg := range args {
					quoted[i] = quote(arg)
				}
				_, _ = fmt.Fprintf(&b, "$ trash %s\n%s%s[%d]\n\n", strings.Join(quoted, " "), a.out, a.err, a.code)
				for line := range strings.Lines(a.out) {
					if !strings.HasPrefix(line, "  trash ") { // a command is never cut, so that it can be copied
						require.LessOrEqual(t, display.Width(strings.TrimSuffix(line, "\n")), width, line)
					}
				}
			}
			same(t, fmt.Sprintf("%d.txt", width), numberedIDs(b.String()))
		}
	})
}

// numberedWith has numbers in the place of what is never the same.
func numberedWith(text string, pattern *regexp.Regexp, format string) string {
	seen := map[string]string{}
	return pattern.ReplaceAllStringFunc(text, func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf(format, len(seen)+1)
		}
		return seen[id]
	})
}

func numberedIDs(text string) string {
	text = numberedWith(text, operations, "00000000-0000-7000-8000-%012d")
	text = numberedWith(text, fingerprints, "fingerprint%015d")
	return regexp.MustCompile(`eyJ[\w-]+`).ReplaceAllString(text, "eyJBdCI6")
}

// same holds a text against a file of testdata.
func same(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	wanted, got := strings.Split(string(want), "\n"), strings.Split(text, "\n")
	for i := range min(len(wanted), len(got)) {
		require.Equal(t, wanted[i], got[i], "%s:%d", path, i+1)
	}
	require.Len(t, got, len(wanted), path)
}

// TestPicturesOfHelp holds what help says against a file.
func TestPicturesOfHelp(t *testing.T) {
	t.Parallel()
	s := &shop{}
	var b strings.Builder
	for _, c := range commands {
		_, _ = b.WriteString(s.ok(t, "help", c.name) + "\n" + strings.Repeat("-", 80) + "\n")
		for _, sub := range append(c.subs, c) {
			require.NotEmpty(t, s.ok(t, append(strings.Fields(sub.name), "--help")...))
		}
	}
	same(t, "help.txt", b.String())
	require.Equal(t, s.ok(t, "help"), s.ok(t, "--help"))
	require.Equal(t, s.ok(t, "help"), s.ok(t, "-h"))
	for line := range strings.Lines(b.String()) {
		require.LessOrEqual(t, display.Width(strings.TrimSuffix(line, "\n")), 100, line)
	}
}

// TestLongKey says that a key is never cut, as it is copied, and that one that is too long for the
// terminal makes its own line longer, not all of them.
func TestLongKey(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.night(t)
	login := strings.Repeat("k", 60) // which is what the column takes
	require.NoError(t, s.db.Create(&Account{Login: login}).Error)
	s.trash(t, time.Hour, "ana", "a reason", &Account{Login: login})
	a := s.runWith(t, options{width: 80}, "list")
	long := 0
	for line := range strings.Lines(a.out) {
		if strings.Contains(line, login) {
			require.Contains(t, line, "ana")
			long++
			continue
		}
		require.LessOrEqual(t, display.Width(strings.TrimSuffix(line, "\n")), 80, line)
	}
	require.Equal(t, 1, long, a.out)
}

// TestColours says that there are colours where they are asked for only, and that what they
// surround takes the same room.
func TestColours(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	id := s.night(t)
	colour := regexp.MustCompile("\x1b\\[[0-9]+m")
	for _, args := range [][]string{{"stats"}, {"list"}, {"deletions"}, {"show", "lines", "10,tea"}, {"preview", "undo", id}, {"preview", "restore", "orders", "10"}, {"doctor"}, {"migrate"}, {"guard", "install"}, {"preview", "empty", "--older-than", "1d"}} {
		plain := s.runWith(t, options{width: 100}, args...)
		coloured := s.runWith(t, options{width: 100, colour: true}, args...)
		require.NotContains(t, plain.out, "\x1b", args)
		require.Contains(t, coloured.out, "\x1b[", args)
		require.Equal(t, plain.out, colour.ReplaceAllString(coloured.out, ""), args)
		require.Equal(t, plain.err, coloured.err)
	}
}
