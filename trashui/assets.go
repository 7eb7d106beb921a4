package trashui

import _ "embed" // of openapi.json

//go:embed openapi.json
var openapi []byte

// openapi describes the JSON.
func (v *visit) openapi() (*reply, error) {
	if err := v.whole(); err != nil {
		return nil, err
	}
	return &reply{body: asset{openapi, "application/json"}}, nil
}

// style is the style sheet, which pages for those who may see nothing have, too.
func (v *visit) style() (*reply, error) {
	return &reply{body: asset{styleSheet, "text/css; charset=utf-8"}}, nil
}
