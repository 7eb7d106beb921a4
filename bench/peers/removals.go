package main

import (
	"context"
	"fmt"
)

// removeOne soft-deletes posts by their keys, one at a time.
func removeOne(of sizes, ending bool) work {
	lie := layout{authors: of.authors, perAuthor: of.page}
	repeats := min(100, lie.live())
	name := "soft-delete one"
	if ending {
		name += " in a request"
	}
	return work{
		name:    name,
		repeats: repeats,
		ending:  ending,
		fill:    func(r rows) error { return lie.fill(r, "posts", false) },
		prepare: func(r rows, _ int) error { return lie.reset(r, "posts", false) },
		do: func(ctx context.Context, by side, turn, n int) error {
			return by.remove(ctx, lie.liveID((turn*7919+n)%lie.live()))
		},
		check: func(r rows, _ int) error { return r.expect(lie.live()-repeats, "posts", r.marker.live()) },
	}
}

// removeMany soft-deletes the live posts of an author by one condition.
func removeMany(of sizes) work {
	lie := layout{authors: 20, perAuthor: of.many}
	return work{
		name:    "soft-delete " + thousands(of.many),
		repeats: 1,
		fill:    func(r rows) error { return lie.fill(r, "posts", false) },
		prepare: func(r rows, _ int) error { return lie.reset(r, "posts", false) },
		do: func(ctx context.Context, by side, turn, _ int) error {
			return by.removeAll(ctx, lie.author(turn))
		},
		check: func(r rows, turn int) error { return lie.checkAll(r, "posts", turn, r.marker.trashed()) },
	}
}

// restoreMany brings back the trashed posts of an author by one condition.
func restoreMany(of sizes) work {
	return restoreOf(of, "posts", func(ctx context.Context, by side, author int) error { return by.restore(ctx, author) })
}

// restoreTracked does the same of rows that say who has deleted them, why, and in which operation. The other libraries have
// no such columns.
func restoreTracked(of sizes) work {
	w := restoreOf(of, "notes", func(ctx context.Context, by side, author int) error { return by.(tracker).restoreTracked(ctx, author) })
	w.name += " tracked"
	w.can = func(by side) bool { _, can := by.(tracker); return can }
	return w
}

func restoreOf(of sizes, table string, restore func(ctx context.Context, by side, author int) error) work {
	lie, tracked := layout{authors: 20, perAuthor: of.many}, table == "notes"
	return work{
		name:    "restore " + thousands(of.many),
		repeats: 1,
		fill:    func(r rows) error { return lie.fill(r, table, tracked) },
		prepare: func(r rows, _ int) error { return lie.reset(r, table, tracked) },
		do: func(ctx context.Context, by side, turn, _ int) error {
			return restore(ctx, by, lie.author(turn))
		},
		check: func(r rows, turn int) error { return lie.checkAll(r, table, turn, r.marker.live()) },
	}
}

// checkAll checks that all rows of a turn's author meet a condition, and half of the others.
func (l layout) checkAll(r rows, table string, turn int, condition string) error {
	author := fmt.Sprintf("author_id = %d", l.author(turn))
	if err := r.expect(2*l.perAuthor, table, author+" AND "+condition); err != nil {
		return err
	}
	return r.expect(l.rows()/2+l.perAuthor, table, condition)
}

// thousands writes a number with its thousands apart.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
