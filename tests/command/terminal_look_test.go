//go:build unix

package command_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
)

// looks are the commands that ask nothing, and their exit codes in a shop that is as it was made.
func looks() map[string]int {
	return map[string]int{
		"stats": 0, "list": 0, "list --limit 5": 0, "deletions": 0, "deletions --actor ana": 0,
		"show customers 3": 0, "show customers 5": 0, "show orders 11": 0, "show lines 12": 0, "show vouchers 3": 0,
		"preview undo " + shop.Mistake:   0,
		"preview restore customers 3":    0,
		"preview restore customers 5":    1, // its e-mail is taken
		"preview restore orders 5":       1, // its customer is in the trash
		"preview purge orders 11":        1, // it has an invoice
		"preview purge customers 3":      0,
		"preview empty --older-than 30d": 1, // the same
		"doctor":                         1, // indexes are of trash for the most part
		"help":                           0,
		"help empty":                     0,
		"undo --help":                    0,
		"lst":                            2,
		"show customers 1":               2, // it is live
		"restore customers 5 --yes":      2,
		"purge orders 11 --yes":          2,

		"undo " + shop.Mistake + " --expect x --yes": 2,
	}
}

// TestTerminalWidth shows each command in terminals of several widths. Nothing is wider than the terminal.
func TestTerminalWidth(t *testing.T) {
	t.Parallel()
	command := exampleShop(t, "operator")
	command.must(t, 0, "stats") // makes it
	for line, code := range looks() {
		for _, columns := range []int{80, 140} {
			t.Run(line+" in "+strconv.Itoa(columns), func(t *testing.T) {
				t.Parallel()
				text, got := command.show(t, columns, strings.Fields(line)...)
				require.Equal(t, code, got, text)
				require.LessOrEqual(t, utf8.RuneCountInString(widest(text)), columns, text)
			})
		}
	}
}

// TestColours are at a terminal, and not where somebody has none of it.
func TestColours(t *testing.T) {
	t.Parallel()
	command := exampleShop(t, "operator")
	command.must(t, 0, "stats") // makes it
	const colour = "\x1b["
	for line := range looks() {
		args := strings.Fields(line)
		for _, setting := range []string{"NO_COLOR=1", "TERM=dumb"} {
			text, _ := command.with(setting).show(t, 100, args...)
			require.NotContains(t, text, colour, "%s: %s", setting, line)
		}
		r := command.run(t, args...)
		require.NotContains(t, r.out+r.err, colour, "without a terminal: %s", line)
	}
	for _, line := range []string{"stats", "list", "deletions", "show customers 5", "preview undo " + shop.Mistake, "preview restore customers 5"} {
		text, _ := command.show(t, 100, strings.Fields(line)...)
		require.Contains(t, text, colour, line)
		empty, _ := command.with("NO_COLOR=").show(t, 100, strings.Fields(line)...)
		require.Equal(t, text, empty, "an empty NO_COLOR is none")
	}
	// JSON is for programs, in a terminal too.
	text, _ := command.show(t, 100, "deletions", "--json")
	require.NotContains(t, text, colour)
}
