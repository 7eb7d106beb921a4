package trashcmd

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// fields holds a JSON object against the names of its fields, in any order.
func fields(t *testing.T, object any, names ...string) map[string]any {
	t.Helper()
	m, ok := object.(map[string]any)
	require.True(t, ok, "%v", object)
	require.ElementsMatch(t, names, slices.Collect(maps.Keys(m)))
	return m
}

// document reads stdout as one JSON document and nothing else.
func document(t *testing.T, text string) map[string]any {
	t.Helper()
	lines := jsonLines(t, text)
	require.Len(t, lines, 1, text)
	return lines[0]
}

var (
	itemFields     = []string{"table", "model", "key", "at", "by", "reason", "deletion_id"}
	deletionFields = []string{"id", "at", "by", "reason", "rows"}
	planFields     = []string{"operation", "fingerprint", "rows", "restricted", "conflicts", "trashed_parents", "steps"}
)

// moment reads a time as RFC 3339 writes it.
func moment(t *testing.T, value any) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, value.(string))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(value.(string), "Z"))
	return at
}

// TestListJSON says that a list is a line for each row, and that all of them come, by pages or
// at once, in the same order.
func TestListJSON(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		all := jsonLines(t, s.ok(t, "list", "--json"))
		require.Equal(t, map[string]any{"next": ""}, all[len(all)-1])
		all = all[:len(all)-1]
		require.Len(t, all, 13)
		for _, line := range all {
			fields(t, line, itemFields...)
		}
		ana := all[1]
		require.Equal(t, "customers", ana["table"])
		require.Equal(t, "Customer", ana["model"])
		require.Equal(t, []any{"1"}, ana["key"])
		require.Equal(t, "ana", ana["by"])
		require.Equal(t, id, ana["deletion_id"])
		require.WithinDuration(t, noon.Add(-3*time.Hour), moment(t, ana["at"]), 2*time.Second)
		require.Equal(t, []any{"11", "cup,red"}, all[3]["key"], "as it is, not escaped")
		require.Nil(t, all[12]["deletion_id"], "an invoice keeps none")

		for limit := range 4 {
			var paged []map[string]any
			next := ""
			for {
				args := []string{"list", "--json", "--limit", string(rune('1' + limit))}
				if next != "" {
					args = append(args, "--after", next)
				}
				page := jsonLines(t, s.ok(t, args...))
				paged = append(paged, page[:len(page)-1]...)
				require.LessOrEqual(t, len(page), limit+2)
				next, _ = fields(t, page[len(page)-1], "next")["next"].(string)
				if next == "" {
					break
				}
			}
			require.Equal(t, all, paged)
		}
	})
}

// TestListStreams says that a list comes page by page: what was read is written before more is.
func TestListStreams(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	accounts := make([]Account, 2*pageSize+1)
	for i := range accounts {
		accounts[i].Login = uuid.NewString()
	}
	require.NoError(t, s.db.CreateInBatches(accounts, 200).Error)
	s.trash(t, time.Hour, "ana", "", &Account{}, "1 = 1")
	ctx, cancel := context.WithCancel(t.Context())
	queries := 0
	require.NoError(t, s.db.Callback().Row().Before("gorm:row").Register("test:count", func(*gorm.DB) {
		if queries++; queries == 2 {
			cancel() // while the second page is read
		}
	}))
	a := s.runWith(t, options{ctx: ctx, models: []any{&Account{}}}, "list", "--json")
	require.NoError(t, s.db.Callback().Row().Remove("test:count"))
	require.Equal(t, exitFound, a.code)
	require.Contains(t, a.err, "interrupted")
	lines := jsonLines(t, a.out)
	require.Len(t, lines, pageSize+1, "the first page is there, and how to go on")
	rest := jsonLines(t, s.ok(t, "list", "--json", "--model", "accounts", "--after", lines[pageSize]["next"].(string)))
	require.Len(t, rest, pageSize+1+1)
}

// TestFilters says what of the trash each flag leaves.
func TestFilters(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		for _, test := range []struct {
			want int
			args string
		}{
			{13, ""},
			{3, "--model orders"},
			{3, "--model Order"},
			{3, "--model trashcmd.Order"},
			{3, "--model *trashcmd.Order"},
			{10, "--model Order,lines"},
			{10, "--model Order --model lines"},
			{6, "--except lines"},
			{3, "--except lines,customers --except Invoice,Account"},
			{3, "--model orders,lines --except Line"},
			{7, "--actor ana"},
			{3, "--actor bob"},
			{2, "--actor bob --model lines"},
			{0, "--actor eve"},
			{8, "--since 1d"},
			{12, "--since 3d"},
			{4, "--since 3d --until 1d"},
			{1, "--until 2026-03-01"},
			{12, "--since 2026-03-01T00:00:00Z"},
		} {
			args := strings.Fields(test.args)
			lines := jsonLines(t, s.ok(t, append([]string{"list", "--json"}, args...)...))
			require.Len(t, lines, test.want+1, test.args)
			if test.want == 0 {
				require.Equal(t, "no rows in the trash that are asked for\n", s.ok(t, append([]string{"list"}, args...)...))
			}
		}
		require.Len(t, jsonLines(t, s.ok(t, "deletions", "--json", "--actor", "ana")), 2)
		require.Len(t, jsonLines(t, s.ok(t, "deletions", "--json", "--since", "1d")), 3)
		require.Len(t, jsonLines(t, s.ok(t, "deletions", "--json", "--model", "orders")), 3)
		require.Len(t, document(t, s.ok(t, "stats", "--json", "--model", "orders,customers"))["models"], 2)
	})
}

// TestDeletionsJSON says what an operation is in JSON.
func TestDeletionsJSON(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		lines := jsonLines(t, s.ok(t, "deletions", "--json"))
		require.Len(t, lines, 5)
		for _, line := range lines[:4] {
			fields(t, line, deletionFields...)
		}
		ana := lines[1]
		require.Equal(t, id, ana["id"])
		require.Equal(t, map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, ana["rows"])
		require.Equal(t, "", lines[4]["next"])
		page := jsonLines(t, s.ok(t, "deletions", "--json", "--limit", "1"))
		require.Len(t, page, 2)
		page = jsonLines(t, s.ok(t, "deletions", "--json", "--limit", "1", "--after", page[1]["next"].(string)))
		require.Equal(t, id, page[0]["id"])
	})
}

// TestStatsJSON says what is told of each model.
func TestStatsJSON(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		models, ok := fields(t, document(t, s.ok(t, "stats", "--json")), "models")["models"].([]any)
		require.True(t, ok)
		var tables []string
		for _, m := range models {
			stat := fields(t, m, "table", "model", "trashed", "oldest", "newest", "retention_seconds", "overdue")
			tables = append(tables, stat["table"].(string))
			if stat["table"] == "orders" {
				require.InDelta(t, 3, stat["trashed"], 0)
				require.WithinDuration(t, noon.Add(-50*time.Hour), moment(t, stat["oldest"]), 2*time.Second)
			}
		}
		require.Equal(t, []string{"accounts", "customers", "invoices", "lines", "orders"}, tables, "of models that have a trash")
	})
}

// TestShowJSON says what is told of a row, and that what is secret is not.
func TestShowJSON(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Model(&Customer{ID: 1}).Update("photo", []byte{0xff, 0xd8, 0xff}).Error)
		id := s.night(t)
		row := fields(t, document(t, s.ok(t, "show", "customers", "1", "--json")), "item", "columns", "hidden", "deletion", "restore", "purge")
		fields(t, row["item"], itemFields...)
		require.Equal(t, id, fields(t, row["deletion"], deletionFields...)["id"])
		for _, verb := range []string{"restore", "purge"} {
			plan := fields(t, row[verb], planFields...)
			require.Equal(t, verb, plan["operation"])
			require.Equal(t, map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, plan["rows"])
		}
		values := map[string]any{}
		for _, c := range row["columns"].([]any) {
			c := c.(map[string]any)
			values[c["name"].(string)] = c["value"]
			if c["name"] == "photo" {
				fields(t, c, "name", "value", "bytes")
				require.InDelta(t, 3, c["bytes"], 0)
			} else {
				fields(t, c, "name", "value")
			}
		}
		require.Equal(t, "ana@example.com", values["email"])
		require.Nil(t, values["photo"])
		require.Equal(t, id, values["deletion_id"])

		for _, args := range [][]string{{"show", "accounts", "käse 50%"}, {"show", "accounts", "käse 50%25"}, {"show", "accounts/käse 50%25"}, {"show", "Account", "käse 50%", "--json"}} {
			text := s.ok(t, args...)
			require.NotContains(t, text, "$2a$10$")
			require.NotContains(t, text, "vip")
			require.Contains(t, text, "password_hash")
		}
		require.Equal(t, []any{"password_hash", "note", "deleted_at", "deleted_by", "delete_reason", "deletion_id"}, document(t, s.ok(t, "show", "accounts", "käse 50%", "--json"))["hidden"])
	})
}

// TestNothing says what is said where there is nothing.
func TestNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.Equal(t, "no rows in the trash\n", s.ok(t, "list"))
		require.Equal(t, "no operations in the trash\n\nRows of invoices do not say by which operation they were trashed:\n  trash list --model invoices\n", s.ok(t, "deletions"))
		require.Equal(t, "no operations in the trash that are asked for\n", s.ok(t, "deletions", "--model", "orders"))
		require.Equal(t, []map[string]any{{"next": ""}}, jsonLines(t, s.ok(t, "list", "--json")))
		require.Equal(t, []map[string]any{{"next": "", "untold": []any{"invoices"}}}, jsonLines(t, s.ok(t, "deletions", "--json")))
		require.Contains(t, s.ok(t, "stats"), "0 rows in the trash")
	})
}

// TestModelsOfThePlugin says that without models those are taken that the plugin knows, before
// their tables are made too.
func TestModelsOfThePlugin(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		a := s.runWith(t, options{models: []any{}}, "list", "--model", "Order", "--json")
		require.Equal(t, exitDone, a.code, a.err)
		require.Len(t, jsonLines(t, a.out), 4)
		for _, table := range []string{"invoices", "orders"} {
			require.NoError(t, s.db.Migrator().DropTable(table))
		}
		a = s.runWith(t, options{models: []any{}}, "migrate", "--print")
		require.Equal(t, exitDone, a.code, a.err)
		require.Contains(t, a.out, "CREATE TABLE")
	})
}

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
			{"list posts", exitRefused, []string{"list: it is list", "trash list --help"}},
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

// TestLogger says that statements are logged to stderr, and only if asked for.
func TestLogger(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		a := s.run(t, "list", "--show-sql", "--json")
		require.Equal(t, exitDone, a.code)
		jsonLines(t, a.out)
		require.Contains(t, a.err, "SELECT ")
		require.Contains(t, a.err, "customers")
		require.Empty(t, s.run(t, "list", "--json").err)
	})
}

// TestTerminalIsSafe says that nothing that stands in the database or in the words moves the
// cursor of a terminal, wherever it is printed.
func TestTerminalIsSafe(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;owned\a\x1b[2J\u009b31m\r\n\u202e\x7f"
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&Customer{ID: 9, Name: evil, Email: evil, Orders: []Order{{ID: 90, Lines: []Line{{SKU: evil}}}}}).Error)
		d := s.trash(t, time.Hour, evil, evil, &Customer{ID: 9})
		line := "90," + "%1B%5D0;owned%07%1B%5B2J%C2%9B31m%0D%0A%E2%80%AE%7F"
		for _, args := range [][]string{
			{"list"},
			{"list", "--json"},
			{"deletions"},
			{"deletions", "--json"},
			{"stats"},
			{"show", "customers", "9"},
			{"show", "customers", "9", "--json"},
			{"show", "lines", line},
			{"show", "lines", "90," + evil},
			{"show", "lines", line, "--json"},
			{"preview", "undo", d.ID.String()},
			{"restore", "lines", line},
			{"restore", "lines", "90," + evil, "--reason", evil, "--actor", evil},
			{"restore", "lines", line, "--json"},
			{evil},
			{"list", evil},
			{"list", "--model", evil},
			{"list", "--" + evil},
			{"list", "--since", evil},
			{"show", evil, "1"},
			{"show", "customers", evil},
			{"show", "lines", evil},
			{"undo", evil},
			{"help", evil},
			{"list", "--after", evil},
			{"preview", evil},
			{"restore", evil + "/" + evil, "--yes"},
			{"migrate", "--print", "--dir", evil + "/" + evil + "\x00"},
			{"list", "--show-sql", "--actor", evil},
			{"doctor", "--fail-on", evil},
			{"undo", d.ID.String(), "--expect", evil, "--yes"},
			{"purge", "lines", "90," + evil, "--yes"},
		} {
			a := s.run(t, args...)
			for _, text := range []string{a.out, a.err} {
				require.NotRegexp(t, "[\\x00-\\x09\\x0b-\\x1f\\x7f\u0080-\u009f\u202e]", text, "%q", args)
			}
			if slices.Contains(args, "--json") {
				for line := range strings.Lines(a.out) {
					require.True(t, json.Valid([]byte(line)), line)
				}
			}
		}
		require.NoError(t, s.db.Create(&Account{Login: evil}).Error)
		s.trash(t, time.Hour, "ana", "", &Account{Login: evil})
		var item map[string]any
		for _, one := range jsonLines(t, s.ok(t, "list", "--json", "--model", "accounts")) {
			if one["key"] != nil {
				item = one
			}
		}
		require.Equal(t, []any{evil}, item["key"], "JSON says exactly what there is")
		require.Contains(t, s.run(t, "show", "accounts", evil).out, "accounts")
	})
}

// broken is a stream that cannot be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestRun is what programs call: streams that are none or break, and the name of the command.
func TestRun(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.night(t)
	open := func(context.Context) (*gorm.DB, error) { return s.db, nil }
	require.Equal(t, exitDone, Run(t.Context(), []string{"list"}, IO{}, open, shopModels...))
	require.Equal(t, exitRefused, Run(t.Context(), []string{"restore", "customers", "1"}, IO{}, open, shopModels...))
	var out, stderr strings.Builder
	require.Equal(t, exitFound, Run(t.Context(), []string{"list"}, IO{Out: broken{}, Err: &stderr}, open, shopModels...))
	require.Contains(t, stderr.String(), "the output could not be written: no space left")
	stderr.Reset()
	ctx := WithName(t.Context(), "shop trash")
	require.Equal(t, exitRefused, Run(ctx, []string{"restore", "customers", "1"}, IO{Out: &out, Err: &stderr}, open, shopModels...))
	require.Contains(t, stderr.String(), "shop trash: nothing was done")
	require.Contains(t, stderr.String(), "\n  shop trash restore customers 1 --yes --expect ")
	require.Equal(t, filepath.Base(os.Args[0]), programName(t.Context()))
	require.Equal(t, "Restoring customers 1 would make 7 rows live again, of 3 tables:", strings.Split(out.String(), "\n")[0])
}

// TestTerminal says that only a terminal is one: a file, a pipe and a device that throws all away
// are none.
func TestTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	for _, stream := range []*os.File{file, null, read, write, nil} {
		width, is := terminalOf(stream)
		require.False(t, is)
		require.Zero(t, width)
		if stream != nil {
			require.NoError(t, stream.Close())
		}
	}
	_, is := terminalOf(nil)
	require.False(t, is)
	_, is = terminalOf(&strings.Builder{})
	require.False(t, is)
}
