package model

import (
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
)

// References are foreign keys by the table that they refer to. A table that is not
// there was not asked for.
type References map[string][]*catalogue.ForeignKey

// Referring adds the foreign keys that refer to some tables to those that are known.
func Referring(known References, tables []string, keys []*catalogue.ForeignKey) References {
	after := maps.Clone(known)
	if after == nil {
		after = References{}
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

// Unread lists the tables that a removal from some others reaches of which it is not
// known what the database does.
func (g *Graph) Unread(kind Operation, from []*Table) []*Table {
	var names []string
	for _, root := range from {
		if plan, err := g.Plan(kind, root); err == nil {
			names = append(names, plan.unread...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	tables := make([]*Table, len(names))
	for i, name := range names {
		tables[i] = g.Tables[name]
	}
	return tables
}

// NamesOf are the names of tables.
func NamesOf(tables []*Table) []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	return names
}

// addForeign adds to the graph what the database does by itself, and the tables of
// no model to which it does that.
func (g *Graph) addForeign(known References) {
	parents := slices.Sorted(maps.Keys(known))
	for _, name := range parents {
		for _, key := range known[name] {
			if g.Tables[key.Child] == nil && key.Action == ActionCascade {
				g.Tables[key.Child] = standIn(key)
				g.Unnamed = append(g.Unnamed, key.Child)
			}
		}
	}
	for _, name := range parents {
		if parent := g.Tables[name]; parent != nil {
			parent.read = true
			for _, key := range known[name] {
				g.addForeignKey(parent, key)
			}
		}
	}
}

func (g *Graph) addForeignKey(parent *Table, key *catalogue.ForeignKey) {
	child := g.Tables[key.Child]
	if child == nil || len(key.Columns) == 0 {
		return
	}
	l := &Link{
		Parent: parent, Child: child, OnDelete: key.Action, action: key.Action, Enforced: key.Enforced, ByDatabase: true,
		Foreign: namesIn(child, key, key.Columns), Referred: namesIn(parent, key, key.Referred),
	}
	l.Relation = child.Name + "(" + strings.Join(l.Foreign, ", ") + ")"
	for _, declared := range parent.Children {
		if !declared.ByDatabase && declared.isAlong(l) {
			declared.action = key.Action
			if declared.tells(l) {
				return
			}
			l.Relation = declared.Relation
			if declared.Policy == Restricts && child.Model != nil {
				l.GuardedBy = declared
			}
		}
	}
	if !l.DatabaseTakes() {
		return
	}
	for _, other := range parent.Children {
		if other.ByDatabase && other.OnDelete == l.OnDelete && other.isAlong(l) {
			return
		}
	}
	parent.Children = append(parent.Children, l)
	child.Parents = append(child.Parents, l)
}

// tells if what the models declare of a link is what the database does, or says
// that it is meant: then there is nothing to add.
func (l *Link) tells(does *Link) bool {
	switch {
	case does.OnDelete == ActionCascade:
		return l.takes(Purge)
	case l.Policy == Cascades || l.Policy == Restricts || l.OnDelete == ActionCascade:
		return true
	default:
		return l.tagged || l.OnDelete == actionSetNull || l.OnDelete == actionSetDefault
	}
}

// Parts tells if the database, and it alone, parts the rows at the link's end from
// what they hang on, and keeps them. That matters to models which can be restored.
func (l *Link) Parts() bool {
	return l.ByDatabase && l.Child.Model != nil && (l.OnDelete == actionSetNull || l.OnDelete == actionSetDefault)
}

// isAlong tells if two links are along the same columns, in whatever order.
func (l *Link) isAlong(other *Link) bool {
	if l.Child != other.Child || len(l.Fixed)+len(other.Fixed) > 0 || len(l.Foreign) != len(other.Foreign) {
		return false
	}
	for i, column := range l.Foreign {
		if j := slices.Index(other.Foreign, column); j < 0 || other.Referred[j] != l.Referred[i] {
			return false
		}
	}
	return true
}

// namesIn are columns as the models call them.
func namesIn(t *Table, k *catalogue.ForeignKey, columns []string) []string {
	list := slices.Clone(columns)
	for i, column := range list {
		if _, ok := t.Schema.FieldsByDBName[column]; ok || !k.AnyCase {
			continue
		}
		for name := range t.Schema.FieldsByDBName {
			if strings.EqualFold(name, column) {
				list[i] = name
			}
		}
	}
	return list
}

// standIn is a table of which no model is known. Its rows are neither live nor
// trashed.
func standIn(key *catalogue.ForeignKey) *Table {
	s := &schema.Schema{Name: key.Child, Table: key.Child, FieldsByDBName: map[string]*schema.Field{}}
	for _, column := range key.Key {
		field := &schema.Field{Name: column, DBName: column, PrimaryKey: true, Schema: s}
		s.PrimaryFields = append(s.PrimaryFields, field)
		s.FieldsByDBName[column] = field
	}
	return &Table{Name: key.Child, Schema: s}
}

// IsKnown tells if there is a model of the table, soft-deletable or not: otherwise
// GORM has no statement about it.
func (t *Table) IsKnown() bool { return t.Schema.ModelType != nil }
