package softdelete

import (
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// What the database does by itself about rows that hang on others is in its
// catalogue, and the models need not say so. Where they do not, it is a link of the
// graph that only removals follow: CASCADE takes the rows along, and SET NULL parts
// live ones from what they hang on. The catalogue is read when rows of a table are
// first to be removed, and once.

// relationsFor is the graph for an operation from some tables on: for a removal
// with what the database does by itself below these.
func (p *Plugin) relationsFor(db *gorm.DB, kind Operation, from func(*graph) []*table) (*graph, error) {
	for {
		g := p.models.relations()
		if !p.reads(db, kind) {
			return g, nil
		}
		unread := g.unread(opKind(kind), from(g))
		if len(unread) == 0 {
			return g, nil
		}
		for _, tables := range places(db, unread) {
			names := namesOf(tables)
			keys, err := catalogue.ForeignKeys(session.Beside(db), dialectOf(db), names, g.names)
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
	kind := requestOf(db.Statement).verb
	if _, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter); inTransaction || db.Error != nil || db.Statement.Schema == nil || !p.reads(db, kind) {
		return
	}
	m, err := p.models.lookup(db, db.Statement.Schema)
	if m == nil || err != nil {
		return // the chain says so
	}
	op := &operation{kind: kind, model: m}
	_, err = p.relationsFor(db, kind, func(g *graph) []*table { return rootsOf(g, db, op) })
	_ = db.AddError(err)
}

// lockBeforeReading takes the lock of a database that has none on rows, if the
// catalogue is yet to be read by a removal within the caller's transaction: one that
// has only read so far could be refused the lock later.
func (p *Plugin) lockBeforeReading(db *gorm.DB, op *operation, from func(*graph) []*table) error {
	_, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter)
	if !inTransaction || op.dialect.RowLock || requestOf(db.Statement).preview != nil || !p.reads(db, op.kind) {
		return nil
	}
	g := p.models.relations()
	if roots := from(g); len(g.unread(opKind(op.kind), roots)) > 0 {
		return lockDatabase(db, op.dialect, roots[0].name, op.model)
	}
	return nil
}

// reads tells if an operation is one for which the catalogue is read.
func (p *Plugin) reads(db *gorm.DB, kind Operation) bool {
	return (kind == OpPurge || kind == OpForceDelete) && !p.config.IgnoreConstraints && !db.DryRun
}

func namesOf(tables []*table) []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return names
}

// unread lists the tables that a removal from some others reaches of which it is not
// known what the database does.
func (g *graph) unread(kind opKind, from []*table) []*table {
	var names []string
	for _, root := range from {
		if plan, err := g.plan(kind, root); err == nil {
			names = append(names, plan.unread...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	tables := make([]*table, len(names))
	for i, name := range names {
		tables[i] = g.tables[name]
	}
	return tables
}

// learn keeps the foreign keys that refer to some tables.
func (r *registry) learn(tables []string, keys []*catalogue.ForeignKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.foreign = referring(r.foreign, tables, keys)
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
func (r *registry) relationsWith(tables []string, keys []*catalogue.ForeignKey) *graph {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newGraph(referring(nil, tables, keys))
}

// references are foreign keys by the table that they refer to. A table that is not
// there was not asked for.
type references map[string][]*catalogue.ForeignKey

// referring adds the foreign keys that refer to some tables to those that are known.
func referring(known references, tables []string, keys []*catalogue.ForeignKey) references {
	after := maps.Clone(known)
	if after == nil {
		after = references{}
	}
	for _, name := range tables {
		after[name] = nil
	}
	for _, key := range keys {
		if slices.Contains(tables, key.Parent) {
			after[key.Parent] = append(after[key.Parent], key)
		}
	}
	return after
}

// addForeign adds to the graph what the database does by itself, and the tables of
// no model to which it does that.
func (g *graph) addForeign(known references) {
	parents := slices.Sorted(maps.Keys(known))
	for _, name := range parents {
		for _, key := range known[name] {
			if g.tables[key.Child] == nil && key.Action == actionCascade {
				g.tables[key.Child] = standIn(key)
				g.unnamed = append(g.unnamed, key.Child)
			}
		}
	}
	for _, name := range parents {
		if parent := g.tables[name]; parent != nil {
			parent.read = true
			for _, key := range known[name] {
				g.addForeignKey(parent, key)
			}
		}
	}
}

func (g *graph) addForeignKey(parent *table, key *catalogue.ForeignKey) {
	child := g.tables[key.Child]
	if child == nil || len(key.Columns) == 0 {
		return
	}
	l := &link{
		parent: parent, child: child, onDelete: key.Action, action: key.Action, enforced: key.Enforced, byDatabase: true,
		foreign: namesIn(child, key, key.Columns), referred: namesIn(parent, key, key.Referred),
	}
	l.relation = child.name + "(" + strings.Join(l.foreign, ", ") + ")"
	for _, declared := range parent.children {
		if !declared.byDatabase && declared.isAlong(l) {
			declared.action = key.Action
			if declared.tells(l) {
				return
			}
			l.relation = declared.relation
			if declared.policy == restricts && child.model != nil {
				l.guardedBy = declared
			}
		}
	}
	if !l.databaseTakes() {
		return
	}
	for _, other := range parent.children {
		if other.byDatabase && other.onDelete == l.onDelete && other.isAlong(l) {
			return
		}
	}
	parent.children = append(parent.children, l)
	child.parents = append(child.parents, l)
}

// tells if what the models declare of a link is what the database does, or says
// that it is meant: then there is nothing to add.
func (l *link) tells(does *link) bool {
	switch {
	case does.onDelete == actionCascade:
		return l.takes(kindPurge)
	case l.policy == cascades || l.policy == restricts || l.onDelete == actionCascade:
		return true
	default:
		return l.tagged || l.onDelete == actionSetNull || l.onDelete == actionSetDefault
	}
}

// parts tells if the database, and it alone, parts the rows at the link's end from
// what they hang on, and keeps them. That matters to models which can be restored.
func (l *link) parts() bool {
	return l.byDatabase && l.child.model != nil && (l.onDelete == actionSetNull || l.onDelete == actionSetDefault)
}

// isAlong tells if two links are along the same columns, in whatever order.
func (l *link) isAlong(other *link) bool {
	if l.child != other.child || len(l.fixed)+len(other.fixed) > 0 || len(l.foreign) != len(other.foreign) {
		return false
	}
	for i, column := range l.foreign {
		if j := slices.Index(other.foreign, column); j < 0 || other.referred[j] != l.referred[i] {
			return false
		}
	}
	return true
}

// namesIn are columns as the models call them.
func namesIn(t *table, k *catalogue.ForeignKey, columns []string) []string {
	list := slices.Clone(columns)
	for i, column := range list {
		if _, ok := t.schema.FieldsByDBName[column]; ok || !k.AnyCase {
			continue
		}
		for name := range t.schema.FieldsByDBName {
			if strings.EqualFold(name, column) {
				list[i] = name
			}
		}
	}
	return list
}

// standIn is a table of which no model is known. Its rows are neither live nor
// trashed.
func standIn(key *catalogue.ForeignKey) *table {
	s := &schema.Schema{Name: key.Child, Table: key.Child, FieldsByDBName: map[string]*schema.Field{}}
	for _, column := range key.Key {
		field := &schema.Field{Name: column, DBName: column, PrimaryKey: true, Schema: s}
		s.PrimaryFields = append(s.PrimaryFields, field)
		s.FieldsByDBName[column] = field
	}
	return &table{name: key.Child, schema: s}
}

// isKnown tells if there is a model of the table, soft-deletable or not: otherwise
// GORM has no statement about it.
func (t *table) isKnown() bool { return t.schema.ModelType != nil }
