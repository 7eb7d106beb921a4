package doctor

import (
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Finding is something that is wrong.
type Finding struct {
	Kind     Kind
	Severity Severity

	Table, Model    string
	Message, Remedy string

	Index   string   // empty if it is about none
	Columns []string // in the order of the index
	Tag     string   // what to write in Go

	// fields are those whose tags may say that it is meant so.
	fields []*schema.Field
}

// aboutIndex says which index a finding is about.
func (f *Finding) aboutIndex(t *model.Table, ix *catalogue.Index) {
	f.Index = ix.Name
	f.aboutColumns(t, slices.DeleteFunc(slices.Clone(ix.Columns), func(name string) bool { return name == "" }))
}

// aboutColumns says which columns a finding is about.
func (f *Finding) aboutColumns(t *model.Table, columns []string) {
	f.Columns = columns
	for _, name := range columns {
		if field := t.Schema.LookUpField(name); field != nil {
			f.fields = append(f.fields, field)
		}
	}
}

// isIgnored tells if a tag wants to hear nothing of it: on one of the fields that it is
// about, or on any of the model's where it is about none.
func (f *Finding) isIgnored(t *model.Table, code string) bool {
	fields := f.fields
	if len(fields) == 0 && t != nil {
		fields = t.Schema.Fields
	}
	return slices.ContainsFunc(fields, func(field *schema.Field) bool { return slices.Contains(model.IgnoredOf(field), code) })
}

// remedied gives a finding its remedy: one statement a line. What another finding has
// already is left out.
func (c *checkup) remedied(f *Finding, statements []string) {
	given := len(statements)
	statements = slices.DeleteFunc(slices.Clone(statements), func(sql string) bool { return c.said[sql] })
	for _, sql := range statements {
		c.said[sql] = true
	}
	if len(statements) > 0 {
		f.Remedy = strings.Join(statements, ";\n") + ";"
	}
	if len(statements) < given {
		f.Message += anothersRemedy
	}
}

const anothersRemedy = ". The remedy of another finding on the table belongs to it"

// Kind is what a finding is about. The kinds are in the order in which remedies are run.
type Kind int

// The kinds of findings.
const (
	TableMissing Kind = iota
	MarkerColumnMissing
	MarkerMisfit
	MarkerLookAlike
	UniqueHoldsTrash
	UniqueMissesLive
	UniqueMissing
	ChildNotSoftDeletable
	JoinTableHardDeletes
	CascadeInexact
	CascadeUndeclared
	ColumnsUndeclared
	MarkerIndexMissing
	DeletionIndexMissing
	LiveIndexMissing
	MarkerIndexUseless
	IndexHoldsTrash
	IndexLeftOver
	GuardMissing
	GuardOutdated
	GuardDisabled
)

// Severity is how bad a finding is. The worst comes first.
type Severity int

// The severities.
const (
	Error Severity = iota
	Warning
	Info
)
