package softdeletevet

import (
	"go/types"
	"reflect"
	"strings"

	"gorm.io/gorm/schema"
)

// kind is how a marker tells that a row is live.
type kind int

const (
	timeMarker kind = iota // IS NULL
	unixMarker             // 0
	flagMarker             // false
)

// marker is a column that makes a model soft-deletable.
type marker struct {
	column string
	field  *types.Var
	kind   kind
	tag    reflect.StructTag
}

// column is any other column of a model.
type column struct {
	name  string
	field *types.Var
	tag   reflect.StructTag
}

// model is what a type says.
type model struct {
	name     string
	named    *types.Named
	table    string // empty where it cannot be told
	tabler   bool   // it has a method TableName
	tagged   bool   // a field of its own has a tag of GORM's
	stored   bool   // a tag of its own says how a column is made, and not only how it is called
	standard bool   // it embeds gorm.Model
	markers  []marker
	columns  []column
}

func (m *model) soft() bool { return m != nil && len(m.markers) > 0 }

// marker is the column or field of a name, nil if it is not one of the markers.
func (m *model) marker(name string) *marker {
	for i := range m.markers {
		if mk := &m.markers[i]; strings.EqualFold(mk.column, name) || mk.field.Name() == name {
			return mk
		}
	}
	return nil
}

// isTable tells if a struct is stored in a table of its own, and not only a part that others
// embed. A part has keys and times, and nothing else.
func (m *model) isTable() bool {
	if m.tabler {
		return true
	}
	if !m.soft() && !m.tagged && !m.standard {
		return false
	}
	for _, c := range m.columns {
		switch strings.ToLower(c.name) {
		case "id", "uuid", "created_at", "updated_at", "created_by", "updated_by", "deleted_by":
		default:
			return true
		}
	}
	return false
}

// knownTypes are the models that have been read.
type knownTypes struct {
	models map[*types.Named]*model
	naming schema.NamingStrategy
}

func newKnownTypes() knownTypes {
	return knownTypes{models: map[*types.Named]*model{}, naming: schema.NamingStrategy{IdentifierMaxLength: 64}}
}

// model reads a type.
func (c *checker) model(named *types.Named) *model {
	if m, ok := c.types.models[named]; ok {
		return m
	}
	m := &model{name: named.Obj().Name(), named: named}
	c.types.models[named] = m
	if s, ok := named.Underlying().(*types.Struct); ok {
		r := &fields{naming: c.types.naming, model: m}
		r.read(s, "", 0)
	}
	m.table, m.tabler = c.tableOf(named)
	return m
}

// tableOf is the name of a type's table: what its method says, or GORM's own naming.
func (c *checker) tableOf(named *types.Named) (name string, tabler bool) {
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), true, named.Obj().Pkg(), "TableName")
	if method, ok := obj.(*types.Func); ok {
		var fact constantFact
		if c.pass.ImportObjectFact(method.Origin(), &fact) {
			name = fact.Value
		}
		return name, true
	}
	if named.TypeArgs().Len() > 0 {
		return "", false // GORM's name would have those of the arguments in it
	}
	return c.types.naming.TableName(named.Obj().Name()), false
}

// fields reads the fields of a struct.
type fields struct {
	naming schema.NamingStrategy
	model  *model
}

// deepest is how far a type is followed: it may be made of itself.
const deepest = 10

func (r *fields) read(s *types.Struct, prefix string, depth int) {
	if depth > deepest {
		return
	}
	for i := range s.NumFields() {
		field, tag := s.Field(i), reflect.StructTag(s.Tag(i))
		if !field.Exported() { // GORM leaves it out, an embedded one too
			continue
		}
		text, ok := tag.Lookup("gorm")
		settings := schema.ParseTagSetting(text, ";")
		if text == "-" || settings["-"] != "" && settings["-"] != "migration" {
			continue
		}
		r.model.tagged = r.model.tagged || ok && depth == 0
		r.model.stored = r.model.stored || depth == 0 && makesColumn(settings)
		r.field(field, tag, settings, prefix, depth)
	}
}

// makesColumn tells if a tag says how a column is made. A struct into which a query is read
// has the names of columns, too.
func makesColumn(settings map[string]string) bool {
	for name := range settings {
		switch name {
		case "COLUMN", "EMBEDDED", "EMBEDDEDPREFIX", "SERIALIZER", "->", "<-", "-":
		default:
			return true
		}
	}
	return false
}

func (r *fields) field(field *types.Var, tag reflect.StructTag, settings map[string]string, prefix string, depth int) {
	name := settings["COLUMN"]
	if name == "" {
		name = r.naming.ColumnName("", field.Name())
	}
	name = prefix + name
	if k, ok := markerKind(field.Type()); ok {
		r.model.markers = append(r.model.markers, marker{column: name, field: field, kind: k, tag: tag})
		return
	}
	_, embeds := settings["EMBEDDED"]
	if inner := structOf(field.Type()); inner != nil && (embeds || field.Embedded() && !isValue(field.Type())) {
		r.model.standard = r.model.standard || isNamed(field.Type(), gormPath, "Model")
		r.read(inner, prefix+settings["EMBEDDEDPREFIX"], depth+1)
		return
	}
	r.model.columns = append(r.model.columns, column{name: name, field: field, tag: tag})
}

// markerKind tells if a field of a type is a marker, or of a type of the user's own that adds
// to one of these how it is written.
func markerKind(t types.Type) (kind, bool) {
	for range deepest {
		switch t = pointed(t); {
		case isNamed(t, gormPath, "DeletedAt"):
			return timeMarker, true
		case isNamed(t, libraryPath, "Flag"):
			return flagMarker, true
		case isNamed(t, pluginPath, "DeletedAt"):
			return unixMarker, true
		}
		s := structOf(t)
		if s == nil || s.NumFields() != 1 || !s.Field(0).Embedded() {
			break
		}
		t = s.Field(0).Type()
	}
	return 0, false
}

// isValue tells if a type goes into one column: GORM does not look into it.
func isValue(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(pointed(t), true, nil, "Value")
	method, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	results := method.Signature().Results()
	return results.Len() == 2 && isNamed(results.At(0).Type(), "database/sql/driver", "Value")
}

func structOf(t types.Type) *types.Struct {
	s, _ := pointed(t).Underlying().(*types.Struct)
	return s
}

// pointed is what a pointer points to.
func pointed(t types.Type) types.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return t
}

// isNamed tells if a type is, or points to, the one of a name.
func isNamed(t types.Type, path, name string) bool {
	named, ok := pointed(t).(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path
}
