package main

import (
	"context"
	"fmt"
)

// forest is how many roots there are, of which a turn deletes one with all that hangs on it.
const forest = 20

var treeTables = []string{"roots", "children", "grandchildren"}

// removeTree soft-deletes a root, its children and theirs.
func removeTree(of sizes) work {
	counts := []int{1, of.children, of.children * of.below} // of one root
	return work{
		name:    fmt.Sprintf("cascade of 1 + %s + %s", thousands(counts[1]), thousands(counts[2])),
		repeats: 1,
		fill:    func(r rows) error { return plant(r, counts) },
		prepare: func(r rows, _ int) error {
			for _, table := range treeTables {
				if err := r.revive(table, "id > 0", untrack); err != nil {
					return err
				}
			}
			return r.settle(treeTables...)
		},
		do: func(ctx context.Context, by side, turn, _ int) error { return by.removeTree(ctx, turn%forest+1) },
		check: func(r rows, turn int) error {
			root := turn%forest + 1
			in := []string{"id", "root_id", fmt.Sprintf("(child_id - 1) %% %d + 1", forest)}
			for i, table := range treeTables {
				if err := r.expect(counts[i], table, r.marker.trashed()); err != nil {
					return err
				}
				if err := r.expect(counts[i], table, fmt.Sprintf("%s AND %s = %d", r.marker.trashed(), in[i], root)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// plant makes the trees: child i hangs on root (i - 1) % forest + 1, grandchild i on child (i - 1) % children + 1.
func plant(r rows, counts []int) error {
	type column struct{ name, define, value string }
	name := column{"name", "name text NOT NULL", "'A name of some words'"}
	for i, up := range []column{
		{},
		{"root_id", "root_id bigint NOT NULL REFERENCES roots", fmt.Sprintf("(i - 1) %% %d + 1", forest)},
		{"child_id", "child_id bigint NOT NULL REFERENCES children", fmt.Sprintf("(i - 1) %% %d + 1", forest*counts[1])},
	} {
		of, indexed := name, []string{}
		if i > 0 {
			of = column{up.name + ", " + name.name, up.define + ", " + name.define, up.value + ", " + name.value}
			indexed = append(indexed, up.name)
		}
		if err := r.create(treeTables[i], of.define, true, indexed...); err != nil {
			return err
		}
		if err := r.insert(treeTables[i], forest*counts[i], of.name, of.value, r.marker.none()); err != nil {
			return err
		}
	}
	return r.settle(treeTables...)
}
