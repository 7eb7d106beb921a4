package insert

import (
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// upserting is one upsert while it runs.
type upserting struct {
	*handback
	conflict   clause.OnConflict
	associated bool // the rows are saved along with another
	met        bool // some values meet a row, by what was read before
	idle       bool // it updates nothing

	// settled are rows that values meet and that stay as they are, by the index of
	// the value: there is no need to send those.
	settled map[int]reflect.Value

	// inTheTrash are the values, by index, that are to be made there, and keyed those
	// that have a key: before the statement, as it may give them those of a row that they
	// met.
	inTheTrash, keyed map[int]bool
}

// run runs the upsert, sees whether it has met trashed rows, and gives the values
// what their rows have.
func (u *upserting) run(db *gorm.DB, next func(*gorm.DB)) {
	defer u.askBack(db)()
	u.inTheTrash, u.keyed = sent(u.model, db.Statement)
	next(db)
	if db.DryRun {
		return
	}
	if db.Error == nil {
		u.check(db)
	}
	if db.Error != nil {
		u.restore(db.Statement)
	}
}

func (u *upserting) check(db *gorm.DB) {
	stmt := db.Statement
	n := int(db.RowsAffected)
	all := model.LengthOf(stmt.ReflectValue)
	short := n < all
	own := u.show == model.LiveOnly && !u.associated // a trashed row among them is an error
	// Where the upsert can have a condition, it tells by the number of its rows that it has left some out.
	told := u.d.UpsertWhere && own && short
	if told || u.asksBack(n, all) {
		back := u.takeBack(stmt, n)
		rows, hidden := u.rows(db)
		if hidden && told {
			_ = db.AddError(fault.Trashed(u.model.Name(), "an upsert"))
			return
		}
		defer func() { u.give(db, rows, back) }()
	}
	if own && (short || !u.d.UpsertWhere) {
		u.checkWritten(db)
	}
}

// asksBack tells if the keys have to be read: where fewer rows come back than
// there are values. Where none do, GORM counts keys on from the first one: that is
// right if each value was inserted.
func (u *upserting) asksBack(n, all int) bool {
	switch {
	case len(u.fields) == 0:
		return false
	case u.returning:
		return n < all
	case u.d.UpsertWhere:
		return u.byOther && (n < all || !u.conflict.DoNothing)
	}
	return u.met || n != all
}

// notBesideLive are those of some trashed rows that no live one agrees with: where one
// does, the index on the columns is of live rows, whatever the model's tags tell of it.
func notBesideLive(stmt *gorm.Statement, columns []string, trashed, live []reflect.Value) []reflect.Value {
	taken := map[string]bool{}
	for _, row := range live {
		have, _ := ValuesOf(stmt, row, columns)
		taken[model.KeyText(have[0]...)] = true
	}
	return slices.DeleteFunc(trashed, func(row reflect.Value) bool {
		have, _ := ValuesOf(stmt, row, columns)
		return taken[model.KeyText(have[0]...)]
	})
}

// blocked finds, before the upsert of a database that cannot leave rows out, which
// of the values meet a row that is hidden from it, by index. The rows are locked,
// so that none is trashed meanwhile.
func (u *upserting) blocked(db *gorm.DB) map[int]bool {
	blocked := map[int]bool{}
	u.settled = map[int]reflect.Value{}
	stmt := db.Statement
	for _, target := range u.targets {
		values, indexes := u.valuesFor(db, target)
		if len(target.where) > 0 && !u.idle {
			u.met = true // by an index of live rows: that is not known before
			continue
		}
		target.hold, target.each = locked, true
		target.read = onceEach(model.PrimaryNames(stmt.Schema), []string{u.model.Marker.Field.DBName}, columnNames(u.fields))
		var hidden, shown []reflect.Value
		for _, row := range target.rows(db, values) {
			if u.hides(stmt, row) {
				hidden = append(hidden, row)
			} else {
				shown = append(shown, row)
			}
		}
		u.met = u.met || len(shown) > 0
		hidden = notBesideLive(stmt, target.columns, hidden, shown)
		if len(hidden) > 0 && u.show == model.LiveOnly && !u.associated {
			_ = db.AddError(fault.Trashed(u.model.Name(), "an upsert"))
		}
		if db.Error != nil {
			return nil
		}
		for i := range target.whoMeets(db, values, hidden) {
			blocked[indexes[i]] = true
		}
		if !u.idle {
			continue
		}
		target.each = false // a second value that agrees with a row is sent, and finds it
		for i, rows := range target.whoMeets(db, values, shown) {
			if !u.settled[indexes[i]].IsValid() {
				u.settled[indexes[i]] = rows[0]
			}
		}
	}
	return blocked
}

// runWithout runs the upsert without the values that are blocked or settled.
func (u *upserting) runWithout(db *gorm.DB, blocked map[int]bool, next func(*gorm.DB), again func()) {
	stmt := db.Statement
	values := model.ElementsOf(stmt.ReflectValue)
	for i := range u.settled {
		blocked[i] = true
	}
	parts := u.parts(db, blocked)
	var affected int64
	for i, part := range parts {
		if i > 0 {
			stmt.SQL.Reset()
			stmt.Vars = nil
			again()
		}
		u.met = u.met && i == 0
		if len(part) == 0 {
			u.run(db, next)
		} else {
			WithoutValues(db, part, func(db *gorm.DB) { u.run(db, next) })
		}
		if db.Error != nil {
			return
		}
		affected += db.RowsAffected
	}
	db.RowsAffected = affected
	if u.far = nil; len(u.settled) > 0 {
		u.far = outOfReach(u.model, db, u.d, u.settled)
	}
	for i, row := range u.settled {
		if u.gives(stmt, row) {
			u.set(stmt, values[i], u.contents(stmt, row))
		}
	}
}

// parts are the values that each statement of an upsert is without. It is one
// statement, or none. Where no keys come back GORM counts them on from the first:
// values that have nothing to find their rows by, and so meet none, are a statement
// of their own if others meet some.
func (u *upserting) parts(db *gorm.DB, blocked map[int]bool) []map[int]bool {
	all := model.LengthOf(db.Statement.ReflectValue)
	if len(blocked) == all {
		return nil
	}
	if u.returning || !u.met || len(u.fields) == 0 {
		return []map[int]bool{blocked}
	}
	named, unnamed := maps.Clone(blocked), maps.Clone(blocked)
	for _, target := range u.targets {
		_, indexes := u.valuesFor(db, target)
		for _, i := range indexes {
			unnamed[i] = true
		}
	}
	for i := range all {
		if !unnamed[i] {
			named[i] = true
		}
	}
	if len(unnamed) == all || len(named) == all {
		return []map[int]bool{blocked}
	}
	return []map[int]bool{named, unnamed}
}
