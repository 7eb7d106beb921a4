package chinook_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/gorm-softdelete/softdelete"
)

// storyRow is a row as the plain replay knows it: live, trashed by an operation, or gone.
type storyRow struct {
	shopRow
	parent *storyRow
	kids   []*storyRow
	by     *storyOp
	gone   bool
}

// storyOp is a delete of the story.
type storyOp struct {
	softdelete.Deletion
	roots, rows []*storyRow
}

func (r *storyRow) isLive() bool    { return !r.gone && r.by == nil }
func (r *storyRow) isTrashed() bool { return !r.gone && r.by != nil }

// trashedBy are the live rows that a delete of some takes along, with these.
func trashedBy(roots []*storyRow) []*storyRow {
	var rows []*storyRow
	for _, row := range roots {
		if row.isLive() && !slices.Contains(rows, row) {
			rows = append(append(rows, row), trashedBy(row.kids)...)
		}
	}
	return rows
}

// restoredWith are the rows that come back with a row: those that the same operation has trashed below it.
func restoredWith(row *storyRow) []*storyRow {
	rows := []*storyRow{row}
	for _, kid := range row.kids {
		if kid.isTrashed() && kid.by == row.by {
			rows = append(rows, restoredWith(kid)...)
		}
	}
	return rows
}

// purgedWith are the rows that go for good with a trashed row: whatever is trashed below it. Nothing goes if one is live.
func purgedWith(row *storyRow) (rows []*storyRow, held bool) {
	rows = []*storyRow{row}
	for _, kid := range row.kids {
		switch {
		case kid.isLive():
			return nil, true
		case kid.isTrashed():
			below, held := purgedWith(kid)
			if held {
				return nil, true
			}
			rows = append(rows, below...)
		}
	}
	return rows, false
}

// dueBefore is what goes when rows that were trashed before a time are purged, children first, and which of them stay.
func dueBefore(all []*storyRow, before time.Time) (rows, held []*storyRow) {
	for _, table := range storyTables {
		for _, row := range all {
			if row.table != table || !row.isTrashed() || !row.by.At.Before(before) {
				continue
			}
			going, isHeld := purgedWith(row)
			if isHeld {
				held = append(held, row)
			}
			for _, row := range going {
				row.gone = true
				rows = append(rows, row)
			}
		}
	}
	return rows, held
}

func storyCounts(rows []*storyRow) map[string]int64 {
	counts := map[string]int64{}
	for _, row := range rows {
		counts[row.table]++
	}
	return counts
}

// entriesOf are the log's entries of an operation, a line for each table of addressed rows and of those taken along.
func entriesOf(what softdelete.Operation, id, who string, roots, rows []*storyRow) []string {
	var entries []string
	for _, table := range storyTables {
		for _, along := range []bool{false, true} {
			var keys []uint
			for _, row := range rows {
				if row.table == table && slices.Contains(roots, row) != along {
					keys = append(keys, row.key)
				}
			}
			if len(keys) > 0 {
				entries = append(entries, fmt.Sprintf("%s of %s by %s: %s %s, along: %t", what, id, who, table, storyKeys(keys), along))
			}
		}
	}
	return entries
}
