package trashcmd

import (
	"slices"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

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
	switch n, name := len(a.words), a.command.name; {
	case a.command.most == 0 && n > 0:
		return usage("%s takes no %s", name, display.Line(a.words[0]))
	case n > a.command.most:
		return usage("%s is too long: it is %s %s", name, name, a.command.args)
	case n < a.command.least:
		return usage("%s is not whole: it is %s %s", name, name, a.command.args)
	}
	if a.flags.withParents && a.flags.rootOnly {
		return usage("--with-parents and --root-only exclude each other")
	}
	return nil
}
