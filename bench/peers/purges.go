package main

import (
	"context"
	"fmt"
	"time"
)

// purgeTrash removes what was trashed before a time for good. Beside that there are a tenth as many live posts, and a tenth
// that were trashed later.
func purgeTrash(of sizes) work {
	return work{
		name:    "purge " + thousands(of.purged),
		repeats: 1,
		long:    true,
		fill:    func(r rows) error { return r.createTexts("posts", false, r.marker.column) },
		prepare: func(r rows, _ int) error { return old(r, of.purged) },
		do: func(ctx context.Context, by side, _, _ int) error {
			return by.purge(ctx, time.Unix(removeBefore, 0).UTC())
		},
		check: func(r rows, _ int) error { return oldAreGone(r, of.purged) },
	}
}

// emptyTrash does the same in batches. Only the library has a call for that.
func emptyTrash(of sizes) work {
	w := purgeTrash(of)
	w.name += " in batches"
	w.can = func(by side) bool { _, can := by.(emptier); return can }
	w.do = func(ctx context.Context, by side, _, _ int) error {
		return by.(emptier).empty(ctx, time.Unix(removeBefore, 0).UTC())
	}
	return w
}

// tenthOf is how many rows of a kind there are beside n that are removed.
func tenthOf(n int) int { return max(1, n/10) }

// old makes the rows anew.
func old(r rows, n int) error {
	tenth := tenthOf(n)
	trashedAt := fmt.Sprintf("CASE WHEN i <= %d THEN %s WHEN i <= %d THEN %s ELSE %s END",
		n, r.marker.at(r.words, fmt.Sprintf("%d + i", trashedFrom)),
		n+tenth, r.marker.at(r.words, fmt.Sprintf("%d + i", trashedLate)), r.marker.none())
	if err := r.exec(r.words.clear("posts")); err != nil {
		return err
	}
	if err := r.insertTexts("posts", n+2*tenth, "i % 200 + 1", trashedAt); err != nil {
		return err
	}
	return r.settle("posts")
}

func oldAreGone(r rows, n int) error {
	if err := r.expect(tenthOf(n), "posts", r.marker.live()); err != nil {
		return err
	}
	return r.expect(tenthOf(n), "posts", r.marker.trashed())
}
