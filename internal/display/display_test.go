package display

import (
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// TestLine says that nothing is printed that moves a cursor or turns the direction of writing.
func TestLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain, käse, 日本, 👩\u200d🚀, می\u200cخواهم": "plain, käse, 日本, 👩\u200d🚀, می\u200cخواهم",
		"a\nb\r\tc":                `a\nb\r\tc`,
		"\x1b[31mred\x1b[0m":       `\x1b[31mred\x1b[0m`,
		"\x1b]0;title\a":           `\x1b]0;title\a`,
		"\u009b31m":                `\u009b31m`,
		"\u202eevil\u2066":         `\u202eevil\u2066`,
		"\u200b\ufeff\u2028\u2029": `\u200b\ufeff\u2028\u2029`,
		"\xff\xfe":                 `\xff\xfe`,
		"a\ufffdb":                 `a\ufffdb`,
		"\x00\x7f":                 `\x00\x7f`,
		"e\u0301":                  "e\u0301",
	} {
		require.Equal(t, want, Line(text))
		require.Equal(t, want, Line(Line(text)), "what is safe stays as it is")
	}
	require.Equal(t, "a\n\\x1bb\nc", Lines("a\n\x1bb\nc"))
}

// TestWidth says how many columns a text takes, and that what is cut fits.
func TestWidth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "abc": 3, "käse": 4, "ka\u0308se": 4, "日本": 4, "한국": 4, "ｱ": 1, "Ａ": 2, "👍": 2, "…": 1, "│├─": 3} {
		require.Equal(t, want, Width(text), text)
	}
	for _, text := range []string{"abcdef", "日本語です", "a日b本c", "e\u0301e\u0301e\u0301e\u0301"} {
		for width := range 12 {
			cut := Cut(text, width)
			require.LessOrEqual(t, Width(cut), width)
			if Width(text) <= width {
				require.Equal(t, text, cut)
			} else if width > 0 {
				require.Contains(t, cut, "…")
			}
		}
	}
}

// TestKeys says that a key is read back as it was written, in an address and on a line, whatever
// is in it.
func TestKeys(t *testing.T) {
	t.Parallel()
	parts := []string{"", "7", "-5", "a b", "a,b", "a/b", "a%b", "%2C", "%252E", ".", "..", "%2E", "%2E%2E", "%25252E", "%2e", ".%2E", "...", "käse", "日本", "\x1b[31m", "\x00", "\xff\xfe", "a\nb", "?&=#;+", "'\"`$", "\u202e", "\ufffd"}
	for _, a := range parts {
		for _, b := range parts {
			for _, write := range []func([]string) string{PathKey, LineKey} {
				text := write([]string{a, b})
				require.Equal(t, text, Line(text), "it can be seen")
				read, err := ParseKey(text)
				require.NoError(t, err)
				require.Equal(t, []string{a, b}, read, text)
			}
		}
		path := PathKey([]string{a})
		require.NotRegexp(t, `^\.\.?$|(?i)^(%2e|\.){1,2}$|[/?#]`, path, "a part of an address stays as it is")
	}
	require.Equal(t, "%252E", PathKey([]string{"."}))
	require.Equal(t, "%252E%252E", PathKey([]string{".."}))
	require.Equal(t, "a b,käse", LineKey([]string{"a b", "käse"}))
	_, err := ParseKey("50%")
	require.ErrorContains(t, err, "%25")
}

type name string

// TestKeyTexts says how values of keys are written.
func TestKeyTexts(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("01a223e7-767f-740e-8692-e0530d53e4a0")
	text := "text"
	require.Equal(t,
		[]string{"7", "-7", "text", "bytes", id.String(), "2026-03-14T12:00:00.5Z", "named", "true", "text", "12", ""},
		KeyTexts([]any{
			uint(7), int64(-7), "text", []byte("bytes"), id, time.Date(2026, 3, 14, 12, 0, 0, 5e8, time.UTC), name("named"), true, &text,
			sql.NullInt64{Int64: 12, Valid: true},
			(*string)(nil),
		}))
}

// TestValues says what is said of values.
func TestValues(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	text := "text"
	pointer := &text
	for _, test := range []struct {
		value any
		want  Value
	}{
		{nil, Value{Null: true}},
		{(*string)(nil), Value{Null: true}},
		{[]byte(nil), Value{Null: true}},
		{sql.NullString{}, Value{Null: true}},
		{(*uuid.UUID)(nil), Value{Null: true}},
		{gorm.DeletedAt{}, Value{Null: true}},
		{gorm.DeletedAt{Time: at, Valid: true}, Value{Time: at}},
		{at, Value{Time: at}},
		{&at, Value{Time: at}},
		{"text", Value{Text: "text"}},
		{&pointer, Value{Text: "text"}},
		{[]byte(`{"a":1}`), Value{Text: `{"a":1}`}},
		{[]byte{0xff, 0xd8, 0xff}, Value{Binary: 3}},
		{"\xff\xd8", Value{Binary: 2}},
		{"a\x00b", Value{Binary: 3}},
		{1.5, Value{Text: "1.5"}},
		{true, Value{Text: "true"}},
		{[]int{1, 2}, Value{Text: "[1,2]"}},
		{map[string]int{"a": 1}, Value{Text: `{"a":1}`}},
		{struct{ A int }{1}, Value{Text: `{"A":1}`}},
	} {
		require.Equal(t, test.want, ValueOf(test.value), "%T %v", test.value, test.value)
	}
}

// TestSecrets says which names of columns speak of a secret.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, column := range []string{"password", "PasswordHash", "pwd", "user_passwd", "api_token", "tokens", "client_secret", "secrets", "sha_hash", "hash", "key", "api_key", "apikey", "keys", "APIKey", "key1", "credentials", "apiKeyId", "APIKeyID", "SSHKeyPEM", "keyOfSession"} {
		require.True(t, LooksSecret(column), column)
	}
	for _, column := range []string{"id", "name", "keyboard", "note", "customer_id", "deleted_at", "keyed_in_by", "sku", "KeyedInBy", "hotkeyed"} {
		require.False(t, LooksSecret(column), column)
	}
}

// TestColumns says that of a table with a secret only the key is shown.
func TestColumns(t *testing.T) {
	t.Parallel()
	type Open struct {
		ID   uint
		Name string
		Mute string `gorm:"->:false"`
	}
	type Closed struct {
		ID       uint
		Name     string
		APIToken string
	}
	parse := func(value any) *schema.Schema {
		s, err := schema.Parse(value, &sync.Map{}, schema.NamingStrategy{})
		require.NoError(t, err)
		return s
	}
	shown, hidden, secret := Columns(t.Context(), parse(&Open{}), &Open{ID: 1, Name: "a", Mute: "x"})
	require.Equal(t, []Column{{"id", Value{Text: "1"}}, {"name", Value{Text: "a"}}}, shown)
	require.Empty(t, hidden)
	require.Empty(t, secret)
	shown, hidden, secret = Columns(t.Context(), parse(&Closed{}), &Closed{1, "a", "t"})
	require.Equal(t, []Column{{"id", Value{Text: "1"}}}, shown)
	require.Equal(t, []string{"name", "api_token"}, hidden)
	require.Equal(t, []string{"api_token"}, secret)
}
