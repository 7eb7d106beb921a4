package doctor

import (
	"database/sql"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// share is how much of a sample of a table's rows is trashed, and how many are neither that nor live.
type share struct{ rows, trashed, misfit int64 }

func (s share) String() string {
	if s.rows == 0 {
		return "the table is empty"
	}
	return fmt.Sprintf("%d %% of %d rows looked at are trashed", s.trashed*100/s.rows, s.rows)
}

func (s share) percent() int64 {
	if s.rows == 0 {
		return 0
	}
	return s.trashed * 100 / s.rows
}

// isHalf tells if half of the rows or more are trashed.
func (s share) isHalf() bool { return s.rows > 0 && s.trashed*2 >= s.rows }

const (
	// sampleParts is in how many parts a table is looked at, by its primary key.
	sampleParts = 4

	// samplePart is how many rows of each part are read at most.
	samplePart = 50

	// sampledTables is how many tables go into one statement. Each is a column of
	// its one row, of which SQLite allows 2000, and takes locks on PostgreSQL.
	sampledTables = 250

	// sampledRow is what a row counts, so that one number tells how many rows there
	// are and how many of them are trashed: reading them twice would take as long
	// again.
	sampledRow = 10000

	// sampledMisfit is what one that is neither live nor trashed counts besides.
	sampledMisfit = 100_000_000
)

// shares looks at a sample of each table.
func (c *checkup) shares(tables []*model.Table) (map[*model.Table]share, error) {
	found := map[*model.Table]share{}
	for list := range slices.Chunk(tables, sampledTables) {
		var parts []session.Part
		sums := make([]sql.NullInt64, len(list))
		dest := make([]any, len(list))
		for i, t := range list {
			separator := ", "
			if i == 0 {
				separator = "SELECT "
			}
			parts = append(append(parts, separator), c.sampled(t)...)
			dest[i] = &sums[i]
		}
		if _, err := session.Query(c.DB, dest, func() {}, parts...); err != nil {
			return nil, fmt.Errorf("softdelete: looking at a sample of rows: %w", err)
		}
		for i, t := range list {
			found[t] = share{rows: sums[i].Int64 % sampledMisfit / sampledRow, trashed: sums[i].Int64 % sampledRow, misfit: sums[i].Int64 / sampledMisfit}
		}
	}
	return found, nil
}

// sampled counts in a sample of a table: of a number as its key the first rows of
// each of some parts of its range, otherwise the first and the last rows.
//
//	(SELECT sum(…) FROM (
//		SELECT * FROM (SELECT … FROM posts WHERE id >= lowest AND id < … ORDER BY id LIMIT 50) a UNION ALL …) sample)
func (c *checkup) sampled(t *model.Table) []session.Part {
	parts := []session.Part{"(SELECT sum(softdelete_row) FROM ("}
	for i, part := range c.sampleOf(t) {
		if i > 0 {
			parts = append(parts, " UNION ALL ")
		}
		parts = append(parts, "SELECT * FROM (SELECT CASE WHEN ", t.Model.MarkerCondition(model.TrashedOnly),
			fmt.Sprintf(" THEN %d ELSE %d END + CASE WHEN ", sampledRow+1, sampledRow))
		parts = append(parts, c.misfits(t)...)
		parts = append(parts, fmt.Sprintf(" THEN %d ELSE 0 END AS softdelete_row FROM ", sampledMisfit), clause.Table{Name: t.Name})
		parts = append(parts, part...)
		parts = append(parts, fmt.Sprintf(") softdelete_%d", i))
	}
	return append(parts, ") softdelete_sample)")
}

// sampleOf lists what says which rows the parts of a sample are.
func (c *checkup) sampleOf(t *model.Table) [][]session.Part {
	key := t.Schema.PrimaryFields
	if len(key) != 1 || (key[0].GORMDataType != schema.Int && key[0].GORMDataType != schema.Uint) {
		return c.ends(t)
	}
	column := clause.Column{Name: key[0].DBName}
	table := clause.Table{Name: t.Name}
	// In steps that do not overflow: lowest / 4 * (4 - i) + highest / 4 * i.
	bound := func(i int) []session.Part {
		if i == 0 {
			return []session.Part{"(SELECT min(", column, ") FROM ", table, ")"}
		}
		return []session.Part{
			"((SELECT min(", column, ") FROM ", table, fmt.Sprintf(") / %d * %d + (SELECT max(", sampleParts, sampleParts-i),
			column, ") FROM ", table, fmt.Sprintf(") / %d * %d)", sampleParts, i),
		}
	}
	var list [][]session.Part
	for i := range sampleParts {
		part := append([]session.Part{" WHERE ", column, " >= "}, bound(i)...)
		if i < sampleParts-1 {
			part = append(append(part, " AND ", column, " < "), bound(i+1)...)
		}
		list = append(list, append(part, " ORDER BY ", column, fmt.Sprintf(" LIMIT %d", samplePart)))
	}
	return list
}

// ends are the first and the last rows by the primary key, or any rows of a table
// that has none.
func (c *checkup) ends(t *model.Table) [][]session.Part {
	limit := fmt.Sprintf(" LIMIT %d", sampleParts/2*samplePart)
	if len(t.Key()) == 0 {
		return [][]session.Part{{limit}}
	}
	first, last := []session.Part{" ORDER BY "}, []session.Part{" ORDER BY "}
	for i, name := range t.Key() {
		if i > 0 {
			first, last = append(first, ", "), append(last, ", ")
		}
		first = append(first, clause.Column{Name: name})
		last = append(last, clause.Column{Name: name}, " DESC")
	}
	return [][]session.Part{append(first, limit), append(last, limit)}
}
