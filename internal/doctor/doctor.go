// Package doctor finds what of a database soft deletes break on, and writes the SQL that
// mends it.
package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// Subject is what to look at.
type Subject struct {
	DB      *gorm.DB
	Dialect *dialect.Dialect
	Graph   *model.Graph
	Tables  []*model.Table // in the order of their names

	// Tracked are the fields of the columns that know a deletion, by name.
	Tracked map[string]*schema.Field

	// WithForeignKeys is the graph with what some foreign keys of some tables do.
	WithForeignKeys func(tables []string, keys []*catalogue.ForeignKey) *model.Graph

	IgnoreConstraints bool // purges do not look at foreign keys

	Codes []string // of the kinds, as tags write them
}

// Examine looks for all that is wrong. The worst comes first, and then what is mended
// first.
func Examine(of *Subject) ([]Finding, error) {
	c := &checkup{Subject: of, added: map[string][]catalogue.Column{}, said: map[string]bool{}}
	if err := c.checkIgnored(); err != nil {
		return nil, err
	}
	if err := c.read(); err != nil {
		return nil, err
	}
	for _, check := range []func() error{c.missingTables, c.columns, c.models, c.undeclared, c.indexes, c.guards} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(c.findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Kind, b.Kind))
	})
	list := make([]Finding, 0, len(c.findings))
	for _, f := range c.findings {
		if !f.isIgnored(c.Graph.Tables[f.Table], c.Codes[f.Kind]) {
			list = append(list, *f)
		}
	}
	return list, nil
}

// checkup is one examination.
type checkup struct {
	*Subject

	known    map[string]*catalogue.Table // the tables that the database has
	texts    catalogue.Definitions
	foreign  []*catalogue.ForeignKey
	findings []*Finding
	said     map[string]bool // the statements of remedies

	// added are columns that remedies add: the name, and all of its definition.
	added map[string][]catalogue.Column
}

// read asks the database for all that it says of the tables, and of those that
// hang on them.
func (c *checkup) read() (err error) {
	var names []string
	for _, t := range c.Tables {
		names = append(names, t.Name)
		for _, l := range t.Children {
			names = append(names, l.Child.Name)
		}
		for _, l := range t.Parents {
			names = append(names, l.Parent.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if c.known, err = catalogue.Tables(c.DB, c.Dialect, names); err != nil {
		return err
	}
	if c.texts, err = catalogue.DefinitionsOf(c.DB, c.Dialect, names); err != nil {
		return err
	}
	// Also of those that hang on others without a word of it in the models.
	c.foreign, err = catalogue.ForeignKeys(c.DB, c.Dialect, slices.Concat(c.Graph.Names, c.Graph.Unnamed), nil)
	return err
}

// checkIgnored finds tags that name no finding.
func (c *checkup) checkIgnored() error {
	for _, t := range c.Tables {
		for _, field := range t.Schema.Fields {
			for _, code := range model.IgnoredOf(field) {
				if !slices.Contains(c.Codes, code) {
					return fault.In(t.Schema.Name, field.Name, fmt.Sprintf("softdelete:\"ignore:%s\": no finding of Doctor has that code", code))
				}
			}
		}
	}
	return nil
}

// add adds a finding about a table.
func (c *checkup) add(severity Severity, kind Kind, t *model.Table, message string, remedy ...string) *Finding {
	return c.addTo(severity, kind, t.Name, t.Schema.Name, message, remedy...)
}

func (c *checkup) addTo(severity Severity, kind Kind, table, model, message string, remedy ...string) *Finding {
	f := &Finding{Kind: kind, Severity: severity, Table: table, Model: model, Message: message}
	c.remedied(f, remedy)
	c.findings = append(c.findings, f)
	return f
}

// quote writes a name as the database wants it; that of a table may have its
// schema in front.
func (c *checkup) quote(name string) string { return c.DB.Statement.Quote(name) }

// quoted writes a list of columns.
func (c *checkup) quoted(columns []string) string {
	list := make([]string, len(columns))
	for i, name := range columns {
		list[i] = c.DB.Statement.Quote(clause.Column{Name: name})
	}
	return strings.Join(list, ", ")
}
