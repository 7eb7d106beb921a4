package trashui

import "github.com/gorm-softdelete/softdelete/internal/display"

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
	for _, f := range list {
		if !v.mayViewTable(f.Table, f.Model) {
			continue
		}
		said := finding{f.Code, f.Severity, v.text(f.Table), f.Model, v.lines(f.Message), v.lines(f.Remedy), v.lines(f.Tag)}
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

func (v *visit) lines(text string) string {
	if v.json {
		return text
	}
	return display.Lines(text)
}
