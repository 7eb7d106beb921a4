package rawsql

import (
	"gorm.io/gorm"
)

// lexicon is how a database reads the text of SQL: where its strings, names and
// comments end. Its zero value is that of PostgreSQL, but for what is set there.
type lexicon struct {
	// hashComment: # begins a comment, to the end of the line.
	hashComment bool

	// blankAfterDashes: -- begins a comment only with a blank behind it.
	blankAfterDashes bool

	// nestedComments: a comment ends when those in it have ended.
	nestedComments bool

	// codeComments: what stands in /*! … */ is read as SQL by some versions.
	codeComments bool

	// backticks: names stand in backticks. Elsewhere these are operators.
	backticks bool

	// brackets: names stand in square brackets.
	brackets bool

	// dollarQuotes: a string can stand in $tag$ … $tag$.
	dollarQuotes bool

	// variables: $name, :name, @name and #name are parameters, behind which a
	// parenthesis belongs to the name.
	variables bool

	// escapes: a backslash takes its meaning from a quote behind it, unless the
	// server is set otherwise.
	escapes bool

	// escapeStrings: it does so in E'…', however the server is set.
	escapeStrings bool

	// fixedEscapes: no setting of the server's changes what a backslash does.
	fixedEscapes bool

	// orPipes: || is an OR, unless the server is set otherwise.
	orPipes bool
}

var (
	sqliteText   = &lexicon{backticks: true, brackets: true, variables: true, fixedEscapes: true}
	mysqlText    = &lexicon{hashComment: true, blankAfterDashes: true, codeComments: true, backticks: true, escapes: true, orPipes: true}
	postgresText = &lexicon{nestedComments: true, dollarQuotes: true, escapeStrings: true}
)

// lexiconOf is that of a handle's database.
func lexiconOf(db *gorm.DB) *lexicon { return lexiconNamed(db.Name()) }

func lexiconNamed(driver string) *lexicon {
	switch driver {
	case "sqlite":
		return sqliteText
	case "mysql":
		return mysqlText
	default:
		return postgresText
	}
}
