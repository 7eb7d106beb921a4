package doctor

import (
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
)

// rebuild lists the statements of changes for which unique constraints have to go,
// on a database that can only make the table anew for that, with its indexes; none if a constraint
// is not found in what made the table. They are for one connection.
// https://www.sqlite.org/lang_altertable.html#otheralter
func (c *checkup) rebuild(have *catalogue.Table, changes []*migrator.Change, indexes map[string]string) []string {
	const suffix = "_softdelete_new"
	w := migrator.DDL{DB: c.DB, Dialect: c.Dialect}
	parsed, ok := migrator.ParseTable(oneLine(c.texts.Tables[have.Name]))
	if !ok {
		return nil
	}
	// Rows that agree make a unique index fail, and so does one that is there since the
	// remedy was run. That is seen before the transaction is open; the index goes with
	// the old table.
	var made, probes []string
	for _, change := range changes {
		if change.Create && change.Want.Unique {
			name := change.Want.Name
			if indexes[name] != "" {
				name = migrator.Interim(name)
			}
			probes = append(probes, w.Create(change, name))
		}
		rest := *change
		rest.Drop = nil
		for _, old := range change.Drop {
			switch {
			case !old.Constraint:
				rest.Drop = append(rest.Drop, old)
			case !parsed.DropUnique(old.Columns):
				return nil
			}
		}
		made = append(made, w.Statements(&rest)...)
	}
	var copied []string
	for _, column := range have.Columns {
		if !column.Generated {
			copied = append(copied, column.Name)
		}
	}
	// Columns that the model has and the table not are there when this is run.
	for _, added := range c.added[have.Name] {
		copied = append(copied, added.Name)
		parsed.Parts = slices.Insert(parsed.Parts, 0, migrator.SQLText{added.Type})
	}
	slices.Sort(copied)
	old, scratch := clause.Table{Name: have.Name}, clause.Table{Name: have.Name + suffix}
	columns := expr.Columns("", copied)
	list := []string{
		w.Text("CREATE TABLE ", scratch, " "+parsed.Body()),
		w.Text("INSERT INTO ", scratch, " (", columns, ") SELECT ", columns, " FROM ", old),
	}
	if strings.Contains(strings.ToUpper(c.texts.Tables[have.Name]), "AUTOINCREMENT") {
		// Keys of rows that are gone are not given out again.
		from, to := sqlString(have.Name), sqlString(scratch.Name)
		list = append(list,
			"DELETE FROM sqlite_sequence WHERE name = "+to,
			"INSERT INTO sqlite_sequence (name, seq) SELECT "+to+", seq FROM sqlite_sequence WHERE name = "+from)
	}
	list = append(list, w.Text("DROP TABLE ", old), w.Text("ALTER TABLE ", scratch, " RENAME TO ", old))
	for _, name := range slices.Sorted(maps.Keys(indexes)) {
		list = append(list, oneLine(indexes[name]))
	}
	for _, text := range c.texts.Triggers[have.Name] {
		list = append(list, oneLine(text))
	}
	list = append(list, made...)
	// Foreign keys would take the rows of children as the table is dropped. The
	// other setting keeps the rename from looking at views of it.
	before := []string{"PRAGMA legacy_alter_table = ON", "BEGIN IMMEDIATE"}
	after := []string{"COMMIT", "PRAGMA legacy_alter_table = OFF"}
	if c.texts.Enforced {
		before = append([]string{"PRAGMA foreign_keys = OFF"}, before...)
		after = append(after, "PRAGMA foreign_keys = ON")
	}
	return slices.Concat(probes, before, list, after)
}

func sqlString(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// oneLine is SQL without comments and line breaks.
func oneLine(sql string) string {
	var b strings.Builder
	for i := 0; i < len(sql); {
		end := i + 1
		switch c := sql[i]; {
		case strings.HasPrefix(sql[i:], "--"):
			i = migrator.EndOf(sql, i, "\n")
			_ = b.WriteByte(' ')
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			i = migrator.EndOf(sql, i, "*/")
			_ = b.WriteByte(' ')
			continue
		case strings.IndexByte("\t\r\n\f", c) >= 0:
			_ = b.WriteByte(' ')
			i++
			continue
		case c == '[':
			end = migrator.EndOf(sql, i, "]")
		case strings.IndexByte("'\"`", c) >= 0:
			end = migrator.EndOfQuoted(sql, i)
		}
		_, _ = b.WriteString(sql[i:end])
		i = end
	}
	return strings.TrimSpace(b.String())
}
