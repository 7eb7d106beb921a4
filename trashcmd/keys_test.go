package trashcmd

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Models with keys of each kind.
type (
	ByUUID struct {
		ID uuid.UUID `gorm:"primaryKey;size:36"`
		softdelete.Tracked
	}
	ByNumber struct {
		ID int64 `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
	ByBytes struct {
		ID []byte `gorm:"primaryKey;size:16"`
		softdelete.Tracked
	}
	ByTime struct {
		Place string    `gorm:"primaryKey;size:40"`
		Day   time.Time `gorm:"primaryKey"`
		softdelete.Tracked
	}
)

// TestKeysOfEachKind says that a row is found by the key that is listed, of whatever kind that is.
func TestKeysOfEachKind(t *testing.T) {
	t.Parallel()
	models := []any{&ByUUID{}, &ByNumber{}, &ByBytes{}, &ByTime{}}
	day := time.Date(2026, 1, 31, 8, 30, 0, 250_000_000, time.UTC)
	rows := []any{
		&ByUUID{ID: uuid.MustParse("01a223e7-767f-440e-8692-e0530d53e4a0")}, &ByNumber{ID: -5}, &ByNumber{ID: 9223372036854775807},
		&ByBytes{ID: []byte("plain text,")}, &ByBytes{ID: []byte{0xff, 0x00, 0x25, 0x2c}}, &ByTime{Place: "Zürich, \"日本\" 50%", Day: day},
		&ByTime{Place: "a/b", Day: day.Add(time.Hour)},
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
		require.NoError(t, softdelete.AutoMigrate(db))
		s := &shop{db: db}
		trashAll := func() {
			for _, row := range rows {
				require.NoError(t, db.Session(&gorm.Session{}).Delete(row).Error)
			}
		}
		for _, row := range rows {
			require.NoError(t, db.Create(row).Error)
		}
		trashAll()
		o := options{models: models}
		listed := 0
		a := s.runWith(t, o, "list", "--json")
		for _, line := range jsonLines(t, a.out) {
			if line["table"] == nil {
				continue
			}
			listed++
			key := []string{}
			for _, value := range line["key"].([]any) {
				text := value.(string)
				if len(line["key"].([]any)) > 1 { // escaped as a key of several values is
					text = strings.NewReplacer("%", "%25", ",", "%2C").Replace(text)
				}
				key = append(key, text)
			}
			one := s.runWith(t, o, "show", line["table"].(string), strings.Join(key, ","), "--json")
			require.Equal(t, exitDone, one.code, "%s %s", line, one.err)
			require.Equal(t, line, document(t, one.out)["item"])
		}
		require.Equal(t, len(rows), listed)

		// The commands that show prints do what they say, as a shell would read them.
		for _, line := range jsonLines(t, s.runWith(t, o, "list", "--json").out)[:len(rows)] {
			texts := []string{}
			for _, value := range line["key"].([]any) {
				texts = append(texts, strings.NewReplacer("%", "%25", ",", "%2C").Replace(value.(string)))
			}
			word := strings.Join(texts, ",")
			if line["table"] == "by_bytes" {
				word = line["key"].([]any)[0].(string)
			}
			shown := s.runWith(t, o, "show", "--", line["table"].(string), word).out
			_, command, found := strings.Cut(shown, "\n  trash restore ")
			require.True(t, found, shown)
			command, _, _ = strings.Cut(command, "\n")
			words := unquoted(t, command)
			a := s.runWith(t, o, append([]string{"restore", "--yes"}, words...)...)
			require.Equal(t, exitDone, a.code, fmt.Sprint(words, a.err))
		}
		require.Equal(t, []map[string]any{{"next": ""}}, jsonLines(t, s.runWith(t, o, "list", "--json").out))
	})
}

// unquoted parts a line as a shell does that knows single quotes.
func unquoted(t *testing.T, line string) (words []string) {
	t.Helper()
	word, quoted := "", false
	for _, r := range line {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == ' ' && !quoted:
			words, word = append(words, word), ""
		default:
			word += string(r)
		}
	}
	require.False(t, quoted, line)
	return append(words, word)
}

// TestKeysOfTwoReadings says that where a text may be two rows neither is taken.
func TestKeysOfTwoReadings(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		logins := []string{"a/b", "a%2Fb", "-5", "a,b", ".", "100%", "日本 語", "x'y", "7"}
		for _, login := range logins {
			require.NoError(t, s.db.Create(&Account{Login: login}).Error)
			s.trash(t, time.Hour, "ana", "", &Account{Login: login})
		}
		a := s.run(t, "show", "accounts", "a%2Fb")
		require.Equal(t, exitRefused, a.code)
		require.Contains(t, a.err, "a%2Fb may be two rows of accounts")
		require.Contains(t, a.err, "trash show accounts a%252Fb")
		for word, want := range map[string]string{
			"a/b": "a/b", "a%252Fb": "a%2Fb", "-5": "-5", "a,b": "a,b", "a%2Cb": "a,b", ".": ".", "%252E": ".", "100%": "100%", "100%25": "100%", "日本 語": "日本 語", "x'y": "x'y", "%37": "7",
		} {
			item := document(t, s.ok(t, "show", "accounts", word, "--json"))["item"].(map[string]any)
			require.Equal(t, []any{want}, item["key"], word)
		}
		// What cannot be seen can be typed all the same.
		login := "a\tb\u202e'c"
		require.NoError(t, s.db.Create(&Account{Login: login}).Error)
		s.trash(t, time.Hour, "ana", "", &Account{Login: login})
		a = s.run(t, "restore", "accounts", login, "--reason", "two\nlines")
		require.Contains(t, a.err, `trash restore accounts "$(printf 'a\011b\342\200\256\047c')" --reason "$(printf 'two\012lines')" --yes`)

		// What is listed can be given back.
		for line := range strings.Lines(s.ok(t, "list", "--model", "accounts")) {
			if key := strings.TrimSpace(line[len("TABLE     "):]); !strings.HasPrefix(line, "TABLE") {
				key = regexp.MustCompile(`  .*`).ReplaceAllString(key, "")
				s.ok(t, "restore", "accounts", key, "--yes")
			}
		}
		require.Zero(t, s.count(t, "accounts", true))
	})
}

// Keyless has no key by which one of its rows could be named.
type Keyless struct {
	Name string `gorm:"size:60"`
	softdelete.Timestamp
}

// TestNoKey says what can be done of a model without a key, and what is told of the rest: each
// command that is named works.
func TestNoKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		models := []any{&Keyless{}, &ByNumber{}, &Invoice{}}
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
		require.NoError(t, softdelete.AutoMigrate(db))
		for _, row := range []any{&Keyless{Name: "x"}, &ByNumber{ID: 1}, &Invoice{ID: 1}} {
			require.NoError(t, db.Create(row).Error)
			require.NoError(t, db.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(row).Error)
		}
		s := &shop{db: db}
		o := options{models: models}
		run := func(line string) answer { return s.runWith(t, o, strings.Fields(line)...) }
		for line, next := range map[string]string{
			"list":                     "list --except keylesses",
			"list --json":              "list --json --except keylesses",
			"list --except by_numbers": "list --except by_numbers,keylesses",
			"list --model keylesses,by_numbers --limit 3": "list --model keylesses,by_numbers --limit 3 --except keylesses",
		} {
			a := run(line)
			require.Equal(t, answer{exitRefused, "", "trash: Keyless (keylesses) has no primary key, so its rows cannot be listed\n  trash " + next + "\n"}, a)
			require.Equal(t, exitDone, run(next).code)
		}
		a := run("list --model keylesses")
		require.Equal(t, answer{exitRefused, "", "trash: Keyless (keylesses) has no primary key, so its rows cannot be listed\n"}, a)
		for _, line := range []string{"show keylesses x", "restore keylesses x", "purge keylesses/x --yes", "preview purge keylesses x"} {
			a = run(line)
			require.Equal(t, answer{exitRefused, "", "trash: Keyless (keylesses) has no primary key, so none of its rows can be named\n"}, a, line)
		}
		a = run("deletions")
		require.Contains(t, a.out, "Rows of invoices, keylesses do not say by which operation they were trashed:\n  trash list --model invoices\n")
		require.Equal(t, exitDone, run("list --model invoices").code)
		a = run("deletions --model keylesses")
		require.Contains(t, a.out, "Rows of keylesses do not say by which operation they were trashed.\n")
		require.NotContains(t, a.out, "trash list")
		require.Equal(t, exitDone, run("stats").code)
	})
}
