package trashui

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// forbids says what forbids a plan, a sentence each, with what to do.
func (v *visit) forbids(p *plan, parentsTo string) (list []sentence) {
	for _, r := range p.Restricted {
		if r.Relation == "" {
			list = append(list, sentence{Text: "Something live belongs to it (" + r.Model + ") that you may not see. Somebody who may has to delete that first."})
			continue
		}
		text, it := many(r.Count, "live row")+" belong", "them"
		if r.Count == 1 {
			text, it = "A live row belongs", "it"
		}
		list = append(list, sentence{Text: text + " to it (" + r.Model + "." + r.Relation + "). Delete " + it + " first."})
	}
	for _, c := range p.Conflicts {
		list = append(list, conflicting(c)...)
	}
	for _, model := range p.TrashedParents {
		if model == "" {
			list = append(list, sentence{Text: "Something that it belongs to is in the trash, too, and you may not see that. Somebody who may has to restore it first."})
			continue
		}
		s := sentence{Text: "Its " + model + " is in the trash, too. Restore that first, or restore it with this."}
		if parentsTo != "" {
			s.Href, s.Link = parentsTo, "Restore these too"
			parentsTo = "" // once is enough
		}
		list = append(list, s)
	}
	return list
}

// conflicting says which rows have a value that may be there only once.
func conflicting(c conflict) (list []sentence) {
	index := ""
	if c.Constraint != "" {
		index = " (" + display.Line(c.Constraint) + ")"
	}
	for _, clash := range c.Clashes {
		what, with := "A value"+index, ""
		if len(clash.Columns) > 0 {
			what = "The " + strings.Join(clash.Columns, " and ")
		}
		if len(clash.With) > 0 {
			with = " (" + display.LineKey(clash.With) + ")"
		}
		s := sentence{Text: what + " of " + clash.Label + " is used by a live " + c.Model + with + ". Change that one first.", Href: clash.Href, Link: "See the deleted " + clash.Label}
		if !clash.Live {
			s.Text = what + " of " + clash.Label + " is that of another " + c.Model + with + ", which would come back too. Restore only one of them."
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		list = append(list, sentence{Text: "A live row has a value that " + c.Model + " has only once" + index + ". Change or delete that one first."})
	}
	return list
}

// clashes are the rows behind the conflicts of a plan, with what people know those in the
// trash by; those that may not be viewed are left out.
func (v *visit) clashes(of softdelete.Plan) (map[softdelete.ConflictError][]clash, error) {
	var items []softdelete.Item
	var shown []softdelete.Clash
	for _, c := range of.Clashes {
		if item := (softdelete.Item{Table: c.Table, Model: c.Model, Key: c.Key}); v.mayView(item) {
			items, shown = append(items, item), append(shown, c)
		}
	}
	labels, err := v.labels(items)
	if err != nil {
		return nil, err
	}
	list := map[softdelete.ConflictError][]clash{}
	for i, c := range shown {
		said := clash{Key: v.key(c.Key), Columns: []string{}, Live: c.Live, Label: labels[i], Href: v.rowHref(c.Table, c.Key)}
		for _, column := range c.Columns {
			said.Columns = append(said.Columns, v.text(column))
		}
		if len(c.With) > 0 && v.mayView(softdelete.Item{Table: c.Table, Model: c.Model, Key: c.With}) {
			said.With = v.key(c.With)
		}
		kind := softdelete.ConflictError{Model: c.Model, Constraint: c.Constraint}
		list[kind] = append(list[kind], said)
	}
	return list, nil
}

// restricted says which live rows forbid something, as far as their table may be viewed.
func (v *visit) restricted(r softdelete.RestrictError) restricted {
	tables := map[string]string{}
	child, _, byChild := strings.Cut(r.Relation, ".")
	name, _, byDatabase := strings.Cut(r.Relation, "(")
	switch {
	case byDatabase:
		tables[name] = ""
	case byChild:
		tables = v.tablesOf(child)
	default:
		for _, s := range v.schemasOf(r.Model) {
			if rel := s.Relationships.Relations[r.Relation]; rel != nil {
				tables[rel.FieldSchema.Table] = rel.FieldSchema.Name
			}
		}
	}
	if !v.mayViewAll(tables) {
		return restricted{Model: r.Model}
	}
	return restricted{r.Model, r.Relation, r.Count}
}

// trashedParents are the models of those of a plan, as far as their tables may be viewed.
func (v *visit) trashedParents(of softdelete.Plan) []string {
	list := []string{}
	for _, name := range of.TrashedParents {
		if !v.mayViewAll(v.tablesOf(name)) {
			name = ""
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// mayRaise asks if the trashed parents of a plan may be restored, as far as it names them.
func (v *visit) mayRaise(of softdelete.Plan) bool {
	for _, model := range of.TrashedParents {
		tables := v.tablesOf(model)
		if !v.mayViewAll(tables) {
			return false
		}
		for name := range tables {
			if !v.may(ActionRestore, Target{Table: name, Model: model}) {
				return false
			}
		}
	}
	return len(of.TrashedParents) > 0
}
