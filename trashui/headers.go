package trashui

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// policy lets a page have its own style sheet and send its forms to where it is, and nothing
// else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets what each answer has, errors and redirects too.
func secure(header http.Header) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept")
}

// prefersJSON tells if a request asks for JSON rather than for a page. Of two that are as
// welcome it is the one that is named, and else the page. Who sends JSON and takes anything
// gets JSON.
func prefersJSON(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	asJSON, asPage := 0.0, 0.0
	named := false
	for part := range strings.SplitSeq(accept, ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		switch kind {
		case "application/json", "application/problem+json":
			asJSON, named = max(asJSON, q), true
		case "text/html", "application/xhtml+xml", "text/*":
			asPage = max(asPage, q)
		}
	}
	if named || asPage > 0 {
		return asJSON > asPage
	}
	return isJSON(r)
}

// isJSON tells if the body of a request is JSON.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
