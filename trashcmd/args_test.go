package trashcmd

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestParse says that flags may stand anywhere, what ends them, and what is no flag.
func TestParse(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{
		{"restore", "customers", "1", "2", "--yes", "--reason", "a b"},
		{"--yes", "restore", "--reason=a b", "customers", "1", "2"},
		{"restore", "customers", "--reason", "a b", "1", "--yes", "2"},
		{"restore", "--yes", "--reason", "a b", "--", "customers", "1", "2"},
	} {
		a, err := parse(words, noon)
		require.NoError(t, err, words)
		require.Equal(t, "restore", a.command.name, words)
		require.Equal(t, []string{"customers", "1", "2"}, a.words, words)
		require.True(t, a.flags.yes, words)
		require.Equal(t, "a b", a.flags.reason, words)
		require.ElementsMatch(t, []string{"yes", "reason"}, a.given, words)
	}
	for _, test := range []struct{ words, want []string }{
		{[]string{"restore", "accounts", "-5"}, []string{"accounts", "-5"}},
		{[]string{"restore", "accounts", "-5,-6", "--yes"}, []string{"accounts", "-5,-6"}},
		{[]string{"restore", "accounts", "--", "--yes", "-x"}, []string{"accounts", "--yes", "-x"}},
		{[]string{"restore", "accounts", "-"}, []string{"accounts", "-"}},
		{[]string{"restore", "accounts", ""}, []string{"accounts", ""}},
	} {
		a, err := parse(test.words, noon)
		require.NoError(t, err)
		require.Equal(t, test.want, a.words)
	}
	a, err := parse([]string{"list", "--model", "a,b", "--model=c", "--except", "d , e"}, noon)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, a.flags.models)
	require.Equal(t, []string{"d", "e"}, a.flags.except)
	a, err = parse([]string{"guard", "--yes", "install"}, noon)
	require.NoError(t, err)
	require.Equal(t, "guard install", a.command.name)
}

// TestParseRefuses says what each kind of nonsense is told.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		want  string
		words []string
	}{
		{"there is no command", nil},
		{"there is no command", []string{"--json"}},
		{"there is no command nix", []string{"nix"}},
		{"there is no command restored: is it restore?", []string{"restored", "x"}},
		{"there is no flag --nix", []string{"list", "--nix"}},
		{"there is no flag --nix=1", []string{"list", "--nix=1"}},
		{"there is no flag -yes; a key that begins with a dash stands behind --", []string{"restore", "t", "1", "-yes"}},
		{"there is no flag -y", []string{"restore", "t", "1", "-y"}},
		{"--yes takes no value", []string{"restore", "t", "1", "--yes=no"}},
		{"--limit needs a value: --limit N", []string{"list", "--limit"}},
		{"--limit is empty", []string{"list", "--limit="}},
		{`--limit: "x" is not a number above zero`, []string{"list", "--limit", "x"}},
		{`--limit: "-3" is not a number above zero`, []string{"list", "--limit", "-3"}},
		{`--limit: "0" is not a number above zero`, []string{"list", "--limit", "0"}},
		{`--since: "soon" is no time`, []string{"list", "--since", "soon"}},
		{`--older-than: "month" is no duration: write 30d`, []string{"empty", "--older-than", "month"}},
		{`--older-than: it has to be more than 0d`, []string{"empty", "--older-than", "0d"}},
		{`--older-than: "-3d" is no duration`, []string{"empty", "--older-than=-3d"}},
		{`--fail-on: "bad" is none of error, warning, info, never`, []string{"doctor", "--fail-on", "bad"}},
		{`--format: "sql" is none of plain, goose, golang-migrate`, []string{"migrate", "--format", "sql"}},
		{`--model: "," names no model`, []string{"empty", "--older-than", "1d", "--model", ",", "--yes"}},
		{`--model: " " names no model`, []string{"list", "--model= "}},
		{`--model: "a,,b" has an empty part`, []string{"list", "--model=a,,b"}},
		{`--except: "orders," has an empty part`, []string{"empty", "--older-than", "1d", "--except", "orders,", "--yes"}},
		{"--actor: \"\\\\xff\" is no text", []string{"list", "--actor", "\xff"}},
		{"--reason: \"a\\\\x80\" is no text", []string{"undo", "x", "--reason=a\x80"}},
		{"list takes no --yes", []string{"list", "--yes"}},
		{"stats takes no --limit", []string{"stats", "--limit", "3"}},
		{"empty takes no --expect", []string{"empty", "--older-than", "1d", "--expect", "x"}},
		{"undo takes no --root-only", []string{"undo", "x", "--root-only"}},
		{"list takes no posts", []string{"list", "posts"}},
		{"it is undo ID", []string{"undo"}},
		{"it is undo ID", []string{"undo", "a", "b"}},
		{"which one? It is one of restore, purge, undo, empty", []string{"preview"}},
		{"preview: nix is none of restore, purge, undo, empty", []string{"preview", "nix"}},
		{"which one? It is one of install, remove, print", []string{"guard"}},
		{"exclude each other", []string{"restore", "t", "1", "--with-parents", "--root-only"}},
		{`there is no command \x1b[31m`, []string{"\x1b[31m"}},
		{`there is no flag --\x1b`, []string{"--\x1b"}},
	} {
		_, err := parse(test.words, noon)
		require.ErrorContains(t, err, test.want, test.words)
		require.ErrorAs(t, err, new(*usageError), test.words)
	}
}

// TestDurations says what a duration may look like.
func TestDurations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"30d": 30 * day, "2w": 2 * week, "1w2d3h": week + 2*day + 3*time.Hour, "1.5d": 36 * time.Hour, "36h": 36 * time.Hour,
		"90m": 90 * time.Minute, "1d30s": day + 30*time.Second, "250ms": 250 * time.Millisecond, "0s": 0, "0": 0, "106751d": 106751 * day,
	} {
		got, err := parseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "d", "30", "-1d", "-1h", "1d-1h", "1dd", "1d1w", "1w1w", "106752d", "106751.99116730064d", "15250.284452471648w", "1e9d", "NaNd", "Infd", "0x1p2d", "1_0d", " 1d", "1d ", "1d 2h", "+1d", "1y"} {
		_, err := parseDuration(text)
		require.Error(t, err, text)
	}
}

// TestMoments says what a moment may look like.
func TestMoments(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	now := noon.In(zone)
	for text, want := range map[string]time.Time{
		"2026-01-31":                time.Date(2026, 1, 31, 0, 0, 0, 0, zone),
		"2026-01-31 15:04":          time.Date(2026, 1, 31, 15, 4, 0, 0, zone),
		"2026-01-31T15:04:05":       time.Date(2026, 1, 31, 15, 4, 5, 0, zone),
		"2026-01-31T15:04:05.25Z":   time.Date(2026, 1, 31, 15, 4, 5, 250000000, time.UTC),
		"2026-01-31T15:04:05+05:30": time.Date(2026, 1, 31, 9, 34, 5, 0, time.UTC),
		"3d":                        noon.Add(-3 * day),
		"90m":                       noon.Add(-90 * time.Minute),
	} {
		got, err := parseWhen(text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(got), "%s: %s", text, got)
	}
	for _, text := range []string{"", "yesterday", "2026-13-01", "31.01.2026", "-3d", "106751.99116730064d", "0000-06-01", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"} {
		_, err := parseWhen(text, now)
		require.Error(t, err, text)
	}
}

// TestAgo says how far a moment is, in words.
func TestAgo(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "just now", 9 * time.Second: "just now", -9 * time.Second: "just now", 10 * time.Second: "10 s ago", 59 * time.Second: "59 s ago",
		time.Minute: "1 min ago", 59 * time.Minute: "59 min ago", time.Hour: "1 h ago", 47 * time.Hour: "47 h ago", 48 * time.Hour: "2 d ago",
		99 * day: "99 d ago", 100 * day: "3 months ago", 729 * day: "23 months ago", 730 * day: "2 years ago", -2 * time.Hour: "in 2 h",
	} {
		require.Equal(t, want, ago(noon.Add(-d), noon), d)
	}
	require.Empty(t, ago(time.Time{}, noon))
	for d, want := range map[time.Duration]string{30 * day: "30d", 36 * time.Hour: "1d12h", 90 * time.Minute: "1h30m", day + time.Second: "1d1s", time.Hour: "1h", 10 * time.Minute: "10m"} {
		require.Equal(t, want, writeAge(d))
		back, err := parseDuration(want)
		require.NoError(t, err)
		require.Equal(t, d, back)
	}
}

// TestQuote says that a shell takes a word as it is.
func TestQuote(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"customers": "customers", "20,tea": "20,tea", "ana@example.com": "ana@example.com", "käse/日本": "käse/日本", "%2C": "%2C",
		"": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "`x`": "'`x`'", "a;b": "'a;b'", "*": "'*'", "=ls": "'=ls'", "~": "'~'", "a\\b": `'a\b'`,
		"!1": "'!1'", "{a,b}": "'{a,b}'", "#x": "'#x'", "a&b": "'a&b'",
		"-n\t-": `"$(printf '\055n\011-')"`, "a\tb": `"$(printf 'a\011b')"`, "it's\n50%\\\xff\u202e$x": `"$(printf 'it\047s\01250%%\\\377\342\200\256$x')"`,
	} {
		require.Equal(t, want, quote(word))
		if shell, err := exec.LookPath("sh"); err == nil {
			said, err := exec.CommandContext(t.Context(), shell, "-c", "printf %s "+want).Output()
			require.NoError(t, err)
			require.Equal(t, word, string(said), want)
		}
	}
}
