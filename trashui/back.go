package trashui

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// backOf is the list that a preview was opened from, relative to the root of the page. What is
// none of ours is the list that an operation is of.
func (v *visit) backOf(text, op string) string {
	usual := map[string]string{"undo": "deletions", "empty": "./"}[op]
	if usual == "" {
		usual = "rows"
	}
	path, query, _ := strings.Cut(text, "?")
	if path != "rows" && path != "deletions" && path != "./" {
		return usual
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return usual
	}
	kept := url.Values{}
	for _, name := range append([]string{"after"}, filters...) {
		for _, value := range values[name] {
			if value != "" && utf8.ValidString(value) {
				kept.Add(name, value)
			}
		}
	}
	if len(kept) == 0 {
		return path
	}
	return path + "?" + kept.Encode()
}

// referrer is the page of ours that the browser says it comes from, relative to the root; empty for
// none. What of it may be a way back is for backOf to say.
func (v *visit) referrer() string {
	at, err := url.Parse(v.r.Referer())
	if err != nil || at.Host != v.r.Host {
		return ""
	}
	root, known := strings.CutSuffix(fullPath(v.r), strings.Join(v.words, "/"))
	path, ours := strings.CutPrefix(at.EscapedPath(), root)
	switch {
	case !known || !ours:
		return ""
	case path == "":
		path = "./"
	}
	return path + "?" + at.RawQuery
}

// from has a page lead back to the list that it was opened from, if that is a part of all.
func from(href, list string) string {
	if href == "" || !strings.Contains(list, "?") {
		return href
	}
	return href + "?" + url.Values{"back": {list}}.Encode()
}

// listBehind is the list that a page of a row or an operation was opened from: itself for what is
// done there, and for the way back to it, if it is one of that kind.
func (v *visit) listBehind(kind, usual string) (back, href string) {
	back = usual
	if text := v.r.URL.Query().Get("back"); text != "" {
		back = v.backOf(text, "")
	}
	if path, _, _ := strings.Cut(back, "?"); path != kind {
		return back, v.base + usual
	}
	return back, v.base + back
}
