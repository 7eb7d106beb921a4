package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
)

// tagFor is the tag that asks for an index of live rows in the place of another, under
// its name if that can be; empty where no tag can.
func (ti *tableIndexes) tagFor(word string, ix *catalogue.Index) string {
	return ti.tagNamed(word, ix, ti.nameInTag(ix))
}

func (ti *tableIndexes) tagNamed(word string, ix *catalogue.Index, name string) string {
	columns := ti.without(ix.Columns)
	if !ti.isPlain(ix) || len(columns) == 0 {
		return ""
	}
	var fields []*schema.Field
	for _, column := range columns {
		field := ti.t.Schema.LookUpField(column)
		isTwice := func(other *schema.Field) bool { return other != field && other.Name == field.Name } // by a struct that is embedded twice
		if field == nil || slices.ContainsFunc(ti.t.Schema.Fields, isTwice) {
			return ""
		}
		fields = append(fields, field)
	}
	if len(fields) == 1 {
		if name == ti.DB.NamingStrategy.IndexName(ti.t.Name, fields[0].Name) {
			return fmt.Sprintf("softdelete:%q", word)
		}
		return fmt.Sprintf("softdelete:%q", word+":"+name)
	}
	at := func(field *schema.Field) int { return slices.Index(ti.t.Schema.Fields, field) }
	inOrder := slices.IsSortedFunc(fields, func(a, b *schema.Field) int { return cmp.Compare(at(a), at(b)) })
	lines := make([]string, len(fields))
	for i, field := range fields {
		tag := word + ":" + name
		if !inOrder {
			tag += fmt.Sprintf(",priority:%d", i+1)
		}
		lines[i] = fmt.Sprintf("%s softdelete:%q", field.Name, tag)
	}
	return strings.Join(lines, "\n")
}

// nameInTag is the name of an index, or that which GORM would give it where the database
// or GORM has made it up for a constraint, or a tag cannot have it.
func (ti *tableIndexes) nameInTag(ix *catalogue.Index) string {
	columns := ti.without(ix.Columns)
	isMadeUp := ix.Constraint && ti.Dialect.TableRebuild || len(columns) == 1 && ix.Name == ti.DB.NamingStrategy.UniqueName(ti.t.Name, columns[0]) ||
		ti.Dialect.ReservedIndex != "" && strings.HasPrefix(strings.ToLower(ix.Name), ti.Dialect.ReservedIndex) || strings.ContainsAny(ix.Name, "`\",:;\\ ")
	if !isMadeUp {
		return ix.Name
	}
	names := slices.Clone(columns)
	if len(names) == 1 {
		if field := ti.t.Schema.LookUpField(names[0]); field != nil {
			names[0] = field.Name
		}
	}
	return ti.DB.NamingStrategy.IndexName(ti.t.Name, strings.Join(names, "_"))
}
