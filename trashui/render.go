package trashui

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"reflect"
)

//go:embed templates/*.html
var templateFiles embed.FS

// styleSheet is what all pages are dressed in. There is no script.
//
//go:embed style.css
var styleSheet []byte

// pages are the templates by what their view is called, each with the layout and the parts.
var pages = readTemplates("overview", "rows", "row", "deletions", "oneDeletion", "preview", "empty", "doctor", "problem")

func readTemplates(names ...string) map[string]*template.Template {
	shared := template.Must(template.New("layout.html").Funcs(words).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	read := map[string]*template.Template{}
	for _, name := range names {
		read[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return read
}

// render writes a page for people. The type of its view, or of what that points to, says
// which one.
func render(w io.Writer, f *frame) error {
	t := reflect.TypeOf(f.Body)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || pages[t.Name()] == nil {
		return fmt.Errorf("trashui: there is no template for %T", f.Body)
	}
	return pages[t.Name()].Execute(w, f)
}

// part is what a template that several pages share takes: something of the page, in its frame.
type part struct {
	*frame
	Frame *frame // the same
	Of    any
	Pick  bool // rows can be chosen, by a check box each
}
