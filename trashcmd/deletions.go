package trashcmd

import (
	"maps"
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete"
)

// deletions lists operations of which rows are in the trash.
func deletions(s *session) error {
	options, err := s.options()
	if err != nil {
		return err
	}
	if s.flags.json {
		return stream(s, options, func(o softdelete.ListOptions) ([]softdelete.Deletion, jsonNext, error) {
			page, err := s.trash.Deletions(s.ctx, o)
			return page.Items, jsonNext{page.Next, page.Untold}, err
		}, func(d softdelete.Deletion) any { return deletionJSON(d) })
	}
	if options.Limit == 0 {
		options.Limit = defaultLimit
	}
	page, err := s.trash.Deletions(s.ctx, options)
	if err != nil {
		return err
	}
	if len(page.Items) == 0 {
		s.out.print(s.nothing("no operations") + "\n")
	} else {
		s.deletionsTable(page.Items)
		s.more(page.Next, len(page.Items))
	}
	if len(page.Untold) > 0 {
		s.untold(page.Untold)
	}
	if len(page.Items) == 0 && len(s.given) == 0 {
		return s.former(page.Untold)
	}
	return nil
}

// former says where rows are seen that say no operation, though their models have a column for
// it: such as were trashed before that was there. It looks for one only where no operation is
// listed, and leaves out the tables of which that is said already.
func (s *session) former(untold []string) error {
	tellable := slices.DeleteFunc(slices.Clone(s.known), func(m known) bool {
		return !m.soft || !m.keyed() || slices.Contains(untold, m.schema.Table)
	})
	if len(tellable) == 0 {
		return nil
	}
	page, err := s.trash.List(s.ctx, softdelete.ListOptions{Models: values(tellable), Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return err
	}
	s.out.print("\n")
	s.paragraph(plainly, "", "Rows in the trash do not say by which operation they were trashed:")
	s.out.printf("  %s\n", s.line("list"))
	return nil
}

// untold says of which tables no row is in an operation, and where they are seen.
func (s *session) untold(tables []string) {
	text := "Rows of " + strings.Join(tables, ", ") + " do not say by which operation they were trashed"
	listed := slices.DeleteFunc(slices.Clone(tables), func(table string) bool {
		m, err := s.model(table)
		return err != nil || !m.keyed()
	})
	s.out.print("\n")
	if len(listed) == 0 {
		s.paragraph(plainly, "", text+".")
		return
	}
	s.paragraph(plainly, "", text+":")
	s.out.printf("  %s\n", s.line("list", "--model", strings.Join(listed, ",")))
}

func (s *session) deletionsTable(list []softdelete.Deletion) {
	g := &grid{columns: []column{
		{title: "OPERATION", style: bold},
		{title: "TRASHED", order: 9, optional: true, style: dim},
		{title: "WHEN"},
		{title: "BY", least: 5, order: 2},
		{title: "ROWS", right: true},
		{title: "REASON", least: 8, well: 40, order: 3},
		{title: "OF", least: 24, order: 8, optional: true},
	}}
	for _, d := range list {
		g.add(d.ID.String(), s.stamp(d.At), ago(d.At, s.now()), d.By, count(sum(d.Rows)), d.Reason, byTable(d.Rows))
	}
	g.print(s.out, s.width)
}

func sum(rows map[string]int64) (n int64) {
	for _, of := range rows {
		n += of
	}
	return n
}

// byTable writes rows by table, most first.
func byTable(rows map[string]int64) string {
	parts := make([]string, 0, len(rows))
	for _, table := range mostFirst(rows) {
		parts = append(parts, table+" "+count(rows[table]))
	}
	return strings.Join(parts, ", ")
}

func mostFirst(rows map[string]int64) []string {
	tables := slices.Sorted(maps.Keys(rows))
	slices.SortStableFunc(tables, func(a, b string) int {
		switch {
		case rows[a] > rows[b]:
			return -1
		case rows[a] < rows[b]:
			return 1
		}
		return 0
	})
	return tables
}
