package display

import (
	"database/sql/driver"
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// KeyTexts writes the values of a primary key as texts, as they can be given back to find
// the row by.
func KeyTexts(key []any) []string {
	texts := make([]string, len(key))
	for i, value := range key {
		texts[i] = keyText(value)
	}
	return texts
}

func keyText(value any) string {
	if rv := reflect.ValueOf(value); rv.Kind() == reflect.Pointer && rv.IsNil() {
		return ""
	}
	if text, ok := value.(encoding.TextMarshaler); ok {
		if b, err := text.MarshalText(); err == nil {
			return string(b)
		}
	}
	if valuer, ok := value.(driver.Valuer); ok {
		if plain, err := valuer.Value(); err == nil && plain != nil {
			value = plain
		}
	}
	rv := reflect.ValueOf(value)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	switch {
	case rv.Kind() == reflect.String:
		return rv.String()
	case rv.Kind() == reflect.Slice && rv.Type().Elem().Kind() == reflect.Uint8:
		return string(rv.Bytes())
	case rv.IsValid() && rv.CanInterface():
		return fmt.Sprint(rv.Interface())
	}
	return fmt.Sprint(value)
}

// doubled are the values that are written with one more escape than others, as an address
// does not keep a part that is a dot or two; and what these look like then.
var doubled = regexp.MustCompile(`^(%(25)*2E){1,2}$|^\.\.?$`)

// PathKey writes a key as a part of an address: its values path-escaped and parted by
// commas.
func PathKey(texts []string) string {
	parts := make([]string, len(texts))
	for i, text := range texts {
		if doubled.MatchString(text) {
			text = strings.ReplaceAll(strings.ReplaceAll(text, "%", "%25"), ".", "%2E")
		}
		parts[i] = url.PathEscape(text)
	}
	return strings.Join(parts, ",")
}

// LineKey writes a key as a part of a command: as PathKey does, but no more is escaped than
// what could not be read back, or seen.
func LineKey(texts []string) string {
	parts := make([]string, len(texts))
	for i, text := range texts {
		if doubled.MatchString(text) && text[0] == '%' {
			text = strings.ReplaceAll(text, "%", "%25")
		}
		var b strings.Builder
		for j := 0; j < len(text); {
			r, size := utf8.DecodeRuneInString(text[j:])
			if isUnseen(r) || r == '%' || r == ',' {
				for _, c := range []byte(text[j : j+size]) {
					_, _ = fmt.Fprintf(&b, "%%%02X", c)
				}
			} else {
				_, _ = b.WriteString(text[j : j+size])
			}
			j += size
		}
		parts[i] = b.String()
	}
	return strings.Join(parts, ",")
}

// ParseKey reads what PathKey and LineKey write.
func ParseKey(text string) ([]string, error) {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nil, fmt.Errorf("%s is not escaped as it should be: a %% of its own is written %%25, a comma %%2C", Line(part))
		}
		if plain != "." && plain != ".." && doubled.MatchString(plain) {
			if plain, err = url.PathUnescape(plain); err != nil {
				return nil, err
			}
		}
		parts[i] = plain
	}
	return parts, nil
}
