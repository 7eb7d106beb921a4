package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// undeclared finds foreign keys that remove or change soft-deletable rows by
// themselves, without a word of it in the models.
func (c *checkup) undeclared() error {
	g := c.WithForeignKeys(c.Graph.Names, c.foreign)
	for _, t := range c.Tables {
		for _, l := range g.Tables[t.Name].Parents {
			if l.ByDatabase && l.Child.Model != nil {
				c.undeclaredBy(l)
			}
		}
		for _, l := range g.Tables[t.Name].Children {
			isChosen := slices.ContainsFunc(c.Tables, func(other *model.Table) bool { return other.Name == l.Child.Name })
			if l.ByDatabase && l.Child.Model != nil && !isChosen {
				c.undeclaredBy(l)
			}
		}
	}
	return nil
}

func (c *checkup) undeclaredBy(l *model.Link) {
	parent := l.Parent.Schema.Name
	does, purge, live, instead := "removes its rows with", "takes trashed ones along, and is refused while live ones are there",
		"removes live ones for good", `softdelete:"cascade"`
	if l.OnDelete != model.ActionCascade {
		does, purge, live, instead = "parts its rows from", "is refused while live ones hang on it, and parts trashed ones from it",
			"parts live ones from it", `softdelete:"none"`
	}
	what := fmt.Sprintf("a soft delete of a %s leaves them as they are, a purge %s", parent, purge)
	switch {
	case l.Parent.Model == nil:
		what = fmt.Sprintf("a %s has no marker, and its delete %s", parent, live)
	case c.IgnoreConstraints:
		what = fmt.Sprintf("a purge of a %s %s, as Config.IgnoreConstraints is set", parent, live)
	}
	message := fmt.Sprintf("its foreign key on %s is ON DELETE %s: the database %s a row of %s, and the models do not say so: %s. "+
		"Declare the relation in %s with constraint:OnDelete:%s, or tag it %s",
		strings.Join(l.Foreign, ", "), l.OnDelete, does, l.Parent.Name, what, parent, l.OnDelete, instead)
	severity := Warning
	if l.GuardedBy != nil {
		severity = Info // a tag keeps it from live rows
	}
	f := c.add(severity, CascadeUndeclared, l.Child, message)
	f.aboutColumns(l.Child, l.Foreign)
	f.Tag = instead
}
