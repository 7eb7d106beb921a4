package trashcmd

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestErrors says what is told of what goes wrong, with which code, and what to type next.
func TestErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		for _, test := range []struct {
			args string
			code int
			want []string
		}{
			{"", exitRefused, []string{"there is no command", "trash help"}},
			{"lst", exitRefused, []string{"there is no command lst", "trash help"}},
			{"list posts", exitRefused, []string{"trash: list takes no posts\n", "trash list --help"}},
			{"undo a b", exitRefused, []string{"trash: undo is too long: it is undo ID\n", "trash undo --help"}},
			{"undo", exitRefused, []string{"trash: undo is not whole: it is undo ID\n", "trash undo --help"}},
			{"list --yes", exitRefused, []string{"trash: list takes no --yes\n", "trash list --help"}},
			{"preview nix", exitRefused, []string{"trash: preview: nix is none of restore, purge, undo, empty\n", "trash preview --help"}},
			{"list --model posts", exitRefused, []string{"there is no model posts", "the tables are accounts (Account), customers (Customer), invoices (Invoice), lines (Line), orders (Order)"}},
			{"list --model settings", exitRefused, []string{"Setting (settings) is not soft-deletable", "the tables are accounts"}},
			{"list --except nix", exitRefused, []string{"there is no model nix"}},
			{"list --model orders --except orders", exitRefused, []string{"--except leaves no model"}},
			{"list --after nonsense", exitRefused, []string{"After"}},
			{"show nix 1", exitRefused, []string{"there is no model nix", "the tables are accounts"}},
			{"show settings 1", exitRefused, []string{"is not soft-deletable"}},
			{"show customers", exitRefused, []string{"which row of customers?", "trash show --help"}},
			{"show customers 2", exitRefused, []string{"there is no customers 2 in the trash: it is live, or gone, or never was", "trash list --model customers"}},
			{"show customers/2", exitRefused, []string{"there is no customers 2 in the trash"}},
			{"show lines 10", exitRefused, []string{"10 is no key of lines", "its key is order_id,sku"}},
			{"show lines 10,tea,x", exitRefused, []string{"10,tea,x is no key of lines"}},
			{"show lines 10,50%", exitRefused, []string{"a % of its own is written %25", "its key is order_id,sku"}},
			{"restore orders/10 lines", exitRefused, []string{"lines is no TABLE/KEY"}},
			{"undo nix", exitRefused, []string{"nix is no id of an operation", "trash deletions"}},
			{"preview undo 01a223e7-767f-740e-8692-e0530d53e4a0", exitRefused, []string{"no row is in the trash of operation 01a223e7-767f-740e-8692-e0530d53e4a0", "trash deletions"}},
			{"undo 01a223e7-767f-740e-8692-e0530d53e4a0 --yes", exitRefused, []string{"no row is in the trash of operation", "trash deletions"}},
			{"empty", exitRefused, []string{"how old? Say --older-than 30d", "trash empty --help"}},
			{"help nix", exitRefused, []string{"there is no command nix"}},
			{"help guard nix", exitRefused, []string{"there is no command guard nix"}},
			{"list --timeout 1ns", exitFound, []string{"the time of --timeout is over, nothing was done"}},
		} {
			a := s.run(t, strings.Fields(test.args)...)
			require.Equal(t, test.code, a.code, test.args+a.err)
			require.Empty(t, a.out, test.args)
			require.True(t, strings.HasPrefix(a.err, "trash: "), a.err)
			for _, want := range test.want {
				require.Contains(t, a.err, want, test.args)
			}
		}
		a := s.run(t, "show", "customers", "abc")
		require.Equal(t, exitRefused, a.code)
		require.Contains(t, a.err, "customers")
	})
}

// TestOpen says what is told where the handle is none, and that it is not asked for in vain.
func TestOpen(t *testing.T) {
	t.Parallel()
	s := &shop{}
	opened := 0
	failing := func(context.Context) (*gorm.DB, error) {
		opened++
		return nil, errors.New("connection \x1b[31mrefused")
	}
	for _, args := range []string{"help", "list --help", "", "nix", "list --limit x", "undo"} {
		s.runWith(t, options{open: failing}, strings.Fields(args)...)
	}
	require.Zero(t, opened)
	for _, args := range []string{"list", "list --json", "undo 01a223e7-767f-740e-8692-e0530d53e4a0 --yes", "empty --older-than 1d --yes", "doctor", "migrate"} {
		a := s.runWith(t, options{open: failing}, strings.Fields(args)...)
		require.Equal(t, answer{exitDatabase, "", "trash: the database could not be opened: connection \\x1b[31mrefused\n"}, a)
	}
	a := s.runWith(t, options{open: func(context.Context) (*gorm.DB, error) { return nil, nil }}, "list")
	require.Equal(t, exitDatabase, a.code)
	require.Contains(t, a.err, "open has returned no handle")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a = s.runWith(t, options{ctx: ctx, open: func(ctx context.Context) (*gorm.DB, error) { return nil, ctx.Err() }}, "list")
	require.Equal(t, exitFound, a.code, "it was interrupted")

	// What runs nothing has done nothing, whatever it says.
	shop := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	dry := func(context.Context) (*gorm.DB, error) { return shop.db.Session(&gorm.Session{DryRun: true}), nil }
	for _, args := range []string{"guard install --yes", "guard remove --yes", "migrate --yes", "empty --older-than 1d --yes", "list"} {
		a = shop.runWith(t, options{open: dry}, strings.Fields(args)...)
		require.Equal(t, exitRefused, a.code, args)
		require.Contains(t, a.err, "the handle is under DryRun")
	}

	bare := testdb.Open(t, testdb.Names()[0])
	a = s.runWith(t, options{open: func(context.Context) (*gorm.DB, error) { return bare, nil }}, "list")
	require.Equal(t, exitRefused, a.code)
	require.Contains(t, a.err, "softdelete.New")
	require.NoError(t, bare.Use(softdelete.New()))
	a = s.runWith(t, options{open: func(context.Context) (*gorm.DB, error) { return bare, nil }, models: []any{&Setting{}}}, "list")
	require.Equal(t, exitRefused, a.code)
	require.Contains(t, a.err, "no model is soft-deletable")
	a = s.runWith(t, options{open: func(context.Context) (*gorm.DB, error) { return bare, nil }, models: []any{7}}, "list")
	require.Equal(t, exitRefused, a.code)
	require.Contains(t, a.err, "int is no model")
}

// TestDatabaseFails says that a database that fails is code 3.
func TestDatabaseFails(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		for _, table := range []string{"lines", "orders", "customers", "invoices", "accounts"} {
			require.NoError(t, s.db.Migrator().DropTable(table))
		}
		for _, args := range []string{"stats", "list", "list --json", "deletions", "show customers 1", "preview undo " + id, "undo --yes " + id, "restore --yes customers 1", "purge --yes customers 1", "preview empty --older-than 1d", "empty --yes --older-than 1d"} {
			a := s.run(t, strings.Fields(args)...)
			require.Equal(t, exitDatabase, a.code, args+a.err)
			require.NotEmpty(t, a.err, args)
		}
	})
}
