package doctor

import (
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// statements are those of a change of an index, as somebody runs them by hand:
// one after the other, or all at once.
func (c *checkup) statements(change *migrator.Change) []string {
	if change.Foreign {
		return nil
	}
	change.AddColumn = change.AddColumn && !change.Table.Has([]string{model.LiveColumn})
	if c.Dialect.ForeignKeyIndex {
		change.Hold(c.foreign)
	}
	w := c.writer()
	list := c.settled(change)
	for _, name := range change.Unfinished {
		list = append(list, w.Text("DROP INDEX ", change.Named(name)))
	}
	if c.Dialect.TableRebuild && change.NeedsProbe() {
		// There the one before has to go first. If rows forbid the new one, that is found out before.
		name := migrator.Interim(change.Want.Name)
		list = append(list, w.Create(change, name), w.Text("DROP INDEX ", change.Named(name)))
	}
	list = append(list, w.Statements(change)...)
	c.addsColumn(change)
	if change.DropsConstraint() && slices.ContainsFunc(change.Drop, func(old catalogue.Index) bool { return !old.Constraint && old.Name == change.Want.Name }) {
		// The new index has its first name only until an ordinary one is gone. Run again, all of it is done
		// again: no line may fail in between, and leave that name behind.
		for n := range list {
			list[n] = strings.Replace(list[n], " DROP CONSTRAINT ", " DROP CONSTRAINT IF EXISTS ", 1)
		}
	}
	return list
}

// settled lists the statement by which the marker gets its type before a generated column
// is of it: GORM's migrator would do it later, which a database may refuse by then.
func (c *checkup) settled(change *migrator.Change) []string {
	m := change.Model
	have, ok := change.Table.Columns[m.Marker.Field.DBName]
	if !c.Dialect.FixedByGenerated || !change.AddColumn || m.At != m.Marker.Field || !ok || have.Type == "" {
		return nil
	}
	kind := withoutNull(c.typeOf(m.At))
	if strings.EqualFold(strings.TrimSpace(beyondType.ReplaceAllLiteralString(kind, "")), have.Type) {
		return nil
	}
	sql := "ALTER TABLE " + c.quote(change.Table.Name) + " " + changeType(c.Dialect, c.quoted([]string{have.Name}), kind)
	c.takeOver(sql)
	return []string{sql}
}

// takeOver takes a statement out of the remedy that has it, so that it can be run earlier.
func (c *checkup) takeOver(sql string) {
	if !c.said[sql] {
		return
	}
	delete(c.said, sql)
	for _, f := range c.findings {
		lines := strings.Split(f.Remedy, "\n")
		if rest := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return line == sql+";" }); len(rest) < len(lines) {
			f.Remedy = strings.TrimSuffix(strings.Join(rest, "\n"), "\n")
			f.Message += anothersRemedy
		}
	}
}

// writer writes statements without CONCURRENTLY, which cannot stand beside others
// that are sent along.
func (c *checkup) writer() migrator.DDL { return migrator.DDL{DB: c.DB, Dialect: c.Dialect} }

// addsColumn remembers that a remedy adds the generated column: those that come
// after it do not.
func (c *checkup) addsColumn(change *migrator.Change) {
	if change.AddColumn {
		change.Table.Columns[model.LiveColumn] = catalogue.Column{Name: model.LiveColumn, Generated: true}
	}
}

// liveOnly lists the statements that put an index of live rows in the place of
// one of all rows, by the same name.
func (ti *tableIndexes) liveOnly(ix *catalogue.Index, kind model.IndexKind) []string {
	i := ti.wantedFor(ix, kind)
	isMade := kind == model.UniqueAmongLive && slices.ContainsFunc(ti.made, func(columns []string) bool { return model.SameSet(columns, i.Columns()) })
	if isMade && !ti.isPlain(ix) {
		// It keeps out other rows than the one that a remedy makes: it stays beside that, by its own name.
		own := *i
		own.Name = ix.Name
		i, isMade = &own, false
	}
	change := ti.changeFor(i)
	if change == nil {
		change = &migrator.Change{Model: ti.m, Table: ti.have, Want: ti.m.Define(i, ti.Dialect)}
	}
	// What another remedy has done is not done again.
	change.Drop = slices.DeleteFunc(change.Drop, func(old catalogue.Index) bool { return ti.gone[old.Name] })
	if isMade {
		change.Create, change.From = false, ""
	}
	if kind == model.UniqueAmongLive {
		ti.made = append(ti.made, i.Columns())
	}
	ti.gone[i.Name], ti.gone[ix.Name] = true, true
	if !slices.ContainsFunc(change.Drop, func(old catalogue.Index) bool { return old.Name == ix.Name }) {
		change.Drop = append(change.Drop, *ix)
	}
	change.Foreign = change.Foreign && i.Name != ix.Name
	for _, old := range change.Drop {
		ti.gone[old.Name] = true
	}
	if ti.Dialect.TableRebuild && change.DropsConstraint() {
		ti.anew = append(ti.anew, change)
		return nil
	}
	var list []string
	if ti.isPlain(ix) {
		list = ti.statements(change)
	} else if _, open := ti.markerIn(ix); !open { // The marker would stay in it, and let all pass.
		list = ti.rewritten(ix, change)
	}
	ti.remember(change, list)
	return list
}

// remember keeps what is known of a table's indexes as it is after a remedy, for
// those that make the table anew.
func (c *checkup) remember(change *migrator.Change, remedy []string) {
	texts := c.texts.Indexes[change.Table.Name]
	if !c.Dialect.TableRebuild || len(remedy) == 0 || texts == nil {
		return
	}
	for _, old := range change.Drop {
		delete(texts, old.Name)
	}
	for _, sql := range remedy {
		if strings.HasPrefix(sql, "CREATE ") && strings.Contains(sql, "INDEX "+c.quote(change.Want.Name)+" ON ") {
			texts[change.Want.Name] = sql
		}
	}
}

// wantedFor is the index of live rows that takes the place of another: the one
// that a tag of the model asks for, or one like the old one.
func (ti *tableIndexes) wantedFor(ix *catalogue.Index, kind model.IndexKind) *model.Index {
	columns := ti.without(ix.Columns)
	for i := range ti.m.Indexes {
		own := &ti.m.Indexes[i]
		if own.Kind == kind && (kind == model.UniqueAmongLive && model.SameSet(own.Columns(), columns) || slices.Equal(own.Columns(), columns)) {
			return own
		}
	}
	i := &model.Index{Name: ix.Name, Kind: kind}
	for _, name := range columns {
		i.Fields = append(i.Fields, &schema.Field{DBName: name})
	}
	if ix.Constraint && ti.Dialect.TableRebuild {
		i.Name = ti.nameInTag(ix) // the database made the name up
	}
	return i
}

// isPlain tells if an index is no more than a list of columns.
func (ti *tableIndexes) isPlain(ix *catalogue.Index) bool {
	if slices.Contains(ix.Columns, "") || ix.Where != "" {
		return false
	}
	text, ok := ti.texts.Indexes[ti.t.Name][ix.Name]
	if !ok || ti.Dialect.AlterIndexes {
		return ix.Plain
	}
	_, list, _ := strings.Cut(text, "(")
	return strings.EqualFold(model.PlainCondition(list), strings.Join(ix.Columns, ",")) && (!strings.Contains(text, " USING ") || strings.Contains(text, " USING btree "))
}

// canBeLiveOnly tells if it is known how to make an index of live rows of one.
func (ti *tableIndexes) canBeLiveOnly(ix *catalogue.Index) bool {
	text := ti.texts.Indexes[ti.t.Name][ix.Name]
	if !ti.Dialect.AlterIndexes {
		return ti.isPlain(ix) || text != ""
	}
	kind, columns, _ := strings.Cut(text, " ")
	return kind == "BTREE" && columns != ""
}

// rewritten lists the statements of a change to an index that is more than a list
// of columns, from the text that made it.
func (ti *tableIndexes) rewritten(ix *catalogue.Index, change *migrator.Change) []string {
	if !ti.canBeLiveOnly(ix) {
		return nil
	}
	w := ti.writer()
	text := oneLine(ti.texts.Indexes[ti.t.Name][ix.Name])
	unique := ""
	if ix.Unique {
		unique = "UNIQUE "
	}
	if ti.Dialect.AlterIndexes {
		_, columns, _ := strings.Cut(text, " ")
		if ix.Unique {
			columns += ", " + ti.quoted([]string{model.LiveColumn})
		} else {
			columns = ti.quoted([]string{ti.m.Marker.Field.DBName}) + ", " + columns
		}
		own := &migrator.Change{Model: ti.m, Table: ti.have, Create: true, Drop: []catalogue.Index{*ix}, List: columns}
		own.Want = model.Definition{Name: ix.Name, Unique: ix.Unique, Columns: ix.Columns}
		own.AddColumn = ix.Unique && !ti.have.Has([]string{model.LiveColumn})
		list := append(ti.settled(own), w.Statements(own)...)
		ti.addsColumn(own)
		return list
	}
	// What stands between the table's name and the condition.
	at := strings.Index(text, " USING ")
	if at < 0 {
		at = strings.Index(text, "(") - 1
	}
	body := text[at+1:]
	where := w.Text(ti.m.MarkerCondition(model.LiveOnly))
	if ix.Where != "" {
		if end := catalogue.WhereIn(body); end >= 0 {
			body = strings.TrimSpace(body[:end])
		}
		where = "(" + oneLine(ix.Where) + ") AND " + where
	}
	change.Create = true
	list := w.Statements(change)
	for n, sql := range list {
		if head, _, found := strings.Cut(sql, " ("); found && strings.HasPrefix(sql, "CREATE ") {
			list[n] = strings.Replace(head, "CREATE INDEX", "CREATE "+unique+"INDEX", 1) + " " + body + " WHERE " + where
		}
	}
	return list
}
