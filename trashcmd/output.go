package trashcmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// printer writes to a stream, and keeps the first error.
type printer struct {
	mu     sync.Mutex
	to     io.Writer
	colour bool
	err    error
}

func (p *printer) print(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.to == nil || p.err != nil {
		return
	}
	_, p.err = io.WriteString(p.to, text)
}

func (p *printer) printf(format string, args ...any) { p.print(fmt.Sprintf(format, args...)) }

// style is how a text looks at a terminal that has colours.
type style string

const (
	plainly style = ""
	bold    style = "1"
	dim     style = "2"
	red     style = "31"
	green   style = "32"
	yellow  style = "33"
	cyan    style = "36"
)

// in is a text in a style.
func (p *printer) in(style style, text string) string {
	if !p.colour || style == plainly || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

// json writes a value as a line. What a terminal would take for a command is escaped, as JSON
// allows it.
func (p *printer) json(value any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	var safe bytes.Buffer
	for _, r := range b.String() {
		switch {
		case r < 0x7f || unicode.IsGraphic(r):
			_, _ = safe.WriteRune(r)
		case r > 0xffff:
			high, low := utf16(r)
			_, _ = fmt.Fprintf(&safe, `\u%04x\u%04x`, high, low)
		default:
			_, _ = fmt.Fprintf(&safe, `\u%04x`, r)
		}
	}
	p.print(safe.String())
	return nil
}

func utf16(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// jsonItem is a row in the trash.
type jsonItem struct {
	Table      string     `json:"table"`
	Model      string     `json:"model"`
	Key        []string   `json:"key"`
	At         *time.Time `json:"at"`
	By         string     `json:"by"`
	Reason     string     `json:"reason"`
	DeletionID *uuid.UUID `json:"deletion_id"`
}

// jsonDeletion is an operation.
type jsonDeletion struct {
	ID     uuid.UUID        `json:"id"`
	At     *time.Time       `json:"at"`
	By     string           `json:"by"`
	Reason string           `json:"reason"`
	Rows   map[string]int64 `json:"rows"`
}

// jsonNext is the last line of a list.
type jsonNext struct {
	Next   string   `json:"next"`
	Untold []string `json:"untold,omitempty"`
}

// jsonWrite is what a write has done.
type jsonWrite struct {
	Rows   map[string]int64 `json:"rows"`
	Failed []jsonFailed     `json:"failed"`
}

// jsonFailed is a row that stays, or a model of which it is not known which rows do.
type jsonFailed struct {
	Table string   `json:"table"`
	Model string   `json:"model"`
	Key   []string `json:"key"`
	Error string   `json:"error"`
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func itemJSON(item softdelete.Item) jsonItem {
	j := jsonItem{Table: item.Table, Model: item.Model, Key: keyJSON(item.Key), At: timeOrNull(item.At), By: item.By, Reason: item.Reason}
	if item.DeletionID != uuid.Nil {
		j.DeletionID = &item.DeletionID
	}
	return j
}

// keyJSON are the values of a key. Bytes that are no text, which JSON cannot hold, are escaped
// as they are in a word.
func keyJSON(key []any) []string {
	texts := display.KeyTexts(key)
	for i, text := range texts {
		if !utf8.ValidString(text) {
			texts[i] = display.LineKey([]string{text})
		}
	}
	return texts
}

func deletionJSON(d softdelete.Deletion) jsonDeletion {
	return jsonDeletion{ID: d.ID, At: timeOrNull(d.At), By: d.By, Reason: d.Reason, Rows: rowsJSON(d.Rows)}
}

// rowsJSON is never null.
func rowsJSON(rows map[string]int64) map[string]int64 {
	if rows == nil {
		return map[string]int64{}
	}
	return rows
}
