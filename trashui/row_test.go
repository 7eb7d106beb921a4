package trashui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// TestLabels says what people know rows by.
func TestLabels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&[]Account{{Login: "eve", PasswordHash: "s3cret", Note: "n"}}).Error)
		require.NoError(t, s.db.Create(&[]Customer{{ID: 4, Email: "d@x"}, {ID: 5, Name: "  \x1b[31m" + strings.Repeat("long ", 100), Email: "e@x"}, {ID: 6, Name: "  "}}).Error)
		require.NoError(t, s.db.Create(&[]Marker{{ID: 1, Code: "M-1"}}).Error)
		s.delete(t, day, "ana", "", &Account{}, "1 = 1")
		s.delete(t, day, "ana", "", &Customer{}, "id > 2")
		require.NoError(t, s.db.Delete(&Marker{ID: 1}).Error)
		labels := func() map[string]string {
			list := map[string]string{}
			for _, item := range within(s.view(t, "rows"), "Body", "Items").([]any) {
				list[within(item, "Ref").(string)] = within(item, "Label").(string)
			}
			return list
		}
		have := labels()
		long := have["customers/5"]
		require.True(t, strings.HasPrefix(long, `\x1b[31mlong `) && strings.HasSuffix(long, "…") && len(long) < 200, long)
		delete(have, "customers/5")
		require.Equal(t, map[string]string{
			"accounts/eve": "eve", "customers/3": "Eve", "customers/4": "d@x", "customers/6": "6", "markers/1": "M-1",
			"orders/30": "30", "orders/31": "31", "lines/30,tea": "30,tea", "lines/30,cup%2Cred": "30,cup%2Cred", "lines/31,tea": "31,tea", "lines/31,cup%2Cred": "31,cup%2Cred",
		}, have)
		s.options.Columns = func(table string) []string {
			return map[string][]string{"customers": {"email"}, "accounts": {"login", "note"}}[table]
		}
		have = labels()
		require.Equal(t, "eve@example.com", have["customers/3"], "names are not shown")
		require.Equal(t, "eve", have["accounts/eve"])
		s.options.Label = func(item softdelete.Item, row any) string {
			if account, ok := row.(*Account); ok {
				return item.Table + " of " + account.Login
			}
			return " "
		}
		have = labels()
		require.Equal(t, "accounts of eve", have["accounts/eve"])
		require.Equal(t, "eve@example.com", have["customers/3"], "where it says nothing it is as if there was none")
		require.Equal(t, "M-1", have["markers/1"])
		require.Equal(t, "30", have["orders/30"])
		s.options.Columns, s.options.Label = nil, func(softdelete.Item, any) string { return "" }
		have = labels()
		require.Equal(t, "Eve", have["customers/3"])
		require.Equal(t, "eve", have["accounts/eve"], "of a table with a secret it is the key nevertheless")
	})
}

// TestRow says what the page of a row says.
func TestRow(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&Account{Login: "eve", PasswordHash: "s3cret", Note: "n"}).Error)
		require.NoError(t, s.db.Create(&Customer{ID: 4, Name: "<b>" + strings.Repeat("x", 600), Email: "\u202eevil", Photo: []byte{0xff, 0xd8, 0xff}}).Error)
		d := s.delete(t, day, "ana", "why", &Customer{ID: 1})
		s.delete(t, day, "ana", "", &Account{Login: "eve"})
		s.delete(t, day, "ana", "", &Customer{ID: 4})

		row := s.get(t, "rows/customers/4").json(t)
		values := map[string]any{}
		for _, c := range row["columns"].([]any) {
			values[within(c, "name").(string)] = c
		}
		require.Equal(t, map[string]any{"name": "photo", "value": nil, "bytes": 3.0}, values["photo"])
		require.Equal(t, map[string]any{"name": "name", "value": "<b>" + strings.Repeat("x", 496) + "…", "cut": true}, values["name"])
		require.Equal(t, map[string]any{"name": "email", "value": "\u202eevil"}, values["email"])
		page := s.see(t, "rows/customers/4").body
		require.NotContains(t, page, "<b>x")
		require.NotContains(t, page, "\u202e")

		row = s.get(t, "rows/accounts/eve").json(t)
		require.Equal(t, []any{map[string]any{"name": "login", "value": "eve"}}, row["columns"])
		require.Equal(t, []any{"tenant_id", "password_hash", "note", "deleted_at", "deleted_by", "delete_reason", "deletion_id"}, row["hidden"])
		require.NotContains(t, s.see(t, "rows/accounts/eve").body, "s3cret")
		s.options.Columns = func(table string) []string {
			return map[string][]string{"accounts": {"note", "nix", "login"}, "customers": {}}[table]
		}
		row = s.get(t, "rows/accounts/eve").json(t)
		require.Equal(t, []any{map[string]any{"name": "note", "value": "n"}, map[string]any{"name": "login", "value": "eve"}}, row["columns"])
		require.Empty(t, s.get(t, "rows/customers/4").json(t)["columns"])
		s.options.Columns = nil

		page = s.see(t, "rows/customers/1").body
		require.Contains(t, page, "<dt>email</dt>")
		told := []string{"deleted_at", "deleted_by", "delete_reason", "deletion_id"}
		for _, name := range told {
			require.NotContains(t, page, "<dt>"+name+"</dt>", "it stands above")
			require.Contains(t, s.get(t, "rows/customers/1").body, `{"name":"`+name+`",`)
		}
		s.options.Columns = func(string) []string { return told }
		page = s.see(t, "rows/customers/1").body
		for _, name := range told {
			require.Contains(t, page, "<dt>"+name+"</dt>", "it was asked for")
		}
		s.options.Columns = nil

		view := s.view(t, "rows/customers/1")
		require.Equal(t, "Ana", within(view, "Heading"))
		require.Equal(t, int64(6), within(view, "Body", "Others"))
		require.Equal(t, d.ID.String(), within(view, "Body", "Deletion", "ID"))
		require.Len(t, within(view, "Body", "Below"), 2)
		require.Equal(t, "why", within(view, "Body", "Reason"))
		row = s.get(t, "rows/orders/10").json(t)
		require.Equal(t, []any{"Customer"}, within(row, "restore", "trashed_parents"))
		require.NotEmpty(t, within(s.view(t, "rows/orders/10"), "Body", "ParentsTo"))
	})
}

// TestParents says what a row hung on, live or trashed, if that may be viewed; and until when it is
// kept.
func TestParents(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&[]Account{{Login: "eve"}, {Login: "old"}}).Error)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		s.delete(t, day, "ana", "", &Order{ID: 20})
		eve := s.delete(t, 2*day, "ana", "", &Account{Login: "eve"})
		s.delete(t, 32*day, "ana", "", &Account{Login: "old"})
		parents := func(path string) any { return s.get(t, path).json(t)["parents"] }
		ana := map[string]any{"relation": "Order.Customer", "table": "customers", "model": "Customer", "key": []any{"1"}, "label": "Ana", "trashed": true}
		bob := map[string]any{"relation": "Order.Customer", "table": "customers", "model": "Customer", "key": []any{"2"}, "label": "Bob", "trashed": false}
		require.Equal(t, []any{ana}, parents("rows/orders/10"))
		require.Equal(t, []any{bob}, parents("rows/orders/20"))
		require.Equal(t, "../../rows/customers/1", within(s.view(t, "rows/orders/10"), "Body", "Parents", 0, "Href"))
		require.Empty(t, within(s.view(t, "rows/orders/20"), "Body", "Parents", 0, "Href"), "it is not in the trash")
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return isRow(target, "customers", uint(2)) })
		require.Equal(t, []any{ana}, parents("rows/orders/10"))
		require.Empty(t, parents("rows/orders/20"))
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table == "customers" })
		require.Empty(t, parents("rows/orders/10"))
		s.options.Authorize = nil

		require.Equal(t, eve.At.Add(30*day).UTC().Format(time.RFC3339Nano), within(s.get(t, "rows/accounts/eve").json(t), "kept_until"))
		require.Nil(t, within(s.get(t, "rows/orders/10").json(t), "kept_until"))
		for _, ask := range []func(*http.Request, trashui.Action, trashui.Target) error{nil, refusing(func(trashui.Action, trashui.Target) bool { return false })} {
			s.options.Authorize = ask
			accounts := within(s.get(t, "").json(t), "items", 0)
			require.Equal(t, "accounts", within(accounts, "table"))
			require.InDelta(t, 1, within(accounts, "overdue"), 0)
			require.InDelta(t, 30*24*3600, within(accounts, "retention_seconds"), 0)
			require.Equal(t, s.get(t, "rows/accounts/old").json(t)["kept_until"], within(accounts, "due"))
		}
	})
}

// TestClashes says that a conflict names the rows, and what to do, as far as they may be viewed.
func TestClashes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		require.NoError(t, s.db.Create(&Customer{ID: 9, Name: "Other", Email: "ana@example.com"}).Error)
		clashes := func() any {
			return within(s.get(t, "preview?op=restore&item=customers/1").json(t), "conflicts", 0, "clashes")
		}
		sentence := func() any {
			return within(s.view(t, "preview?op=restore&item=customers/1"), "Body", "Forbidden", 0)
		}
		require.Equal(t, []any{map[string]any{"key": []any{"1"}, "with": []any{"9"}, "columns": []any{"email"}, "live": true, "label": "Ana"}}, clashes())
		require.Equal(t, map[string]any{"Text": "The email of Ana is used by a live Customer (9). Change that one first.", "Href": "./rows/customers/1", "Link": "See the deleted Ana"}, sentence())
		require.Equal(t, "The email of Ana is used by a live Customer (9). Change that one first.", within(s.view(t, "preview?op=undo&id="+s.get(t, "rows/customers/1").json(t)["deletion"].(map[string]any)["deletion_id"].(string)), "Body", "Forbidden", 0, "Text"))
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return isRow(target, "customers", uint(9)) })
		require.Equal(t, []any{map[string]any{"key": []any{"1"}, "with": nil, "columns": []any{"email"}, "live": true, "label": "Ana"}}, clashes())
		require.Equal(t, "The email of Ana is used by a live Customer. Change that one first.", within(sentence(), "Text"))
		s.options.Authorize = nil

		s.delete(t, day, "ana", "", &Customer{ID: 9})
		view := s.view(t, "preview?op=restore&item=customers/1&item=customers/9")
		require.Contains(t, within(view, "Body", "Forbidden", 0, "Text"), "Restore only one of them")
		require.Empty(t, within(view, "Body", "Post"))
	})
}
