package trashui

import (
	"html/template"
	"io"
)

// plain stands in for the templates.
var plain = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{.Heading}}</title></head><body><h1>{{.Heading}}</h1><pre>{{printf "%#v" .Notice}}
{{printf "%#v" .Body}}</pre></body></html>
`))

func render(w io.Writer, f *frame) error { return plain.Execute(w, f) }

var styleSheet []byte
