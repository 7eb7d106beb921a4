package trashui

import (
	"net/url"
	"slices"
	"time"

	"github.com/gorm-softdelete/softdelete"
)

const days = 30 // of the picture

// overview says what is in the trash.
func (v *visit) overview() (*reply, error) {
	if err := v.whole(); err != nil {
		return nil, err
	}
	body := &overview{Models: []modelStat{}, Deletions: []deletion{}, DeletionsHref: v.base + "deletions"}
	times := v.days(body)
	glances, err := v.glances(times)
	if err != nil {
		return nil, err
	}
	for _, g := range glances {
		for i, n := range g.Between {
			body.Days[i].Rows += n.Rows
			body.Days[i].More = body.Days[i].More || n.More
		}
		if g.Trashed > 0 || g.More {
			body.Models = append(body.Models, v.modelStat(g))
		}
	}
	if err := v.latest(body); err != nil {
		return nil, err
	}
	return &reply{here: "overview", heading: v.page.options.Title, body: body, notice: v.notice()}, nil
}

// days are the last ones, and when each begins and the last one ends.
func (v *visit) days(body *overview) (times []time.Time) {
	today := time.Date(v.now.Year(), v.now.Month(), v.now.Day(), 0, 0, 0, 0, time.UTC)
	for i := days - 1; i >= -1; i-- {
		at := today.AddDate(0, 0, -i)
		times = append(times, at)
		if i >= 0 {
			date := at.Format(time.DateOnly)
			body.Days = append(body.Days, day{Date: date, Time: at, Href: v.base + "rows?" + url.Values{"since": {date}, "until": {date}}.Encode()})
		}
	}
	return times
}

func (v *visit) modelStat(g softdelete.Glance) modelStat {
	of := modelStat{
		Table: v.text(g.Table), Model: g.Model, Trashed: g.Trashed, More: g.More, Oldest: moment(g.Oldest), Newest: moment(g.Newest),
		Retention: int64(g.Retention / time.Second), Overdue: g.Overdue, MoreOverdue: g.MoreOverdue,
	}
	if g.Retention > 0 && !g.Oldest.IsZero() {
		of.Due = moment(g.Oldest.Add(g.Retention))
	}
	if t := v.table(g.Table); t != nil && t.keyed() {
		of.Href = v.base + "rows?" + url.Values{"model": {g.Table}}.Encode()
	}
	return of
}

// glances are the numbers of the tables that may be viewed: the database's, unless rows of a
// table may not be viewed, which then are counted one by one.
func (v *visit) glances(times []time.Time) (list []softdelete.Glance, err error) {
	counted := map[string]*softdelete.Glance{}
	ask := v.page.options.Authorize == nil
	for _, t := range v.viewed() {
		if v.page.options.Authorize != nil {
			g, err := v.countOne(t, times)
			if err != nil {
				return nil, err
			}
			counted[t.name()] = g
			ask = ask || g == nil
		}
	}
	all := map[string]softdelete.Glance{}
	if ask {
		glances, err := v.trash.Glance(v.ctx, softdelete.GlanceOptions{Times: times})
		if err != nil {
			return nil, err
		}
		for _, g := range glances {
			all[g.Table] = g
		}
	}
	for _, t := range v.viewed() {
		if g := counted[t.name()]; g != nil {
			list = append(list, *g)
		} else if g, ok := all[t.name()]; ok {
			list = append(list, g)
		}
	}
	return list, nil
}

// countOne counts rows of a table that may be viewed, of the newest ones. It is nil if there
// are more, and all of those may be.
func (v *visit) countOne(t *table, times []time.Time) (*softdelete.Glance, error) {
	if !t.keyed() {
		return nil, nil //nolint:nilnil // none is counted so
	}
	page, err := v.trash.List(v.ctx, softdelete.ListOptions{Models: []any{t.value}, Limit: mostRows})
	if err != nil {
		return nil, err
	}
	items := v.viewable(page.Items)
	v.newest[t.name()] = page.Items // those of the last operations are among them
	if page.Next != "" && len(items) == len(page.Items) {
		return nil, nil //nolint:nilnil // as above
	}
	g := &softdelete.Glance{Stat: softdelete.Stat{Table: t.name(), Model: t.schema.Name}, More: page.Next != "", Between: make([]softdelete.Count, len(times)-1)}
	for _, item := range items {
		v.countIn(g, item, times)
	}
	if g.More {
		v.beyond(g, page.Items[len(page.Items)-1], times)
	}
	return g, nil
}

// beyond says where there may be more rows: at the time of the last one that was asked for, and
// before. The oldest one is not known.
func (v *visit) beyond(g *softdelete.Glance, last softdelete.Item, times []time.Time) {
	g.MoreOverdue, g.Oldest = g.Retention > 0, time.Time{}
	for i := range g.Between {
		g.Between[i].More = !times[i].After(last.At)
	}
}

// countIn adds a row.
func (v *visit) countIn(g *softdelete.Glance, item softdelete.Item, times []time.Time) {
	g.Trashed++
	if item.At.IsZero() {
		return
	}
	if g.Newest.IsZero() || item.At.After(g.Newest) {
		g.Newest = item.At
	}
	if g.Oldest.IsZero() || item.At.Before(g.Oldest) {
		g.Oldest = item.At
	}
	if kept := item.KeptUntil(); !kept.IsZero() {
		g.Retention = kept.Sub(item.At)
		if kept.Before(v.now) {
			g.Overdue++
		}
	}
	for i := range g.Between {
		if !item.At.Before(times[i]) && item.At.Before(times[i+1]) {
			g.Between[i].Rows++
		}
	}
}

const latest = 10

// latest adds the last operations.
func (v *visit) latest(body *overview) error {
	var models []any
	for _, t := range v.viewed() {
		models = append(models, t.value)
	}
	if len(models) == 0 {
		return nil
	}
	page, err := v.trash.Deletions(v.ctx, softdelete.ListOptions{Limit: latest, Models: models})
	if err = listed(err); err != nil {
		return err
	}
	visible, err := v.visible(page.Items)
	if err != nil {
		return err
	}
	if body.Deletions, err = v.deletionViews(visible, "./"); err != nil {
		return err
	}
	for _, name := range page.Untold {
		if v.mayViewTable(name, "") {
			body.Untold = append(body.Untold, v.text(name))
		}
	}
	body.Former = len(page.Items) == 0 && slices.ContainsFunc(body.Models, func(of modelStat) bool { return of.Href != "" && !slices.Contains(body.Untold, of.Table) })
	return nil
}
