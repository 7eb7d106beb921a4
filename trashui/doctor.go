package trashui

import (
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// doctor says what softdelete.Doctor finds in the tables that may be viewed.
func (v *visit) doctor() (*reply, error) {
	if err := v.whole(); err != nil {
		return nil, err
	}
	list, err := v.trash.Doctor(v.ctx)
	if err != nil {
		return nil, err
	}
	body := &doctor{Findings: []finding{}}
	hidden := v.hidden()
	for _, f := range list {
		if !v.mayViewTable(f.Table, f.Model) || tellsOf(f, hidden) {
			continue
		}
		said := finding{f.Code, f.Severity, v.text(f.Table), f.Model, v.lines(f.Message), v.lines(f.Remedy), f.Index, append([]string{}, f.Columns...), v.lines(f.Tag)}
		body.Findings = append(body.Findings, said)
		i := len(body.ByTable) - 1
		for i >= 0 && body.ByTable[i].Table != said.Table {
			i--
		}
		if i < 0 {
			i = len(body.ByTable)
			body.ByTable = append(body.ByTable, findingsFor{Table: said.Table})
		}
		body.ByTable[i].Findings = append(body.ByTable[i].Findings, said)
	}
	return &reply{here: "doctor", heading: "Doctor", body: body}, nil
}

// hidden are the words that tables are called which may not be viewed, and their models.
func (v *visit) hidden() map[string]bool {
	words := map[string]bool{}
	for _, s := range v.related(func(s *schema.Schema) bool { return !v.mayViewTable(s.Table, s.Name) }) {
		words[s.Table], words[s.Name] = true, true
	}
	return words
}

var notOfName = regexp.MustCompile(`[^\pL\pN_]+`)

// tellsOf tells if a finding about one table says something of others.
func tellsOf(f softdelete.Finding, words map[string]bool) bool {
	said := strings.Join([]string{f.Message, f.Remedy, f.Tag}, " ")
	return len(words) > 0 && slices.ContainsFunc(notOfName.Split(said, -1), func(word string) bool { return words[word] })
}

func (v *visit) lines(text string) string {
	if v.json {
		return text
	}
	return display.Lines(text)
}
