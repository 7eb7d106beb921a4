// Package insert knows what inserts meet: the rows that agree with new values in unique
// keys, what an upsert does to them and gives back to the values, and which trashed one a
// value revives.
package insert

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Options are what is known of an insert beside what its statement says.
type Options struct {
	Dialect    *dialect.Dialect
	Show       model.Visibility // which rows it may meet
	Associated bool             // its rows are saved along with another
}

// Upsert runs an insert that updates what is in its way. Trashed rows are not
// updated, markers not changed; if one of the caller's own rows is trashed, the
// statement fails.
func Upsert(db *gorm.DB, m *model.Model, options Options, next func(*gorm.DB)) {
	stmt, d, show := db.Statement, options.Dialect, options.Show
	original := stmt.Clauses["ON CONFLICT"]
	defer func() { stmt.Clauses["ON CONFLICT"] = original }()
	conflict := original.Expression.(clause.OnConflict)
	guarded := original
	guarded.Builder = func(c clause.Clause, b clause.Builder) { buildUpsert(m, c, b, m.FilterFor(show), d) }
	stmt.Clauses["ON CONFLICT"] = guarded
	if show == model.TrashedOnly && stmt.ReflectValue.Kind() != reflect.Struct && stmt.ReflectValue.Kind() != reflect.Map {
		_ = db.AddError(fmt.Errorf("softdelete: model %s: %w: under OnlyTrashed rows are saved one by one, with Updates", m.Name(), gorm.ErrInvalidData))
		return
	}
	run := &upserting{handback: newHandback(m, db, conflict, show, d), conflict: conflict, associated: options.Associated}
	run.idle = model.Holds(stmt.ReflectValue, stmt.Schema) && m.Schema == stmt.Schema && leavesNothing(m, stmt, conflict)
	if d.UpsertWhere || db.DryRun || show == model.All && !run.idle {
		run.met = true
		run.run(db, next)
		return
	}
	blocked := run.blocked(db)
	if db.Error != nil || len(blocked) > 0 && show == model.TrashedOnly {
		return // the latter as where the upsert's own condition leaves the row out
	}
	run.runWithout(db, blocked, next, func() { stmt.Clauses["ON CONFLICT"] = guarded })
}

// leavesNothing tells if nothing is left to update of an upsert, once the protected
// columns are out of it.
func leavesNothing(m *model.Model, stmt *gorm.Statement, conflict clause.OnConflict) bool {
	if slices.ContainsFunc(conflict.DoUpdates, func(a clause.Assignment) bool { return !isProtected(m, a.Column.Name) }) {
		return false
	}
	if !conflict.UpdateAll {
		return true
	}
	selected, restricted := stmt.SelectAndOmitColumns(true, true)
	return !slices.ContainsFunc(stmt.Schema.DBNames, func(name string) bool {
		field := stmt.Schema.FieldsByDBName[name]
		chosen, named := selected[name]
		made := field.HasDefaultValue && field.DefaultValueInterface == nil && !strings.EqualFold(field.DefaultValue, "NULL")
		return (chosen || !named && !restricted) && !field.PrimaryKey && field.AutoCreateTime == 0 && !made && !isProtected(m, name)
	})
}

func isProtected(m *model.Model, column string) bool {
	field := m.Schema.LookUpField(column)
	return field != nil && slices.Contains(m.Protected, field.DBName)
}

// NewRows runs an insert of several values that leaves rows in its way as they
// are, and so returns fewer of them. Of the values that met one GORM knows those
// only that have a key.
func NewRows(db *gorm.DB, m *model.Model, options Options, next func(*gorm.DB)) {
	stmt := db.Statement
	original := stmt.Clauses["ON CONFLICT"]
	defer func() { stmt.Clauses["ON CONFLICT"] = original }()
	conflict := original.Expression.(clause.OnConflict)
	run := &upserting{handback: newHandback(m, db, conflict, options.Show, options.Dialect), conflict: conflict, associated: true}
	if len(run.fields) == 0 || db.DryRun {
		next(db)
		return
	}
	guarded := original
	guarded.Builder = buildConflict
	stmt.Clauses["ON CONFLICT"] = guarded
	run.run(db, next)
}

// IsOfNewRows tells if a create is one of several values that does nothing about
// rows in its way.
func IsOfNewRows(db *gorm.DB) bool {
	stmt := db.Statement
	conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if !ok || !conflict.DoNothing || model.LengthOf(stmt.ReflectValue) < 2 || stmt.Unscoped {
		return false
	}
	asked, given := stmt.Clauses["RETURNING"].Expression.(clause.Returning)
	return !given || !returnsAll(asked)
}

// Aim gives an upsert that names columns the condition of live rows, without which the
// database does not find an index of these:
//
//	ON CONFLICT (email) WHERE deleted_at IS NULL DO UPDATE …
//
// It is met by an index of all rows too, so that it may be given whether a tag tells of
// the index or not. A condition of the caller's stays beside it; where it has to be the
// index's to the letter it is looked up if there is such an index. The name of an index of
// live rows does for its columns. It returns what undoes it.
func Aim(m *model.Model, db *gorm.DB, d *dialect.Dialect) (back func()) {
	stmt := db.Statement
	original, ok := stmt.Clauses["ON CONFLICT"]
	conflict, isConflict := original.Expression.(clause.OnConflict)
	if !ok || !isConflict || !d.PartialIndex {
		return func() {}
	}
	named := make([]string, len(conflict.Columns))
	for i, column := range conflict.Columns {
		named[i] = m.ColumnNamed(column.Name)
	}
	if slices.ContainsFunc(named, m.IsStamp) && len(conflict.TargetWhere.Exprs) == 0 {
		return aimWithoutMarker(m, db, conflict, named, d)
	}
	own := conflict.TargetWhere.Exprs
	if len(own) > 0 && !d.TargetFollows && !isMadeLive(m, db, own, named, d) {
		return func() {}
	}
	var columns []string
	if len(own) == 0 {
		columns = liveKeyOf(m, conflict, named)
	}
	if columns == nil && conflict.OnConstraint != "" {
		columns = madeInItsPlace(m, db, conflict.OnConstraint, d)
	}
	switch {
	case columns != nil:
		conflict.OnConstraint = ""
		conflict.Columns = expr.Columns("", columns)
		conflict.TargetWhere.Exprs = []clause.Expression{m.MarkerCondition(model.LiveOnly)}
	case len(named) > 0 && conflict.OnConstraint == "" && !model.SameSet(named, model.PrimaryNames(m.Schema)):
		conflict.TargetWhere.Exprs = append(slices.Clip(rawsql.Enclose(own)), ofAnyIndex{m.MarkerCondition(model.LiveOnly)})
	default:
		return func() {}
	}
	changed := original
	changed.Expression = conflict
	stmt.Clauses["ON CONFLICT"] = changed
	return func() { stmt.Clauses["ON CONFLICT"] = original }
}

// aimWithoutMarker is for an upsert that names the marker among its columns, as an index
// had it which was not of live rows. If the table has one of live rows on the others in its
// place, that is what is meant.
func aimWithoutMarker(m *model.Model, db *gorm.DB, conflict clause.OnConflict, named []string, d *dialect.Dialect) (back func()) {
	table := session.OwnTable(db.Statement)
	rest := slices.DeleteFunc(slices.Clone(named), m.IsStamp)
	if db.DryRun || len(rest) == 0 || m.Marker.Kind == model.UnixMarker {
		return func() {} // A time that is 0 in live rows keeps these apart as it is, and no other index takes its place.
	}
	found, err := catalogue.Tables(db, d, []string{table})
	if db.AddError(err) != nil || found[table] == nil {
		return func() {}
	}
	live := m.MarkerCondition(model.LiveOnly)
	isLive := func(ix catalogue.Index) bool {
		return ix.Unique && model.SameSet(ix.Columns, rest) && m.SameCondition(ix.Where, live)
	}
	has := func(ix catalogue.Index) bool { return ix.Unique && ix.Where == "" && model.SameSet(ix.Columns, named) }
	if slices.ContainsFunc(found[table].Indexes, has) || !slices.ContainsFunc(found[table].Indexes, isLive) {
		return func() {}
	}
	original := db.Statement.Clauses["ON CONFLICT"]
	conflict.Columns = expr.Columns("", rest)
	conflict.TargetWhere.Exprs = []clause.Expression{live}
	changed := original
	changed.Expression = conflict
	db.Statement.Clauses["ON CONFLICT"] = changed
	return func() { db.Statement.Clauses["ON CONFLICT"] = original }
}

// liveKeyOf are the columns of the index of live rows that an upsert is about, as the
// model's tags tell; nil for none.
func liveKeyOf(m *model.Model, conflict clause.OnConflict, named []string) []string {
	if slices.ContainsFunc(m.Unique, func(k model.UniqueKey) bool { return model.SameSet(named, k.Columns()) }) {
		return nil
	}
	for _, key := range m.LiveUnique {
		if m.IsOfLiveRows(key) && (key.Name == conflict.OnConstraint || conflict.OnConstraint == "" && model.SameSet(named, key.Columns)) {
			return key.Columns
		}
	}
	return nil
}

// madeInItsPlace are the columns of the index of live rows that has the name of a
// constraint which was there once, and of which no tag tells; nil for none. An index is
// no constraint to the database, and is not found by its name.
func madeInItsPlace(m *model.Model, db *gorm.DB, name string, d *dialect.Dialect) []string {
	table := session.OwnTable(db.Statement)
	if db.DryRun || name == table+"_pkey" {
		return nil
	}
	found, err := catalogue.Tables(db, d, []string{table})
	if db.AddError(err) != nil || found[table] == nil {
		return nil
	}
	ix := found[table].Index(name)
	if ix == nil {
		ix = calledOtherwise(m, db, found[table], name)
	}
	if ix == nil || ix.Constraint || !ix.Unique || slices.Contains(ix.Columns, "") || !m.SameCondition(ix.Where, m.MarkerCondition(model.LiveOnly)) {
		return nil
	}
	return ix.Columns
}

// isMadeLive tells if the unique index on some columns has the caller's condition and that
// of live rows, as Doctor makes one of an index of the former.
func isMadeLive(m *model.Model, db *gorm.DB, own []clause.Expression, columns []string, d *dialect.Dialect) bool {
	table := session.OwnTable(db.Statement)
	if db.DryRun {
		return false
	}
	found, err := catalogue.Tables(db, d, []string{table})
	if db.AddError(err) != nil || found[table] == nil {
		return false
	}
	both := clause.Where{Exprs: append(slices.Clip(rawsql.Enclose(own)), m.MarkerCondition(model.LiveOnly))}
	return slices.ContainsFunc(found[table].Indexes, func(ix catalogue.Index) bool {
		return ix.Unique && model.SameSet(ix.Columns, columns) && ix.Where != "" && m.SameCondition(ix.Where, both)
	})
}

// calledOtherwise is the index of live rows on one column for the name that GORM or the
// database gives to a constraint on it: a tag does not have such names.
func calledOtherwise(m *model.Model, db *gorm.DB, table *catalogue.Table, name string) *catalogue.Index {
	for _, key := range m.LiveUnique {
		if len(key.Columns) != 1 {
			continue
		}
		column := key.Columns[0]
		if name != db.NamingStrategy.UniqueName(m.Schema.Table, column) && name != m.Schema.Table+"_"+column+"_key" {
			continue
		}
		if ix := table.Index(key.Name); ix != nil {
			return ix
		}
	}
	return nil
}

// ofAnyIndex is the condition of an upsert of which it is not known if the index that it
// meets is of live rows or of all: what is in its way may be trashed.
type ofAnyIndex struct{ clause.Expression }

// buildUpsert writes ON CONFLICT with the protected columns left out of the
// update, and out of its reach the rows that the filter hides.
func buildUpsert(m *model.Model, c clause.Clause, b clause.Builder, filter *model.Filter, d *dialect.Dialect) {
	c.Builder = nil
	conflict, ok := c.Expression.(clause.OnConflict)
	if !ok {
		c.Build(b)
		return
	}
	conflict.DoUpdates = slices.DeleteFunc(slices.Clone(conflict.DoUpdates), func(a clause.Assignment) bool {
		return isProtected(m, a.Column.Name)
	})
	switch {
	case len(conflict.DoUpdates) == 0:
		conflict.DoNothing = true
		conflict.Where = clause.Where{}
	case filter != nil && d.UpsertWhere:
		conflict.Where.Exprs = append(slices.Clip(rawsql.Enclose(conflict.Where.Exprs)), model.Watching(filter))
	case filter != nil:
		for i, a := range conflict.DoUpdates {
			var shown clause.Expression = filter
			if i == 0 {
				shown = model.Watching(filter)
			}
			conflict.DoUpdates[i].Value = whereShown(a, shown)
		}
	}
	c.Expression = conflict
	buildConflict(c, b)
}

// buildConflict writes ON CONFLICT in the driver's way. To GORM, which reads the
// clause again when rows come back, it is an upsert even if it does nothing: they
// are given to the values from the first one on, and not around those that have a
// key, of which some may have come back too.
func buildConflict(c clause.Clause, b clause.Builder) {
	c.Builder = nil
	stmt, ok := b.(*gorm.Statement)
	if ok && stmt.ClauseBuilders[c.Name] != nil {
		stmt.ClauseBuilders[c.Name](c, b)
	} else {
		c.Build(b)
	}
	if ok {
		built := stmt.Clauses[c.Name]
		built.Expression = clause.OnConflict{UpdateAll: true}
		stmt.Clauses[c.Name] = built
	}
}

// whereShown is what an upsert without a condition gives to a column: its own value
// in a row that is hidden. The rows in the way by the keys of the model are read
// before; the database may have other unique indexes, which the model does not tell.
func whereShown(a clause.Assignment, filter clause.Expression) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("CASE WHEN ")
		filter.Build(b)
		_, _ = b.WriteString(" THEN ")
		if column, ok := a.Value.(clause.Column); ok && column.Table == "excluded" {
			_, _ = b.WriteString("VALUES(")
			b.WriteQuoted(clause.Column{Name: column.Name})
			_ = b.WriteByte(')')
		} else {
			rawsql.SealedValue(a.Value).Build(b)
		}
		_, _ = b.WriteString(" ELSE ")
		b.WriteQuoted(clause.Column{Table: clause.CurrentTable, Name: a.Column.Name})
		_, _ = b.WriteString(" END")
	})
}

// LetBuild makes a driver's own way to write an upsert step aside for a clause that
// has a builder: GORM asks the driver first.
func LetBuild(db *gorm.DB) {
	const name = "ON CONFLICT"
	if build, ok := db.ClauseBuilders[name]; ok {
		db.ClauseBuilders[name] = func(c clause.Clause, b clause.Builder) {
			if c.Builder != nil {
				c.Builder(c, b)
				return
			}
			build(c, b)
		}
	}
}

// WithoutValues runs next without some of the statement's values.
func WithoutValues(db *gorm.DB, blocked map[int]bool, next func(*gorm.DB)) {
	stmt := db.Statement
	dest, value := stmt.Dest, stmt.ReflectValue
	rest := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType))).Elem()
	for i := range value.Len() {
		if element := reflect.Indirect(value.Index(i)); !blocked[i] && element.CanAddr() {
			rest.Set(reflect.Append(rest, element.Addr()))
		}
	}
	stmt.Dest, stmt.ReflectValue = rest.Addr().Interface(), rest
	next(db)
	stmt.Dest, stmt.ReflectValue = dest, value
}
