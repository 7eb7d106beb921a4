package trashcmd

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// jsonFinding is something that Doctor has found.
type jsonFinding struct {
	Code     string   `json:"code"`
	Severity string   `json:"severity"`
	Table    string   `json:"table"`
	Model    string   `json:"model"`
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy"`
	Index    string   `json:"index"`
	Columns  []string `json:"columns"`
	Tag      string   `json:"tag"`
}

// severities are from the worst on.
var severities = []string{softdelete.SeverityError, softdelete.SeverityWarning, softdelete.SeverityInfo}

// doctor says what of the database soft deletes break on.
func doctor(s *session) error {
	models, err := s.schemaModels()
	if err != nil {
		return err
	}
	findings, err := softdelete.Doctor(s.db, models...)
	if err != nil {
		return err
	}
	if s.flags.json {
		list := make([]jsonFinding, len(findings))
		for i, f := range findings {
			list[i] = jsonFinding{f.Code, f.Severity, f.Table, f.Model, f.Message, f.Remedy, f.Index, append([]string{}, f.Columns...), f.Tag}
		}
		err = s.out.json(map[string]any{"findings": list})
	} else {
		s.findings(findings)
	}
	failOn := s.flags.failOn
	if failOn == "" {
		failOn = softdelete.SeverityWarning
	}
	worst := slices.Index(severities, failOn) // -1 for never
	if err == nil && slices.ContainsFunc(findings, func(f softdelete.Finding) bool { return slices.Index(severities, f.Severity) <= worst }) {
		return errTold
	}
	return err
}

// schemaModels are the models whose schema is looked after: none for those that the plugin
// knows.
func (s *session) schemaModels() ([]any, error) {
	if !s.named && !s.narrowed() {
		return nil, nil
	}
	chosen, err := s.chosen(false)
	return values(chosen), err
}

// findings writes findings by table, those with the worst first.
func (s *session) findings(findings []softdelete.Finding) {
	var tables []string
	for _, f := range findings {
		if !slices.Contains(tables, f.Table) {
			tables = append(tables, f.Table)
		}
	}
	number := map[string]int64{}
	for _, table := range tables {
		first := true
		for _, f := range findings {
			if f.Table != table {
				continue
			}
			if first {
				s.out.printf("%s %s\n", s.out.in(bold, display.Line(table)), s.out.in(dim, "("+f.Model+")"))
				first = false
			}
			number[f.Severity]++
			s.finding(f)
		}
		s.out.print("\n")
	}
	var parts []string
	for _, severity := range severities {
		if n := number[severity]; n > 0 {
			parts = append(parts, many(n, severity))
		}
	}
	if len(findings) == 0 {
		s.out.print(s.out.in(green, "No findings.") + "\n")
		return
	}
	s.out.printf("%s: %s\n", many(int64(len(findings)), "finding"), strings.Join(parts, ", "))
}

// finding writes one: what it is, what it means, what to write in Go, and the SQL to run.
func (s *session) finding(f softdelete.Finding) {
	style := map[string]style{softdelete.SeverityError: red, softdelete.SeverityWarning: yellow}[f.Severity]
	s.out.printf("  %s %s\n", s.out.in(style, f.Severity), s.out.in(bold, f.Code))
	s.paragraph(plainly, "    ", f.Message)
	for _, block := range []string{f.Tag, f.Remedy} {
		for line := range strings.Lines(block) {
			s.out.printf("      %s\n", s.out.in(cyan, display.Line(strings.TrimRight(line, "\n"))))
		}
	}
}
