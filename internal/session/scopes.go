package session

import (
	"fmt"
	"reflect"

	"gorm.io/gorm"
)

// Scoped runs the scopes that wait on a handle, and those that these add, and returns
// the handle that comes out. GORM runs them when a statement is sent, behind all that
// was put on it: too late to see that one joins or limits, and what one sorts or limits
// by would be in the place of ours.
//
// They may look at the statement's model. What comes out has to be about that too: of a
// scope that returns another handle it cannot be told what it says.
func Scoped(tx *gorm.DB) *gorm.DB {
	tx = Own(tx)
	if Waiting(tx.Statement) == 0 {
		return tx.Session(&gorm.Session{})
	}
	model, scoped := tx.Statement.Model, tx
	var last func(*gorm.DB) *gorm.DB
	last = func(db *gorm.DB) *gorm.DB {
		if Waiting(db.Statement) > 0 {
			return db.Scopes(last)
		}
		scoped = db
		return db
	}
	tx.Scopes(last).Migrator() // the one call of GORM's that runs them and sends nothing
	scoped = Own(scoped).Session(&gorm.Session{})
	if scoped.Error == nil && scoped.Statement.Model != model {
		_ = scoped.AddError(fmt.Errorf("softdelete: %w: a scope returns another handle than one made of what it is given: its conditions would be lost", gorm.ErrInvalidValue))
	}
	return scoped
}

// Own is a handle with a statement of its own. One that is to have a new statement has
// the old one until it is used: a session of that would find it there.
func Own(tx *gorm.DB) *gorm.DB { return tx.Clauses().Session(&gorm.Session{}).Clauses() }

// Waiting is how many scopes wait on a statement until it is sent. GORM does not say.
func Waiting(stmt *gorm.Statement) int {
	if scopes := WaitingScopes(stmt); scopes.Kind() == reflect.Slice {
		return scopes.Len()
	}
	return 0
}

// WaitingScopes are they, as a slice of functions that can be looked at and not called.
func WaitingScopes(stmt *gorm.Statement) reflect.Value {
	return reflect.ValueOf(stmt).Elem().FieldByName("scopes")
}
