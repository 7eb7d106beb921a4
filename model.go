package softdelete

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// model is what the plugin knows of a soft-deletable schema. It is built once,
// and read-only after.
type model struct {
	schema *schema.Schema
	marker marker

	// beside is what a delete writes along with the marker: the time beside a flag;
	// nil where the model has none.
	beside *marker

	// Tracking columns, nil where the model has none. at is the column that
	// tells when: the marker itself, or the one beside it.
	by, reason, deletionID, at *schema.Field

	// protected are the columns that only a delete and a restore write.
	protected []string

	// unique are the keys in which no two rows agree. GORM writes to the schema
	// while it lists indexes, so that they are listed once.
	unique []uniqueKey

	// liveUnique are the unique indexes that are for live rows only.
	liveUnique []liveKey

	// indexes are those that AutoMigrate adds to GORM's.
	indexes []index

	// writesSQL: a field's value may be SQL.
	writesSQL bool

	// others are what other fields' types bring to the schema, own what the
	// marker's does: the plugin's clauses stand in the place of that.
	others, own others

	// liveRows and trashedRows filter the rows of the statement's own table.
	liveRows, trashedRows *rowFilter
}

func (m *model) name() string { return m.schema.Name }

// entry is a schema's place in the registry: its model, nil if it is not
// soft-deletable, or what is wrong with it.
type entry struct {
	model *model
	err   error

	// parents are the relations of which a live row's parent has to be live.
	parents []*liveParent

	// checks: saving a value, with what is saved along, may meet such a relation.
	checks bool
}

// failed is what is wrong with the schema, nil if nothing is known of it.
func (e *entry) failed() error {
	if e == nil {
		return nil
	}
	return e.err
}

// registry holds the models of one plugin by their GORM schema.
type registry struct {
	entries sync.Map // *schema.Schema → *entry, read without the lock
	mu      sync.Mutex
	pending map[*schema.Schema]*entry // adopted under the lock, not yet published
	tables  sync.Map                  // string → *model, by which join tables are found

	ignoreConstraints bool
	foreign           references            // what was read of the database
	graph             atomic.Pointer[graph] // nil until it is asked for, and after a schema was adopted
}

// relations returns the graph of all tables known by now.
func (r *registry) relations() *graph {
	if g := r.graph.Load(); g != nil {
		return g
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.newGraph(r.foreign)
	r.graph.Store(g)
	return g
}

// newGraph makes the graph anew. The lock is held.
func (r *registry) newGraph(known references) *graph {
	var schemas []*schema.Schema
	r.entries.Range(func(s, _ any) bool {
		schemas = append(schemas, s.(*schema.Schema))
		return true
	})
	return newGraph(schemas, func(s *schema.Schema) (bool, error) {
		e := r.known(s)
		return e != nil, e.failed()
	}, r.byTable, r.ignoreConstraints, known)
}

// lookup returns what is known of a schema, adopting it and all that it relates
// to when it is seen for the first time.
func (r *registry) lookup(db *gorm.DB, s *schema.Schema) (*model, error) {
	e := r.entry(db, s)
	return e.model, e.err
}

// entry returns all that is known of a schema, as lookup does.
func (r *registry) entry(db *gorm.DB, s *schema.Schema) *entry {
	if e, ok := r.entries.Load(s); ok {
		return e.(*entry)
	}
	if isAsked(db.Statement.Context) {
		return &entry{} // a clause that is asked for what it does asks back
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = map[*schema.Schema]*entry{}
	r.adopt(db, s)
	r.findLiveParents()
	// Before a schema is published, so that none is without its place in the graph.
	r.graph.Store(nil)
	for adopted, e := range r.pending {
		r.entries.Store(adopted, e)
		if strings.Contains(adopted.Table, ".") {
			r.foreign = nil // the database may have called it by another name
		}
	}
	r.pending = nil
	return r.known(s)
}

// known returns a schema's entry, nil if it was not adopted. The lock is held.
func (r *registry) known(s *schema.Schema) *entry {
	if e, ok := r.pending[s]; ok {
		return e
	}
	if e, ok := r.entries.Load(s); ok {
		return e.(*entry)
	}
	return nil
}

// parse returns the model of a value, nil if it is not soft-deletable.
func (r *registry) parse(db *gorm.DB, value any) (*model, error) {
	s, err := parseSchema(db, value)
	if err != nil {
		return nil, err
	}
	return r.lookup(db, s)
}

// byTable returns the model of a table, nil if none is known.
func (r *registry) byTable(table string) *model {
	if m, ok := r.tables.Load(table); ok {
		return m.(*model)
	}
	return nil
}

// offer makes a model its table's own, unless that has one that says more: with
// several structs for a table, rows are trashed along by the one that keeps most
// of it.
func (r *registry) offer(m *model) {
	if before := r.byTable(m.schema.Table); before == nil || m.says() > before.says() {
		r.tables.Store(m.schema.Table, m)
	}
}

func (m *model) says() int {
	n := len(m.protected)
	if m.deletionID != nil {
		n += 10
	}
	return n
}

func parseSchema(db *gorm.DB, value any) (*schema.Schema, error) {
	if value == nil {
		return nil, fmt.Errorf("softdelete: %w: the model is nil", gorm.ErrInvalidValue)
	}
	rv := reflect.ValueOf(value)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	if rv.Kind() == reflect.Interface && rv.IsNil() {
		return nil, fmt.Errorf("softdelete: %w: the model is a nil %T", gorm.ErrInvalidValue, value)
	}
	stmt := &gorm.Statement{DB: db}
	if err := stmt.Parse(value); err != nil {
		return nil, fmt.Errorf("softdelete: %w: %T is no model: %w", gorm.ErrInvalidValue, value, err)
	}
	return stmt.Schema, nil
}

// register adopts the models of Config.Models. All tables are known before the
// first is adopted, so that join tables find theirs.
func (r *registry) register(db *gorm.DB, values []any) error {
	schemas := make([]*schema.Schema, len(values))
	for i, value := range values {
		s, err := parseSchema(db, value)
		if err != nil {
			return err
		}
		schemas[i] = s
		m, err := modelOf(db, s)
		if err != nil {
			return err
		}
		switch {
		case m != nil:
			r.offer(m)
		case !hasPolicy(s):
			return fail(ErrNotSoftDeletable, s.Name, lookAlike(s))
		}
	}
	for _, s := range schemas {
		if _, err := r.lookup(db, s); err != nil {
			return err
		}
	}
	return publicError(r.relations().err)
}

// adopt puts the plugin's clauses in the place of the marker's own, on s and on
// every schema that a statement on s can reach. The lock is held, and nothing is
// published before all of it is done.
func (r *registry) adopt(db *gorm.DB, s *schema.Schema) { r.adoptAs(db, s, false) }

// adoptAs is adopt, with word of what is a join table: of those GORM reads the
// clauses before any callback runs.
func (r *registry) adoptAs(db *gorm.DB, s *schema.Schema, isJoin bool) {
	if r.known(s) != nil {
		return
	}
	m, err := modelOf(db, s)
	r.pending[s] = &entry{model: m, err: err}
	switch {
	case err != nil:
		refuse(s, err)
	case m != nil:
		r.offer(m)
		r.install(s, m)
	case !isJoin:
		s.QueryClauses = append(slices.Clip(s.QueryClauses), joinClause{r})
	}
	for _, rel := range relations(s) {
		// Parsing again waits until another goroutine has finished the schema.
		if related, err := parseSchema(db, newOf(rel.FieldSchema.ModelType)); err == nil {
			r.adopt(db, related)
		}
		r.adopt(db, rel.FieldSchema)
		if rel.JoinTable != nil {
			r.adoptJoinTable(db, rel)
		}
	}
}

// adoptJoinTable makes the join table of a many-to-many relation soft-deletable
// if a model registered for it is, also where GORM made up a schema of its own.
func (r *registry) adoptJoinTable(db *gorm.DB, rel *schema.Relationship) {
	join := rel.JoinTable
	r.adoptAs(db, join, true)
	m := r.known(join).model
	if m != nil {
		return
	}
	if m = r.byTable(join.Table); m != nil {
		r.adopt(db, m.schema)
		standIn := *m
		standIn.unique = m.uniqueKeys(join, dialectOf(db))
		r.install(join, &standIn)
		r.pending[join] = &entry{model: &standIn}
	}
}

// links returns the columns of a join table in which a many-to-many relation
// keeps a pair, nil if no relation goes through it.
func (r *registry) links(join *schema.Schema) []string {
	var columns []string
	r.entries.Range(func(s, _ any) bool {
		for _, rel := range s.(*schema.Schema).Relationships.Many2Many {
			if rel.JoinTable != join {
				continue
			}
			for _, ref := range rel.References {
				columns = append(columns, ref.ForeignKey.DBName)
			}
			return false
		}
		return true
	})
	return columns
}

// relations lists a schema's relations, those that GORM made up left out.
func relations(s *schema.Schema) []*schema.Relationship {
	all := &s.Relationships
	all.Mux.RLock()
	defer all.Mux.RUnlock()
	var list []*schema.Relationship
	for _, of := range [][]*schema.Relationship{all.HasOne, all.HasMany, all.BelongsTo, all.Many2Many} {
		list = append(list, of...)
	}
	// A join table knows the tables that it joins by name only.
	for name, rel := range all.Relations {
		if !strings.HasPrefix(name, "_") && rel.FieldSchema != nil && len(list) == 0 {
			list = append(list, rel)
		}
	}
	return list
}

// modelOf is what a schema's definition makes of it: nil if it is not soft-deletable.
func modelOf(db *gorm.DB, s *schema.Schema) (*model, error) {
	for _, c := range s.QueryClauses {
		if c, ok := c.(failure); ok {
			return nil, c.err // by the plugin of another handle
		}
	}
	m, err := describe(db, dialectOf(db), s)
	return m, publicError(err)
}

// publicError is an error as this package's users know it.
func publicError(err error) error {
	if f, ok := err.(*fault); ok { //nolint:errorlint // a fault is never wrapped
		return (*ModelError)(f)
	}
	return err
}

// describe finds the marker and the tracking columns of a schema, and what the
// database keeps unique. It returns nil for one that has no marker.
func describe(db *gorm.DB, d *dialect.Dialect, s *schema.Schema) (*model, error) {
	if err := checkRelations(s); err != nil {
		return nil, err
	}
	m := &model{schema: s, own: markersAmong(s)}
	var tagged *schema.Field
	for _, field := range s.Fields {
		parts := tagParts(field)
		if len(parts) == 0 || relationOf(s, field) != nil {
			continue
		}
		if field.DBName == "" || s.FieldsByDBName[field.DBName] != field {
			return nil, &fault{s.Name, field.Name, fmt.Sprintf("the tag softdelete:%q needs a column", field.Tag.Get("softdelete"))}
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
		return nil, &fault{s.Name, tagged.Name, fmt.Sprintf("the tag softdelete:%q, but the model has no marker", tagged.Tag.Get("softdelete"))}
	case !found:
		return nil, nil //nolint:nilnil // no model is no error
	}
	if err := m.checkTracking(); err != nil {
		return nil, err
	}
	m.protect()
	if err := m.addOwnIndexes(db.NamingStrategy, d); err != nil {
		return nil, err
	}
	m.bindIndexes()
	m.unique = m.uniqueKeys(s, d)
	m.liveUnique = m.liveKeys(s, d)
	m.others = othersOf(s)
	m.writesSQL = slices.ContainsFunc(s.Fields, func(field *schema.Field) bool {
		return rawsql.WritesSQL(field.FieldType) || rawsql.WritesSQL(reflect.PointerTo(field.IndirectFieldType))
	})
	m.liveRows = newRowFilter(m, liveOnly)
	m.trashedRows = newRowFilter(m, trashedOnly)
	return m, nil
}

// protect lists the columns that only deletes and restores write.
func (m *model) protect() {
	for _, field := range append([]*schema.Field{m.marker.field, m.by, m.reason, m.deletionID}, m.stampFields()[1:]...) {
		if field != nil {
			m.protected = append(m.protected, field.DBName)
		}
	}
	m.protected = m.protected[:len(m.protected):len(m.protected)]
}

// take reads a part of a column's tag.
func (m *model) take(namer schema.Namer, field *schema.Field, part tagPart) error {
	if taken, err := m.ask(namer, field, part); taken {
		return err
	}
	place := map[string]**schema.Field{"by": &m.by, "reason": &m.reason, "deletionID": &m.deletionID, "at": &m.at}[part.word]
	switch {
	case place == nil || part.name != "":
		return &fault{m.name(), field.Name, fmt.Sprintf(
			"unknown tag softdelete:%q, known are by, reason, deletionID, at, unique and index", field.Tag.Get("softdelete"))}
	case *place != nil:
		return &fault{m.name(), field.Name, fmt.Sprintf("the tag softdelete:%q stands on %s already", part.word, (*place).Name)}
	}
	*place = field
	return nil
}

func (m *model) checkTracking() error {
	if m.by != nil && !holdsActor(m.by) {
		return &fault{m.name(), m.by.Name, `softdelete:"by" needs a text, an integer or an sql.Scanner`}
	}
	if m.reason != nil && m.reason.GORMDataType != schema.String {
		return &fault{m.name(), m.reason.Name, `softdelete:"reason" needs a string`}
	}
	if m.deletionID != nil {
		if _, err := uuidFor(m.deletionID, [16]byte{}); err != nil {
			return &fault{m.name(), m.deletionID.Name, `softdelete:"deletionID" needs a uuid.UUID, a string or bytes`}
		}
	}
	return nil
}

// lookAlike says what may have been meant by a model without a marker.
func lookAlike(s *schema.Schema) string {
	for _, field := range s.Fields {
		if field.Name == "DeletedAt" && field.GORMDataType == schema.Time {
			return "field DeletedAt is a " + field.FieldType.String() + ", make it a gorm.DeletedAt"
		}
	}
	return "it needs a field of type gorm.DeletedAt, soft_delete.DeletedAt or softdelete.Flag, or one of this package's structs embedded"
}

// install replaces the clauses of markers by the plugin's own; clauses of other
// fields stay. Those come first, so that the filter is outside of what they say.
func (r *registry) install(s *schema.Schema, m *model) {
	s.QueryClauses = append(yieldingAll(othersAmong(s.QueryClauses)), queryClause{m, r})
	s.UpdateClauses = append(yieldingAll(othersAmong(s.UpdateClauses)), updateClause{m})
	s.DeleteClauses = append(yieldingAll(othersAmong(s.DeleteClauses)), deleteClause{m})
	s.CreateClauses = append(othersAmong(s.CreateClauses), createClause{m, r})
}

// refuse makes every statement on a schema fail.
func refuse(s *schema.Schema, err error) {
	for _, clauses := range []*[]clause.Interface{&s.QueryClauses, &s.UpdateClauses, &s.DeleteClauses, &s.CreateClauses} {
		*clauses = append([]clause.Interface{failure{err}}, othersAmong(*clauses)...)
	}
}
