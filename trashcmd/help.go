package trashcmd

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

// help says what can be said: all of it, or of one command.
func help(s *session) error {
	c := s.command
	if c.name == "help" && len(s.words) > 0 {
		if c = commandNamed(s.words[0]); c == nil {
			return usage("there is no command %s%s", display.Line(s.words[0]), meant(s.words[0]))
		}
		if len(s.words) > 1 {
			if c = c.sub(s.words[1]); c == nil {
				return usage("there is no command %s", display.Line(strings.Join(s.words, " ")))
			}
		}
	}
	if c.name == "help" {
		s.overview()
		return nil
	}
	s.helpOf(c)
	return nil
}

func (s *session) overview() {
	s.out.printf("%s\n\n  %s COMMAND …\n\n", "The trash: what is in it, and the way back.", s.name)
	g := &grid{columns: []column{{}, {}}}
	for _, c := range commands {
		for _, line := range c.withSubs() {
			g.add("  "+strings.TrimSpace(line.name+" "+line.args), line.short)
		}
	}
	s.lines(g)
	s.out.print("\n")
	s.paragraph(plainly, "", "What writes says what it would do, and does it with --yes, or once you have typed the number of rows.")
	s.paragraph(plainly, "", "A KEY is a row's primary key; of several columns the values are parted by commas, and % and , in them are written %25 and %2C.")
	s.paragraph(plainly, "", "Exit codes: 0 done; 1 findings, rows that stay, a preview of what is forbidden, interrupted; 2 wrong usage, or refused; 3 the database failed.")
	s.out.printf("More of each: %s COMMAND --help\n", s.name)
}

func (c *command) withSubs() []*command {
	if len(c.subs) > 0 {
		return c.subs
	}
	return []*command{c}
}

func (s *session) helpOf(c *command) {
	for _, line := range c.withSubs() {
		s.out.printf("%s\n", strings.TrimSpace(s.name+" "+line.name+" "+line.args))
	}
	s.out.printf("\n%s.\n", sentence(c.short))
	if c.long != "" {
		s.out.print("\n")
		for line := range strings.SplitSeq(strings.ReplaceAll(c.long, "$", s.name), "\n") {
			if s.width > 0 && display.Width(line) > s.width {
				line = strings.Join(fold(line, s.width), "\n")
			}
			s.out.print(line + "\n")
		}
	}
	g := &grid{columns: []column{{}, {}}}
	for _, f := range allFlags {
		if !c.takesSomewhere(f.name) {
			continue
		}
		g.add("  "+strings.TrimSpace("--"+f.name+" "+f.value), helpOf(f, c))
	}
	s.out.print("\n")
	s.lines(g)
}

// helpOf is what a flag means to a command.
func helpOf(f flag, c *command) string {
	switch {
	case f.name != "actor":
		return f.help
	case c.takesSomewhere("yes"):
		return "who does it (else the user of the operating system)"
	}
	return "trashed by them"
}

func (c *command) takesSomewhere(flag string) bool {
	return c.takes(flag) || slices.ContainsFunc(c.subs, func(sub *command) bool { return sub.takes(flag) })
}

// lines prints a table without a head.
func (s *session) lines(g *grid) {
	_, widths := g.fit(0)
	for _, row := range g.rows {
		s.paragraph(plainly, row[0]+strings.Repeat(" ", widths[0]-display.Width(row[0]))+gap, row[1])
	}
}

// sentence begins with a capital.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
