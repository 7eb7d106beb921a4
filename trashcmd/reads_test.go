package trashcmd

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

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
				require.Equal(t, "no rows in the trash match\n", s.ok(t, append([]string{"list"}, args...)...))
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
		require.Equal(t, "no operations in the trash match\n", s.ok(t, "deletions", "--model", "orders"))
		require.Equal(t, []map[string]any{{"next": ""}}, jsonLines(t, s.ok(t, "list", "--json")))
		require.Equal(t, []map[string]any{{"next": "", "untold": []any{"invoices"}}}, jsonLines(t, s.ok(t, "deletions", "--json")))
		require.Contains(t, s.ok(t, "stats"), "0 rows in the trash")
	})
}

// TestFormerRows says that rows which were trashed before there was a deletion_id are told of where operations are listed, and there is none.
func TestFormerRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Exec("UPDATE orders SET deleted_at = ? WHERE id = 11", s.at).Error)
		require.Equal(t, "no operations in the trash\n\nRows of invoices do not say by which operation they were trashed:\n  trash list --model invoices\n\n"+
			"Rows in the trash do not say by which operation they were trashed:\n  trash list\n", s.ok(t, "deletions"))
		require.Equal(t, "no operations in the trash match\n", s.ok(t, "deletions", "--model", "orders"))
		s.night(t)
		require.NotContains(t, s.ok(t, "deletions"), "Rows in the trash")
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

// TestReadsOfSomeModels says that what is not asked for is not read: a table that is away is in
// nobody's way who leaves it out. (Of an operation all rows are counted, so not of deletions.)
func TestReadsOfSomeModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.night(t)
		require.NoError(t, s.db.Migrator().DropTable("accounts"))
		for _, command := range []string{"stats", "list", "preview empty --older-than 1m"} {
			for _, part := range []string{"--except accounts", "--model lines,orders,customers,invoices"} {
				out := s.ok(t, strings.Fields(command+" "+part)...)
				require.Contains(t, out, "lines", command)
			}
		}
	})
}

// TestMissingTable says what to do where a model has no table yet.
func TestMissingTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Migrator().DropTable("accounts"))
		for _, args := range [][]string{{"stats"}, {"list"}, {"show", "accounts", "x"}} {
			a := s.run(t, args...)
			require.Equal(t, exitDatabase, a.code, args)
			require.Contains(t, a.err, "\n  trash migrate\n  makes the table of Account, which is not there\n")
		}
	})
}
