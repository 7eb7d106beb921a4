package main

import (
	"context"
	"time"
)

// side does the works by one of the libraries, as its docs advise. What it returns is checked by nobody but the counts of the
// work, which are taken by plain SQL.
type side interface {
	// list reads the first live posts of an author by key, so many at most, and returns how many there were.
	list(ctx context.Context, author, limit int) (int, error)

	// find reads a live post by its key.
	find(ctx context.Context, id int) error

	// remove soft-deletes a post by its key.
	remove(ctx context.Context, id int) error

	// removeAll soft-deletes the live posts of an author.
	removeAll(ctx context.Context, author int) error

	// restore brings back the trashed posts of an author.
	restore(ctx context.Context, author int) error

	// removeTree soft-deletes a root, its children and theirs, or nothing.
	removeTree(ctx context.Context, root int) error

	// purge removes for good the posts that were trashed before a time.
	purge(ctx context.Context, before time.Time) error
}

// emptier is a side that does the same as purge in batches, each its own transaction, so that others need not wait.
type emptier interface {
	empty(ctx context.Context, before time.Time) error
}

// tracker is a side whose rows say who has deleted them, why, and in which operation, until they are restored.
type tracker interface {
	restoreTracked(ctx context.Context, author int) error
}

// candidate is a side that can be opened.
type candidate struct {
	name   string
	marker marker
	open   func(in place) (side, error)
}

// The names of the sides that the others are set beside.
const (
	ours   = "softdelete"
	byHand = "by hand"
)

// candidates are all sides. The order is that of the tables that are printed.
var candidates = []candidate{
	{ours, byTime, openSoftdelete},
	{"GORM's own", byTime, openGORM},
	{"soft_delete", bySeconds, openSoftDelete},
	{"bun", byTime, openBun},
	{"ent", byDeleteTime, openEnt},
	{byHand, byTime, openHand},
}
