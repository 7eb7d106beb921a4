package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

// TestAudit says that the audit sees what it looks for: on a page without a fault it finds each one that is put there.
func TestAudit(t *testing.T) {
	t.Parallel()
	w := look(t, open(t))
	w.size(360, 740)
	for _, fault := range []struct{ change, says string }{
		{`document.documentElement.lang = ""`, "no language"},
		{`document.title = ""`, "no title"},
		{`document.querySelector("h1").outerHTML += "<h1>again</h1>"`, "2 of h1"},
		{`document.querySelector("main").outerHTML = "<div>" + document.querySelector("main").innerHTML + "</div>"`, "0 of main"},
		{`document.querySelector("h2").outerHTML += "<h4>deep</h4>"`, "a heading of level 4"},
		{`document.querySelector("#confirm").removeAttribute("id")`, "a field without a label"},
		{`document.querySelector("h1").id = "confirm"`, "twice the same id"},
		{`document.querySelector("#confirm").setAttribute("aria-describedby", "nix")`, "names nothing"},
		{`document.querySelector("caption").remove()`, "a table without a caption"},
		{`document.querySelectorAll("form.decide button").forEach((b) => b.textContent = "")`, "without a text"},
		{`document.querySelector("h1").innerHTML = "<a href='javascript:alert(1)'>x</a>"`, "href"},
		{`document.querySelector("h1").setAttribute("onclick", "x")`, "onclick"},
		{`document.querySelector("nav").removeAttribute("aria-label")`, "a nav without a name"},
		{`{ const p = document.createElement("p"); p.textContent = "w".repeat(200); p.id = "wide"; document.querySelector("main").append(p); document.adoptedStyleSheets = [Object.assign(new CSSStyleSheet())]; document.adoptedStyleSheets[0].replaceSync("#wide { overflow-wrap: normal !important; word-break: keep-all !important; width: max-content !important; max-width: none !important }") }`, "wide on 360"},
		{`document.adoptedStyleSheets = [new CSSStyleSheet()], document.adoptedStyleSheets[0].replaceSync("h1 { color: #888 !important; background: #777 !important }")`, "contrast of"},
		{`document.adoptedStyleSheets = [new CSSStyleSheet()], document.adoptedStyleSheets[0].replaceSync("form.decide button { all: unset !important; font-size: 8px !important }")`, "too small"},
	} {
		w.visit(fmt.Sprintf("preview?op=purge&item=albums/%d", store.AlbumID))
		require.Empty(t, ask[[]string](w, audit))
		ask[bool](w, fault.change+"; true")
		require.Contains(t, fmt.Sprint(ask[[]string](w, audit)), fault.says, fault.change)
	}
}

// TestComplaints says that a window hears of what a page may not do: a style of its own, a picture from elsewhere, a word in the console.
func TestComplaints(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		`document.head.append(Object.assign(document.createElement("style"), {textContent: "h1 { color: red }"}))`,
		`document.body.append(Object.assign(document.createElement("img"), {src: "https://elsewhere.example/x.png"}))`,
		`document.querySelector("h1").setAttribute("style", "color: red")`,
		`console.log("a word")`,
		`document.body.append(Object.assign(document.createElement("img"), {src: "nowhere.png"}))`,
	} {
		w := look(t, open(t))
		w.visit("")
		require.Empty(t, w.told())
		w.faulty = true
		ask[bool](w, fault+"; true")
		require.Eventually(t, func() bool { return len(w.told()) > 0 }, patience, 10*time.Millisecond, fault)
	}
}
