package softdelete

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
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Finding is something in which models and database do not do for soft deletes
// what they should: see Doctor.
type Finding struct {
	// Code says what kind of finding it is, as in "unique-holds-trash". Codes do
	// not change.
	Code string

	// Severity is SeverityError, SeverityWarning or SeverityInfo.
	Severity string

	// Table and Model are what it is about: the table's name, and that of the Go
	// type. The model of a join table that GORM made up is that of its owner.
	Table, Model string

	// Message says what is wrong, what comes of it, and what to do in Go where SQL
	// alone does not mend it.
	Message string

	// Remedy is the SQL that mends it, for the database at hand: one statement a
	// line, each with its semicolon. It is empty where there is nothing that SQL
	// could do. Findings come in an order in which all remedies can be run.
	Remedy string
}

// The severities of findings.
const (
	SeverityError   = "error"   // rows are lost, refused or doubled
	SeverityWarning = "warning" // something cannot be undone, or gets slow
	SeverityInfo    = "info"    // it could be better
)

// The codes of findings, in the order in which remedies are run.
const (
	CodeTableMissing          = "table-missing"
	CodeMarkerColumnMissing   = "marker-column-missing"
	CodeMarkerLookAlike       = "marker-look-alike"
	CodeUniqueHoldsTrash      = "unique-holds-trash"
	CodeUniqueMissesLive      = "unique-misses-live"
	CodeUniqueMissing         = "unique-missing"
	CodeChildNotSoftDeletable = "child-not-soft-deletable"
	CodeJoinTableHardDeletes  = "join-table-hard-deletes"
	CodeCascadeInexact        = "cascade-inexact"
	CodeCascadeUndeclared     = "cascade-undeclared"
	CodeMarkerIndexMissing    = "marker-index-missing"
	CodeDeletionIndexMissing  = "deletion-index-missing"
	CodeLiveIndexMissing      = "live-index-missing"
	CodeMarkerIndexUseless    = "marker-index-useless"
	CodeIndexHoldsTrash       = "index-holds-trash"
)

// codes are those of the kinds of findings.
var codes = [...]string{
	kindTableMissing:          CodeTableMissing,
	kindMarkerColumnMissing:   CodeMarkerColumnMissing,
	kindMarkerLookAlike:       CodeMarkerLookAlike,
	kindUniqueHoldsTrash:      CodeUniqueHoldsTrash,
	kindUniqueMissesLive:      CodeUniqueMissesLive,
	kindUniqueMissing:         CodeUniqueMissing,
	kindChildNotSoftDeletable: CodeChildNotSoftDeletable,
	kindJoinTableHardDeletes:  CodeJoinTableHardDeletes,
	kindCascadeInexact:        CodeCascadeInexact,
	kindCascadeUndeclared:     CodeCascadeUndeclared,
	kindMarkerIndexMissing:    CodeMarkerIndexMissing,
	kindDeletionIndexMissing:  CodeDeletionIndexMissing,
	kindLiveIndexMissing:      CodeLiveIndexMissing,
	kindMarkerIndexUseless:    CodeMarkerIndexUseless,
	kindIndexHoldsTrash:       CodeIndexHoldsTrash,
}

// severities are the words for how bad findings are.
var severities = [...]string{isError: SeverityError, isWarning: SeverityWarning, isInfo: SeverityInfo}

// String writes a finding for people: what and where, the message, the remedy.
func (f Finding) String() string {
	text := fmt.Sprintf("%s %s: table %s, model %s\n  %s\n", f.Severity, f.Code, f.Table, f.Model, f.Message)
	for line := range strings.Lines(f.Remedy) {
		text += "    " + strings.TrimSuffix(line, "\n") + "\n"
	}
	return text
}

// Doctor compares models with the database and says what keeps soft deletes
// from doing what they should, and the SQL that mends it. Without models it
// looks at all that are registered at the time, as OpenTrash does. A model that is
// not soft-deletable may be given: it may look as if it were.
//
//	findings, err := softdelete.Doctor(db, &User{}, &Post{})
//
//	error unique-holds-trash: table users, model User
//	  the unique index idx_users_email keeps the values of trashed rows taken: …
//	    CREATE UNIQUE INDEX idx_users_email_new ON users (email) WHERE deleted_at IS NULL;
//	    DROP INDEX idx_users_email;
//	    ALTER INDEX idx_users_email_new RENAME TO idx_users_email;
//
// It only reads, beside dbresolver the primary: the catalogue, and of tables with an index that trashed rows
// fill a sample of two hundred rows, in a handful of statements whatever the
// number of tables. The worst comes first.
//
// The error is ErrNotInstalled without the plugin, gorm.ErrInvalidDB for a nil
// handle, gorm.ErrInvalidValue for what is no model or if there is none at all, a *ModelError
// for a wrong one, gorm.ErrDryRunModeUnsupported on a dry run, which reads
// nothing, or the database's own. It is safe for concurrent use.
func Doctor(db *gorm.DB, models ...any) ([]Finding, error) {
	if db == nil || db.Config == nil {
		return nil, fmt.Errorf("softdelete: %w: Doctor(nil)", gorm.ErrInvalidDB)
	}
	p, ok := installed(db)
	if !ok {
		return nil, ErrNotInstalled
	}
	if db.Error != nil {
		return nil, db.Error
	}
	of := &subject{
		db: session.Beside(session.OnPrimary(db, nil)), d: dialectOf(db),
		ignoreConstraints: p.config.IgnoreConstraints, withForeignKeys: p.models.relationsWith,
	}
	if of.db.DryRun {
		return nil, fmt.Errorf("softdelete: %w: Doctor has to read the database", gorm.ErrDryRunModeUnsupported)
	}
	if err := p.choose(of, models); err != nil {
		return nil, err
	}
	found, err := examine(of)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, f := range found {
		findings = append(findings, Finding{
			Code: codes[f.kind], Severity: severities[f.severity], Table: f.table, Model: f.model, Message: f.message, Remedy: f.remedy,
		})
	}
	return findings, nil
}

// subject is what to look at.
type subject struct {
	db     *gorm.DB
	d      *dialect.Dialect
	graph  *model.Graph
	tables []*model.Table // in the order of their names

	// tracked are the fields of the columns that know a deletion, by name.
	tracked map[string]*schema.Field

	// withForeignKeys is the graph with what some foreign keys of some tables do.
	withForeignKeys func(tables []string, keys []*catalogue.ForeignKey) *model.Graph

	ignoreConstraints bool // purges do not look at foreign keys
}

// examine looks for all that is wrong. The worst comes first, and then what is mended
// first.
func examine(of *subject) ([]finding, error) {
	c := &checkup{subject: of, added: map[string][]catalogue.Column{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	for _, check := range []func() error{c.missingTables, c.columns, c.models, c.undeclared, c.indexes} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(c.findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.severity, b.severity), cmp.Compare(a.kind, b.kind))
	})
	return c.findings, nil
}

// finding is something that is wrong.
type finding struct {
	kind     kind
	severity severity

	table, model    string
	message, remedy string
}

// kind is what a finding is about. The kinds are in the order in which remedies are run.
type kind int

// The kinds of findings.
const (
	kindTableMissing kind = iota
	kindMarkerColumnMissing
	kindMarkerLookAlike
	kindUniqueHoldsTrash
	kindUniqueMissesLive
	kindUniqueMissing
	kindChildNotSoftDeletable
	kindJoinTableHardDeletes
	kindCascadeInexact
	kindCascadeUndeclared
	kindMarkerIndexMissing
	kindDeletionIndexMissing
	kindLiveIndexMissing
	kindMarkerIndexUseless
	kindIndexHoldsTrash
)

// severity is how bad a finding is. The worst comes first.
type severity int

// The severities.
const (
	isError severity = iota
	isWarning
	isInfo
)

// checkup is one examination.
type checkup struct {
	*subject

	known    map[string]*catalogue.Table // the tables that the database has
	texts    catalogue.Definitions
	foreign  []*catalogue.ForeignKey
	findings []finding

	// added are columns that remedies add: the name, and all of its definition.
	added map[string][]catalogue.Column
}

// choose finds out which tables are meant.
func (p *Plugin) choose(c *subject, values []any) error {
	type softdeleteColumns struct{ Tracked }
	own, err := model.Parse(c.db, &softdeleteColumns{})
	if err != nil {
		return err
	}
	c.tracked = own.FieldsByName
	schemas := make([]*schema.Schema, len(values))
	joins := map[string]bool{}
	for i, value := range values {
		s, err := model.Parse(c.db, value)
		if err != nil {
			return err
		}
		schemas[i] = s
		for _, rel := range s.Relationships.Many2Many {
			joins[rel.JoinTable.Table] = true
		}
	}
	// The models of join tables first, so that the relations through them find them.
	slices.SortStableFunc(schemas, func(a, b *schema.Schema) int {
		switch {
		case joins[a.Table] == joins[b.Table]:
			return 0
		case joins[a.Table]:
			return -1
		}
		return 1
	})
	var names []string
	for _, s := range schemas {
		if _, err := p.models.lookup(c.db, s); err != nil {
			return err
		}
		names = append(names, s.Table)
	}
	c.graph = p.models.relations()
	if len(values) == 0 {
		names = slices.Clone(c.graph.Names)
	}
	if len(names) == 0 {
		return fmt.Errorf("softdelete: %w: no models: give some to Doctor, or register them with Config.Models", gorm.ErrInvalidValue)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		t := c.graph.Tables[name]
		if t.Err != nil {
			return publicError(t.Err)
		}
		if err := checkPlace(c.db, t.Model, "Doctor"); err != nil {
			return err
		}
		c.tables = append(c.tables, t)
	}
	return nil
}

// read asks the database for all that it says of the tables, and of those that
// hang on them.
func (c *checkup) read() (err error) {
	var names []string
	for _, t := range c.tables {
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
	if c.known, err = catalogue.Tables(c.db, c.d, names); err != nil {
		return err
	}
	if c.texts, err = catalogue.DefinitionsOf(c.db, c.d, names); err != nil {
		return err
	}
	// Also of those that hang on others without a word of it in the models.
	c.foreign, err = catalogue.ForeignKeys(c.db, c.d, slices.Concat(c.graph.Names, c.graph.Unnamed), nil)
	return err
}

// add adds a finding about a table.
func (c *checkup) add(severity severity, kind kind, t *model.Table, message string, remedy ...string) {
	c.addTo(severity, kind, t.Name, t.Schema.Name, message, remedy...)
}

func (c *checkup) addTo(severity severity, kind kind, table, model, message string, remedy ...string) {
	f := finding{kind: kind, severity: severity, table: table, model: model, message: message}
	if len(remedy) > 0 {
		f.remedy = strings.Join(remedy, ";\n") + ";"
	}
	c.findings = append(c.findings, f)
}

// quote writes a name as the database wants it; that of a table may have its
// schema in front.
func (c *checkup) quote(name string) string { return c.db.Statement.Quote(name) }

// quoted writes a list of columns.
func (c *checkup) quoted(columns []string) string {
	list := make([]string, len(columns))
	for i, name := range columns {
		list[i] = c.db.Statement.Quote(clause.Column{Name: name})
	}
	return strings.Join(list, ", ")
}
