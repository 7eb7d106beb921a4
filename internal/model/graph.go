package model

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// Graph is how the rows of all known tables hang on each other. It is made of
// what the registry knows, and never changed after.
type Graph struct {
	Tables  map[string]*Table
	Names   []string // of the tables that have models, in order
	Unnamed []string // of those that only the database knows
	Links   map[*schema.Relationship]*Link
	Err     error    // of the first relation that contradicts another
	plans   sync.Map // planKey → *plan
}

// Table is a node of the graph.
type Table struct {
	Name   string
	Schema *schema.Schema
	Model  *Model           // nil if it is not soft-deletable
	Others []*schema.Schema // of the table, those to which fields' types bring clauses
	Err    error            // of its definition, or of a relation that contradicts another

	// Rank orders all tables, parents before children.
	Rank int

	// read: it is known what the database does by itself when its rows go.
	read bool

	Children []*Link // what hangs on it
	Parents  []*Link // what it hangs on
}

// Link is one relation as a cascade sees it: rows of the child hang on rows of
// the parent.
type Link struct {
	Relation string // the relation's field: "Posts", or "Post.User" if the child declares it
	Parent   *Table
	Child    *Table

	// The columns of the child and what is in them: columns of the parent, and
	// constants, as of a polymorphic relation.
	Foreign, Referred []string
	Fixed             []fixed

	Policy   policy
	tagged   bool // the policy is that of a tag
	Hooks    bool
	OnDelete string // of the declared constraint
	Own      bool   // the parent declares it

	// action is what the foreign key on these columns does in the database; empty
	// where there is none, or none was read.
	action string

	// ByDatabase: it is the database's own, and no model tells of it. It acts on a
	// connection for which enforced holds, empty for any.
	ByDatabase bool
	Enforced   string

	// GuardedBy is a link along the same columns that guards live rows: this one is
	// about trashed ones only.
	GuardedBy *Link
}

// What ON DELETE does with rows.
const (
	ActionCascade    = "CASCADE"
	actionSetNull    = "SET NULL"
	actionSetDefault = "SET DEFAULT"
)

type fixed struct{ Column, Value string }

// Columns are those of the child by which its rows hang on the parent's, constant ones too.
func (l *Link) Columns() []string {
	columns := slices.Clone(l.Foreign)
	for _, f := range l.Fixed {
		columns = append(columns, f.Column)
	}
	return columns
}

func (l *Link) String() string {
	pairs := make([]string, 0, len(l.Foreign)+len(l.Fixed))
	for i, column := range l.Foreign {
		pairs = append(pairs, l.Child.Name+"."+column+" = "+l.Parent.Name+"."+l.Referred[i])
	}
	for _, f := range l.Fixed {
		pairs = append(pairs, l.Child.Name+"."+f.Column+" = '"+f.Value+"'")
	}
	return strings.Join(pairs, " AND ")
}

// Source is what says a link's policy: the tag, or the declared constraint; empty if
// neither does.
func (l *Link) Source(ignoreConstraints bool) string {
	words := map[policy]string{Leaves: "none", Cascades: "cascade", Restricts: "restrict"}
	switch {
	case l.ByDatabase || l.GuardedBy != nil:
		return ""
	case l.tagged && l.Hooks:
		return `softdelete:"` + words[l.Policy] + `,hooks"`
	case l.tagged:
		return `softdelete:"` + words[l.Policy] + `"`
	case l.OnDelete == "" || ignoreConstraints:
		return ""
	default:
		return "constraint:OnDelete:" + l.OnDelete
	}
}

// Guards tells if live rows at the link's end forbid an operation.
func (l *Link) Guards(kind Operation) bool {
	switch kind {
	case SoftDelete, ForceDelete:
		return l.Policy == Restricts
	case Purge:
		return l.Policy == Restricts || (l.takes(kind) && l.Child.Model != nil || l.Parts()) && l.GuardedBy == nil
	default:
		return false
	}
}

// takes tells if an operation takes the rows of the link's child along.
func (l *Link) takes(kind Operation) bool {
	switch kind {
	case SoftDelete:
		return l.Policy == Cascades && l.Child.Model != nil
	case Restore:
		// A delete may have taken the rows of any relation along, if that was
		// selected; that it did can be told if each row knows its operation.
		return l.Child.Model != nil && (l.Policy == Cascades || l.Own && l.Child != l.Parent && len(l.Child.Key()) > 0 && l.isTold())
	default:
		// Where the constraint cascades, the database takes them in any case.
		return l.Policy == Cascades || l.OnDelete == ActionCascade
	}
}

// DatabaseTakes tells if the database itself removes or changes the rows at the
// link's end when the row that they hang on is removed, whatever they are: as its
// catalogue says, or else as the models do.
func (l *Link) DatabaseTakes() bool {
	action := l.action
	if action == "" {
		action = l.OnDelete
	}
	return action == ActionCascade || action == actionSetNull || action == actionSetDefault
}

// NewGraph makes the graph of schemas, which may be several to a table, with what
// is known of the database.
func NewGraph(schemas []*schema.Schema, errorOf func(*schema.Schema) (known bool, err error), modelOf func(string) *Model, ignoreConstraints bool, known References) *Graph {
	slices.SortFunc(schemas, func(a, b *schema.Schema) int {
		return strings.Compare(a.Table+"\x00"+a.Name+"\x00"+a.ModelType.String(), b.Table+"\x00"+b.Name+"\x00"+b.ModelType.String())
	})
	g := &Graph{Tables: map[string]*Table{}, Links: map[*schema.Relationship]*Link{}}
	for _, s := range schemas {
		t := g.Tables[s.Table]
		if t == nil {
			t = &Table{Name: s.Table, Schema: s, Model: modelOf(s.Table)}
			if t.Model != nil {
				t.Schema = t.Model.Schema
			}
			g.Tables[s.Table] = t
			g.Names = append(g.Names, s.Table)
		}
		if of := ClausesOf(s); !of.IsEmpty() {
			t.Others = append(t.Others, s)
		}
		if _, err := errorOf(s); err != nil && t.Err == nil {
			t.Err = err
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
	var all []*Table
	for _, name := range slices.Concat(g.Names, g.Unnamed) {
		all = append(all, g.Tables[name])
		byRelation := func(a, b *Link) int {
			return strings.Compare(a.Child.Name+"\x00"+a.Relation+"\x00"+a.String(), b.Child.Name+"\x00"+b.Relation+"\x00"+b.String())
		}
		slices.SortFunc(g.Tables[name].Children, byRelation)
		slices.SortFunc(g.Tables[name].Parents, byRelation)
	}
	g.rank(all)
	return g
}

// rank orders the tables: by all links, as a foreign key may hold a row by any of them, and
// those that reach each other so by the links that operations follow.
func (g *Graph) rank(all []*Table) {
	strong := func(t *Table) []*Link {
		return slices.DeleteFunc(slices.Clone(t.Children), func(l *Link) bool { return !l.takes(ForceDelete) })
	}
	followed := map[*Table]int{}
	for i, t := range slices.Concat(ordered(all, strong)...) {
		followed[t] = i
	}
	rank := 0
	for _, circle := range ordered(all, func(t *Table) []*Link { return t.Children }) {
		slices.SortFunc(circle, func(a, b *Table) int { return followed[a] - followed[b] })
		for _, t := range circle {
			t.Rank = rank
			rank++
		}
	}
}

// partGuarded parts links that guard live rows, by their tag, of which the database
// takes all rows: the trashed ones go along.
func (g *Graph) partGuarded() {
	for _, name := range g.Names {
		for _, l := range g.Tables[name].Children {
			if l.Policy == Restricts && l.OnDelete == ActionCascade && l.Child.Model != nil {
				taken := *l
				taken.Policy, taken.tagged, taken.Own, taken.GuardedBy = Leaves, false, false, l
				l.OnDelete = ""
				l.Parent.Children = append(l.Parent.Children, &taken)
				l.Child.Parents = append(l.Child.Parents, &taken)
			}
		}
	}
}

func (g *Graph) addRelations(s *schema.Schema, ignoreConstraints bool) {
	for _, rel := range Declared(s) {
		tag, err := TagOf(rel)
		if err != nil {
			continue
		}
		action := onDelete(rel)
		byConstraint := map[string]policy{"CASCADE": Cascades, "RESTRICT": Restricts}[action]
		if ignoreConstraints {
			byConstraint = Leaves
		}
		l := &Link{Policy: tag.policy, tagged: tag.given, Hooks: tag.hooks, OnDelete: action, Own: true, Relation: rel.Name}
		if !tag.given {
			l.Policy = byConstraint
		}
		switch {
		case rel.Type == schema.BelongsTo:
			if tag.given || action != "" {
				l.Own, l.Relation = false, s.Name+"."+rel.Name
				g.add(l, rel.FieldSchema, s, rel.References, false)
			}
			continue
		case rel.JoinTable != nil:
			g.Links[rel] = g.add(l, s, rel.JoinTable, rel.References, true)
			if action != "" {
				// GORM declares the same constraint to the other side.
				other := &Link{Policy: byConstraint, OnDelete: action, Relation: s.Name + "." + rel.Name}
				g.add(other, rel.FieldSchema, rel.JoinTable, rel.References, false)
			}
		default:
			g.Links[rel] = g.add(l, s, rel.FieldSchema, rel.References, true)
		}
	}
}

// add adds a link, or merges it with what another field says of the same
// columns.
func (g *Graph) add(l *Link, parent, child *schema.Schema, references []*schema.Reference, own bool) *Link {
	l.Parent, l.Child = g.Tables[parent.Table], g.Tables[child.Table]
	if l.Parent == nil || l.Child == nil {
		return nil
	}
	for _, ref := range references {
		switch {
		case ref.PrimaryKey == nil:
			l.Fixed = append(l.Fixed, fixed{ref.ForeignKey.DBName, ref.PrimaryValue})
		case ref.OwnPrimaryKey == own:
			l.Foreign = append(l.Foreign, ref.ForeignKey.DBName)
			l.Referred = append(l.Referred, ref.PrimaryKey.DBName)
		}
	}
	if len(l.Foreign) == 0 {
		return nil
	}
	for _, other := range l.Parent.Children {
		if other.Child == l.Child && other.String() == l.String() {
			g.merge(other, l)
			return other
		}
	}
	l.Parent.Children = append(l.Parent.Children, l)
	l.Child.Parents = append(l.Child.Parents, l)
	return l
}

// merge adds what a second field says of a link: a tag counts before a
// constraint, and the parent's constraint, which is the one that GORM declares,
// before the child's.
func (g *Graph) merge(l, second *Link) {
	if l.tagged && second.tagged && l.Policy != second.Policy {
		err := fault.In(l.Parent.Schema.Name, "", fmt.Sprintf("%s and %s are the same relation and have tags that contradict each other", l.Relation, second.Relation))
		if g.Err == nil {
			g.Err = err
		}
		if l.Parent.Err == nil {
			l.Parent.Err = err
		}
	}
	if second.weight() > l.weight() {
		l.Policy, l.tagged = second.Policy, second.tagged
	}
	l.Hooks = l.Hooks || second.Hooks
	if l.OnDelete == "" || second.OnDelete == ActionCascade {
		l.OnDelete = second.OnDelete
	}
	if second.Own && !l.Own {
		l.Own, l.Relation = true, second.Relation
	}
}

func (l *Link) weight() int {
	switch {
	case l.tagged:
		return 3
	case l.Own && l.OnDelete != "":
		return 2
	case l.OnDelete != "":
		return 1
	default:
		return 0
	}
}

// Compared calls visit with the models whose rows are compared by their times
// with those of a table: of the relations whose ends do not both keep the
// operation's id.
func (t *Table) Compared(visit func(*Model)) {
	for _, links := range [2][]*Link{t.Children, t.Parents} {
		for _, l := range links {
			parent, child := l.Parent.Model, l.Child.Model
			if parent != nil && child != nil && l.Policy == Cascades && (parent.DeletionID == nil || child.DeletionID == nil) {
				visit(parent)
				visit(child)
			}
		}
	}
}

// ModelName is that of the table's Go type, the table's own if it has none.
func (t *Table) ModelName() string {
	if t.Schema == nil || t.Schema.ModelType == nil || t.Schema.ModelType.Name() == "" {
		return t.Name
	}
	return t.Schema.Name
}

// Key lists the primary key's columns.
func (t *Table) Key() []string { return PrimaryNames(t.Schema) }

// CascadingParents are the links by which a cascade can have trashed the table's
// rows.
func (t *Table) CascadingParents() []*Link {
	var list []*Link
	for _, l := range t.Parents {
		if l.Policy == Cascades && l.Parent.Model != nil {
			list = append(list, l)
		}
	}
	return list
}

// IsMarked tells if a table's rows are soft-deletable.
func (g *Graph) IsMarked(table string) bool {
	t := g.Tables[table]
	return t != nil && t.Model != nil
}

// Models lists the soft-deletable models, one to a table.
func (g *Graph) Models() []*Model {
	var list []*Model
	for _, name := range g.Names {
		if m := g.Tables[name].Model; m != nil {
			list = append(list, m)
		}
	}
	return list
}

// RankOf is the rank of a model's table.
func (g *Graph) RankOf(m *Model) int {
	if t := g.Tables[m.Schema.Table]; t != nil {
		return t.Rank
	}
	return 0
}

// IsClosed tells if all that a cascade can have trashed along with a model's
// rows, and all that these can have been trashed along with, is on a list too.
func (g *Graph) IsClosed(m *Model, list []*Model) bool {
	listed := func(other *Table) bool {
		return other.Model == nil || slices.ContainsFunc(list, func(m *Model) bool { return m.Schema.Table == other.Name })
	}
	t := g.Tables[m.Schema.Table]
	if t == nil {
		return false
	}
	for _, l := range t.Children {
		if l.takes(Restore) && !listed(l.Child) {
			return false
		}
	}
	for _, l := range t.CascadingParents() {
		if !listed(l.Parent) {
			return false
		}
	}
	return true
}
