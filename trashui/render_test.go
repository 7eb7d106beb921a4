package trashui

import (
	"io/fs"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// views are all that there is a template for.
func views() []any {
	return []any{&overview{}, &rows{}, &row{}, &deletions{}, &oneDeletion{}, &preview{}, &empty{}, &doctor{}, &problem{}}
}

// fill puts something into each field of a view, below pointers and in lists too.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), text)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() || v.Type().Field(i).Anonymous {
				fill(v.Field(i), text)
			}
		}
	}
}

func rendered(t *testing.T, f *frame) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, render(&b, f), "%T", f.Body)
	return b.String()
}

// filled are all pages, with a text in each place: also those that show other things if something is not so.
func filled(t *testing.T, text string) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, view := range views() {
		f := &frame{}
		fill(reflect.ValueOf(f).Elem().FieldByName("Notice"), text)
		v := reflect.ValueOf(view).Elem()
		fill(v, text)
		if p, ok := view.(*preview); ok {
			p.Forbidden = nil // so that there is a form
		}
		f.Title, f.Base, f.Here, f.Heading, f.CanEmpty, f.Doctor, f.Now, f.Body = text, "../", text, text, true, true, time.Now(), view
		pages[v.Type().Name()] = rendered(t, f)
	}
	held := &preview{}
	fill(reflect.ValueOf(held).Elem(), text)
	pages["preview that is forbidden"] = rendered(t, &frame{Base: "./", Body: held})
	for _, view := range views() {
		pages["nothing of "+reflect.TypeOf(view).Elem().Name()] = rendered(t, &frame{Base: "./", Body: view})
	}
	return pages
}

// TestEscaped says that nothing that comes from a database or an address is taken for HTML, wherever it stands.
func TestEscaped(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		`"><x-evil onclick="alert(1)">`, `'><x-evil>`, `</title></textarea></select></svg></code><x-evil>`, `<!--<x-evil>`, "`x-evil`", `x-evil" autofocus onfocus="alert(1)`,
	} {
		for name, page := range filled(t, hostile) {
			require.NotContains(t, page, "<x-evil", name)
			require.NotRegexp(t, `(?i)<[^>]*\son[a-z]+\s*=\s*["'a-z]`, strings.ReplaceAll(page, "x-evil&#34; autofocus onfocus=&#34;", ""), name)
		}
	}
	for _, href := range []string{"javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x"} {
		for name, page := range filled(t, href) {
			require.NotRegexp(t, `(?i)(href|action|formaction|src)="\s*(javascript|data|vbscript):`, page, name)
		}
	}
}

// TestStrict says that the policy of the page has nothing to forbid: no script, no style but the one sheet, nothing from elsewhere.
func TestStrict(t *testing.T) {
	t.Parallel()
	for name, page := range filled(t, "text") {
		require.NotRegexp(t, `(?i)<(script|style|iframe|object|embed|base|img|link rel="(preload|icon))|\sstyle=|javascript:|https?://`, page, name)
		require.Equal(t, 1, strings.Count(page, "<link "), name)
	}
	require.NotRegexp(t, `(?i)@import|url\(|expression`, string(styleSheet))
}

var (
	tag       = regexp.MustCompile(`<(/?)([a-z0-9]+)([^>]*)>`)
	attribute = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

// attributes are those of a tag.
func attributes(text string) map[string]string {
	found := map[string]string{}
	for _, match := range attribute.FindAllStringSubmatch(text, -1) {
		found[match[1]] = match[2]
	}
	return found
}

// TestWellFormed says that each page can be found one's way in without eyes: one h1, headings in order, no id twice, each field with a
// label, each table with a caption; and that its tags close in order.
func TestWellFormed(t *testing.T) {
	t.Parallel()
	void := []string{"meta", "link", "input", "rect", "br"}
	for name, page := range filled(t, "text") {
		ids, labelled, level, main := map[string]bool{}, map[string]bool{}, 0, 0
		var open, fields, described []string
		for _, match := range tag.FindAllStringSubmatch(page, -1) {
			element, attrs := match[2], attributes(match[3])
			if match[1] == "/" {
				require.NotEmpty(t, open, name)
				require.Equal(t, open[len(open)-1], element, "%s: what is open is closed\n%s", name, page)
				open = open[:len(open)-1]
				continue
			}
			if id, ok := attrs["id"]; ok {
				require.False(t, ids[id], "%s: the id %s is there twice", name, id)
				ids[id] = true
			}
			switch {
			case element == "label" && attrs["for"] != "":
				labelled[attrs["for"]] = true
			case (element == "input" && attrs["type"] != "hidden") || element == "select":
				if !slices.Contains(open, "label") {
					fields = append(fields, attrs["id"])
				}
			case element == "table":
				require.Regexp(t, `^\s*<caption`, page[strings.Index(page, match[0])+len(match[0]):], name)
			case element == "main":
				main++
			case len(element) == 2 && element[0] == 'h' && element[1] > '0' && element[1] < '7':
				next := int(element[1] - '0')
				require.LessOrEqual(t, next, level+1, "%s: headings are in order", name)
				require.False(t, next == 1 && level != 0, "%s: there is one h1", name)
				level = next
			}
			for _, by := range []string{"aria-labelledby", "aria-describedby"} {
				described = append(described, strings.Fields(attrs[by])...)
			}
			if !slices.Contains(void, element) {
				open = append(open, element)
			}
		}
		require.Empty(t, open, name)
		require.Equal(t, 1, main, name)
		require.NotZero(t, level, "%s: there is an h1", name)
		for _, id := range fields {
			require.True(t, labelled[id], "%s: the field %q has a label", name, id)
		}
		for _, id := range described {
			require.True(t, ids[id], "%s: %q is said to be what describes something", name, id)
		}
	}
}

// TestOffers says that a page offers what its view says, and nothing else.
func TestOffers(t *testing.T) {
	t.Parallel()
	page := rendered(t, &frame{Base: "./", Body: &rows{Items: []item{{Ref: "a/1"}, {Ref: "a/2", CanRestore: true}}, CanRestore: true}})
	require.NotContains(t, page, "a/1", "a row that may only be looked at has no check box")
	require.Contains(t, page, `name="item" value="a/2"`)
	require.NotContains(t, page, `value="purge"`)
	require.NotContains(t, rendered(t, &frame{Base: "./", Body: &rows{Items: []item{{Ref: "a/1"}}}}), "checkbox")

	models := []option{{Value: "a", Selected: true}, {Value: "b", Selected: true}, {Value: "c"}}
	require.Contains(t, rendered(t, &frame{Base: "./", Body: &rows{Filter: filter{Models: models}}}), " multiple>", "both are kept when the form is sent again")
	models[0].Selected = false
	require.NotContains(t, rendered(t, &frame{Base: "./", Body: &rows{Filter: filter{Models: models}}}), " multiple>")

	for _, f := range []*frame{{ReadOnly: true, CanEmpty: true}, {}} {
		f.Base, f.Body = "./", &problem{}
		page = rendered(t, f)
		require.NotContains(t, page, "op=empty")
		require.NotContains(t, page, "doctor")
	}
	require.NotContains(t, rendered(t, &frame{Base: "./", Body: &row{}}), "button")
	require.NotContains(t, rendered(t, &frame{Base: "./", Body: &preview{Total: 1, Forbidden: []sentence{{Text: "no"}}, Post: "./purge"}}), "<form")
	require.NotContains(t, rendered(t, &frame{Base: "./", Body: &preview{Total: 1}}), "<form")

	page = rendered(t, &frame{Base: "./", Body: &preview{plan: plan{Operation: "restore"}, Total: 12, Post: "./restore"}})
	require.Contains(t, page, ">Restore 12 rows</button>")
	require.NotContains(t, page, `id="confirm"`)
	page = rendered(t, &frame{Base: "./", Body: &preview{plan: plan{Operation: "purge"}, Total: 1, Post: "./purge", ForGood: true, Confirm: confirmField{Want: 1}}})
	require.Contains(t, page, ">Remove 1 row for good</button>")
	require.Contains(t, page, `id="confirm"`)
}

// TestUnknownView says that a view without a template is an error, and no panic.
func TestUnknownView(t *testing.T) {
	t.Parallel()
	for _, body := range []any{nil, 7, &struct{}{}} {
		require.ErrorContains(t, render(&strings.Builder{}, &frame{Body: body}), "no template")
	}
}

// TestStyleSheet says that what the sheet speaks of is in a template.
func TestStyleSheet(t *testing.T) {
	t.Parallel()
	used := map[string]bool{"d0": true}
	for i := range 7 {
		used[depth(i)] = true
	}
	require.NoError(t, fs.WalkDir(templateFiles, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := templateFiles.ReadFile(path)
		for _, match := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
			for _, class := range strings.Fields(regexp.MustCompile(`\{\{.*?\}\}`).ReplaceAllString(match[1], " ")) {
				used[class] = true
			}
		}
		return err
	}))
	sheet := regexp.MustCompile(`(?s)/\*.*?\*/|\{[^{}]*\}|"[^"]*"`).ReplaceAllString(string(styleSheet), " ")
	for _, match := range regexp.MustCompile(`\.([a-z][a-z0-9-]*)`).FindAllStringSubmatch(sheet, -1) {
		require.True(t, used[match[1]], "no template has the class %s", match[1])
	}
}

// TestContrast says that what is written can be read on what it stands on, in both schemes: 4.5 to 1 for texts, 3 to 1 for what
// one has to find.
func TestContrast(t *testing.T) {
	t.Parallel()
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(styleSheet), 2)
	require.Len(t, roots, 2, "light and dark")
	for _, root := range roots {
		colours := map[string]float64{}
		for _, match := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(root[1], -1) {
			colours[match[1]] = luminance(t, match[2])
		}
		check := func(least float64, on string, texts ...string) {
			for _, text := range texts {
				require.Contains(t, colours, text)
				require.Contains(t, colours, on)
				light, dark := max(colours[text], colours[on]), min(colours[text], colours[on])
				require.GreaterOrEqual(t, (light+.05)/(dark+.05), least, "%s on %s", text, on)
			}
		}
		for _, ground := range []string{"paper", "card", "wash", "accent-wash", "red-wash"} {
			check(4.5, ground, "ink", "soft", "accent", "red")
		}
		check(4.5, "accent", "accent-ink")
		check(4.5, "red", "red-ink")
		for _, ground := range []string{"paper", "card", "red-wash"} {
			check(3, ground, "field")
		}
	}
}

// luminance is that of a colour, as WCAG has it.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	total := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= .04045 {
			total += weight * c / 12.92
		} else {
			total += weight * math.Pow((c+.055)/1.055, 2.4)
		}
	}
	return total
}
