package softdelete

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/doctor"
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
	// could do, and where Go has to change first. Findings come in an order in which
	// all remedies can be run.
	Remedy string

	// Index is the index that it is about, empty for none, and Columns are its columns
	// in their order, or those that it is about else.
	Index   string
	Columns []string

	// Tag is what to write in Go: a tag such as softdelete:"unique", for several fields
	// a line for each with the field's name in front, or a field to declare. It is for
	// before there is a remedy, and otherwise to go along with it. Empty if there is
	// nothing to write.
	Tag string
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
	CodeMarkerMisfit          = "marker-misfit"
	CodeMarkerLookAlike       = "marker-look-alike"
	CodeUniqueHoldsTrash      = "unique-holds-trash"
	CodeUniqueMissesLive      = "unique-misses-live"
	CodeUniqueMissing         = "unique-missing"
	CodeChildNotSoftDeletable = "child-not-soft-deletable"
	CodeJoinTableHardDeletes  = "join-table-hard-deletes"
	CodeCascadeInexact        = "cascade-inexact"
	CodeCascadeUndeclared     = "cascade-undeclared"
	CodeColumnsUndeclared     = "columns-undeclared"
	CodeMarkerIndexMissing    = "marker-index-missing"
	CodeDeletionIndexMissing  = "deletion-index-missing"
	CodeLiveIndexMissing      = "live-index-missing"
	CodeMarkerIndexUseless    = "marker-index-useless"
	CodeIndexHoldsTrash       = "index-holds-trash"
	CodeIndexLeftOver         = "index-left-over"
	CodeGuardMissing          = "guard-missing"
	CodeGuardOutdated         = "guard-outdated"
	CodeGuardDisabled         = "guard-disabled"
)

// codes are those of the kinds of findings.
var codes = [...]string{
	doctor.TableMissing:          CodeTableMissing,
	doctor.MarkerColumnMissing:   CodeMarkerColumnMissing,
	doctor.MarkerMisfit:          CodeMarkerMisfit,
	doctor.MarkerLookAlike:       CodeMarkerLookAlike,
	doctor.UniqueHoldsTrash:      CodeUniqueHoldsTrash,
	doctor.UniqueMissesLive:      CodeUniqueMissesLive,
	doctor.UniqueMissing:         CodeUniqueMissing,
	doctor.ChildNotSoftDeletable: CodeChildNotSoftDeletable,
	doctor.JoinTableHardDeletes:  CodeJoinTableHardDeletes,
	doctor.CascadeInexact:        CodeCascadeInexact,
	doctor.CascadeUndeclared:     CodeCascadeUndeclared,
	doctor.ColumnsUndeclared:     CodeColumnsUndeclared,
	doctor.MarkerIndexMissing:    CodeMarkerIndexMissing,
	doctor.DeletionIndexMissing:  CodeDeletionIndexMissing,
	doctor.LiveIndexMissing:      CodeLiveIndexMissing,
	doctor.MarkerIndexUseless:    CodeMarkerIndexUseless,
	doctor.IndexHoldsTrash:       CodeIndexHoldsTrash,
	doctor.IndexLeftOver:         CodeIndexLeftOver,
	doctor.GuardMissing:          CodeGuardMissing,
	doctor.GuardOutdated:         CodeGuardOutdated,
	doctor.GuardDisabled:         CodeGuardDisabled,
}

// severities are the words for how bad findings are.
var severities = [...]string{doctor.Error: SeverityError, doctor.Warning: SeverityWarning, doctor.Info: SeverityInfo}

// String writes a finding for people: what and where, the message, the remedy.
func (f Finding) String() string {
	return fmt.Sprintf("%s %s: table %s, model %s\n%s", f.Severity, f.Code, f.Table, f.Model, f.text("  "))
}

// text is what a finding says, each line behind a margin.
func (f Finding) text(margin string) string {
	text := margin + f.Message + "\n"
	for _, block := range []string{f.Tag, f.Remedy} {
		for line := range strings.Lines(block) {
			text += margin + "  " + strings.TrimSuffix(line, "\n") + "\n"
		}
	}
	return text
}

// FormatFindings writes findings for people, by table: the tables with the worst ones
// first, and of each the errors before the warnings.
//
//	users (User)
//	  error unique-holds-trash
//	    the unique index idx_users_email on email keeps the values of trashed rows taken: …
//	      softdelete:"unique"
//
//	2 findings: 1 error, 1 info
//
// The error is that of w.
func FormatFindings(w io.Writer, findings []Finding) error {
	var tables []string
	of := map[string][]Finding{}
	count := map[string]int{}
	rank := func(f Finding) int { return slices.Index(severities[:], f.Severity) }
	worstFirst := slices.Clone(findings)
	slices.SortStableFunc(worstFirst, func(a, b Finding) int { return cmp.Compare(rank(a), rank(b)) })
	for _, f := range worstFirst {
		if of[f.Table] == nil {
			tables = append(tables, f.Table)
		}
		of[f.Table] = append(of[f.Table], f)
		count[f.Severity]++
	}
	var b strings.Builder
	for _, table := range tables {
		_, _ = fmt.Fprintf(&b, "%s (%s)\n", table, of[table][0].Model)
		for _, f := range of[table] {
			_, _ = fmt.Fprintf(&b, "  %s %s\n%s", f.Severity, f.Code, f.text("    "))
		}
		_, _ = b.WriteString("\n")
	}
	_, _ = b.WriteString(summary(len(findings), count))
	_, err := io.WriteString(w, b.String())
	return err
}

// summary says how many findings there are.
func summary(all int, count map[string]int) string {
	number := func(n int, word string) string {
		if n != 1 && word != SeverityInfo {
			word += "s"
		}
		return fmt.Sprintf("%d %s", n, word)
	}
	if all == 0 {
		return "no findings\n"
	}
	var parts []string
	for _, severity := range severities {
		if n := count[severity]; n > 0 {
			parts = append(parts, number(n, severity))
		}
	}
	return number(all, "finding") + ": " + strings.Join(parts, ", ") + "\n"
}

// Doctor compares models with the database and says what keeps soft deletes from doing
// what they should, and the SQL that mends it. The worst comes first.
//
//	findings, err := softdelete.Doctor(db, &User{}, &Post{})
//
//	error unique-holds-trash: table users, model User
//	  the unique index idx_users_email keeps the values of trashed rows taken: …
//	    CREATE UNIQUE INDEX idx_users_email_new ON users (email) WHERE deleted_at IS NULL;
//	    DROP INDEX idx_users_email;
//	    ALTER INDEX idx_users_email_new RENAME TO idx_users_email;
//
// Without models it looks at all that are registered at the time, as [OpenTrash] does. A
// model that is not soft-deletable may be given: it may look as if it were. On a handle
// with db.Table it looks at that table, which others of the model stand beside: at its
// columns and indexes, not at what hangs on it.
//
// It only reads, beside dbresolver from the primary, in a handful of statements whatever
// the number of tables. It reads the catalogue. Of tables with an index that trashed
// rows fill, it reads a sample of two hundred rows. It is safe for concurrent use.
//
// The errors are:
//
//   - [ErrNotInstalled] without the plugin, gorm.ErrInvalidDB for a nil handle;
//   - gorm.ErrInvalidValue for what is no model, or if there is none at all,
//     [*ModelError] for a wrong one;
//   - gorm.ErrDryRunModeUnsupported on a dry run, which reads nothing, and the
//     database's own.
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
	of := &doctor.Subject{
		DB: session.Beside(session.OnPrimary(db, nil)), Dialect: dialectOf(db),
		IgnoreConstraints: p.config.IgnoreConstraints, WithForeignKeys: p.models.relationsWith,
		Codes: codes[:],
	}
	if of.DB.DryRun {
		return nil, fmt.Errorf("softdelete: %w: Doctor has to read the database", gorm.ErrDryRunModeUnsupported)
	}
	choose := p.choose
	if tableNamedBy(db) != "" {
		choose = func(of *doctor.Subject, values []any) error { return p.chooseNamed(of, db, values) }
	}
	if err := choose(of, models); err != nil {
		return nil, err
	}
	found, err := doctor.Examine(of)
	if err != nil {
		return nil, publicError(err)
	}
	var findings []Finding
	for _, f := range found {
		findings = append(findings, Finding{
			Code: codes[f.Kind], Severity: severities[f.Severity], Table: f.Table, Model: f.Model, Message: f.Message, Remedy: f.Remedy,
			Index: f.Index, Columns: f.Columns, Tag: f.Tag,
		})
	}
	return findings, nil
}

// Doctor looks for what soft deletes break on in the tables of the trash. It is the
// function [Doctor] for the models that the trash was opened with, or else for all that
// are registered. The errors are the same. What narrows the trash makes no difference to
// it.
func (t *Trash) Doctor(ctx context.Context) ([]Finding, error) {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return nil, err
	}
	var values []any
	if t.models != nil {
		for _, m := range models {
			values = append(values, model.NewOf(m.Schema.ModelType))
		}
	}
	return Doctor(db, values...)
}
