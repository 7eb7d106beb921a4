package softdelete

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Fingerprint names what the plan would do, in a text of 26 letters and digits that
// can be logged, typed or put into a form: see [ExpectFingerprint].
//
// It stands for the operation, the primary keys of the addressed rows (of an undo,
// its id), the number of rows of each table, and what forbids it. Plans of different
// operations never share one. It is empty for a Plan that no preview has made.
func (p Plan) Fingerprint() string {
	if p.addressed == "" {
		return ""
	}
	h := sha256.New()
	write := func(parts ...string) {
		for _, part := range parts {
			_, _ = h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
		}
		_, _ = h.Write([]byte{'\n'})
	}
	write("softdelete plan 1", p.Operation.String(), p.addressed)
	for _, table := range slices.Sorted(maps.Keys(p.Rows)) {
		if n := p.Rows[table]; n != 0 {
			write("rows", table, strconv.FormatInt(n, 10))
		}
	}
	for _, r := range slices.SortedFunc(slices.Values(p.Restricted), func(a, b RestrictError) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Relation, b.Relation), cmp.Compare(a.Count, b.Count))
	}) {
		write("restricted", r.Model, r.Relation, strconv.FormatInt(r.Count, 10))
	}
	for _, c := range slices.SortedFunc(slices.Values(p.Conflicts), func(a, b ConflictError) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Constraint, b.Constraint))
	}) {
		write("conflict", c.Model, c.Constraint)
	}
	for _, parent := range slices.Sorted(slices.Values(p.TrashedParents)) {
		write("trashed parent", parent)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16]))
}

// Forbidden tells if something forbids the operation: restrictions, conflicts or
// trashed parents. The verb would return their error.
func (p Plan) Forbidden() bool {
	return len(p.Restricted) > 0 || len(p.Conflicts) > 0 || len(p.TrashedParents) > 0
}

// nameRows says in a plan which rows are addressed, whatever their number in a text of
// one length: of each table the keys, as the model has them.
func (p *Plan) nameRows(sets map[string]*rows.Set) error {
	h := sha256.New()
	for _, table := range slices.Sorted(maps.Keys(sets)) {
		set := sets[table]
		texts := make([]string, len(set.Keys))
		for i, key := range set.Keys {
			typed, err := model.TypedKey(set.Table.Schema, key)
			if err != nil {
				return err
			}
			texts[i] = model.KeyText(typed...)
		}
		slices.Sort(texts)
		_, _ = fmt.Fprintf(h, "%d:%s %d\n", len(table), table, len(texts))
		for _, text := range texts {
			_, _ = fmt.Fprintf(h, "%d:%s\n", len(text), text)
		}
	}
	p.addressed = "rows " + string(h.Sum(nil))
	return nil
}

// expectation is what a statement is held to.
type expectation struct {
	fingerprint string
	plan        *Plan // of which it is; nil if the text is all that is known
}

// Expect lets an operation do what a plan says, or nothing at all:
//
//	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &user)
//	// … show it to somebody, who agrees …
//	err = db.Scopes(softdelete.Expect(plan)).Delete(&user).Error
//
//	SELECT id FROM users WHERE users.id = 1 AND users.deleted_at IS NULL FOR UPDATE
//	SELECT id FROM posts WHERE posts.user_id IN (1) AND posts.deleted_at IS NULL FOR UPDATE
//	UPDATE users SET deleted_at = '…' WHERE users.id = 1 AND users.deleted_at IS NULL
//	UPDATE posts SET deleted_at = '…' WHERE posts.user_id IN (1) AND posts.deleted_at IS NULL
//
// It is for Delete, [Restore], [Purge], [ForceDelete] and [Undo], through db, [Of] and
// the trash. The plan is made again in the operation's transaction: under locks on its
// rows, before anything is written or a hook runs. If that has another fingerprint, the
// error is [ErrPlanChanged], which comes before what else would forbid the operation.
//
// So it is if in the end other rows than the addressed ones, or other numbers of rows,
// were written. Rows may have come in that no lock could keep out, and a hook may have
// written some itself. All is rolled back then.
//
// Reads go on as without it. On another write it is gorm.ErrInvalidValue, and nothing is
// done: on an Update, a Create, raw SQL, db.Unscoped().Delete, RestoreAll, Empty. So it
// is with a Plan that no preview has made.
//
// It costs the preview's statements once more, one at the addressed rows in the end, and
// a transaction.
func Expect(plan Plan) func(*gorm.DB) *gorm.DB {
	return expect(&expectation{plan.Fingerprint(), &plan})
}

// ExpectFingerprint is Expect for who has the text of Plan.Fingerprint only: from a form,
// a command line, another process.
//
//	db.Scopes(softdelete.ExpectFingerprint(r.FormValue("plan"))).Delete(&user)
//
// A text that is none fits no plan: [ErrPlanChanged], and gorm.ErrInvalidValue if it is empty.
func ExpectFingerprint(text string) func(*gorm.DB) *gorm.DB {
	return expect(&expectation{fingerprint: text})
}

func expect(e *expectation) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return scope(db, "Expect", func(r *request) { r.expect = e })
	}
}

// check compares the plan that was made again, or the error of that, with the one that is
// expected.
func (e *expectation) check(now *Plan, err error) error {
	switch {
	case e.fingerprint == "":
		return fmt.Errorf("%w: %w: the fingerprint is empty: it has to be that of a plan that Preview has made", ErrPlanChanged, gorm.ErrInvalidValue)
	case errors.Is(err, ErrAmbiguous), errors.Is(err, ErrNotFound):
		return fmt.Errorf("%w: %w", ErrPlanChanged, err)
	case err != nil:
		return err
	case now.Fingerprint() == e.fingerprint:
		return nil
	default:
		return fmt.Errorf("%w: %s: preview it again", ErrPlanChanged, e.difference(now))
	}
}

// difference says what is other in a plan, in numbers.
func (e *expectation) difference(now *Plan) string {
	if e.plan == nil {
		return "it would now be a " + now.summary()
	}
	switch was := e.plan; {
	case was.Operation != now.Operation:
		return fmt.Sprintf("it is of a %s, and this is a %s", was.Operation, now.Operation)
	case was.summary() != now.summary():
		return fmt.Sprintf("it was a %s, and would now be a %s", was.summary(), now.summary())
	case was.addressed != now.addressed:
		return "other rows are addressed"
	default:
		return "something else forbids it"
	}
}

// summary is a plan in numbers.
func (p *Plan) summary() string {
	parts := make([]string, 0, len(p.Rows))
	for _, table := range slices.Sorted(maps.Keys(p.Rows)) {
		if n := p.Rows[table]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", table, n))
		}
	}
	text := p.Operation.String() + " of " + cmp.Or(strings.Join(parts, ", "), "no rows")
	for _, reason := range []struct {
		n    int
		text string
	}{{len(p.Restricted), "live rows forbid"}, {len(p.Conflicts), "a unique index forbids"}, {len(p.TrashedParents), "trashed parents forbid"}} {
		if reason.n > 0 {
			text += ", which " + reason.text
		}
	}
	return text
}

// hold makes the plan of an operation again, under locks, and lets the operation go on
// if that is the one that its statement expects.
func (p *Plugin) hold(db *gorm.DB, op *operation) {
	request := requestOf(db.Statement)
	if db.DryRun || db.Error != nil {
		return
	}
	if request.expect == nil {
		if len(request.fence) > 0 && op.plan != nil && op.runsHooks(db.Statement) {
			// Before the hooks of the addressed rows.
			_ = db.AddError(p.foresee(db.Session(&gorm.Session{}).Clauses(), op.model, &Plan{Operation: op.kind}, true))
		}
		return
	}
	if request.batch != nil || request.tally != nil || op.kind == OpForceDelete && request.verb == OpNone {
		_ = db.AddError(notExpected("RestoreAll, Empty or a delete under Unscoped"))
		return
	}
	now := &Plan{Operation: op.kind, Rows: map[string]int64{}}
	err := p.foresee(db.Session(&gorm.Session{}).Clauses(), op.model, now, true)
	if db.AddError(request.expect.check(now, err)) == nil {
		op.expected = now
	}
}

// checkHeld adds ErrPlanChanged if the operation has written other rows than was expected.
// It comes before observers and the hooks that run after.
func (op *operation) checkHeld(db *gorm.DB) {
	if op.expected == nil || db.Error != nil || db.DryRun {
		return
	}
	written := map[string]int64{}
	op.count(db, written)
	err := op.expected.checkWritten(written)
	if err == nil {
		err = op.checkAddressed(db)
	}
	_ = db.AddError(err)
}

// checkAddressed returns ErrPlanChanged if as many rows as expected were written, but
// others: what a limit, a join or a subquery picks is not kept by locks on what it has
// picked before. The expected ones were locked, so that one that is as it was before was
// not written.
func (op *operation) checkAddressed(db *gorm.DB) error {
	own := op.expected.own
	if own.IsEmpty() {
		return nil
	}
	t, name := own.Table, session.TableOf(db.Statement, op.model.Schema)
	before := map[Operation]rows.Picker{OpSoftDelete: rows.Visible(t, model.LiveOnly), OpRestore: rows.Visible(t, model.TrashedOnly)}[op.kind]
	for chunk := range slices.Chunk(own.Keys, op.dialect.Chunk(len(t.Key()))) {
		left := rows.Picker(func(name string) clause.Expression { return expr.In(name, t.Key(), chunk) }).And(before)
		n, err := session.Count(db, name, left(name), op.dialect.CurrentRead)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%w while it ran: it was of other rows of %s: preview it again, or see what its hooks write", ErrPlanChanged, name)
		}
	}
	return nil
}

// checkWritten returns ErrPlanChanged if other rows were written than the plan says.
func (p *Plan) checkWritten(rows map[string]int64) error {
	if p == nil {
		return nil
	}
	planned, written := (&Plan{Operation: p.Operation, Rows: p.Rows}).summary(), (&Plan{Operation: p.Operation, Rows: rows}).summary()
	if planned == written {
		return nil
	}
	return fmt.Errorf("%w while it ran: it was a %s, and became a %s: preview it again, or see what its hooks write", ErrPlanChanged, planned, written)
}

// since is the error of an operation that was held to a plan which nothing forbade: what
// forbids it now has come since.
func (p *Plan) since(err error) error {
	if p == nil || p.Forbidden() || errors.Is(err, ErrPlanChanged) {
		return err
	}
	if errors.Is(err, ErrRestricted) || errors.Is(err, ErrParentTrashed) || errors.Is(err, ErrAmbiguous) {
		return fmt.Errorf("%w while it ran: %w", ErrPlanChanged, err)
	}
	return err
}

// notExpected is the error of a write that no plan can be held against.
func notExpected(what string) error {
	return fmt.Errorf("softdelete: %w: Expect holds a Delete, Restore, Purge, ForceDelete or Undo to its plan, and not %s", gorm.ErrInvalidValue, what)
}

// refuseExpected adds an error to a write under Expect that is none of the operations.
func refuseExpected(db *gorm.DB, what string) bool {
	if requestOf(db.Statement).expect == nil {
		return false
	}
	_ = db.AddError(notExpected(what))
	return true
}
