package main

import (
	"context"
	"math"
)

// work is what all sides do, each in its own way.
type work struct {
	name string

	// repeats is how often it is done in a turn.
	repeats int

	// long says that a turn takes long, so that there are fewer.
	long bool

	// fill makes the tables and rows, once.
	fill func(r rows) error

	// prepare brings them to what the turn with a number begins with, if that is not what fill has made.
	prepare func(r rows, turn int) error

	// do is what is measured. The number n counts from 0 in each turn.
	do func(ctx context.Context, by side, turn, n int) error

	// check fails unless the work was done.
	check func(r rows, turn int) error

	// can tells which sides have it. All, if it is nil.
	can func(by side) bool

	// ending is whether the context of the work is one that can end, as a request's is.
	ending bool
}

// sizes is how many rows the works are about.
type sizes struct {
	page     int // live rows of an author who is listed, and as many are in the trash
	authors  int
	many     int // rows that are deleted or restored at once
	children int // of a root
	below    int // of a child
	purged   int
}

func sizesOf(scale float64) sizes {
	scaled := func(n int) int { return max(2, int(math.Round(float64(n)*scale))) }
	return sizes{page: scaled(50), authors: scaled(200), many: scaled(1000), children: scaled(100), below: max(2, scaled(10)), purged: scaled(100_000)}
}

// works are all of them.
func works(of sizes) []work {
	return []work{
		listLive(of), findByKey(of), removeOne(of, false), removeOne(of, true), removeMany(of),
		restoreMany(of), restoreTracked(of), removeTree(of), purgeTrash(of), emptyTrash(of),
	}
}
