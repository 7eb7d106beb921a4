package softdelete

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// graph is how the rows of all known tables hang on each other. It is made of
// what the registry knows, and never changed after.
type graph struct {
	tables  map[string]*table
	names   []string // of the tables that have models, in order
	unnamed []string // of those that only the database knows
	links   map[*schema.Relationship]*link
	err     error    // of the first relation that contradicts another
	plans   sync.Map // planKey → *plan
}

// table is a node of the graph.
type table struct {
	name   string
	schema *schema.Schema
	model  *model           // nil if it is not soft-deletable
	others []*schema.Schema // of the table, those to which fields' types bring clauses
	err    error            // of its definition, or of a relation that contradicts another

	// rank orders all tables, parents before children.
	rank int

	// read: it is known what the database does by itself when its rows go.
	read bool

	children []*link // what hangs on it
	parents  []*link // what it hangs on
}

// link is one relation as a cascade sees it: rows of the child hang on rows of
// the parent.
type link struct {
	relation string // the relation's field: "Posts", or "Post.User" if the child declares it
	parent   *table
	child    *table

	// The columns of the child and what is in them: columns of the parent, and
	// constants, as of a polymorphic relation.
	foreign, referred []string
	fixed             []fixed

	policy   policy
	tagged   bool // the policy is that of a tag
	hooks    bool
	onDelete string // of the declared constraint
	own      bool   // the parent declares it

	// action is what the foreign key on these columns does in the database; empty
	// where there is none, or none was read.
	action string

	// byDatabase: it is the database's own, and no model tells of it. It acts on a
	// connection for which enforced holds, empty for any.
	byDatabase bool
	enforced   string

	// guardedBy is a link along the same columns that guards live rows: this one is
	// about trashed ones only.
	guardedBy *link
}

// What ON DELETE does with rows.
const (
	actionCascade    = "CASCADE"
	actionSetNull    = "SET NULL"
	actionSetDefault = "SET DEFAULT"
)

type fixed struct{ column, value string }

func (l *link) String() string {
	pairs := make([]string, 0, len(l.foreign)+len(l.fixed))
	for i, column := range l.foreign {
		pairs = append(pairs, l.child.name+"."+column+" = "+l.parent.name+"."+l.referred[i])
	}
	for _, f := range l.fixed {
		pairs = append(pairs, l.child.name+"."+f.column+" = '"+f.value+"'")
	}
	return strings.Join(pairs, " AND ")
}

// guards tells if live rows at the link's end forbid an operation.
func (l *link) guards(kind opKind) bool {
	switch kind {
	case kindSoftDelete, kindForceDelete:
		return l.policy == restricts
	case kindPurge:
		return l.policy == restricts || (l.takes(kind) && l.child.model != nil || l.parts()) && l.guardedBy == nil
	default:
		return false
	}
}

// takes tells if an operation takes the rows of the link's child along.
func (l *link) takes(kind opKind) bool {
	switch kind {
	case kindSoftDelete:
		return l.policy == cascades && l.child.model != nil
	case kindRestore:
		// A delete may have taken the rows of any relation along, if that was
		// selected; that it did can be told if each row knows its operation.
		return l.child.model != nil && (l.policy == cascades || l.own && l.child != l.parent && len(l.child.key()) > 0 && l.isTold())
	default:
		// Where the constraint cascades, the database takes them in any case.
		return l.policy == cascades || l.onDelete == actionCascade
	}
}

// databaseTakes tells if the database itself removes or changes the rows at the
// link's end when the row that they hang on is removed, whatever they are: as its
// catalogue says, or else as the models do.
func (l *link) databaseTakes() bool {
	action := l.action
	if action == "" {
		action = l.onDelete
	}
	return action == actionCascade || action == actionSetNull || action == actionSetDefault
}

// newGraph makes the graph of schemas, which may be several to a table, with what
// is known of the database.
func newGraph(schemas []*schema.Schema, errorOf func(*schema.Schema) (known bool, err error), modelOf func(string) *model, ignoreConstraints bool, known references) *graph {
	slices.SortFunc(schemas, func(a, b *schema.Schema) int {
		return strings.Compare(a.Table+"\x00"+a.Name+"\x00"+a.ModelType.String(), b.Table+"\x00"+b.Name+"\x00"+b.ModelType.String())
	})
	g := &graph{tables: map[string]*table{}, links: map[*schema.Relationship]*link{}}
	for _, s := range schemas {
		t := g.tables[s.Table]
		if t == nil {
			t = &table{name: s.Table, schema: s, model: modelOf(s.Table)}
			if t.model != nil {
				t.schema = t.model.schema
			}
			g.tables[s.Table] = t
			g.names = append(g.names, s.Table)
		}
		if of := othersOf(s); !of.isEmpty() {
			t.others = append(t.others, s)
		}
		if _, err := errorOf(s); err != nil && t.err == nil {
			t.err = err
		}
	}
	for _, s := range schemas {
		if known, err := errorOf(s); !known || err != nil {
			continue
		}
		g.addRelations(s, ignoreConstraints)
	}
	g.partGuarded()
	g.addForeign(known)
	var all []*table
	for _, name := range slices.Concat(g.names, g.unnamed) {
		all = append(all, g.tables[name])
		byRelation := func(a, b *link) int {
			return strings.Compare(a.child.name+"\x00"+a.relation+"\x00"+a.String(), b.child.name+"\x00"+b.relation+"\x00"+b.String())
		}
		slices.SortFunc(g.tables[name].children, byRelation)
		slices.SortFunc(g.tables[name].parents, byRelation)
	}
	strong := func(t *table) []*link {
		return slices.DeleteFunc(slices.Clone(t.children), func(l *link) bool { return !l.takes(kindForceDelete) })
	}
	for rank, t := range slices.Concat(ordered(all, strong)...) {
		t.rank = rank
	}
	return g
}

// partGuarded parts links that guard live rows, by their tag, of which the database
// takes all rows: the trashed ones go along.
func (g *graph) partGuarded() {
	for _, name := range g.names {
		for _, l := range g.tables[name].children {
			if l.policy == restricts && l.onDelete == actionCascade && l.child.model != nil {
				taken := *l
				taken.policy, taken.tagged, taken.own, taken.guardedBy = leaves, false, false, l
				l.onDelete = ""
				l.parent.children = append(l.parent.children, &taken)
				l.child.parents = append(l.child.parents, &taken)
			}
		}
	}
}

func (g *graph) addRelations(s *schema.Schema, ignoreConstraints bool) {
	for _, rel := range declared(s) {
		tag, err := tagOf(rel)
		if err != nil {
			continue
		}
		action := onDelete(rel)
		byConstraint := map[string]policy{"CASCADE": cascades, "RESTRICT": restricts}[action]
		if ignoreConstraints {
			byConstraint = leaves
		}
		l := &link{policy: tag.policy, tagged: tag.given, hooks: tag.hooks, onDelete: action, own: true, relation: rel.Name}
		if !tag.given {
			l.policy = byConstraint
		}
		switch {
		case rel.Type == schema.BelongsTo:
			if tag.given || action != "" {
				l.own, l.relation = false, s.Name+"."+rel.Name
				g.add(l, rel.FieldSchema, s, rel.References, false)
			}
			continue
		case rel.JoinTable != nil:
			g.links[rel] = g.add(l, s, rel.JoinTable, rel.References, true)
			if action != "" {
				// GORM declares the same constraint to the other side.
				other := &link{policy: byConstraint, onDelete: action, relation: s.Name + "." + rel.Name}
				g.add(other, rel.FieldSchema, rel.JoinTable, rel.References, false)
			}
		default:
			g.links[rel] = g.add(l, s, rel.FieldSchema, rel.References, true)
		}
	}
}

// add adds a link, or merges it with what another field says of the same
// columns.
func (g *graph) add(l *link, parent, child *schema.Schema, references []*schema.Reference, own bool) *link {
	l.parent, l.child = g.tables[parent.Table], g.tables[child.Table]
	if l.parent == nil || l.child == nil {
		return nil
	}
	for _, ref := range references {
		switch {
		case ref.PrimaryKey == nil:
			l.fixed = append(l.fixed, fixed{ref.ForeignKey.DBName, ref.PrimaryValue})
		case ref.OwnPrimaryKey == own:
			l.foreign = append(l.foreign, ref.ForeignKey.DBName)
			l.referred = append(l.referred, ref.PrimaryKey.DBName)
		}
	}
	if len(l.foreign) == 0 {
		return nil
	}
	for _, other := range l.parent.children {
		if other.child == l.child && other.String() == l.String() {
			g.merge(other, l)
			return other
		}
	}
	l.parent.children = append(l.parent.children, l)
	l.child.parents = append(l.child.parents, l)
	return l
}

// merge adds what a second field says of a link: a tag counts before a
// constraint, and the parent's constraint, which is the one that GORM declares,
// before the child's.
func (g *graph) merge(l, second *link) {
	if l.tagged && second.tagged && l.policy != second.policy {
		err := &fault{l.parent.schema.Name, "", fmt.Sprintf("%s and %s are the same relation and have tags that contradict each other", l.relation, second.relation)}
		if g.err == nil {
			g.err = err
		}
		if l.parent.err == nil {
			l.parent.err = err
		}
	}
	if second.weight() > l.weight() {
		l.policy, l.tagged = second.policy, second.tagged
	}
	l.hooks = l.hooks || second.hooks
	if l.onDelete == "" || second.onDelete == actionCascade {
		l.onDelete = second.onDelete
	}
	if second.own && !l.own {
		l.own, l.relation = true, second.relation
	}
}

func (l *link) weight() int {
	switch {
	case l.tagged:
		return 3
	case l.own && l.onDelete != "":
		return 2
	case l.onDelete != "":
		return 1
	default:
		return 0
	}
}

// compared calls visit with the models whose rows are compared by their times
// with those of a table: of the relations whose ends do not both keep the
// operation's id.
func (t *table) compared(visit func(*model)) {
	for _, links := range [2][]*link{t.children, t.parents} {
		for _, l := range links {
			parent, child := l.parent.model, l.child.model
			if parent != nil && child != nil && l.policy == cascades && (parent.deletionID == nil || child.deletionID == nil) {
				visit(parent)
				visit(child)
			}
		}
	}
}

// key lists the primary key's columns.
func (t *table) key() []string { return primaryNames(t.schema) }
