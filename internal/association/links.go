package association

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Of a many-to-many relation GORM compares whole tables, in queries that have no model. What was said about the owners
// is in none of them.

// subquery is one of these queries:
//
//	SELECT 1 FROM users WHERE users.id = user_roles.user_id
type subquery struct {
	stmt       *gorm.Statement
	table      string
	outer      string              // the table of the query around it
	keys       []clause.Expression // that compare columns of both
	conditions []clause.Expression // the others
}

// read reads a query of this kind, nil if it is none.
func read(e clause.Expression) *subquery {
	in, ok := e.(clause.Expr)
	if !ok || in.SQL != exists || len(in.Vars) != 1 {
		return nil
	}
	query, ok := in.Vars[0].(*gorm.DB)
	if !ok || query.Statement == nil {
		return nil
	}
	stmt := query.Statement
	where, _ := stmt.Clauses["WHERE"].Expression.(clause.Where)
	if stmt.Model != nil || stmt.Dest != nil || stmt.SQL.Len() > 0 || len(stmt.Joins) > 0 || !slices.Equal(stmt.Selects, []string{"1"}) {
		return nil
	}
	s := &subquery{stmt: stmt}
	for len(s.keys) < len(where.Exprs) && s.addKey(where.Exprs[len(s.keys)]) {
	}
	s.conditions = where.Exprs[len(s.keys):]
	if len(s.keys) == 0 || !isTable(stmt, s.table) {
		return nil
	}
	return s
}

// addKey adds a condition that compares a column of the query's table with one of the table around it.
func (s *subquery) addKey(e clause.Expression) bool {
	eq, ok := e.(clause.Eq)
	if !ok {
		return false
	}
	own, isColumn := eq.Column.(clause.Column)
	other, ok := eq.Value.(clause.Column)
	if !isColumn || !ok || own.Table == "" || other.Table == "" || len(s.keys) > 0 && (own.Table != s.table || other.Table != s.outer) {
		return false
	}
	s.table, s.outer = own.Table, other.Table
	s.keys = append(s.keys, e)
	return true
}

// isTable tells if a statement is on a table, by its name alone.
func isTable(stmt *gorm.Statement, table string) bool {
	return stmt.TableExpr != nil && len(stmt.TableExpr.Vars) == 0 && stmt.TableExpr.SQL == stmt.Quote(table)
}

// TypeOf says which type the rows of a table are of, nil if that is not known.
type TypeOf func(table string) reflect.Type

// give gives a query its model: so it is one of live rows.
func (s *subquery) give(typeOf TypeOf) error {
	t, err := known(s.table, typeOf)
	if err != nil {
		return err
	}
	if t.Name() != "" { // a join table that GORM makes up has none, and nothing in it to hold to
		s.stmt.Model = reflect.New(t).Interface()
	}
	setWhere(s.stmt, slices.Concat(s.keys, enclosed(s.conditions)))
	return nil
}

func known(table string, typeOf TypeOf) (reflect.Type, error) {
	t := typeOf(table)
	if t == nil {
		return nil, fmt.Errorf("softdelete: table %s: %w: GORM names it without its model, of which no statement has told yet: put your models into Config.Models",
			table, gorm.ErrModelValueRequired)
	}
	return t, nil
}

// Linked is an update of rows that are linked to any owner:
//
//	UPDATE roles SET … WHERE … AND EXISTS (
//		SELECT 1 FROM user_roles WHERE user_roles.role_id = roles.id AND EXISTS (
//			SELECT 1 FROM users WHERE users.id = user_roles.user_id))
type Linked struct {
	stmt         *gorm.Statement
	conditions   []clause.Expression
	in           clause.Expr
	join, owners *subquery
}

// LinkedOf reads a statement of this kind, nil if it is none.
func LinkedOf(stmt *gorm.Statement) *Linked {
	conditions, in, found := lastCondition(stmt)
	if !found || stmt.SQL.Len() > 0 {
		return nil
	}
	join := read(in)
	if join == nil || len(join.conditions) != 1 || !isTable(stmt, join.outer) {
		return nil
	}
	owners := read(join.conditions[0])
	if owners == nil || len(owners.conditions) > 0 || owners.outer != join.table {
		return nil
	}
	return &Linked{stmt, conditions, in, join, owners}
}

// Hold gives each of the queries its model, and returns the one of the statement itself: what is updated is live, and
// linked by a live row to a live owner.
func (l *Linked) Hold(typeOf TypeOf) (model any, err error) {
	t, err := known(l.join.outer, typeOf)
	if err != nil {
		return nil, err
	}
	if err := l.owners.give(typeOf); err != nil {
		return nil, err
	}
	if err := l.join.give(typeOf); err != nil {
		return nil, err
	}
	setWhere(l.stmt, append(enclosed(l.conditions), l.in))
	return reflect.New(t).Interface(), nil
}

// Links is a delete of the links of all owners, also where some of them were named:
//
//	DELETE FROM user_roles WHERE EXISTS (SELECT 1 FROM users WHERE users.id = user_roles.user_id)
type Links struct {
	table   string
	queries []*subquery // the owners, and what is linked to them if there are conditions on that
}

// LinksOf reads a statement of this kind, nil if it is none.
func LinksOf(stmt *gorm.Statement) *Links {
	before, last, found := lastCondition(stmt)
	if !found || last.SQL != exists || len(before) > 1 {
		return nil
	}
	l := &Links{}
	for _, e := range append(before, last) {
		s := read(e)
		if s == nil || stmt.Schema == nil || s.outer != stmt.Schema.Table || len(l.queries) == 0 && len(s.conditions) > 0 {
			return nil
		}
		l.table = s.outer
		l.queries = append(l.queries, s)
	}
	return l
}

// Hold returns an error, as what was said about the owners is lost. Where the statement may be about all of them, they
// are the live ones, as is what is linked to them.
func (l *Links) Hold(all bool, typeOf TypeOf) error {
	if !all {
		return fmt.Errorf("softdelete: table %s: %w: GORM's generic Set(…).Update would remove the links of all rows of %s, whichever were meant: "+
			"use db.Model(&owner).Association(name).Delete or Clear, or delete rows of the join table by its own model; AllowGlobalUpdate says that all are meant",
			l.table, gorm.ErrMissingWhereClause, l.queries[0].table)
	}
	for _, s := range l.queries {
		if err := s.give(typeOf); err != nil {
			return err
		}
	}
	return nil
}
