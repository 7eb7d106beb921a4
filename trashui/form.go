package trashui

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

const longBody = 1 << 20

// form is what a write is sent with.
type form struct {
	url.Values
}

// body is a form as JSON.
type body struct {
	Item      []string    `json:"item"`
	ID        string      `json:"id"`
	OlderThan string      `json:"older_than"`
	Until     string      `json:"until"`
	Plan      string      `json:"plan"`
	Reason    string      `json:"reason"`
	Parents   any         `json:"parents"`
	Confirm   json.Number `json:"confirm"`
}

// readForm reads the body of a write, a form or JSON.
func (v *visit) readForm() error {
	kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" && kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "This is not understood", "Send a form (application/x-www-form-urlencoded) or JSON (application/json).")
	}
	if kind != "application/json" && v.r.PostForm != nil {
		v.form = &form{v.r.PostForm} // somebody before has read it
		return checkValues(v.form.Values)
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, v.r.Body, longBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return refuse(http.StatusRequestEntityTooLarge, "This is too much", "Send no more than 1 MiB.")
	case err != nil:
		return senseless("The form did not come whole.")
	case kind == "application/json":
		return v.readJSON(text)
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return senseless("The form is not written as it should be.")
	}
	v.form = &form{values}
	v.r.PostForm = values // for those who are asked about the request
	return checkValues(values)
}

func (v *visit) readJSON(text []byte) error {
	var b body
	if err := strictly(text, &b); err != nil {
		return senseless("The JSON is not as it should be: it is an object of item, id, older_than, until, plan, reason, parents and confirm.")
	}
	v.form = &form{url.Values{}}
	if len(b.Item) > 0 {
		v.form.Values["item"] = b.Item
	}
	for name, text := range map[string]string{"id": b.ID, "older_than": b.OlderThan, "until": b.Until, "plan": b.Plan, "reason": b.Reason, "confirm": b.Confirm.String()} {
		if text != "" {
			v.form.Set(name, text)
		}
	}
	switch b.Parents {
	case true, "1", "true", 1.0: // as it is written in an address, too
		v.form.Set("parents", "1")
	case nil, false, "", "0", "false", 0.0:
	default:
		return senseless("parents has to be true or false.")
	}
	return checkValues(v.form.Values)
}

// confirmed tells if the number of rows was typed as it is, where it was asked for: who sends
// no such field has confirmed by the fingerprint.
func (f *form) confirmed(want int64) bool {
	if !f.Has("confirm") {
		return true
	}
	return plainNumber(f.Get("confirm")) == strconv.FormatInt(want, 10)
}

// plainNumber is a number without what people write between its digits.
func plainNumber(text string) string {
	var digits []rune
	for _, r := range text {
		switch r {
		case ' ', ',', '.', '\'', '\u00a0', '\u202f', '_':
		default:
			digits = append(digits, r)
		}
	}
	return string(digits)
}
