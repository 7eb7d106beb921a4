package mount_test

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/stretchr/testify/require"
)

func (s *service) crossOrigin() (list []attempt) {
	plan := s.fingerprint("op=restore&item=posts/1")
	body := form("item", "posts/1", "plan", plan)
	undo := form("id", s.alone.ID.String(), "plan", s.fingerprint("op=undo&id="+s.alone.ID.String()))
	purge := form("item", "posts/1", "plan", s.fingerprint("op=purge&item=posts/1"), "confirm", "3")
	for _, write := range []struct{ path, body string }{{"restore", body}, {"undo", undo}, {"purge", purge}, {"empty", form("older_than", "1h", "confirm", "15")}} {
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "", "Origin", "null"},
			{"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
		} {
			list = append(list, attempt{"cross-origin", "POST " + write.path + " " + strings.Join(header, " "), post(write.path, write.body, header...), []int{403}, ""})
		}
	}
	return list
}

func (s *service) otherTenant() (list []attempt) {
	as1 := []string{"Tenant", "1"}
	add := func(what string, a ask, want ...int) {
		list = append(list, attempt{"another tenant", what, a, want, ""})
	}
	add("view its row", get("rows/posts/11", as1...), 404)
	add("view its row with a key of text", get("rows/accounts/other", as1...), 404)
	add("view its operation", get("deletions/"+s.idOf(11), as1...), 404)
	for _, op := range []string{"restore", "purge"} {
		query := "op=" + op + "&item=posts/11"
		add("preview "+op, get("preview?"+query, as1...), 404)
		add(op+" with the true fingerprint", post(op, form("item", "posts/11", "plan", s.fingerprint(query)), as1...), 409)
		add(op+" beside a row of one's own", post(op, form("item", "posts/1", "item", "posts/11", "plan", s.fingerprint("op="+op+"&item=posts/1&item=posts/11")), as1...), 404, 409)
		add("preview "+op+" that would take a row of it along", get("preview?op="+op+"&item=posts/4", as1...), 403, 409)
		add(op+" that would take a row of it along", post(op, form("item", "posts/4", "plan", s.fingerprint("op="+op+"&item=posts/4")), as1...), 403, 409)
	}
	add("undo its operation", post("undo", form("id", s.idOf(11), "plan", s.fingerprint("op=undo&id="+s.idOf(11))), as1...), 409)
	both := s.both.ID.String()
	add("undo an operation of both, by the fingerprint of all of it", post("undo", form("id", both, "plan", s.fingerprint("op=undo&id="+both)), as1...), 403, 409)
	for _, accept := range []string{"text/html", "application/json"} {
		list = append(list,
			attempt{"another tenant", "see what a row clashes with, as " + accept, get("preview?op=restore&item=posts/3", "Tenant", "1", "Accept", accept), []int{200}, "777555"},
			attempt{"another tenant", "see what a row belongs to, as " + accept, get("rows/comments/41", "Tenant", "2", "Accept", accept), []int{200}, "Post 4"},
			attempt{"another tenant", "see what a comment comes back with, as " + accept, get("preview?op=restore&item=comments/41&parents=1", "Tenant", "2", "Accept", accept), []int{200, 403, 409}, "Post 4"},
			attempt{"another tenant", "find its rows by a filter, as " + accept, get("rows?reason=script&limit=500", "Tenant", "1", "Accept", accept), []int{200}, "Post 11"})
	}
	add("a scope that says nothing", get("rows", "Tenant", "none"), 500)
	add("a scope that says nothing, to write", post("restore", form("item", "posts/1", "plan", "x"), "Tenant", "none"), 500)
	add("a scope that panics", get("rows", "Tenant", "panics"), 500)
	add("a scope that panics, to write", post("undo", form("id", both, "plan", "x"), "Tenant", "panics"), 500)
	add("SQL for a tenant", get("rows", "Tenant", "1 OR 1=1"), 200, 500)
	return list
}

// idOf is the operation that trashed a post.
func (s *service) idOf(id uint) string {
	item, err := s.trash.Item(s.t.Context(), "posts", id)
	require.NoError(s.t, err)
	return item.DeletionID.String()
}

func (s *service) forged() (list []attempt) {
	add := func(what, path, body string, want ...int) {
		list = append(list, attempt{"forged fingerprint", what, post(path, body), want, ""})
	}
	one, other := s.fingerprint("op=restore&item=posts/1"), s.fingerprint("op=restore&item=posts/3")
	purge, undo := s.fingerprint("op=purge&item=posts/1"), s.fingerprint("op=undo&id="+s.alone.ID.String())
	for _, path := range []string{"restore", "purge"} {
		add(path+" without one", path, form("item", "posts/1"), 422)
		add(path+" with an empty one", path, form("item", "posts/1", "plan", ""), 422)
		add(path+" with that of other rows", path, form("item", "posts/1", "plan", other), 409)
		add(path+" with that of an undo", path, form("item", "posts/1", "plan", undo), 409)
		add(path+" with one made up", path, form("item", "posts/1", "plan", strings.Repeat("0", len(one))), 409)
		add(path+" of two rows with that of one", path, form("item", "posts/1", "item", "posts/3", "plan", one), 409)
		add(path+" with a long one", path, form("item", "posts/1", "plan", strings.Repeat("x", 100_000)), 409, 422)
	}
	add("purge with that of a restore", "purge", form("item", "posts/1", "plan", one), 409)
	add("restore with that of a purge", "restore", form("item", "posts/1", "plan", purge), 409)
	add("undo without one", "undo", form("id", s.alone.ID.String()), 422)
	add("undo with that of another operation", "undo", form("id", s.alone.ID.String(), "plan", s.fingerprint("op=undo&id="+s.both.ID.String())), 409)
	add("undo with that of a restore", "undo", form("id", s.alone.ID.String(), "plan", one), 409)
	add("purge with the wrong number", "purge", form("item", "posts/1", "plan", purge, "confirm", "1"), 422)
	add("purge with no number in the field", "purge", form("item", "posts/1", "plan", purge, "confirm", ""), 422)
	add("empty with the wrong number", "empty", form("older_than", "1h", "confirm", "1"), 422)
	return list
}

func (s *service) hostile() (list []attempt) {
	h := url.QueryEscape(hostile)
	for _, path := range []string{
		"", "rows", "deletions", "rows/posts/1", "rows/comments/10", "deletions/" + s.alone.ID.String(), "preview?op=restore&item=posts/1", "preview?op=purge&item=posts/1", "preview?op=undo&id=" + s.alone.ID.String(),
		"rows/accounts/a%2Fb%2Cc%252F%3F", "rows/accounts/" + url.PathEscape(url.PathEscape(hostile)),
	} {
		list = append(list, attempt{"hostile values", "shown on GET " + shorter(path), get(path), []int{200, 404}, ""})
		list = append(list, attempt{"hostile values", "as JSON on GET " + shorter(path), get(path, "Accept", "application/json"), []int{200, 404}, ""})
	}
	for _, name := range []string{"model", "actor", "reason", "since", "until", "limit", "after", "done", "nonsense"} {
		list = append(list, attempt{"hostile values", "in the filter " + name, get("rows?" + name + "=" + h), []int{200, 422}, ""})
	}
	for _, name := range []string{"op", "item", "id", "older_than", "back", "parents"} {
		list = append(list, attempt{"hostile values", "in the preview's " + name, get("preview?op=restore&item=posts/1&" + name + "=" + h), []int{200, 404, 422}, ""})
	}
	plan := strings.Repeat("0", 64)
	for _, back := range []string{"https://evil.example/", "//evil.example/", `\\evil.example`, "javascript:alert(1)", "/etc", "../../x", "rows/../../x", "rows\r\nSet-Cookie: a=b", "rows?x\r\nLocation: //evil", "rows?done=restored.0.posts%3A99", "rows#//x", "deletions/../..//evil.example"} {
		list = append(list,
			attempt{"hostile values", fmt.Sprintf("back=%q in a preview", back), get("preview?op=restore&item=posts/1&back=" + url.QueryEscape(back)), []int{200}, ""},
			attempt{"hostile values", fmt.Sprintf("back=%q in a form", back), post("restore", form("item", "posts/1", "plan", plan, "back", back)), []int{409}, ""})
	}
	for _, done := range []string{"restored.0.<script>%3A1", "x", "restored", "restored.0.posts%3A1e9", "restored.-1.posts%3A1", "restored.0.posts%3A1%0d%0aX%3A+y", "restored.0.accounts%3A99999999999999999999", strings.Repeat("restored.", 500)} {
		list = append(list, attempt{"hostile values", "done=" + shorter(done), get("rows?done=" + done), []int{200, 422}, ""})
	}
	for _, path := range []string{"rows/posts/" + h, "rows/" + h + "/1", "rows/posts/1%00", "rows/posts/%ff", "rows/posts/-1", "rows/posts/1e3", "rows/posts/99999999999999999999999", "rows/posts/1,2", "rows/posts/1'%20OR%20'1'='1", "rows/posts/..%2f..%2fetc", "deletions/" + h, "deletions/00000000-0000-0000-0000-000000000000"} {
		list = append(list, attempt{"hostile values", "in the path " + shorter(path), get(path), []int{404, 422}, ""})
	}
	return list
}

func (s *service) oversized() (list []attempt) {
	add := func(what string, a ask, want ...int) {
		list = append(list, attempt{"oversized", what, a, want, ""})
	}
	items := func(n int) string {
		v := url.Values{"plan": {"x"}}
		for i := range n {
			v.Add("item", fmt.Sprint("posts/", i+1000))
		}
		return v.Encode()
	}
	add("a body of 1 MiB and more", post("restore", "plan="+strings.Repeat("x", 1<<20)), 413)
	add("JSON of 1 MiB and more", post("restore", `{"plan":"`+strings.Repeat("x", 1<<20)+`"}`, "Content-Type", "application/json"), 413)
	add("501 rows in a form", post("restore", items(501)), 422)
	add("501 rows in a preview", get("preview?op=restore&"+items(501)), 422)
	add("10,000 rows in a form", post("purge", items(10_000)), 422)
	add("501 rows on a page", get("rows?limit=501"), 422)
	add("a limit beyond numbers", get("rows?limit="+strings.Repeat("9", 40)), 422)
	add("a long filter", get("rows?reason="+strings.Repeat("x", 20_000)), 422)
	add("many parameters", get("rows?"+strings.Repeat("x=1&", 5000)), 422)
	add("many models", get("rows?"+strings.Repeat("model=posts&", 600)), 200, 422)
	add("a long key", get("rows/accounts/"+strings.Repeat("k", 20_000)), 404, 422)
	add("a long reason", post("restore", form("item", "posts/1", "plan", "x", "reason", strings.Repeat("x", 50_000))), 409, 422)
	add("JSON as deep as a well", post("restore", strings.Repeat("[", 100_000), "Content-Type", "application/json"), 422)
	add("an age beyond time", get("preview?op=empty&older_than=99999999999999d"), 422)
	add("a negative age", post("empty", form("older_than", "-1h")), 422)
	add("no age at all", post("empty", form("older_than", "0s")), 422)
	return list
}

func (s *service) unknown() (list []attempt) {
	add := func(what string, a ask, want ...int) {
		list = append(list, attempt{"unknown", what, a, want, ""})
	}
	add("a model in the filter", get("rows?model=nothing"), 422)
	add("a table in the path", get("rows/nothing/1"), 404)
	add("a table of the database's own", get("rows/sqlite_master/1"), 404)
	add("a table in a form", post("restore", form("item", "nothing/1", "plan", "x")), 422)
	add("an operation", get("preview?op=drop&item=posts/1"), 422)
	add("a row", post("restore", form("item", "posts/999", "plan", "x")), 409)
	add("an id", post("undo", form("id", "0198c2f0-0000-7000-8000-000000000000", "plan", "x")), 409)
	add("a field of JSON", post("restore", `{"item":["posts/1"],"plan":"x","where":"1=1"}`, "Content-Type", "application/json"), 422)
	add("a type of content", post("restore", "<x/>", "Content-Type", "application/xml"), 415)
	add("multipart", post("restore", "--x--", "Content-Type", "multipart/form-data; boundary=x"), 415)
	add("no type of content", post("restore", "x", "Content-Type", ""), 415)
	for _, method := range []string{"HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
		for _, path := range []string{"rows", "restore", "purge", "undo", "empty"} {
			want := []int{405}
			if method == "HEAD" && path == "rows" {
				want = []int{200}
			}
			list = append(list, attempt{"method", method + " " + path, ask{method: method, path: path, body: ""}, want, ""})
		}
		list = append(list, attempt{"method", method + " restore with a form", ask{method: method, path: "restore", body: form("item", "posts/1", "plan", s.fingerprint("op=restore&item=posts/1"))}.with("Content-Type", "application/x-www-form-urlencoded", "X-HTTP-Method-Override", "POST"), []int{405}, ""})
	}
	add("a restore by GET", get("restore?item=posts/1&plan="+s.fingerprint("op=restore&item=posts/1")), 405)
	add("an empty by GET", get("empty?older_than=1h"), 405)
	return list
}

func (s *service) refusedByAuthorize() (list []attempt) {
	restore := form("item", "posts/1", "plan", s.fingerprint("op=restore&item=posts/1"))
	purge := form("item", "posts/1", "plan", s.fingerprint("op=purge&item=posts/1"))
	undo := form("id", s.alone.ID.String(), "plan", s.fingerprint("op=undo&id="+s.alone.ID.String()))
	empty := form("older_than", "1h")
	add := func(who, what string, a ask, want ...int) {
		list = append(list, attempt{"Authorize: " + who, what, a.with("Who", who), want, ""})
	}
	for _, path := range []string{"", "rows", "rows/posts/1", "rows/posts/999", "rows/nothing/1", "deletions", "deletions/" + s.alone.ID.String(), "preview?op=restore&item=posts/1", "preview?op=undo&id=" + s.alone.ID.String(), "preview?op=empty"} {
		add("nobody", "GET "+shorter(path), get(path), 403)
		add("panics", "GET "+shorter(path), get(path), 500)
	}
	for _, write := range []struct{ path, body string }{{"restore", restore}, {"purge", purge}, {"undo", undo}, {"empty", empty}} {
		for _, who := range []string{"nobody", "looker"} {
			add(who, "POST "+write.path, post(write.path, write.body), 403)
		}
		add("panics", "POST "+write.path, post(write.path, write.body), 500)
	}
	add("looker", "preview a restore", get("preview?op=restore&item=posts/1"), 403)
	for _, who := range []string{"not post 1", "not post 1 to write"} {
		for _, op := range []string{"restore", "purge"} {
			add(who, op+" it", post(op, map[string]string{"restore": restore, "purge": purge}[op]), 403)
			add(who, op+" it with another", post(op, form("item", "posts/3", "item", "posts/1", "plan", "x")), 403)
			add(who, "preview "+op, get("preview?op="+op+"&item=posts/1"), 403)
		}
	}
	add("not post 1", "view it", get("rows/posts/1"), 403)
	for _, who := range []string{"no comments", "comments to look at"} {
		add(who, "restore a post that takes them along", post("restore", restore), 403)
		add(who, "purge a post that takes them along", post("purge", purge), 403)
		add(who, "undo an operation of them", post("undo", undo), 403)
		add(who, "restore a comment", post("restore", form("item", "comments/10", "plan", "x")), 403)
	}
	add("no comments", "view one", get("rows/comments/10"), 403)
	add("no comments", "filter by them", get("rows?model=comments"), 403)
	add("no comments", "filter by their type", get("rows?model=Comment"), 403)
	add("no undo", "undo", post("undo", undo), 403)
	add("no purge", "purge", post("purge", purge), 403)
	add("no empty", "empty", post("empty", empty), 403)
	add("no empty", "preview of it", get("preview?op=empty&older_than=1h"), 403)
	for _, accept := range []string{"text/html", "application/json"} {
		list = append(list,
			attempt{"Authorize: not post 777555", "see what a row clashes with, as " + accept, get("preview?op=restore&item=posts/3", "Who", "not post 777555", "Accept", accept), []int{200}, "777555"},
			attempt{"Authorize: not post 4", "see what a row belongs to, as " + accept, get("rows/comments/41", "Who", "not post 4", "Accept", accept), []int{200}, "Post 4"})
	}
	add("panics at rows", "the list", get("rows"), 500)
	return list
}

// shorter is what fits into a line.
func shorter(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
