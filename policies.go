package softdelete

import (
	"fmt"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// PolicyAction is what an operation on a row does about the rows that hang on it.
type PolicyAction int

// What a Policy does.
const (
	PolicyNone     PolicyAction = iota // they are left as they are
	PolicyCascade                      // they go along
	PolicyRestrict                     // live ones forbid it
)

// String returns the word of the tag: "none", "cascade", "restrict".
func (a PolicyAction) String() string {
	switch a {
	case PolicyCascade:
		return "cascade"
	case PolicyRestrict:
		return "restrict"
	default:
		return "none"
	}
}

// Policy is what operations on rows of one model do about the rows of another that
// hang on them by a relation. See Plugin.Policies.
type Policy struct {
	Parent   string // name of the Go type; the table's if it has none
	Relation string // the relation's field; "Child.Field" if it is the child, or the other side, that declares it
	Child    string // name of the Go type; the table's if it has none, as a join table

	Action PolicyAction

	// Source is what says so, as it would stand in the field's tag:
	// softdelete:"cascade", or constraint:OnDelete:CASCADE of the gorm tag.
	Source string

	// Hooks: hooks of the child run, by the tag "cascade,hooks".
	Hooks bool

	// Kept: the child has no marker. A soft delete of the parent leaves its rows as
	// they are, and only what removes the parent for good takes them along.
	Kept bool
}

// String is the policy in a line, for a log:
//
//	User → Post (Posts): cascade, by constraint:OnDelete:CASCADE
func (p Policy) String() string {
	text := fmt.Sprintf("%s → %s (%s): %s, by %s", p.Parent, p.Child, p.Relation, p.Action, p.Source)
	if p.Kept && p.Action == PolicyCascade {
		text += "; it has no marker, and goes along only with what is removed for good"
	}
	return text
}

// Policies lists what deletes, restores and removals do along relations of the models
// that are registered by now. Those are the models of [Config].Models, what they relate
// to, and those of statements so far. It shows a team what db.Use changes: a declared
// constraint cascades to what a soft delete left alone before.
//
//	plugin := softdelete.New(softdelete.Config{Models: all})
//	if err := db.Use(plugin); err != nil { … }
//	for _, policy := range plugin.Policies() {
//		log.Println(policy)
//	}
//
// Relations of which neither a softdelete tag nor a constraint says anything are not
// listed. Foreign keys that only the database has are not, either: [Doctor] tells of
// those. With Config.IgnoreConstraints, tags alone count. The order is that of the
// tables' names. Before db.Use there is none. It asks no database, and is safe for
// concurrent use.
func (p *Plugin) Policies() []Policy {
	var list []Policy
	g := p.models.relations()
	for _, name := range g.Names {
		for _, l := range g.Tables[name].Children {
			source := l.Source(p.config.IgnoreConstraints)
			if source == "" {
				continue
			}
			list = append(list, Policy{
				Parent: l.Parent.ModelName(), Relation: l.Relation, Child: l.Child.ModelName(),
				Action: actionOf(l), Source: source, Hooks: l.Hooks, Kept: l.Child.Model == nil,
			})
		}
	}
	return list
}

func actionOf(l *model.Link) PolicyAction {
	switch l.Policy {
	case model.Cascades:
		return PolicyCascade
	case model.Restricts:
		return PolicyRestrict
	default:
		return PolicyNone
	}
}
