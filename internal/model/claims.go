package model

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// A field is a marker by the clauses that its type brings, whatever the type: GORM's
// own, that of soft_delete, or one that embeds or wraps these for its JSON.

// claim is what the clauses of a schema say of one field.
type claim struct {
	field *schema.Field

	// queries and deletes are the clauses of reads and deletes, nil where the type
	// brings none.
	queries, deletes clause.Interface

	// mixed: they are not of one kind.
	mixed bool
}

// claimsOf lists the fields of which the clauses of a schema are the soft delete's,
// in the order in which GORM asks them: the first one is what it goes by.
func claimsOf(s *schema.Schema) []*claim {
	var claims []*claim
	take := func(list []clause.Interface, place func(*claim) *clause.Interface) {
		for _, c := range list {
			field, kind := softDeleteOf(c)
			if field == nil {
				continue
			}
			i := slices.IndexFunc(claims, func(known *claim) bool { return known.field == field })
			if i < 0 {
				i, claims = len(claims), append(claims, &claim{field: field})
			}
			for _, other := range []clause.Interface{claims[i].queries, claims[i].deletes} {
				if _, of := softDeleteOf(other); other != nil && of != kind {
					claims[i].mixed = true
				}
			}
			if at := place(claims[i]); at != nil {
				*at = pointed(c)
			}
		}
	}
	own := markersAmong(s)
	take(own.Query, func(c *claim) *clause.Interface { return &c.queries })
	take(own.Delete, func(c *claim) *clause.Interface { return &c.deletes })
	take(own.Update, func(*claim) *clause.Interface { return nil })
	return claims
}

// markersAmong are the clauses of markers of a schema, also of one that is adopted:
// a second handle may have the same schemas, and a plugin of its own.
func markersAmong(s *schema.Schema) Clauses {
	for _, c := range s.QueryClauses {
		if c, ok := c.(Replacement); ok && c.Replaces() != nil {
			return *c.Replaces()
		}
	}
	among := func(list []clause.Interface) []clause.Interface {
		return slices.DeleteFunc(slices.Clone(list), func(c clause.Interface) bool { field, _ := softDeleteOf(c); return field == nil })
	}
	return Clauses{Query: among(s.QueryClauses), Update: among(s.UpdateClauses), Delete: among(s.DeleteClauses)}
}

// softDeleteOf is the field that a clause filters or stamps, and the kind of the soft
// delete; nil for any other clause.
func softDeleteOf(c clause.Interface) (*schema.Field, string) {
	const ofGORM, ofPlugin, ofFlag = "gorm", "soft_delete", "softdelete"
	switch c := pointed(c).(type) {
	case gorm.SoftDeleteQueryClause:
		return c.Field, ofGORM
	case gorm.SoftDeleteUpdateClause:
		return c.Field, ofGORM
	case gorm.SoftDeleteDeleteClause:
		return c.Field, ofGORM
	case soft_delete.SoftDeleteQueryClause:
		return c.Field, ofPlugin
	case soft_delete.SoftDeleteUpdateClause:
		return c.Field, ofPlugin
	case soft_delete.SoftDeleteDeleteClause:
		return c.Field, ofPlugin
	case flagClause:
		return c.FlagField(), ofFlag
	}
	return nil, ""
}

// pointed is what a pointer to a clause points to.
func pointed(c clause.Interface) clause.Interface {
	if rv := reflect.ValueOf(c); rv.Kind() == reflect.Pointer && !rv.IsNil() {
		if value, ok := rv.Elem().Interface().(clause.Interface); ok {
			return value
		}
	}
	return c
}

// HasMarker tells if a schema has a marker, also one that is adopted, or refused for
// what is wrong with it otherwise.
func HasMarker(s *schema.Schema) bool {
	return slices.ContainsFunc(s.QueryClauses, func(c clause.Interface) bool {
		if c, ok := c.(Replacement); ok && c.Replaces() != nil {
			return true
		}
		field, _ := softDeleteOf(c)
		return field != nil
	})
}

// findMarker finds the marker of a schema, and what a delete writes beside it; nothing
// if it has none. Any soft delete of GORM's that would not be one of ours is an error.
func (m *Model) findMarker(db *gorm.DB, d *dialect.Dialect) (found bool, err error) {
	var markers []*Marker
	var besides []*schema.Field
	var stray *claim
	for _, c := range claimsOf(m.Schema) {
		holder := m.Schema.FieldsByDBName[c.field.DBName]
		switch {
		case holder == nil && slices.Contains(m.Schema.Fields, c.field):
			stray = c // GORM's other clauses come first, or each statement fails
			continue
		case holder != nil && holder != c.field && hasClaim(m.Schema, holder):
			continue // an embedded struct's, that the model has put another in the place of
		}
		mk, beside, err := m.markerOf(c, holder)
		if err != nil {
			return false, err
		}
		markers, besides = append(markers, mk), append(besides, beside)
	}
	if err := m.checkOtherDeletes(db); err != nil {
		return false, err
	}
	if len(markers) == 0 {
		if stray != nil {
			return false, fault.In(m.Name(), stray.field.Name, "GORM soft-deletes by it, and it has no column")
		}
		return false, nil
	}
	return true, m.choose(db, d, markers, besides)
}

func hasClaim(s *schema.Schema, field *schema.Field) bool {
	return slices.ContainsFunc(claimsOf(s), func(c *claim) bool { return c.field == field })
}

// choose takes the marker among those that a schema has: the time beside another one
// may be of a marker's type too.
func (m *Model) choose(db *gorm.DB, d *dialect.Dialect, markers []*Marker, besides []*schema.Field) error {
	tagged := m.At
	m.At = nil
	for i, mk := range markers {
		if mk.Kind == FlagMarker && besides[i] == nil {
			besides[i] = tagged
		}
	}
	// A Flag is the marker wherever it stands: GORM alone does nothing with it.
	if len(markers) == 2 && markers[1].Live == false && besides[1] == markers[0].Field {
		slices.Reverse(markers)
		slices.Reverse(besides)
	}
	m.Marker = *markers[0]
	others := slices.DeleteFunc(slices.Clone(markers[1:]), func(other *Marker) bool { return other.Field == besides[0] })
	if len(others) == 1 && len(markers) == 2 && besides[1] == m.Marker.Field {
		// GORM goes by the first of the two. The other one names it as its time, and is
		// written along.
		m.Beside = others[0]
		return m.measure(db, d, tagged)
	}
	if len(others) > 0 {
		return fault.In(m.Name(), others[0].Field.Name, "a second marker beside "+m.Marker.Field.Name+", remove one of them")
	}
	if err := m.putBeside(tagged, besides[0]); err != nil {
		return err
	}
	return m.measure(db, d, tagged)
}

// putBeside takes the field that the marker's tag names for the time, or that has the
// tag softdelete:"at".
func (m *Model) putBeside(tagged, named *schema.Field) error {
	switch {
	case tagged != nil && named != nil && tagged != named:
		return fault.In(m.Name(), named.Name, `the tag softdelete:"at" stands on `+tagged.Name+" already")
	case tagged != nil && named == nil:
		return fault.In(m.Name(), tagged.Name, `softdelete:"at" is for a model with a flag, this one's marker is a time itself`)
	case named == nil:
		return nil
	}
	m.Beside = &Marker{Kind: TimeMarker, Field: named}
	if !IsTime(named) {
		m.Beside.Kind, m.Beside.Unit = UnixMarker, m.Marker.Unit
		if m.Beside.Unit == 0 {
			m.Beside.Unit = time.Second
		}
	}
	return nil
}

// measure finds out what the columns keep of a time, and which of them says when.
func (m *Model) measure(db *gorm.DB, d *dialect.Dialect, tagged *schema.Field) error {
	for _, mk := range m.Stamps() {
		switch mk.Kind {
		case UnixMarker:
			mk.Keeps = precision{Step: mk.Unit}
		case TimeMarker:
			var misfit string
			if mk.Keeps, misfit = precisionOf(db, d, mk.Field); misfit != "" && (mk == &m.Marker || mk.Field == tagged) {
				return fault.In(m.Name(), mk.Field.Name, "its column is a "+misfit+", which keeps no time: make it a timestamp, a datetime or a date")
			}
		case FlagMarker:
		}
	}
	if m.Beside != nil && m.Beside.Keeps.Step > 0 && m.Beside.Kind == UnixMarker &&
		m.Beside.Field.GORMDataType != schema.Int && m.Beside.Field.GORMDataType != schema.Uint {
		if m.Beside.Field == tagged {
			return fault.In(m.Name(), tagged.Name, `softdelete:"at" needs a time`)
		}
		m.Beside.Keeps = precision{} // a text of digits: written, and not read
	}
	switch {
	case m.Marker.Kind != FlagMarker:
		m.At = m.Marker.Field
		if m.Beside != nil && !m.IsExact() && 0 < m.Beside.Keeps.Step && m.Beside.Keeps.Step < m.Step() {
			m.At = m.Beside.Field
		}
	case m.Beside != nil && m.Beside.Keeps.Step > 0:
		m.At = m.Beside.Field
	}
	return nil
}

// markerOf is the marker that a claim makes of the field that holds its column, and
// the field that it names for the time.
func (m *Model) markerOf(c *claim, holder *schema.Field) (*Marker, *schema.Field, error) {
	of := c.field.FieldType.String()
	if c.mixed || c.queries == nil || c.deletes == nil || !slices.Contains(m.Schema.Fields, c.field) {
		return nil, nil, fault.In(m.Name(), c.field.Name, "its type "+of+" brings a part of the clauses of a soft delete, or changes them: "+
			"return from QueryClauses, UpdateClauses and DeleteClauses what gorm.DeletedAt, or soft_delete.DeletedAt, returns for the field")
	}
	mk, beside := &Marker{Field: holder}, (*schema.Field)(nil)
	var err error
	switch queries := c.queries.(type) {
	case gorm.SoftDeleteQueryClause:
		err = m.timeMarkerOf(mk, c, queries)
	case soft_delete.SoftDeleteQueryClause:
		beside, err = m.unixMarkerOf(mk, c.field, c.deletes.(soft_delete.SoftDeleteDeleteClause))
	default:
		mk.Kind, mk.Live, mk.Trashed = FlagMarker, false, true
		mk.OrNull = holder.FieldType.Kind() == reflect.Pointer
	}
	if err == nil && !mk.isReadable() {
		err = fault.In(m.Name(), holder.Name, fmt.Sprintf("GORM soft-deletes by it, and a %s does not hold what is written then, or NULL: it needs Scan and Value, as gorm.DeletedAt has them", holder.FieldType))
	}
	return mk, beside, err
}

// timeMarkerOf reads the tag zeroValue. GORM takes one in quotes for no time, so that
// rows written by it alone have NULL.
func (m *Model) timeMarkerOf(mk *Marker, c *claim, queries gorm.SoftDeleteQueryClause) error {
	deletes := c.deletes.(gorm.SoftDeleteDeleteClause)
	if queries.ZeroValue != deletes.ZeroValue {
		return fault.In(m.Name(), mk.Field.Name, "its type "+c.field.FieldType.String()+" brings clauses of two zero values")
	}
	zero := queries.ZeroValue
	if quoted := c.field.TagSettings["ZEROVALUE"]; !zero.Valid && quoted != "" {
		bare := &schema.Field{TagSettings: map[string]string{"ZEROVALUE": strings.Trim(quoted, " '\"")}}
		zero = gorm.DeletedAt{}.QueryClauses(bare)[0].(gorm.SoftDeleteQueryClause).ZeroValue
		mk.OrNull = zero.Valid && !mk.Field.NotNull
	}
	if zero.Valid {
		mk.Live = zero.String
	}
	return nil
}

// unixMarkerOf reads off the clause of soft_delete what that does. Names of fields that
// it does not find, for a blank, it leaves out.
func (m *Model) unixMarkerOf(mk *Marker, field *schema.Field, deletes soft_delete.SoftDeleteDeleteClause) (*schema.Field, error) {
	mk.Kind, mk.Live, mk.Unit = UnixMarker, soft_delete.FlagActived, time.Second
	if field.DefaultValue == "null" {
		mk.Live = nil
	} else {
		mk.OrNull = mk.Field.FieldType.Kind() == reflect.Pointer
	}
	switch deletes.TimeType {
	case schema.UnixNanosecond:
		mk.Unit = time.Nanosecond
	case schema.UnixMillisecond:
		mk.Unit = time.Millisecond
	}
	if deletes.Flag {
		mk.Kind, mk.Trashed = FlagMarker, soft_delete.FlagDeleted
	}
	beside := deletes.DeleteAtField
	settings := schema.ParseTagSetting(field.TagSettings["SOFTDELETE"], ",")
	name := strings.TrimSpace(settings["DELETEDATFIELD"])
	switch {
	case beside == nil && name != "" && m.Schema.LookUpField(name) == nil, beside != nil && beside.DBName == "":
		return nil, fault.In(m.Name(), field.Name, fmt.Sprintf("the tag softDelete names the field %s, which the model does not have", name))
	case beside == field:
		return nil, fault.In(m.Name(), field.Name, "the tag softDelete names the marker itself for the time")
	}
	return beside, nil
}

// isReadable tells if the marker's field takes what a delete writes, and gives it back.
func (mk *Marker) isReadable() bool {
	ctx := context.Background()
	value := reflect.New(mk.Field.Schema.ModelType).Elem()
	if live, _ := mk.Live.(int); live == 0 && mk.IsTrashed(ctx, value) {
		return false // as a time.Time, which is never NULL
	}
	var stamp any = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	switch mk.Kind {
	case UnixMarker:
		stamp = int64(7)
	case FlagMarker:
		stamp = mk.Trashed
	case TimeMarker:
	}
	return mk.Field.Set(ctx, value, stamp) == nil && mk.IsTrashed(ctx, value)
}

// checkOtherDeletes finds a type with clauses of its own by which a delete becomes an
// update: a soft delete to GORM of which nothing else is known.
func (m *Model) checkOtherDeletes(db *gorm.DB) error {
	for _, c := range m.Schema.DeleteClauses {
		if _, ours := c.(Replacement); ours {
			continue
		}
		if field, _ := softDeleteOf(c); field == nil && m.replacesDelete(db, c) {
			return fault.In(m.Name(), "", fmt.Sprintf("GORM soft-deletes by the clause %T, which is not known: "+
				"have its type return the clauses of gorm.DeletedAt or of soft_delete.DeletedAt, or make the field one of these", c))
		}
	}
	return nil
}

// replacesDelete tells if a clause writes a statement of its own in the place of
// GORM's DELETE. It is asked on a statement that is never run.
func (m *Model) replacesDelete(db *gorm.DB, c clause.Interface) (replaces bool) {
	modifier, ok := c.(gorm.StatementModifier)
	if !ok {
		return false
	}
	defer func() {
		if recover() != nil {
			replaces = false // it needs what only a statement at work has
		}
	}()
	tx := db.Session(&gorm.Session{
		NewDB: true, DryRun: true, SkipHooks: true, Logger: logger.Discard, Context: context.WithValue(context.Background(), askingKey{}, true),
	})
	value := NewOf(m.Schema.ModelType)
	tx = tx.Model(value)
	stmt := tx.Statement
	stmt.Dest, stmt.Schema, stmt.Table, stmt.ReflectValue = value, m.Schema, m.Schema.Table, reflect.ValueOf(value).Elem()
	stmt.BuildClauses = db.Callback().Delete().Clauses
	modifier.ModifyStatement(stmt)
	return stmt.SQL.Len() > 0
}

// askingKey is in the context of statements by which a clause is asked what it does.
type askingKey struct{}

// IsAsked tells if a statement's context is that of one by which a clause is asked.
func IsAsked(ctx context.Context) bool { return ctx != nil && ctx.Value(askingKey{}) != nil }
