package doctor

import (
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// guards finds tables without a guard beside others that have one, guards that are not
// what they should be, and those that are off. It says nothing where no table has one.
func (c *checkup) guards() error {
	if len(c.Dialect.Guard.Parts) == 0 {
		return nil
	}
	var names []string
	for _, name := range c.Graph.Names {
		if t := c.Graph.Tables[name]; t.Model != nil && t.Err == nil && (c.Dialect.Regclass || !strings.Contains(name, ".")) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	found, err := catalogue.GuardsOf(c.DB, c.Dialect, names)
	if err != nil {
		return err
	}
	guarded := ""
	for _, name := range names {
		if len(found.Parts[name]) > 0 {
			guarded = name
			break
		}
	}
	if guarded == "" {
		return nil
	}
	shared := true
	for _, t := range c.Tables {
		if t.Model == nil || c.known[t.Name] == nil || c.texts.Views[t.Name] {
			continue
		}
		g := migrator.GuardOf(c.DB, c.Dialect, t.Model, t.Name, found.Places[t.Name])
		c.guard(t, guarded, migrator.Guarded(&g, found, c.Dialect, shared))
		shared = false
	}
	return c.leftOpen(found)
}

// guard finds what a table lacks of its guard.
func (c *checkup) guard(t *model.Table, beside string, state migrator.GuardState) {
	switch {
	case state.Bare:
		c.add(Warning, GuardMissing, t, "the table has no guard, and "+beside+" has one: raw SQL and foreign keys can delete its live rows; softdelete.Guard guards it", state.Lacks...)
	case state.Wrong:
		c.add(Warning, GuardOutdated, t, "the guard of the table is not what this version makes for the model: it may let live rows go, or keep trashed ones; softdelete.Guard makes it anew", state.Lacks...)
	}
	if len(state.Off) > 0 {
		c.add(Error, GuardDisabled, t, "the guard of the table is switched off: raw SQL and foreign keys can delete its live rows", state.Off...)
	}
}

// leftOpen finds that all guards are open, where they are by a row.
func (c *checkup) leftOpen(found catalogue.Guards) error {
	guard := &c.Dialect.Guard
	if guard.Left == "" || len(found.Parts[""]) == 0 {
		return nil
	}
	var n int64
	if err := c.DB.Raw(guard.Left).Scan(&n).Error; err != nil || n == 0 {
		return err
	}
	c.addTo(Error, GuardDisabled, found.Parts[""][0].Name, "", "the guards of all tables are open: somebody has left a row here, which says that live rows are meant", guard.Close)
	return nil
}
