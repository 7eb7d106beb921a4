package trashcmd

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

// flags are the values of all flags; each command takes some of them.
type flags struct {
	json, yes, help, showSQL  bool
	withParents, rootOnly     bool
	print                     bool
	expect, actor, reason     string
	after, format, dir        string
	failOn                    string
	models, except            []string
	limit, batchSize          int
	maxRows                   int64
	since, until              time.Time
	pause, timeout, olderThan time.Duration
}

// flag is one of them: how it is written, what it means, and how its value is taken.
type flag struct {
	name  string
	value string // what stands for its value in the help; empty for a switch
	help  string
	set   func(f *flags, value string, now time.Time) error
}

// allFlags are the flags, in the order in which help lists them.
var allFlags = []flag{
	{"model", "MODEL", "of these models only: a table or a Go type; repeat it, or part by commas", func(f *flags, v string, _ time.Time) error {
		return addNames(&f.models, v)
	}},
	{"except", "MODEL", "of all models but these", func(f *flags, v string, _ time.Time) error {
		return addNames(&f.except, v)
	}},
	{"actor", "WHO", "", func(f *flags, v string, _ time.Time) error { f.actor = v; return textual(v) }},
	{"reason", "WHY", "kept for those who look on (Config.Observers)", func(f *flags, v string, _ time.Time) error { f.reason = v; return textual(v) }},
	{"since", "WHEN", "trashed then or later: 2026-01-31, a time as in RFC 3339, or how long ago, as 3d", func(f *flags, v string, now time.Time) (err error) {
		f.since, err = parseWhen(v, now)
		return err
	}},
	{"until", "WHEN", "trashed before then", func(f *flags, v string, now time.Time) (err error) { f.until, err = parseWhen(v, now); return err }},
	{"limit", "N", "so many at most: else 50, or all under --json", func(f *flags, v string, _ time.Time) (err error) { f.limit, err = parseCount(v); return err }},
	{"after", "NEXT", "go on after a page: what it said", func(f *flags, v string, _ time.Time) error { f.after = v; return nil }},
	{"older-than", "AGE", "trashed longer ago than this, as 30d, 2w, 36h", func(f *flags, v string, _ time.Time) (err error) {
		f.olderThan, err = parseAge(v)
		return err
	}},
	{"max-rows", "N", "stop once so many rows are gone", func(f *flags, v string, _ time.Time) error {
		n, err := parseCount(v)
		f.maxRows = int64(n)
		return err
	}},
	{"batch-size", "N", "rows in one transaction", func(f *flags, v string, _ time.Time) (err error) { f.batchSize, err = parseCount(v); return err }},
	{"pause", "TIME", "wait between transactions, as 200ms", func(f *flags, v string, _ time.Time) (err error) { f.pause, err = parseDuration(v); return err }},
	{"with-parents", "", "bring trashed parents back, too", func(f *flags, _ string, _ time.Time) error { f.withParents = true; return nil }},
	{"root-only", "", "these rows alone: nothing that was trashed with them, whatever their parents are", func(f *flags, _ string, _ time.Time) error {
		f.rootOnly = true
		return nil
	}},
	{"print", "", "print the SQL and run none of it", func(f *flags, _ string, _ time.Time) error { f.print = true; return nil }},
	{"format", "FORMAT", "of --print: plain, goose or golang-migrate", func(f *flags, v string, _ time.Time) error {
		f.print, f.format = true, v
		return oneOf(v, "plain", "goose", "golang-migrate")
	}},
	{"dir", "DIR", "with --print: write files there", func(f *flags, v string, _ time.Time) error { f.print, f.dir = true, v; return nil }},
	{"fail-on", "SEVERITY", "exit 1 for findings as bad as that: error, warning (else), info or never", func(f *flags, v string, _ time.Time) error {
		f.failOn = v
		return oneOf(v, "error", "warning", "info", "never")
	}},
	{"yes", "", "do it, ask nobody", func(f *flags, _ string, _ time.Time) error { f.yes = true; return nil }},
	{"expect", "FINGERPRINT", "do what the preview with that fingerprint has said, or nothing", func(f *flags, v string, _ time.Time) error {
		f.expect = v
		return nil
	}},
	{"json", "", "JSON on stdout, and nothing else there", func(f *flags, _ string, _ time.Time) error { f.json = true; return nil }},
	{"timeout", "TIME", "end in good order after that long, as 30s, 1h", func(f *flags, v string, _ time.Time) (err error) {
		f.timeout, err = parseAge(v)
		return err
	}},
	{"show-sql", "", "log statements to stderr", func(f *flags, _ string, _ time.Time) error { f.showSQL = true; return nil }},
	{"help", "", "say how it is used", func(f *flags, _ string, _ time.Time) error { f.help = true; return nil }},
}

// everywhere are the flags that each command takes.
var everywhere = []string{"json", "timeout", "show-sql", "help"}

// addNames reads a list with commas. An empty part is refused: a script whose variable is empty
// does not mean all models.
func addNames(names *[]string, text string) error {
	if strings.Trim(text, ", ") == "" {
		return usage("%q names no model", display.Line(text))
	}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			return usage("%q has an empty part", display.Line(text))
		}
		*names = append(*names, part)
	}
	return nil
}

// textual refuses bytes that are no text, which no column of texts has.
func textual(value string) error {
	if !utf8.ValidString(value) {
		return usage("%q is no text", display.Line(value))
	}
	return nil
}

func oneOf(value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return usage("%q is none of %s", display.Line(value), strings.Join(words, ", "))
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, usage("%q is not a number above zero", display.Line(text))
	}
	return n, nil
}
