package softdeletevet

import (
	"go/ast"
	"go/types"
	"reflect"
	"strconv"

	"gorm.io/gorm/schema"
)

// lookAlike is SD009: a time named DeletedAt, which is no marker, in a struct that is a
// model for certain.
func (c *checker) lookAlike(s *ast.StructType, m *model) {
	if m.soft() || !m.stored && !m.tabler && !c.used[m.named] {
		return
	}
	for _, field := range s.Fields.List {
		if len(field.Names) != 1 || field.Names[0].Name != "DeletedAt" || !c.isTime(field.Type) || ignored(field) {
			continue
		}
		c.add(field, "SD009", nil, "%s.DeletedAt is a %s, by which GORM soft-deletes nothing: make it a gorm.DeletedAt", m.name, types.ExprString(field.Type))
	}
}

func (c *checker) isTime(e ast.Expr) bool {
	t := c.pass.TypesInfo.TypeOf(e)
	return t != nil && (isNamed(t, "time", "Time") || isNamed(t, "database/sql", "NullTime"))
}

// ignored tells if GORM leaves a field out.
func ignored(field *ast.Field) bool {
	if field.Tag == nil {
		return false
	}
	text, _ := strconv.Unquote(field.Tag.Value)
	gorm := reflect.StructTag(text).Get("gorm")
	return gorm == "-" || schema.ParseTagSetting(gorm, ";")["-"] != ""
}
