package trashcmd

import (
	"slices"
	"strconv"
	"strings"
	"time"

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
		f.models = append(f.models, list(v)...)
		return nil
	}},
	{"except", "MODEL", "of all models but these", func(f *flags, v string, _ time.Time) error {
		f.except = append(f.except, list(v)...)
		return nil
	}},
	{"actor", "WHO", "", func(f *flags, v string, _ time.Time) error { f.actor = v; return nil }},
	{"reason", "WHY", "kept for those who look on (Config.Observers)", func(f *flags, v string, _ time.Time) error { f.reason = v; return nil }},
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

// list is a comma list.
func list(text string) (parts []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
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

// arguments are the words of a command: its name, what stands behind it, and the flags.
type arguments struct {
	command *command
	words   []string
	flags   flags
	given   []string // names of the flags that were given

	flagWords [][]string // those flags as they were given, each with its value
}

// parse reads arguments. Flags may stand anywhere up to "--"; a word that begins with a dash
// and a digit is no flag, it is a negative key.
func parse(args []string, now time.Time) (*arguments, error) {
	a := &arguments{}
	for i := 0; i < len(args); i++ {
		word := args[i]
		switch {
		case word == "--":
			a.words = append(a.words, args[i+1:]...)
			i = len(args)
		case word == "-h":
			a.flags.help = true
		case len(word) > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9'):
			used, err := a.flag(word, args[i+1:], now)
			if err != nil {
				return a, err
			}
			i += used
		default:
			a.words = append(a.words, word)
		}
	}
	return a, a.resolve()
}

// flag takes a flag, and says how many of the words behind it were its value.
func (a *arguments) flag(word string, rest []string, now time.Time) (used int, err error) {
	name, value, inline := strings.Cut(strings.TrimPrefix(word, "--"), "=")
	i := slices.IndexFunc(allFlags, func(f flag) bool { return f.name == name })
	if i < 0 || !strings.HasPrefix(word, "--") {
		return 0, usage("there is no flag %s; a key that begins with a dash stands behind --", display.Line(word))
	}
	f := allFlags[i]
	switch {
	case f.value == "" && inline:
		return 0, usage("--%s takes no value", name)
	case f.value != "" && !inline && len(rest) == 0:
		return 0, usage("--%s needs a value: --%s %s", name, name, f.value)
	case f.value != "" && !inline:
		value, used = rest[0], 1
	}
	if f.value != "" && value == "" {
		return 0, usage("--%s is empty", name)
	}
	if err := f.set(&a.flags, value, now); err != nil {
		return 0, usage("--%s: %v", name, err)
	}
	a.given = append(a.given, name)
	a.flagWords = append(a.flagWords, append([]string{word}, rest[:used]...))
	return used, nil
}

// resolve finds the command, and holds what was given against what it takes.
func (a *arguments) resolve() error {
	if len(a.words) == 0 {
		a.command = commandNamed("help")
		if !a.flags.help {
			return usage("there is no command")
		}
		return nil
	}
	name := a.words[0]
	if a.command = commandNamed(name); a.command == nil {
		a.words = nil
		return usage("there is no command %s%s", display.Line(name), meant(name))
	}
	a.words = a.words[1:]
	if len(a.command.subs) > 0 && len(a.words) > 0 {
		if sub := a.command.sub(a.words[0]); sub != nil {
			a.command, a.words = sub, a.words[1:]
		} else if !a.flags.help {
			return usage("%s: %s is none of %s", name, display.Line(a.words[0]), strings.Join(a.command.subNames(), ", "))
		}
	}
	if a.flags.help {
		return nil
	}
	if len(a.command.subs) > 0 {
		return usage("which one? It is one of %s", strings.Join(a.command.subNames(), ", "))
	}
	for _, given := range a.given {
		if !a.command.takes(given) {
			return usage("%s takes no --%s", a.command.name, given)
		}
	}
	if n := len(a.words); n < a.command.least || n > a.command.most {
		return usage("it is %s", strings.TrimSpace(a.command.name+" "+a.command.args))
	}
	if a.flags.withParents && a.flags.rootOnly {
		return usage("--with-parents and --root-only exclude each other")
	}
	return nil
}
