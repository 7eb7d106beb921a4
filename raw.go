package softdelete

import (
	"fmt"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawcheck"
)

// RawPolicy says what becomes of raw SQL that reaches around the filter: that names the
// table of a soft-deletable model, and neither its marker nor Live. Raw SQL is
//
//   - a statement: Raw, Exec, Row, Rows,
//   - a string with SQL of its own, as a subquery, in Joins, Table, Where, Select, Order,
//     Group or Having,
//   - Table("posts") without a model.
//
// A table counts as filtered where its marker column stands beside its name or alias,
// anywhere in the statement. An INSERT … VALUES, an EXPLAIN and a definition are none. What
// cannot be read is left alone, and told of at GORM's level Info under RawLog.
//
// The comment /* softdelete:ok */ in the SQL, and the scope RawOK, say that it is meant.
// Tables are known by Config.Models, and of other models from their first statement on.
type RawPolicy int

const (
	// RawAllow runs it, and does not look at it. It is the default.
	RawAllow RawPolicy = iota

	// RawLog runs it, and warns of it once for each place, with the caller's file and line,
	// by the logger of the handle that db.Use ran on.
	RawLog

	// RawRefuse makes it a *RawError before anything runs. It is for tests.
	RawRefuse
)

// RawOK says that the SQL of a statement is meant to reach trashed rows, too.
//
//	db.Scopes(softdelete.RawOK).Raw("SELECT count(*) FROM posts").Scan(&n)
//
// It changes nothing but what Config.RawSQL makes of it. On a query by GORM within another
// one it is called: db.Where("id IN (?)", softdelete.RawOK(db).Table("posts").Select("id")).
// gorm.G takes it by StatementScope; for its Raw and Exec write the comment.
func RawOK(db *gorm.DB) *gorm.DB { return rawcheck.Allow(db) }

// RawError says that SQL of the caller's own reaches around the filter. Nothing has run. It is
// an ErrRawSQL for errors.Is.
type RawError struct {
	Table  string // that it names without its marker
	Caller string // file:line of who has called GORM

	marker string
}

// Error returns the message: the table, the place, and what to do.
func (e *RawError) Error() string {
	return fmt.Sprintf("%v: it names %s without %s, at %s: add the condition or softdelete.Live, or say that it is meant, by /* softdelete:ok */ in the SQL or the scope softdelete.RawOK",
		ErrRawSQL, e.Table, e.marker, e.Caller)
}

// Unwrap makes a RawError an ErrRawSQL for errors.Is.
func (e *RawError) Unwrap() error { return ErrRawSQL }

// rawWatch is what looks at raw SQL. It is nil under RawAllow.
type rawWatch struct {
	policy RawPolicy
	check  *rawcheck.Check
	logger logger.Interface
	told   sync.Map // file:line, table → struct{}

	migrators rawcheck.Migrators
}

func (p *Plugin) watchRaw(db *gorm.DB) error {
	switch p.config.RawSQL {
	case RawAllow:
		return nil
	case RawLog, RawRefuse:
		p.raws = &rawWatch{
			policy: p.config.RawSQL, check: rawcheck.New(db.Name(), p.models.markers, p.tableOf), logger: db.Logger,
			migrators: rawcheck.MigratorsOf(db),
		}
		return nil
	default:
		return fmt.Errorf("softdelete: %w: Config.RawSQL is %d, use RawAllow, RawLog or RawRefuse", gorm.ErrInvalidValue, p.config.RawSQL)
	}
}

// tableOf is the table of a model, empty if that is not soft-deletable.
func (p *Plugin) tableOf(db *gorm.DB, value any) string {
	if m, err := p.models.parse(db, value); err == nil && m != nil {
		return m.Schema.Table
	}
	return ""
}

// startRaw is the first callback of the raw chain: Exec.
func (p *Plugin) startRaw(db *gorm.DB) { p.lookAtRaw(db, nil) }

// lookAtRaw is for the first callback of each chain, once the statement has its filter.
func (p *Plugin) lookAtRaw(db *gorm.DB, m *model.Model) {
	w, stmt := p.raws, db.Statement
	if w == nil || db.Error != nil || rawcheck.IsAllowed(stmt) {
		return
	}
	own := ""
	if m != nil {
		own = m.Schema.Table
	}
	if db.DryRun {
		rawcheck.Within(db, own)
		return
	}
	var found rawcheck.Found
	isText := stmt.SQL.Len() > 0
	if isText {
		found = w.check.Text(stmt.SQL.String())
	} else {
		found = w.check.Statement(db, own)
	}
	if found.Meant || len(found.Unmarked) == 0 && !found.Gaps {
		return
	}
	at := w.migrators.Here()
	if at.GORMs || at.Ours && (isText || stmt.Schema == nil) {
		return
	}
	if len(found.Unmarked) > 0 {
		w.report(db, &RawError{Table: found.Unmarked[0].Name, marker: found.Unmarked[0].Marker, Caller: at.Caller})
	} else if _, told := w.told.LoadOrStore(at.Caller, struct{}{}); !told && w.policy == RawLog {
		w.logger.Info(stmt.Context, "softdelete: raw SQL at %s could not be read as a whole, and was left alone", at.Caller)
	}
}

// lookAtRawWrite is for updates and deletes.
func (p *Plugin) lookAtRawWrite(db *gorm.DB) {
	if p.raws == nil || db.Error != nil {
		return
	}
	var m *model.Model
	if s := db.Statement.Schema; s != nil {
		m, _ = p.models.lookup(db, s) // the chain says what is wrong with it
	}
	p.lookAtRaw(db, m)
}

func (w *rawWatch) report(db *gorm.DB, err *RawError) {
	if w.policy == RawRefuse {
		_ = db.AddError(err)
		return
	}
	if _, told := w.told.LoadOrStore(err.Caller+" "+err.Table, struct{}{}); !told {
		w.logger.Warn(db.Statement.Context, "%s", err.Error())
	}
}
