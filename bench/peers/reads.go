package main

import (
	"context"
	"fmt"
)

// listLive is a page of the live posts of an author, of whom as many posts are in the trash.
func listLive(of sizes) work {
	lie := layout{authors: of.authors, perAuthor: of.page}
	return work{
		name:    fmt.Sprintf("list %d live", of.page),
		repeats: 20,
		fill:    func(r rows) error { return lie.fill(r, "posts", false) },
		do: func(ctx context.Context, by side, turn, n int) error {
			got, err := by.list(ctx, lie.author(turn*7919+n*31), of.page)
			if err == nil && got != of.page {
				err = fmt.Errorf("%d posts were listed, not %d", got, of.page)
			}
			return err
		},
		check: func(r rows, _ int) error { return r.expect(lie.live(), "posts", r.marker.live()) },
	}
}

// findByKey is one post.
func findByKey(of sizes) work {
	lie := layout{authors: of.authors, perAuthor: of.page}
	return work{
		name:    "find by key",
		repeats: 200,
		fill:    func(r rows) error { return lie.fill(r, "posts", false) },
		do: func(ctx context.Context, by side, turn, n int) error {
			return by.find(ctx, lie.liveID((turn*7919+n*31)%lie.live()))
		},
		check: func(r rows, _ int) error { return r.expect(lie.live(), "posts", r.marker.live()) },
	}
}
