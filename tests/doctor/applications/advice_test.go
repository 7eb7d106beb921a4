package applications_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestTagsThatDoctorAdvises says that each tag of a finding can be written into the model as it is printed, all of a
// table's together: the model is taken, and nothing is advised any more.
func TestTagsThatDoctorAdvises(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, app *application, database string) {
		w := settle(t, app, database, true, false)
		findings := doctored.Doctored(t, w.db, w.registered()...)
		for _, model := range w.registered() {
			table := tables.TableOf(t, w.db, model)
			advised := advisedTags(t, w.db, model, table, findings)
			if len(advised) == 0 {
				continue
			}
			w.takes(t, structOf(model, advised), table)
			if database == "postgres" { // The others make up names for constraints.
				w.isTaggedSo(t, model, advised)
			}
		}
	})
}

// isTaggedSo checks that a model is tagged, among the tagged ones, as is advised.
func (w *world) isTaggedSo(t *testing.T, model any, advised map[string][]string) {
	t.Helper()
	tagged := *w
	tagged.isTagged = true
	is := reflect.TypeOf(tagged.as(model)).Elem()
	for name, parts := range advised {
		field, _ := is.FieldByName(name)
		for _, part := range parts {
			require.Contains(t, field.Tag.Get("softdelete"), part, "%s of %s", name, is)
		}
	}
}

// advisedTags are the parts of tags that findings on a table advise, by the field.
func advisedTags(t *testing.T, db *gorm.DB, model any, table string, findings []softdelete.Finding) map[string][]string {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	require.NoError(t, stmt.Parse(model))
	advised := map[string][]string{}
	line := regexp.MustCompile(`^(?:(\w+) )?softdelete:"([^"]+)"$`)
	for _, f := range findings {
		if f.Table != table || f.Code == softdelete.CodeCascadeUndeclared {
			continue // The latter's is for a relation, which is not there yet.
		}
		for text := range strings.Lines(f.Tag) {
			match := line.FindStringSubmatch(strings.TrimSpace(text))
			if match == nil {
				continue // a struct to embed, or a field
			}
			name := match[1]
			if name == "" {
				columns := slices.DeleteFunc(slices.Clone(f.Columns), func(column string) bool { return strings.HasPrefix(strings.ToLower(column), "deleted") })
				require.Len(t, columns, 1, f)
				name = stmt.Schema.LookUpField(columns[0]).Name
			}
			require.NotNil(t, stmt.Schema.LookUpField(name), f)
			advised[name] = append(advised[name], match[2])
		}
	}
	return advised
}

// structOf is a model with the tags that are advised in the place of GORM's for the indexes, without its relations.
func structOf(model any, advised map[string][]string) any {
	var fields []reflect.StructField
	for _, field := range reflect.VisibleFields(reflect.TypeOf(model).Elem()) {
		kind := field.Type
		for kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		isRelation := kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct || kind.Kind() == reflect.Struct && kind.PkgPath() == reflect.TypeFor[application]().PkgPath()
		if field.Anonymous || isRelation {
			continue
		}
		settings := field.Tag.Get("gorm")
		if parts, is := advised[field.Name]; is {
			settings = strings.Join(slices.DeleteFunc(strings.Split(settings, ";"), func(setting string) bool {
				word, _, _ := strings.Cut(strings.ToLower(setting), ":")
				return word == "unique" || word == "index" || word == "uniqueindex"
			}), ";")
			field.Tag = reflect.StructTag(`gorm:"` + settings + `" softdelete:"` + strings.Join(parts, ",") + `"`)
		}
		fields = append(fields, reflect.StructField{Name: field.Name, Type: field.Type, Tag: field.Tag})
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// oneTable calls the table of a model without a name so.
type oneTable struct {
	schema.NamingStrategy

	table string
}

func (n oneTable) TableName(string) string { return n.table }

// takes checks that a handle takes a model, and that its remedies are all that is to do.
func (w *world) takes(t *testing.T, model any, table string) {
	t.Helper()
	config := &gorm.Config{Logger: w.db.Logger, NamingStrategy: oneTable{schema.NamingStrategy{IdentifierMaxLength: 64}, table}}
	db := w.open(t, config)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{model}})), "%T", model)
	findings, err := softdelete.Doctor(db, model)
	require.NoError(t, err)
	for _, f := range findings {
		if f.Code != softdelete.CodeCascadeInexact && f.Code != softdelete.CodeCascadeUndeclared {
			require.Empty(t, f.Tag, "still advised: %s", f)
		}
	}
	doctored.Cure(t, db, findings...)
	findings, err = softdelete.Doctor(db, model)
	require.NoError(t, err)
	for _, f := range findings {
		require.Empty(t, f.Remedy, "%s", f)
	}
}
