// Package model has what Go models say: of the marker and the columns beside it, of tags,
// unique keys and the indexes that are asked for, and of the relations by which rows hang
// on each other, as a graph. It is found out once, and read-only after.
package model

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// Model is what the plugin knows of a soft-deletable schema. It is built once,
// and read-only after.
type Model struct {
	Schema *schema.Schema
	Marker Marker

	// Beside is what a delete writes along with the marker: the time beside a flag;
	// nil where the model has none.
	Beside *Marker

	// Tracking columns, nil where the model has none. at is the column that
	// tells when: the marker itself, or the one beside it.
	By, Reason, DeletionID, At *schema.Field

	// Protected are the columns that only a delete and a restore write.
	Protected []string

	// Unique are the keys in which no two rows agree. GORM writes to the schema
	// while it lists indexes, so that they are listed once.
	Unique []UniqueKey

	// LiveUnique are the unique indexes that are for live rows only.
	LiveUnique []LiveKey

	// Indexes are those that AutoMigrate adds to GORM's.
	Indexes []Index

	// Declared are those of GORM's tags, its unique constraints aside.
	Declared []*schema.Index

	// Elsewhere: it is of a table that the caller named, with db.Table, and that others
	// like it stand beside.
	Elsewhere bool

	// WritesSQL: a field's value may be SQL.
	WritesSQL bool

	// KeepsSurely: the fields of a value take what a delete has written, and what a
	// restore, without an error.
	KeepsSurely bool

	// Others are what other fields' types bring to the schema, own what the
	// marker's does: the plugin's clauses stand in the place of that.
	Others, Own Clauses

	// LiveRows and TrashedRows filter the rows of the statement's own table.
	LiveRows, TrashedRows *Filter
}

// Name is that of the Go type.
func (m *Model) Name() string { return m.Schema.Name }

// SaysMore tells if the model keeps more of a table's deletions than another one does.
func (m *Model) SaysMore(than *Model) bool { return m.says() > than.says() }

func (m *Model) says() int {
	n := len(m.Protected)
	if m.DeletionID != nil {
		n += 10
	}
	return n
}

// Describe finds the marker and the tracking columns of a schema, and what the
// database keeps unique. It returns nil for one that has no marker.
func Describe(db *gorm.DB, d *dialect.Dialect, s *schema.Schema) (*Model, error) {
	return describe(db, d, &Model{Schema: s, Own: markersAmong(s)})
}

// DescribeElsewhere is Describe for a table that is not the model's own, one of several:
// orders_2026_01. Its indexes are named for it.
func DescribeElsewhere(db *gorm.DB, d *dialect.Dialect, s *schema.Schema) (*Model, error) {
	return describe(db, d, &Model{Schema: s, Own: markersAmong(s), Elsewhere: true})
}

func describe(db *gorm.DB, d *dialect.Dialect, m *Model) (*Model, error) {
	s := m.Schema
	if err := checkRelations(s); err != nil {
		return nil, err
	}
	var tagged *schema.Field
	for _, field := range s.Fields {
		parts := tagParts(field)
		if len(parts) == 0 || relationOf(s, field) != nil {
			continue
		}
		if field.DBName == "" || s.FieldsByDBName[field.DBName] != field {
			return nil, fault.In(s.Name, field.Name, fmt.Sprintf("the tag softdelete:%q needs a column", field.Tag.Get("softdelete")))
		}
		tagged = field
		for _, part := range parts {
			if err := m.take(db.NamingStrategy, field, part); err != nil {
				return nil, err
			}
		}
	}
	found, err := m.findMarker(db, d)
	switch {
	case err != nil:
		return nil, err
	case !found && tagged != nil:
		return nil, fault.In(s.Name, tagged.Name, fmt.Sprintf("the tag softdelete:%q, but the model has no marker", tagged.Tag.Get("softdelete")))
	case !found:
		return nil, nil //nolint:nilnil // no model is no error
	}
	if err := m.checkTracking(); err != nil {
		return nil, err
	}
	m.protect()
	m.renameReserved(db.NamingStrategy, d)
	if err := m.AddOwnIndexes(db.NamingStrategy, d); err != nil {
		return nil, err
	}
	m.bindIndexes()
	m.Unique = m.UniqueKeys(s, d)
	m.LiveUnique = m.liveKeys(s, d)
	m.Others = ClausesOf(s)
	m.WritesSQL = slices.ContainsFunc(s.Fields, func(field *schema.Field) bool {
		return rawsql.WritesSQL(field.FieldType) || rawsql.WritesSQL(reflect.PointerTo(field.IndirectFieldType))
	})
	m.KeepsSurely = !slices.ContainsFunc(s.Fields, func(field *schema.Field) bool {
		written := slices.Contains(m.Protected, field.DBName) || field.AutoUpdateTime > 0
		return field.DBName != "" && written && !keepsSurely(field)
	})
	m.LiveRows = newRowFilter(m, LiveOnly)
	m.TrashedRows = newRowFilter(m, TrashedOnly)
	return m, nil
}

// protect lists the columns that only deletes and restores write.
func (m *Model) protect() {
	for _, field := range append([]*schema.Field{m.Marker.Field, m.By, m.Reason, m.DeletionID}, m.StampFields()[1:]...) {
		if field != nil {
			m.Protected = append(m.Protected, field.DBName)
		}
	}
	m.Protected = m.Protected[:len(m.Protected):len(m.Protected)]
}

// take reads a part of a column's tag.
func (m *Model) take(namer schema.Namer, field *schema.Field, part tagPart) error {
	if taken, err := m.ask(namer, field, part); taken {
		return err
	}
	place := map[string]**schema.Field{"by": &m.By, "reason": &m.Reason, "deletionID": &m.DeletionID, "at": &m.At}[part.word]
	switch {
	case place == nil || part.name != "" || part.priority != "":
		return fault.In(m.Name(), field.Name, fmt.Sprintf(
			"unknown tag softdelete:%q, known are by, reason, deletionID, at, unique, index, priority behind one of these two, and ignore", field.Tag.Get("softdelete")))
	case *place != nil:
		return fault.In(m.Name(), field.Name, fmt.Sprintf("the tag softdelete:%q stands on %s already", part.word, (*place).Name))
	}
	*place = field
	return nil
}

func (m *Model) checkTracking() error {
	if m.By != nil && !holdsActor(m.By) {
		return fault.In(m.Name(), m.By.Name, `softdelete:"by" needs a text, an integer or an sql.Scanner`)
	}
	if m.Reason != nil && m.Reason.GORMDataType != schema.String {
		return fault.In(m.Name(), m.Reason.Name, `softdelete:"reason" needs a string`)
	}
	if m.DeletionID != nil {
		if _, err := UUIDFor(m.DeletionID, [16]byte{}); err != nil {
			return fault.In(m.Name(), m.DeletionID.Name, `softdelete:"deletionID" needs a uuid.UUID, a string or bytes`)
		}
	}
	return nil
}
