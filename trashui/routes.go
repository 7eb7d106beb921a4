package trashui

import (
	"net/http"
	"slices"
	"strings"
)

// route is one of the page's.
type route struct {
	path   []string // "*" stands for any word
	method string   // GET, for which HEAD is taken, too; or POST
	open   bool     // nobody is asked for it
	serve  func(*visit) (*reply, error)
}

var routes []*route

func init() {
	get := func(path string, serve func(*visit) (*reply, error)) {
		routes = append(routes, &route{path: strings.Split(path, "/"), method: http.MethodGet, serve: serve})
	}
	get("", (*visit).overview)
	get("rows", (*visit).rows)
	get("rows/*/*", (*visit).row)
	get("deletions", (*visit).deletions)
	get("deletions/*", (*visit).deletion)
	get("preview", (*visit).preview)
	get("doctor", (*visit).doctor)
	get("openapi.json", (*visit).openapi)
	routes = append(routes, &route{path: []string{"style.css"}, method: http.MethodGet, open: true, serve: (*visit).style})
	for path, serve := range map[string]func(*visit) (*reply, error){
		"restore": (*visit).restore, "purge": (*visit).purge, "undo": (*visit).undo, "empty": (*visit).empty,
	} {
		routes = append(routes, &route{path: []string{path}, method: http.MethodPost, serve: serve})
	}
}

// find finds the route of a request.
func (v *visit) find() (*route, error) {
	v.base = "./" + strings.Repeat("../", len(v.words)-1)
	if len(v.words) > 1 {
		v.base = v.base[2:]
	}
	fits := func(r *route) bool {
		return slices.EqualFunc(r.path, v.words, func(want, word string) bool { return want == "*" || want == word })
	}
	i := slices.IndexFunc(routes, fits)
	if i < 0 || v.words[0] == "doctor" && !v.page.options.Doctor {
		return nil, notFound("There is no such page.")
	}
	r := routes[i]
	allowed := []string{r.method}
	if r.method == http.MethodGet {
		allowed = []string{http.MethodGet, http.MethodHead}
	}
	if !slices.Contains(allowed, v.r.Method) {
		p := refuse(http.StatusMethodNotAllowed, "This is not done so", "This address takes "+strings.Join(allowed, " and ")+".")
		p.allow = strings.Join(allowed, ", ")
		return nil, p
	}
	return r, nil
}
