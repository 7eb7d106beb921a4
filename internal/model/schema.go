package model

import (
	"fmt"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Parse is the schema of a value: an error if it is nil, or no model.
func Parse(db *gorm.DB, value any) (*schema.Schema, error) {
	if value == nil {
		return nil, fmt.Errorf("softdelete: %w: the model is nil", gorm.ErrInvalidValue)
	}
	rv := reflect.ValueOf(value)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	if rv.Kind() == reflect.Interface && rv.IsNil() {
		return nil, fmt.Errorf("softdelete: %w: the model is a nil %T", gorm.ErrInvalidValue, value)
	}
	return ParseOn(db, value, "")
}

// ParseOn is the schema of a value on a table other than its own, as GORM's migrator
// has it for db.Table: one for each table.
func ParseOn(db *gorm.DB, value any, table string) (*schema.Schema, error) {
	stmt := &gorm.Statement{DB: db}
	if err := stmt.ParseWithSpecialTableName(value, table); err != nil {
		return nil, fmt.Errorf("softdelete: %w: %T is no model: %w", gorm.ErrInvalidValue, value, err)
	}
	return stmt.Schema, nil
}

// Relations lists a schema's relations, those that GORM made up left out.
func Relations(s *schema.Schema) []*schema.Relationship {
	all := &s.Relationships
	all.Mux.RLock()
	defer all.Mux.RUnlock()
	var list []*schema.Relationship
	for _, of := range [][]*schema.Relationship{all.HasOne, all.HasMany, all.BelongsTo, all.Many2Many} {
		list = append(list, of...)
	}
	if len(list) > 0 {
		return list
	}
	// A join table knows the tables that it joins by name only.
	for name, rel := range all.Relations {
		if !strings.HasPrefix(name, "_") && rel.FieldSchema != nil {
			list = append(list, rel)
		}
	}
	return list
}

// LookAlikeOf is a field of a model without a marker that was meant to be one, and
// of which type it has to be for that; nil if there is none.
func LookAlikeOf(s *schema.Schema) (field *schema.Field, markerType string) {
	for _, field := range s.Fields {
		if field.DBName == "" || s.FieldsByDBName[field.DBName] != field {
			continue
		}
		kind := field.IndirectFieldType.Kind()
		switch strings.ToLower(strings.ReplaceAll(field.DBName, "_", "")) {
		case "deletedat", "removedat", "trashedat", "deleteat", "deletetime", "deletedon":
			if IsTime(field) {
				return field, "gorm.DeletedAt"
			}
			if kind >= reflect.Int && kind <= reflect.Uint64 {
				return field, "soft_delete.DeletedAt"
			}
		case "isdeleted", "deleted", "isdel", "isremoved", "istrashed":
			if field.GORMDataType == schema.Bool {
				return field, "softdelete.Flag"
			}
		}
	}
	return nil, ""
}

// LookAlike says what may have been meant by a model without a marker.
func LookAlike(s *schema.Schema) string {
	if field, markerType := LookAlikeOf(s); field != nil {
		return "field " + field.Name + " is a " + field.FieldType.String() + ", make it a " + markerType
	}
	return "it needs a field of type gorm.DeletedAt, soft_delete.DeletedAt or softdelete.Flag, or one of this package's structs embedded"
}

// NewOf is a pointer to a new value of a type.
func NewOf(t reflect.Type) any { return reflect.New(t).Interface() }

// ColumnNamed is the column of a field or column by its name; that itself if there is
// none.
func (m *Model) ColumnNamed(name string) string {
	if field := m.Schema.LookUpField(name); field != nil {
		return field.DBName
	}
	return name
}
