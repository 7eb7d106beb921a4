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

// indexKey is one that a tag makes, or has a part in.
type indexKey struct {
	name    string // of a composite one
	where   string
	setting string // as it stands in the tag
	unique  bool   // by this tag. Another part of it may say so, too
	plain   bool   // nothing but a name is said of it
}

// indexKeys are those of a tag of GORM's, read as GORM reads it.
func indexKeys(tag reflect.StructTag) (keys []indexKey) {
	for setting := range strings.SplitSeq(tag.Get("gorm"), ";") {
		key, rest, _ := strings.Cut(setting, ":")
		key = strings.ToUpper(strings.TrimSpace(key))
		name, options, _ := strings.Cut(rest, ",")
		settings := schema.ParseTagSetting(rest, ",")
		switch {
		case key == "UNIQUE" && (rest == "" || strings.EqualFold(strings.TrimSpace(rest), "true")):
			keys = append(keys, indexKey{setting: setting, unique: true, plain: true})
		case key == "UNIQUEINDEX", key == "INDEX":
			if composite := settings["COMPOSITE"]; composite != "" {
				name = "composite:" + composite
			}
			unique := key == "UNIQUEINDEX" || settings["UNIQUE"] != "" || strings.EqualFold(settings["CLASS"], "UNIQUE")
			keys = append(keys, indexKey{strings.TrimSpace(name), settings["WHERE"], setting, unique, key == "UNIQUEINDEX" && options == ""})
		}
	}
	return keys
}

// uniqueKeys are those that are unique.
func uniqueKeys(tag reflect.StructTag) []indexKey {
	return slices.DeleteFunc(indexKeys(tag), func(key indexKey) bool { return !key.unique })
}

// amongLive are the names of the keys of which one part names a marker: as a column, or in
// the condition, which GORM takes from any of them.
func (c *checker) amongLive(m *model) (names []string) {
	for _, mk := range m.markers {
		for _, key := range indexKeys(mk.tag) {
			names = append(names, key.name)
		}
	}
	for _, column := range m.columns {
		for _, key := range indexKeys(column.tag) {
			if c.namesMarker(key.where, m) {
				names = append(names, key.name)
			}
		}
	}
	return names
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
	amongLive := c.amongLive(m)
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
			if key.name != "" && slices.Contains(amongLive, key.name) || c.namesMarker(key.where, m) {
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

func uniqueTag(key indexKey) string {
	if name := strings.TrimPrefix(key.name, "composite:"); name != "" {
		return "unique:" + name
	}
	return "unique"
}

// uniqueAmongLive writes the tag of the library in the place of GORM's. A key of several
// columns stays, as each of them has to change.
func (c *checker) uniqueAmongLive(field *ast.Field, text string, key indexKey, m *model) *fix {
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
