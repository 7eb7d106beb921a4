package page

import (
	"regexp"
	"strings"
)

var (
	// blank separates statements, as a semicolon at a line's end does.
	blank  = regexp.MustCompile(`;[ \t]*(?:\n|$)|\n[ \t]*\n`)
	quotes = strings.NewReplacer("`", "", `"`, "", "'", "")
	// tight are characters around which spaces say nothing.
	tight   = regexp.MustCompile(`\s*([(),=<>;])\s*`)
	comment = regexp.MustCompile(`(?m)^\s*--.*$|\s-- .*$`)
)

// databases are the names in docs of those in tests.
var databases = map[string]string{"SQLite": "sqlite", "PostgreSQL": "postgres", "MariaDB": "mariadb", "TiDB": "tidb"}

// named is the SQL without the first line that names its database, and whether it is this one's. SQL that names none is anyone's.
func named(sql, database string) (string, bool) {
	of := databaseOf(sql)
	if of == "" {
		return sql, true
	}
	_, rest, _ := strings.Cut(sql, "\n")
	return rest, of == database
}

// databaseOf is the database that SQL names in its first line, or empty.
func databaseOf(sql string) string {
	first, _, _ := strings.Cut(sql, "\n")
	name, is := strings.CutPrefix(first, "--")
	if !is {
		return ""
	}
	return databases[strings.TrimSpace(name)]
}

// statements are those of a block.
func statements(sql string) (list []string) {
	for _, statement := range blank.Split(comment.ReplaceAllString(sql, ""), -1) {
		if statement = strings.TrimSpace(statement); statement != "" {
			list = append(list, statement)
		}
	}
	return list
}

// Like tells whether a text is what the docs show, in which … stands for anything, and neither quotes nor spaces count.
func Like(shown, text string) bool {
	var pattern strings.Builder
	pattern.WriteString(`(?s)^`)
	for i, piece := range strings.Split(plain(shown), "…") {
		if i > 0 {
			pattern.WriteString(`.*?`)
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(piece)), " ", `\s+`))
		pattern.WriteString(`\s*`)
	}
	pattern.WriteString(`$`)
	return regexp.MustCompile(pattern.String()).MatchString(plain(text))
}

// plain is a text without quotes, and with no more spaces than it needs.
func plain(text string) string {
	return strings.Join(strings.Fields(tight.ReplaceAllString(strings.TrimSuffix(strings.TrimSpace(quotes.Replace(text)), ";"), "$1")), " ")
}
