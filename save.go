package softdelete

import (
	"cmp"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/insert"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// form is how the caller gave an update its values. Other plugins may give the
// statement others before it runs, a map of what a struct holds: what was meant is
// noted before the first of them, on the statement.
type form int

const (
	byMap    form = iota // columns that the caller has named
	byStruct             // a struct, which carries the marker whether meant or not
	bySave               // the first half of a Save: all columns of a struct
)

const formKey = "softdelete:form"

// Build writes nothing: it is no SQL.
func (form) Build(clause.Builder) {}

// formOf is the form of an update: the one that was noted, or else the one that it has,
// as nobody else could change it.
func formOf(stmt *gorm.Statement) form {
	if f, noted := stmt.Clauses[formKey].Expression.(form); noted {
		return f
	}
	switch {
	case !isStruct(stmt.Dest):
		return byMap
	case len(stmt.Selects) == 1 && stmt.Selects[0] == "*" && reflect.TypeOf(stmt.Dest).Kind() == reflect.Pointer && stmt.Dest == stmt.Model:
		return bySave
	default:
		return byStruct
	}
}

// noteForm is for the first callback of the update chain. Where nobody else is on the
// chain, and no other field's type has a say, there is nothing to note.
func (p *Plugin) noteForm(db *gorm.DB) {
	stmt := db.Statement
	delete(stmt.Clauses, formKey)
	if e := p.models.seen(stmt.Schema); e == nil || e.model != nil && (len(e.model.Others.Update) > 0 || p.listeners.Any(db.Callback().Update())) {
		stmt.Clauses[formKey] = clause.Clause{Expression: formOf(stmt)}
	}
}

func isStruct(value any) bool {
	t := reflect.TypeOf(value)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t != nil && t.Kind() == reflect.Struct
}

// plainUpdate runs an update that is no restore. It keeps the marker and the
// tracking columns out of updates by a struct, which carries them whether meant
// or not, and says when a Save has met a trashed row.
func (p *Plugin) plainUpdate(db *gorm.DB, m *model.Model, next func(*gorm.DB)) {
	stmt := db.Statement
	f := formOf(stmt)
	if omits := stmt.Omits; !stmt.Unscoped && f != byMap {
		protect(m, stmt)
		defer func() { stmt.Omits = omits }()
	}
	dropOwnFrom(stmt)
	if filterRoot(stmt, m, rawsql.StandsBeforeWrite(stmt) || setsRaw(m, stmt)); !isFiltered(stmt) && !stmt.Unscoped {
		markStep(stmt)
		defer unmarkStep(stmt)
	}
	if onlyHints(stmt) && !db.AllowGlobalUpdate {
		_ = db.AddError(gorm.ErrMissingWhereClause)
		return
	}
	next(db)
	missed := false
	switch {
	case db.Error != nil || db.RowsAffected > 0 || db.DryRun || stmt.Unscoped:
	case f == bySave:
		p.checkSave(db, m)
	case stmt.SQL.Len() > 0: // GORM sends no update that has nothing to set
		missed = p.mayMiss(db) && addressesByKey(session.WhereExprs(stmt), stmt.Schema) && !isUnchanged(db)
	}
	removeFilter(stmt)
	if missed {
		_ = db.AddError(notFound(m.Name(), "an update"))
	}
}

// onlyHints tells if a statement's WHERE has hints or comments and no condition, and
// will get none from a value's key. GORM takes it for one.
func onlyHints(stmt *gorm.Statement) bool {
	where, ok := stmt.Clauses["WHERE"]
	return ok && where.Expression == nil && keysOf(stmt, reflect.Indirect(stmt.ReflectValue)) == nil
}

// isUnchanged tells if an update that counted no row has met one that had the
// values already.
func isUnchanged(db *gorm.DB) bool {
	d := dialectOf(db)
	if !d.CountsChanges {
		return false
	}
	tx := d.Reading(session.OnTable(session.Beside(db), db.Statement).Unscoped())
	tx.Statement.Clauses["WHERE"] = db.Statement.Clauses["WHERE"]
	found, err := session.AnyStored(tx)
	_ = db.AddError(err)
	return found
}

// checkSave adds ErrTrashed if a Save has matched no row because that is
// trashed. GORM would insert it next, and so bring it back.
func (p *Plugin) checkSave(db *gorm.DB, m *model.Model) {
	stmt := db.Statement
	keys := keysOf(stmt, stmt.ReflectValue)
	if keys == nil || requestOf(stmt).showOf(stmt, m) != model.LiveOnly {
		return
	}
	if anyTrashed(db, m, keys) {
		_ = db.AddError(fault.Trashed(m.Name(), "a Save"))
	}
}

// anyTrashed tells if one of the rows that a condition names is trashed.
func anyTrashed(db *gorm.DB, m *model.Model, keys clause.Expression) bool {
	tx := session.OnTable(session.Beside(db), db.Statement).Unscoped().Where(keys).Where(clause.Expression(m.TrashedRows))
	found, err := session.AnyStored(dialectOf(db).Reading(tx))
	_ = db.AddError(err)
	return found
}

// protect keeps the marker and the tracking columns out of what an update by a struct
// sets, whatever others have made of that struct.
func protect(m *model.Model, stmt *gorm.Statement) {
	stmt.Omits = withProtected(m, stmt)
	set, ok := stmt.Clauses["SET"].Expression.(clause.Set)
	if !ok {
		return
	}
	set = slices.DeleteFunc(slices.Clone(set), func(a clause.Assignment) bool {
		name := m.ColumnNamed(a.Column.Name)
		return slices.Contains(m.Protected, name) && slices.Contains(stmt.Omits, name)
	})
	stmt.AddClause(set)
}

// withProtected is the statement's Omit with the protected columns added, those
// left out that it selects by name.
func withProtected(m *model.Model, stmt *gorm.Statement) []string {
	if len(stmt.Omits) == 0 && (len(stmt.Selects) == 0 || formOf(stmt) == bySave) {
		return m.Protected
	}
	omits := slices.Clip(stmt.Omits)
	for _, name := range m.Protected {
		field := m.Schema.FieldsByDBName[name]
		if !slices.Contains(stmt.Selects, name) && !slices.Contains(stmt.Selects, field.Name) && !slices.Contains(omits, name) {
			omits = append(omits, name)
		}
	}
	return omits
}

// beforeCreate makes a create that may fail late a unit.
func (p *Plugin) beforeCreate(db *gorm.DB) {
	if db.Error != nil {
		return
	}
	stmt := db.Statement
	p.dropEarly(db)
	m := p.modelOf(db)
	if db.Error != nil || stmt.Schema == nil || stmt.SQL.Len() > 0 || isAssociated(db) && !requestOf(stmt).revive {
		return
	}
	if refuseExpected(db, "a create") {
		return
	}
	late := m != nil && (requestOf(stmt).revive || isUpsert(stmt))
	if late || p.models.entry(db, stmt.Schema).writesBeforeCheck(db, stmt.Schema.BeforeSave || stmt.Schema.BeforeCreate) {
		op := p.begin(db, OpNone, m)
		op.beginUnit(db)
	}
}

func isUpsert(stmt *gorm.Statement) bool {
	conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	return ok && !stmt.Unscoped && !conflict.DoNothing && (conflict.UpdateAll || len(conflict.DoUpdates) > 0)
}

// isAssociated tells if a create is GORM's own, of the associations of another
// value: those carry the list of what was saved already, and pointers to what is
// saved. A handle that was used for a create before may carry such a list too.
func isAssociated(db *gorm.DB) bool {
	_, ok := db.Statement.Settings.Load("gorm:saved_association_map")
	if !ok || !db.DisableNestedTransaction {
		return false
	}
	t := db.Statement.ReflectValue.Type()
	return t.Kind() != reflect.Slice || t.Elem().Kind() == reflect.Pointer
}

// create wraps GORM's create step.
func (p *Plugin) create(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		stmt := db.Statement
		p.dropEarly(db)
		if db.Error != nil || stmt.Schema == nil || stmt.SQL.Len() > 0 {
			next(db)
			return
		}
		e := p.models.entry(db, stmt.Schema)
		m := e.model
		next := p.checkCreate(db, e, next)
		if m == nil {
			next(db)
			return
		}
		neighbours.AddTo(&m.Others, stmt)
		markStep(stmt)
		defer unmarkStep(stmt)
		defer insert.Aim(m, db, dialectOf(db))()
		defer insert.PutZero(m, db)()
		insert := func(db *gorm.DB) { p.insert(db, m, next) }
		if requestOf(stmt).revive {
			p.revive(db, m, insert)
			return
		}
		insert(db)
	}
}

// insert runs GORM's create step, by what it does about rows in its way.
func (p *Plugin) insert(db *gorm.DB, m *model.Model, next func(*gorm.DB)) {
	options := func() insert.Options {
		return insert.Options{Dialect: dialectOf(db), Show: requestOf(db.Statement).showOf(db.Statement, m), Associated: isAssociated(db)}
	}
	switch {
	case isUpsert(db.Statement):
		insert.Upsert(db, m, options(), next)
	case isLinking(db) && p.relinks(db, m):
		next(db)
	case insert.IsOfNewRows(db):
		insert.NewRows(db, m, options(), next)
	default:
		next(db)
	}
}

// isLinking tells if a create is GORM's own, of rows of a join table.
func isLinking(db *gorm.DB) bool {
	stmt := db.Statement
	conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	return ok && conflict.DoNothing && len(conflict.Columns) == 0 && db.DisableNestedTransaction && !db.DryRun &&
		reflect.TypeOf(stmt.Dest) == reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType))
}

// relinks revives the trashed rows of a join table that link the same pairs. The
// insert that follows meets them and does nothing. It is false for a table that is
// none of a many-to-many relation.
func (p *Plugin) relinks(db *gorm.DB, m *model.Model) bool {
	columns := p.models.links(db.Statement.Schema)
	if len(columns) == 0 {
		return false
	}
	p.relink(db, m, columns)
	return true
}

func (p *Plugin) relink(db *gorm.DB, m *model.Model, columns []string) {
	stmt := db.Statement
	unique := slices.ContainsFunc(m.Unique, func(k model.UniqueKey) bool {
		return !slices.ContainsFunc(k.Columns(), func(name string) bool { return !slices.Contains(columns, name) })
	})
	if !unique {
		return
	}
	pairs, _ := insert.ValuesOf(stmt, stmt.ReflectValue, columns)
	if len(p.config.Observers) == 0 {
		p.relinkPairs(db, m, columns, pairs)
		return
	}
	session.InUnit(db, func() { p.relinkPairs(db, m, columns, pairs) })
}

func (p *Plugin) relinkPairs(db *gorm.DB, m *model.Model, columns []string, pairs [][]any) {
	stmt := db.Statement
	shown, err := neighbours.Revivable(m, db)
	if db.AddError(err) != nil {
		return
	}
	all := func() *gorm.DB {
		return session.OnTable(session.Beside(db), stmt).Unscoped().Where(expr.InCurrent(columns, pairs)).Where(clause.Expression(m.TrashedRows))
	}
	trashed := all
	if shown != nil {
		trashed = func() *gorm.DB { return all().Where(shown) }
	}
	op := p.reviving(db, m)
	var keys [][]any
	if op.observed.wantsKeys() {
		keys = model.KeysIn(stmt, op.lockFound(db, trashed()))
	}
	// As a clause, which also sets columns that updates may not touch.
	tx := trashed().Clauses(m.ClearedColumns()).UpdateColumns(map[string]any{})
	if db.AddError(tx.Error) != nil {
		return
	}
	if shown != nil {
		if hidden, err := session.AnyStored(dialectOf(db).Reading(all())); hidden || err != nil {
			_ = db.AddError(cmp.Or(err, fault.About(ErrTrashed, m.Name(), "the pair is linked by a row in the trash that is out of reach, as another plugin or type hides it")))
			return
		}
	}
	if tx.RowsAffected == 0 {
		return
	}
	op.noteOwn(db, tx.RowsAffected, keys)
	defer op.tell(p, db)
	table := session.OwnTable(stmt)
	for chunk := range slices.Chunk(pairs, dialectOf(db).Chunk(len(columns))) {
		if db.AddError(p.checkLiveParents(db, stmt.Schema, table, expr.In(table, columns, chunk))) != nil {
			return
		}
	}
}

// setsRaw tells if what an update sets may be SQL of the caller's.
func setsRaw(m *model.Model, stmt *gorm.Statement) bool {
	if values, ok := stmt.Dest.(map[string]any); ok {
		for name, value := range values {
			if m.Schema.LookUpField(name) == nil || rawsql.Reaches(value) {
				return true
			}
		}
		return false
	}
	return !isStruct(stmt.Dest) || m.WritesSQL
}

// endWrite is the last callback of the create and update chains.
func (p *Plugin) endWrite(db *gorm.DB) {
	stmt := db.Statement
	op := operationOf(stmt)
	endOperation(db)
	if db.Error == nil || op != nil && op.kind != OpNone {
		return
	}
	e := p.models.seen(stmt.Schema)
	if e == nil || e.model == nil || requestOf(stmt).showOf(stmt, e.model) != model.LiveOnly {
		return
	}
	if taken := insert.Taken(e.model, db, dialectOf(db)); taken != nil {
		db.Error = taken
	}
}
