package softdeletevet

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"gorm.io/gorm/schema"
)

// uniqueKey is one that a tag makes.
type uniqueKey struct {
	name    string // of a composite one
	where   string
	setting string // as it stands in the tag
	plain   bool   // nothing but a name is said of it
}

// uniqueKeys are those of a tag of GORM's, read as GORM reads it.
func uniqueKeys(tag reflect.StructTag) (keys []uniqueKey) {
	for setting := range strings.SplitSeq(tag.Get("gorm"), ";") {
		key, rest, _ := strings.Cut(setting, ":")
		key = strings.ToUpper(strings.TrimSpace(key))
		name, options, _ := strings.Cut(rest, ",")
		settings := schema.ParseTagSetting(rest, ",")
		switch {
		case key == "UNIQUE" && (rest == "" || strings.EqualFold(strings.TrimSpace(rest), "true")):
			keys = append(keys, uniqueKey{setting: setting, plain: true})
		case key == "UNIQUEINDEX", key == "INDEX" && (settings["UNIQUE"] != "" || strings.EqualFold(settings["CLASS"], "UNIQUE")):
			if composite := settings["COMPOSITE"]; composite != "" {
				name = "composite:" + composite
			}
			keys = append(keys, uniqueKey{strings.TrimSpace(name), settings["WHERE"], setting, key == "UNIQUEINDEX" && options == ""})
		}
	}
	return keys
}

// declarations is SD008 and SD009: what types themselves say.
func (c *checker) declarations() {
	for _, file := range c.files() {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			name, _ := c.pass.TypesInfo.Defs[spec.Name].(*types.TypeName)
			if s, ok := spec.Type.(*ast.StructType); ok && name != nil && !name.IsAlias() {
				if named, ok := name.Type().(*types.Named); ok {
					m := c.model(named)
					c.unique(s, m)
					c.lookAlike(s, m)
				}
			}
			return true
		})
		c.comments(file)
	}
}

// unique is SD008.
func (c *checker) unique(s *ast.StructType, m *model) {
	if !m.soft() {
		return
	}
	var withMarker []string
	for _, mk := range m.markers {
		for _, key := range uniqueKeys(mk.tag) {
			withMarker = append(withMarker, key.name)
		}
	}
	for _, field := range s.Fields.List {
		if field.Tag == nil {
			continue
		}
		text, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			continue
		}
		tag := reflect.StructTag(text)
		settings := schema.ParseTagSetting(tag.Get("gorm"), ";")
		if settings["-"] != "" || settings["PRIMARYKEY"] != "" || settings["PRIMARY_KEY"] != "" || c.isMarkerField(field) {
			continue
		}
		for _, key := range uniqueKeys(tag) {
			if key.name != "" && slices.Contains(withMarker, key.name) || c.namesMarker(key.where, m) {
				continue
			}
			c.add(field, "SD008", c.uniqueAmongLive(field, text, key, m),
				"trashed rows of %s still occupy the unique key: write softdelete:%q in the place of %s, and migrate by softdelete.AutoMigrate", m.name, uniqueTag(key), strings.TrimSpace(key.setting))
			break
		}
	}
}

func (c *checker) isMarkerField(field *ast.Field) bool {
	t := c.pass.TypesInfo.TypeOf(field.Type)
	if t == nil {
		return false
	}
	_, ok := markerKind(t)
	return ok
}

func (c *checker) namesMarker(where string, m *model) bool {
	return slices.ContainsFunc(m.markers, func(mk marker) bool {
		return strings.Contains(strings.ToLower(where), strings.ToLower(mk.column))
	})
}

func uniqueTag(key uniqueKey) string {
	if name := strings.TrimPrefix(key.name, "composite:"); name != "" {
		return "unique:" + name
	}
	return "unique"
}

// uniqueAmongLive writes the tag of the library in the place of GORM's. A key of several
// columns stays, as each of them has to change.
func (c *checker) uniqueAmongLive(field *ast.Field, text string, key uniqueKey, m *model) *fix {
	tag := reflect.StructTag(text)
	if _, ok := tag.Lookup("softdelete"); ok || !key.plain || key.name != "" && shared(m, key.name) || !strings.HasPrefix(field.Tag.Value, "`") {
		return nil
	}
	old := tag.Get("gorm")
	var kept []string
	for setting := range strings.SplitSeq(old, ";") {
		if setting != key.setting {
			kept = append(kept, setting)
		}
	}
	written := `gorm:` + strconv.Quote(old)
	at := strings.Index(text, written)
	if at < 0 {
		return nil
	}
	unique := `softdelete:"unique"`
	if gorm := strings.Join(kept, ";"); strings.Trim(gorm, "; ") != "" {
		unique = `gorm:` + strconv.Quote(gorm) + ` ` + unique
	}
	return &fix{"Make it unique among live rows", []analysis.TextEdit{{
		Pos: field.Tag.Pos(), End: field.Tag.End(), NewText: []byte("`" + text[:at] + unique + text[at+len(written):] + "`"),
	}}}
}

// shared tells if other columns are in a key of a name, too.
func shared(m *model, name string) bool {
	n := 0
	for _, c := range m.columns {
		for _, key := range uniqueKeys(c.tag) {
			if key.name == name {
				n++
			}
		}
	}
	return n > 1
}
