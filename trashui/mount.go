package trashui

import (
	"net/http"
	"net/url"
	"strings"
)

// mount returns the words of the path below where the page is mounted, escaped as they came.
// The root without a slash at its end is sent to the one with it, so that what is relative
// leads to the page.
func (v *visit) mount() (words []string, answer *reply) {
	path := v.r.URL.EscapedPath()
	full := fullPath(v.r)
	below := strings.TrimPrefix(unmounted(v.r.Pattern, path, full), "/")
	if below == "" && full != "" && !strings.HasSuffix(full, "/") {
		last := full[strings.LastIndex(full, "/")+1:]
		location := "./" + last + "/"
		if v.r.URL.RawQuery != "" {
			location += "?" + v.r.URL.RawQuery
		}
		return nil, &reply{status: http.StatusPermanentRedirect, location: location}
	}
	return strings.Split(below, "/"), nil
}

// fullPath is the path that the client has asked for, as far as it is known.
func fullPath(r *http.Request) string {
	uri, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return ""
	}
	return uri.EscapedPath()
}

// unmounted takes the prefix of a ServeMux's pattern off a path, unless http.StripPrefix has
// done so already: that leaves the pattern as it is. Which of both it was is told by what was
// taken off the path that was asked for.
func unmounted(pattern, path, full string) string {
	prefix := prefixOf(pattern)
	rest, matches := cutWords(path, prefix)
	if !matches {
		return path
	}
	taken, known := strings.CutSuffix(full, path)
	if !known || taken == "" {
		return rest
	}
	if _, whole := cutWords(full, prefix); !whole && !endsWith(taken, prefix) {
		return rest // a mux below another one, from whose prefix this is free
	}
	// It was taken off already, or else the page stands below its own name twice.
	if first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); isRoute(first) {
		return path
	}
	return rest
}

func isRoute(word string) bool {
	for _, r := range routes {
		if r.path[0] == word {
			return true
		}
	}
	return false
}

// prefixOf are the words of a pattern before what it leaves open at its end: of
// "GET example.com/admin/{tenant}/trash/" those are admin, {tenant} and trash.
func prefixOf(pattern string) []string {
	_, path, found := strings.Cut(pattern, "/")
	if !found {
		return nil
	}
	words := strings.Split(path, "/")
	last := words[len(words)-1]
	if last == "" || last == "*" || last == "{$}" || strings.HasSuffix(last, "...}") {
		words = words[:len(words)-1]
	}
	return words
}

// cutWords takes words off the front of a path.
func cutWords(path string, words []string) (rest string, ok bool) {
	rest = strings.TrimPrefix(path, "/")
	for i, word := range words {
		first, behind, found := strings.Cut(rest, "/")
		if !sameWord(word, first) || !found && i < len(words)-1 {
			return path, false
		}
		rest = behind
	}
	return "/" + rest, true
}

// endsWith tells if a path ends with words.
func endsWith(path string, words []string) bool {
	have := strings.Split(strings.Trim(path, "/"), "/")
	if len(have) < len(words) {
		return false
	}
	for i, word := range words {
		if !sameWord(word, have[len(have)-len(words)+i]) {
			return false
		}
	}
	return true
}

// sameWord tells if a word of a path is that of a pattern, or fits its wildcard.
func sameWord(pattern, word string) bool {
	if strings.HasPrefix(pattern, "{") || pattern == word {
		return word != ""
	}
	a, err := url.PathUnescape(pattern)
	b, failed := url.PathUnescape(word)
	return err == nil && failed == nil && a == b
}
