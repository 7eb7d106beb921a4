package trashcmd

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestLogger says that statements are logged to stderr, and only if asked for.
func TestLogger(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		a := s.run(t, "list", "--show-sql", "--json")
		require.Equal(t, exitDone, a.code)
		jsonLines(t, a.out)
		require.Contains(t, a.err, "SELECT ")
		require.Contains(t, a.err, "customers")
		require.Empty(t, s.run(t, "list", "--json").err)
	})
}

// TestTerminalIsSafe says that nothing that stands in the database or in the words moves the
// cursor of a terminal, wherever it is printed.
func TestTerminalIsSafe(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;owned\a\x1b[2J\u009b31m\r\n\u202e\x7f"
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&Customer{ID: 9, Name: evil, Email: evil, Orders: []Order{{ID: 90, Lines: []Line{{SKU: evil}}}}}).Error)
		d := s.trash(t, time.Hour, evil, evil, &Customer{ID: 9})
		line := "90," + "%1B%5D0;owned%07%1B%5B2J%C2%9B31m%0D%0A%E2%80%AE%7F"
		for _, args := range [][]string{
			{"list"},
			{"list", "--json"},
			{"deletions"},
			{"deletions", "--json"},
			{"stats"},
			{"show", "customers", "9"},
			{"show", "customers", "9", "--json"},
			{"show", "lines", line},
			{"show", "lines", "90," + evil},
			{"show", "lines", line, "--json"},
			{"preview", "undo", d.ID.String()},
			{"restore", "lines", line},
			{"restore", "lines", "90," + evil, "--reason", evil, "--actor", evil},
			{"restore", "lines", line, "--json"},
			{evil},
			{"list", evil},
			{"list", "--model", evil},
			{"list", "--" + evil},
			{"list", "--since", evil},
			{"show", evil, "1"},
			{"show", "customers", evil},
			{"show", "lines", evil},
			{"undo", evil},
			{"help", evil},
			{"list", "--after", evil},
			{"preview", evil},
			{"restore", evil + "/" + evil, "--yes"},
			{"migrate", "--print", "--dir", evil + "/" + evil + "\x00"},
			{"list", "--show-sql", "--actor", evil},
			{"doctor", "--fail-on", evil},
			{"undo", d.ID.String(), "--expect", evil, "--yes"},
			{"purge", "lines", "90," + evil, "--yes"},
		} {
			a := s.run(t, args...)
			for _, text := range []string{a.out, a.err} {
				require.NotRegexp(t, "[\\x00-\\x09\\x0b-\\x1f\\x7f\u0080-\u009f\u202e]", text, "%q", args)
			}
			if slices.Contains(args, "--json") {
				for line := range strings.Lines(a.out) {
					require.True(t, json.Valid([]byte(line)), line)
				}
			}
		}
		require.NoError(t, s.db.Create(&Account{Login: evil}).Error)
		s.trash(t, time.Hour, "ana", "", &Account{Login: evil})
		var item map[string]any
		for _, one := range jsonLines(t, s.ok(t, "list", "--json", "--model", "accounts")) {
			if one["key"] != nil {
				item = one
			}
		}
		require.Equal(t, []any{evil}, item["key"], "JSON says exactly what there is")
		require.Contains(t, s.run(t, "show", "accounts", evil).out, "accounts")
	})
}
