package softdelete

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/liveparent"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// entry is a schema's place in the registry: its model, nil if it is not
// soft-deletable, or what is wrong with it.
type entry struct {
	model *model.Model
	err   error

	// parents are the relations of which a live row's parent has to be live.
	parents []*liveparent.Relation

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
	pending map[*schema.Schema]*entry    // adopted under the lock, not yet published
	tables  sync.Map                     // string → *model.Model, by which join tables are found
	offers  atomic.Int64                 // how often tables has got another model
	marked  atomic.Pointer[markedTables] // what was read of it last
	named   sync.Map                     // *schema.Schema → *entry, of tables that db.Table named for the migrator

	first map[*schema.Schema]bool // those that were known before any statement

	guarded atomic.Bool // a guard of the database has refused a force delete

	ignoreConstraints bool
	foreign           model.References            // what was read of the database
	graph             atomic.Pointer[model.Graph] // nil until it is asked for, and after a schema was adopted
}

// relations returns the graph of all tables known by now.
func (r *registry) relations() *model.Graph {
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
func (r *registry) newGraph(known model.References) *model.Graph {
	var schemas []*schema.Schema
	r.entries.Range(func(s, _ any) bool {
		schemas = append(schemas, s.(*schema.Schema))
		return true
	})
	return model.NewGraph(schemas, func(s *schema.Schema) (bool, error) {
		e := r.known(s)
		return e != nil, e.failed()
	}, r.byTable, r.ignoreConstraints, known)
}

// lookup returns what is known of a schema, adopting it and all that it relates
// to when it is seen for the first time.
func (r *registry) lookup(db *gorm.DB, s *schema.Schema) (*model.Model, error) {
	e := r.entry(db, s)
	return e.model, e.err
}

// entry returns all that is known of a schema, as lookup does.
func (r *registry) entry(db *gorm.DB, s *schema.Schema) *entry {
	if e, ok := r.entries.Load(s); ok {
		return e.(*entry)
	}
	if model.IsAsked(db.Statement.Context) {
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

// seen returns a schema's entry, nil if no statement has had it yet. It may be asked
// anywhere in a chain: the clauses of a schema that is being adopted may not be read.
func (r *registry) seen(s *schema.Schema) *entry {
	if e, ok := r.entries.Load(s); ok {
		return e.(*entry)
	}
	return nil
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
func (r *registry) parse(db *gorm.DB, value any) (*model.Model, error) {
	s, err := model.Parse(db, value)
	if err != nil {
		return nil, err
	}
	return r.lookup(db, s)
}

// byTable returns the model of a table, nil if none is known.
func (r *registry) byTable(table string) *model.Model {
	if m, ok := r.tables.Load(table); ok {
		return m.(*model.Model)
	}
	return nil
}

// offer makes a model its table's own, unless that has one that says more: with
// several structs for a table, rows are trashed along by the one that keeps most
// of it.
func (r *registry) offer(m *model.Model) {
	if before := r.byTable(m.Schema.Table); before == nil || m.SaysMore(before) {
		r.tables.Store(m.Schema.Table, m)
		r.offers.Add(1)
	}
}

// markers are the columns of all markers by their tables, and a number that is another one
// when a table has come to them.
func (r *registry) markers() (map[string]string, int64) {
	version := r.offers.Load()
	if known := r.marked.Load(); known != nil && known.version == version {
		return known.columns, version
	}
	known := &markedTables{version: version, columns: map[string]string{}}
	r.tables.Range(func(table, m any) bool {
		known.columns[table.(string)] = m.(*model.Model).Marker.Field.DBName
		return true
	})
	r.marked.Store(known)
	return known.columns, version
}

// markedTables is what markers returns.
type markedTables struct {
	version int64
	columns map[string]string
}

// elsewhere returns the model of a schema that GORM's migrator has for a table which
// the caller named. It is known to the migrator only: no statement is filtered by it,
// and nothing cascades to that table.
func (r *registry) elsewhere(db *gorm.DB, s *schema.Schema, isOther bool) (*model.Model, error) {
	if e, ok := r.named.Load(s); ok {
		return e.(*entry).model, e.(*entry).err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.named.Load(s); ok {
		return e.(*entry).model, e.(*entry).err
	}
	describe := model.Describe
	if isOther {
		describe = model.DescribeElsewhere
	}
	m, err := describe(db, dialectOf(db), s)
	e := &entry{model: m, err: publicError(err)}
	r.named.Store(s, e)
	return m, e.err
}

// register adopts the models of Config.Models. All tables are known before the
// first is adopted, so that join tables find theirs.
func (r *registry) register(db *gorm.DB, values []any) error {
	schemas := make([]*schema.Schema, len(values))
	for i, value := range values {
		s, err := model.Parse(db, value)
		if err != nil {
			return err
		}
		schemas[i] = s
		m, err := modelOf(db, s)
		if err != nil {
			return err
		}
		if m != nil {
			r.offer(m)
		} else if field, _ := model.LookAlikeOf(s); field != nil {
			return fault.About(ErrNotSoftDeletable, s.Name, model.LookAlike(s)+
				", or leave the model out of Config.Models if the column is yours to set")
		}
	}
	for _, s := range schemas {
		if _, err := r.lookup(db, s); err != nil {
			return err
		}
	}
	r.first = map[*schema.Schema]bool{}
	r.entries.Range(func(s, _ any) bool {
		r.first[s.(*schema.Schema)] = true
		return true
	})
	return publicError(r.relations().Err)
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
	for _, rel := range model.Relations(s) {
		// Parsing again waits until another goroutine has finished the schema.
		if related, err := model.Parse(db, model.NewOf(rel.FieldSchema.ModelType)); err == nil {
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
		r.adopt(db, m.Schema)
		standIn := *m
		standIn.Unique = m.UniqueKeys(join, dialectOf(db))
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

// modelOf is what a schema's definition makes of it: nil if it is not soft-deletable.
func modelOf(db *gorm.DB, s *schema.Schema) (*model.Model, error) {
	for _, c := range s.QueryClauses {
		if c, ok := c.(failure); ok {
			return nil, c.err // by the plugin of another handle
		}
	}
	m, err := model.Describe(db, dialectOf(db), s)
	return m, publicError(err)
}

// publicError is an error as this package's users know it.
func publicError(err error) error {
	if f, ok := err.(*fault.Definition); ok { //nolint:errorlint // a fault is never wrapped
		return (*ModelError)(f)
	}
	return err
}

// install replaces the clauses of markers by the plugin's own; clauses of other
// fields stay. Those come first, so that the filter is outside of what they say.
func (r *registry) install(s *schema.Schema, m *model.Model) {
	s.QueryClauses = append(neighbours.Yielding(model.WithoutMarkers(s.QueryClauses), isWritten), queryClause{m, r})
	s.UpdateClauses = append(neighbours.Yielding(model.WithoutMarkers(s.UpdateClauses), isWritten), updateClause{m})
	s.DeleteClauses = append(neighbours.Yielding(model.WithoutMarkers(s.DeleteClauses), isWritten), deleteClause{m})
	s.CreateClauses = append(model.WithoutMarkers(s.CreateClauses), createClause{m, r})
}

// isWritten tells if the plugin has written a statement itself.
func isWritten(stmt *gorm.Statement) bool {
	op := operationOf(stmt)
	return op != nil && op.kind != OpNone && stmt.SQL.Len() > 0
}

// refuse makes every statement on a schema fail.
func refuse(s *schema.Schema, err error) {
	for _, clauses := range []*[]clause.Interface{&s.QueryClauses, &s.UpdateClauses, &s.DeleteClauses, &s.CreateClauses} {
		*clauses = append([]clause.Interface{failure{err}}, model.WithoutMarkers(*clauses)...)
	}
}

// What the database does by itself about rows that hang on others is in its
// catalogue, and the models need not say so. Where they do not, it is a link of the
// graph that only removals follow: CASCADE takes the rows along, and SET NULL parts
// live ones from what they hang on. The catalogue is read when rows of a table are
// first to be removed, and once.

// relationsFor is the graph for an operation from some tables on: for a removal
// with what the database does by itself below these.
func (p *Plugin) relationsFor(db *gorm.DB, kind Operation, from func(*model.Graph) []*model.Table) (*model.Graph, error) {
	for {
		g := p.models.relations()
		if !p.reads(db, kind) {
			return g, nil
		}
		unread := g.Unread(model.Operation(kind), from(g))
		if len(unread) == 0 {
			return g, nil
		}
		for _, tables := range places(db, unread) {
			names := model.NamesOf(tables)
			keys, err := catalogue.ForeignKeys(session.Beside(db), dialectOf(db), names, g.Names)
			if err != nil {
				return nil, err
			}
			p.models.learn(names, keys)
		}
	}
}

// startDelete is the first callback of the delete chain. For a removal it reads of the
// catalogue what is not known yet, before a transaction begins.
func (p *Plugin) startDelete(db *gorm.DB) {
	startWrite(db)
	p.lookAtRawWrite(db)
	p.holdDelete(db)
	kind := requestOf(db.Statement).verb
	if _, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter); inTransaction || db.Error != nil || db.Statement.Schema == nil || !p.reads(db, kind) {
		return
	}
	m, err := p.models.lookup(db, db.Statement.Schema)
	if m == nil || err != nil {
		return // the chain says so
	}
	op := &operation{kind: kind, model: m}
	_, err = p.relationsFor(db, kind, func(g *model.Graph) []*model.Table { return rootsOf(g, db, op) })
	_ = db.AddError(err)
}

// lockBeforeReading takes the lock of a database that has none on rows, if the
// catalogue is yet to be read by a removal within the caller's transaction: one that
// has only read so far could be refused the lock later.
func (p *Plugin) lockBeforeReading(db *gorm.DB, op *operation, from func(*model.Graph) []*model.Table) error {
	_, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter)
	if !inTransaction || op.dialect.RowLock || requestOf(db.Statement).instead != nil || !p.reads(db, op.kind) {
		return nil
	}
	g := p.models.relations()
	if roots := from(g); len(g.Unread(model.Operation(op.kind), roots)) > 0 {
		return lockDatabase(db, op.dialect, roots[0].Name, op.model)
	}
	return nil
}

// reads tells if an operation is one for which the catalogue is read.
func (p *Plugin) reads(db *gorm.DB, kind Operation) bool {
	return (kind == OpPurge || kind == OpForceDelete) && !p.config.IgnoreConstraints && !db.DryRun
}

// learn keeps the foreign keys that refer to some tables.
func (r *registry) learn(tables []string, keys []*catalogue.ForeignKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.foreign = model.Referring(r.foreign, tables, keys)
	r.graph.Store(nil)
}

// unlearn drops what was read of the catalogue, as it may have changed.
func (r *registry) unlearn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.foreign = nil
	r.graph.Store(nil)
}

// relationsWith is the graph with what some foreign keys do, and nothing else that
// was read of the database.
func (r *registry) relationsWith(tables []string, keys []*catalogue.ForeignKey) *model.Graph {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newGraph(model.Referring(nil, tables, keys))
}
