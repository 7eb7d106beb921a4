package zoo_test

import (
	"cmp"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// addressed are the rows that the call names, of those that it sees.
func (c *zooCall) addressed(rows *zooRows) []*zooRow {
	named := c.rows
	if named == nil {
		named = rows.of(c.table)
	}
	named = slices.DeleteFunc(slices.Clone(named), func(row *zooRow) bool {
		switch {
		case !c.sees(row):
			return true
		case c.form == "condition":
			return !slices.Contains(c.values, row.values[c.column])
		case c.form == "having":
			return !slices.ContainsFunc(rows.below(row, c.having), (*zooRow).isLive)
		default:
			return false
		}
	})
	if c.limit > 0 {
		key := c.table.key[0]
		slices.SortFunc(named, func(a, b *zooRow) int { return cmp.Compare(a.values[key].(int64), b.values[key].(int64)) })
		named = named[:min(c.limit, len(named))]
	}
	return named
}

// sees tells if the call can be about a row: by what it does, and by its scope.
func (c *zooCall) sees(row *zooRow) bool {
	switch c.kind {
	case softdelete.OpSoftDelete:
		return row.isLive() && (c.scope == "" || c.scope == "WithTrashed" || c.scope == "WithoutTrashed")
	case softdelete.OpForceDelete:
		return !row.gone && c.shows(row)
	default:
		return row.isTrashed() && c.shows(row)
	}
}

func (c *zooCall) shows(row *zooRow) bool {
	switch c.scope {
	case "OnlyTrashed":
		return row.isTrashed()
	case "WithoutTrashed":
		return row.isLive()
	case "TrashedBy":
		return row.isTrashed() && row.by.actor == c.trasher
	default:
		return true
	}
}

// isKeyed tells if the call addresses rows by their keys, so that in strict mode it has to match one.
func (c *zooCall) isKeyed() bool {
	return c.rows != nil || c.form == "having" || c.form == "condition" && len(c.table.key) == 1 && c.column == c.table.key[0]
}

// predict is what the oracle says of the call.
func (c *zooCall) predict(rows *zooRows) *zooOutcome {
	addressed := c.addressed(rows)
	if len(addressed) == 0 && c.isKeyed() && rows.world.config.Strict {
		return &zooOutcome{errs: []error{softdelete.ErrNotFound}}
	}
	switch c.kind {
	case softdelete.OpSoftDelete:
		return rows.deleted(addressed, c.selected)
	case softdelete.OpRestore:
		return rows.restored(addressed, c.mode)
	default:
		return rows.removed(addressed, c.kind == softdelete.OpForceDelete)
	}
}

// build returns what the call is made with.
func (c *zooCall) build(z *zooDatabase, db *gorm.DB) (tx *gorm.DB, value any, conds []any) {
	empty := reflect.New(reflect.TypeOf(c.table.model).Elem()).Interface()
	tx = c.scoped(db)
	if c.limit > 0 {
		tx = tx.Order(c.table.key[0]).Limit(c.limit)
	}
	switch c.form {
	case "value":
		value = z.slice(c.table, c.rows, c.whole)
		return tx, reflect.ValueOf(value).Elem().Index(0).Addr().Interface(), nil
	case "slice":
		return tx, z.slice(c.table, c.rows, c.whole), nil
	case "key":
		return tx, empty, []any{c.rows[0].values[c.table.key[0]]}
	case "keys":
		keys := make([]int64, len(c.rows))
		for i, row := range c.rows {
			keys[i] = row.values[c.table.key[0]].(int64)
		}
		return tx, empty, []any{keys}
	case "condition":
		return tx.Where(clause.IN{Column: clause.Column{Table: clause.CurrentTable, Name: c.column}, Values: c.values}), empty, nil
	case "having":
		below := db.Session(&gorm.Session{NewDB: true}).Model(c.having.child.model).Select(c.having.foreign[0])
		if database.IsMySQL(db) { // It refuses a subquery on the table that is written to, unless that is a table by itself.
			below = db.Session(&gorm.Session{NewDB: true}).Table("(?) AS zoo_below", below.Distinct()).Select("*")
		}
		return tx.Where(c.table.key[0]+" IN (?)", below), empty, nil
	default:
		return tx.Where("1 = 1"), empty, nil
	}
}

func (c *zooCall) scoped(db *gorm.DB) *gorm.DB {
	switch c.scope {
	case "WithTrashed":
		db = db.Scopes(softdelete.WithTrashed)
	case "OnlyTrashed":
		db = db.Scopes(softdelete.OnlyTrashed)
	case "WithoutTrashed":
		db = db.Scopes(softdelete.WithoutTrashed)
	case "TrashedBy":
		var actor any
		if c.trasher != "" {
			actor = c.trasher
		}
		db = db.Scopes(softdelete.TrashedBy(actor))
	}
	if c.plan != nil {
		db = db.Scopes(softdelete.Expect(*c.plan))
	}
	if c.mode.withParents {
		db = db.Scopes(softdelete.WithParents)
	}
	if c.mode.rootOnly {
		db = db.Scopes(softdelete.RootOnly)
	}
	if selects := c.selects(); len(selects) > 0 {
		db = db.Select(selects)
	}
	return db
}
