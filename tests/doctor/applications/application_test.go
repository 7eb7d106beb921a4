package applications_test

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm/clause"
)

// application is a program as it is before it meets the plugin.
type application struct {
	name string

	// schema is the SQL of its migrations, with {id}, {time} and the like for what
	// databases write otherwise. A line that begins with "postgres:" is for that one
	// only, one with "-mariadb:" for all others.
	schema []string

	// byGORM are models whose tables GORM made, in place of a schema.
	byGORM []any

	// models are those of the application, tagged the same ones as Doctor's advice has
	// them: nil where nothing changes.
	models, tagged []any

	// joins are models of join tables that the tagged ones have besides.
	joins []any

	// lookAlikes are those of models that only seem to have a marker before the tags.
	lookAlikes []any

	// rows are statements that fill it.
	rows []string

	// keeps are what its schema keeps apart.
	keeps []kept

	// calls are reads and writes of its own. They find the rows as they were.
	calls func(t *testing.T, w *world)

	// fine are indexes of which nothing is to be said, on any database.
	fine []string

	// leaves are codes of findings, with their tables, that stay when all remedies have
	// been run and the models have their tags: what to do about them is no SQL.
	leaves []string
}

// kept is something in which no two rows of a table may agree.
type kept struct {
	what string

	// row is the n-th row of those that agree, with note(n) in the column sets.
	row  func(n int) any
	sets string

	// where finds the rows that agree.
	where map[string]any

	// target is what an upsert names; none where there is none on them.
	target clause.OnConflict

	// open lists the databases in which live rows may agree before the tags are there,
	// free those in which a trashed row lets a live one have its values.
	open, free string

	// only lists the databases that can keep them apart at all, empty for all.
	only string

	// untold is set where no tag can say it, as of an expression: only a remedy makes it
	// one of live rows.
	untold bool

	// hard is set where a delete is for good before the tags are there.
	hard bool
}

// on is what an upsert by some columns names.
func on(columns ...string) clause.OnConflict {
	var conflict clause.OnConflict
	for _, name := range columns {
		conflict.Columns = append(conflict.Columns, clause.Column{Name: name})
	}
	return conflict
}

// types are how databases write what is the same to all.
var types = map[string]*strings.Replacer{
	"sqlite":   strings.NewReplacer("{id}", "integer PRIMARY KEY AUTOINCREMENT", "{time}", "datetime", "{seconds}", "datetime", "{bool}", "numeric", "{now}", "CURRENT_TIMESTAMP", "{ref}", "integer", "{cast}", "", "{text}", "'n' || i"),
	"postgres": strings.NewReplacer("{id}", "bigserial PRIMARY KEY", "{time}", "timestamptz", "{seconds}", "timestamp(0)", "{bool}", "boolean", "{now}", "CURRENT_TIMESTAMP", "{ref}", "bigint", "{cast}", "::timestamptz", "{text}", "'n' || i", "`", `"`),
	"mariadb":  strings.NewReplacer("{id}", "bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY", "{time}", "datetime(3)", "{seconds}", "datetime", "{bool}", "tinyint(1)", "{now}", "CURRENT_TIMESTAMP", "{ref}", "bigint unsigned", "{cast}", "", "{text}", "concat('n', i)"),
}

// statements are lines of SQL as a database wants them.
func statements(database string, lines []string) []string {
	var list []string
	if database == "tidb" { // which has no triggers, and takes no default that is coarser than its column
		lines = slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(line, "CREATE TRIGGER ") })
		for i := range lines {
			lines[i] = strings.ReplaceAll(lines[i], "{time} DEFAULT {now}", "{time} DEFAULT {now}(3)")
		}
	}
	database = kin(database)
	for _, line := range lines {
		if name, rest, found := strings.Cut(line, ": "); found && !strings.Contains(name, " ") {
			if is := strings.TrimPrefix(name, "-") == database; is == strings.HasPrefix(name, "-") {
				continue
			}
			line = rest
		}
		list = append(list, types[database].Replace(line))
	}
	return list
}

// isOn tells if a database is in a list of them.
func isOn(database, list string) bool {
	return list == "all" || slices.Contains(strings.Fields(list), kin(database))
}
