package softdelete

import (
	"fmt"
	"slices"
	"strings"
)

// undeclared finds foreign keys that remove or change soft-deletable rows by
// themselves, without a word of it in the models.
func (c *checkup) undeclared() error {
	g := c.plugin.models.relationsWith(c.graph.names, c.foreign)
	for _, t := range c.tables {
		for _, l := range g.tables[t.name].parents {
			if l.byDatabase && l.child.model != nil {
				c.undeclaredBy(l)
			}
		}
		for _, l := range g.tables[t.name].children {
			isChosen := slices.ContainsFunc(c.tables, func(other *table) bool { return other.name == l.child.name })
			if l.byDatabase && l.child.model != nil && !isChosen {
				c.undeclaredBy(l)
			}
		}
	}
	return nil
}

func (c *checkup) undeclaredBy(l *link) {
	parent := l.parent.schema.Name
	does, purge, live, instead := "removes its rows with", "takes trashed ones along, and is refused while live ones are there",
		"removes live ones for good", `softdelete:"cascade"`
	if l.onDelete != actionCascade {
		does, purge, live, instead = "parts its rows from", "is refused while live ones hang on it, and parts trashed ones from it",
			"parts live ones from it", `softdelete:"none"`
	}
	what := fmt.Sprintf("a soft delete of a %s leaves them as they are, a purge %s", parent, purge)
	switch {
	case l.parent.model == nil:
		what = fmt.Sprintf("a %s has no marker, and its delete %s", parent, live)
	case c.plugin.config.IgnoreConstraints:
		what = fmt.Sprintf("a purge of a %s %s, as Config.IgnoreConstraints is set", parent, live)
	}
	message := fmt.Sprintf("its foreign key on %s is ON DELETE %s: the database %s a row of %s, and the models do not say so: %s. "+
		"Declare the relation in %s with constraint:OnDelete:%s, or tag it %s",
		strings.Join(l.foreign, ", "), l.onDelete, does, l.parent.name, what, parent, l.onDelete, instead)
	c.add(SeverityWarning, CodeCascadeUndeclared, l.child, message)
}
