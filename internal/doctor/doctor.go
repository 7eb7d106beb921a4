// Package doctor finds what of a database soft deletes break on, and writes the SQL that
// mends it.
package doctor

import (
	"cmp"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
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
}

// Examine looks for all that is wrong. The worst comes first, and then what is mended
// first.
func Examine(of *Subject) ([]Finding, error) {
	c := &checkup{Subject: of, added: map[string][]catalogue.Column{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	for _, check := range []func() error{c.missingTables, c.columns, c.models, c.undeclared, c.indexes} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Kind, b.Kind))
	})
	return c.findings, nil
}

// checkup is one examination.
type checkup struct {
	*Subject

	known    map[string]*catalogue.Table // the tables that the database has
	texts    catalogue.Definitions
	foreign  []*catalogue.ForeignKey
	findings []Finding

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

// add adds a finding about a table.
func (c *checkup) add(severity Severity, kind Kind, t *model.Table, message string, remedy ...string) {
	c.addTo(severity, kind, t.Name, t.Schema.Name, message, remedy...)
}

func (c *checkup) addTo(severity Severity, kind Kind, table, model, message string, remedy ...string) {
	f := Finding{Kind: kind, Severity: severity, Table: table, Model: model, Message: message}
	if len(remedy) > 0 {
		f.Remedy = strings.Join(remedy, ";\n") + ";"
	}
	c.findings = append(c.findings, f)
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
