package main

import "fmt"

// layout is how posts or notes lie: each author has as many live rows as trashed ones, in turns, so that they are mixed.
// Row i is of author (i - 1) % authors + 1.
type layout struct{ authors, perAuthor int }

func (l layout) rows() int { return 2 * l.live() }
func (l layout) live() int { return l.authors * l.perAuthor }

// isLive is the condition on i of a row that is live at first.
func (l layout) isLive() string    { return fmt.Sprintf("((i - 1) / %d) %% 2 = 0", l.authors) }
func (l layout) isTrashed() string { return fmt.Sprintf("((i - 1) / %d) %% 2 = 1", l.authors) }

// liveID is the key of live row number k.
func (l layout) liveID(k int) int { return k/l.authors*2*l.authors + k%l.authors + 1 }

// author is the one that turn number n is about.
func (l layout) author(n int) int { return n%l.authors + 1 }

// fill makes a table and its rows.
func (l layout) fill(r rows, table string, tracked bool) error {
	if err := r.createTexts(table, tracked); err != nil {
		return err
	}
	trashedAt := fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", l.isLive(), r.marker.none(), r.marker.at(r.words, fmt.Sprintf("%d + i", trashedFrom)))
	if err := r.insertTexts(table, l.rows(), fmt.Sprintf("(i - 1) %% %d + 1", l.authors), trashedAt); err != nil {
		return err
	}
	if tracked {
		if err := r.exec(fmt.Sprintf("UPDATE %s SET id = id%s WHERE %s", table, track, r.marker.trashed())); err != nil {
			return err
		}
	}
	return r.settle(table)
}

// reset brings all rows back to what they were at first.
func (l layout) reset(r rows, table string, tracked bool) error {
	off, on := "", ""
	if tracked {
		off, on = untrack, track
	}
	if err := r.revive(table, onKey(l.isLive()), off); err != nil {
		return err
	}
	if err := r.trash(table, onKey(l.isTrashed()), on); err != nil {
		return err
	}
	return r.settle(table)
}
