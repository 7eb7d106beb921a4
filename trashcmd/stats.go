package trashcmd

import (
	"strconv"
	"time"

	"github.com/gorm-softdelete/softdelete"
)

// jsonStat is how much of a model is in the trash. Durations are in seconds.
type jsonStat struct {
	Table     string     `json:"table"`
	Model     string     `json:"model"`
	Trashed   int64      `json:"trashed"`
	Oldest    *time.Time `json:"oldest"`
	Newest    *time.Time `json:"newest"`
	Retention int64      `json:"retention_seconds"`
	Overdue   int64      `json:"overdue"`
}

// stats says how much is in the trash.
func stats(s *session) error {
	chosen, err := s.chosen(true)
	if err != nil {
		return err
	}
	trash := s.trash
	if s.narrowed() {
		if trash, err = softdelete.OpenTrash(s.db, values(chosen)...); err != nil {
			return err
		}
	}
	if s.flags.olderThan > 0 {
		trash = trash.WithRetention(s.flags.olderThan)
	}
	list, err := trash.Stats(s.ctx)
	if err != nil {
		return err
	}
	if s.flags.json {
		lines := make([]jsonStat, len(list))
		for i, stat := range list {
			lines[i] = jsonStat{
				stat.Table, stat.Model, stat.Trashed, timeOrNull(stat.Oldest), timeOrNull(stat.Newest),
				int64(stat.Retention / time.Second), stat.Overdue,
			}
		}
		return s.out.json(map[string]any{"models": lines})
	}
	s.statsTable(list)
	return nil
}

func (s *session) statsTable(list []softdelete.Stat) {
	g := &grid{columns: []column{
		{title: "TABLE", least: 8, order: 1},
		{title: "MODEL", least: 6, order: 3, optional: true, style: dim},
		{title: "ROWS", right: true, style: bold},
		{title: "OLDEST"},
		{title: "NEWEST", order: 2, optional: true},
		{title: "KEPT", right: true},
		{title: "OVERDUE", right: true},
	}}
	var rows, overdue int64
	for _, stat := range list {
		kept, due := "", ""
		if stat.Retention > 0 {
			kept, due = writeAge(stat.Retention), count(stat.Overdue)
		}
		g.add(stat.Table, stat.Model, count(stat.Trashed), s.stampAgo(stat.Oldest), s.stampAgo(stat.Newest), kept, due)
		rows, overdue = rows+stat.Trashed, overdue+stat.Overdue
	}
	if overdue > 0 {
		g.columns[len(g.columns)-1].style = yellow
	}
	g.print(s.out, s.width)
	s.out.printf("\n%s in the trash", many(rows, "row"))
	if overdue > 0 {
		s.out.printf(", %s longer than they are kept", count(overdue))
	}
	s.out.print("\n")
}

// count writes a number with its thousands apart.
func count(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}

// many is a number of things.
func many(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return count(n) + " " + thing
}
