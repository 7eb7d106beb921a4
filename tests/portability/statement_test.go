package portability_test

import (
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/rawsql"
)

// drivers are the names by which GORM knows the databases.
var drivers = map[string]string{"sqlite": "sqlite", "postgres": "postgres", "mariadb": "mysql", "tidb": "mysql"}

// statement is a statement by its tokens: keywords and bare names in capitals, names in quotes as they are.
type statement []rawsql.Token

// read takes a statement apart; its comments, hints among them, come last. It tells if all of it could be read.
func read(database, sql string) (statement, bool) {
	tokens, whole := rawsql.Tokens(drivers[database], sql)
	var code, comments statement
	for _, token := range tokens {
		switch token.Kind {
		case rawsql.Comment:
			comments = append(comments, token)
			continue
		case rawsql.Word:
			token.Text = strings.ToUpper(token.Text)
		}
		code = append(code, token)
	}
	return append(code, comments...), whole
}

// is tells if a bare word or a sign stands at a place.
func (s statement) is(i int, text string) bool {
	return i >= 0 && i < len(s) && s[i].Text == text && (s[i].Kind == rawsql.Word || s[i].Kind == rawsql.Sign)
}

// find calls each for the places at which some words and signs follow each other, with how many parentheses are open there,
// until it returns true.
func (s statement) find(words string, each func(at, depth int) bool) bool {
	list, depth := strings.Fields(words), 0
	for i := range s {
		switch {
		case s.is(i, "("):
			depth++
		case s.is(i, ")"):
			depth--
		}
		found := true
		for j, word := range list {
			found = found && s.is(i+j, word)
		}
		if found && each(i, depth) {
			return true
		}
	}
	return false
}

// has tells if some words follow each other anywhere.
func (s statement) has(words string) bool {
	return s.find(words, func(int, int) bool { return true })
}

// having returns what tells if a statement has any of some sequences of words.
func having(sequences ...string) func(statement) bool {
	return func(s statement) bool {
		for _, words := range sequences {
			if s.has(words) {
				return true
			}
		}
		return false
	}
}

// calling returns what tells if a statement calls a function whose name begins in one of some ways.
func calling(names ...string) func(statement) bool {
	return func(s statement) bool {
		for i, token := range s {
			for _, name := range names {
				if token.Kind == rawsql.Word && s.is(i+1, "(") && strings.HasPrefix(token.Text, name) {
					return true
				}
			}
		}
		return false
	}
}

// beginning returns what tells if a statement begins with one of some sequences of words.
func beginning(sequences ...string) func(statement) bool {
	return func(s statement) bool {
		for _, words := range sequences {
			if s.find(words, func(at, _ int) bool { return at == 0 }) {
				return true
			}
		}
		return false
	}
}

// hinted tells if a statement has a comment that some databases take for a setting.
func hinted(s statement) bool {
	for _, token := range s {
		if token.Kind == rawsql.Comment && strings.Contains(strings.ToUpper(token.Text), "SET_VAR") {
			return true
		}
	}
	return false
}

// userVariable tells if a statement has a variable of the session's, @name, which is none of the server's, @@name.
func userVariable(s statement) bool {
	return s.find("@", func(at, _ int) bool {
		return !s.is(at-1, "@") && at+1 < len(s) && s[at+1].Kind == rawsql.Word
	})
}

// locks tells if a statement locks what it reads, and how deep in parentheses.
func (s statement) locks(each func(depth int) bool) bool {
	for _, words := range []string{"FOR UPDATE", "FOR SHARE", "LOCK IN SHARE MODE"} {
		if s.find(words, func(_, depth int) bool { return each(depth) }) {
			return true
		}
	}
	return false
}

// writes tells if a statement writes rows.
func (s statement) writes() bool { return beginning("UPDATE", "DELETE")(s) }

// limitedByExpression tells if a LIMIT is more than a number.
func limitedByExpression(s statement) bool {
	return s.find("LIMIT", func(at, _ int) bool {
		return at+1 < len(s) && s[at+1].Kind != rawsql.Value && s[at+1].Kind != rawsql.Number
	})
}

// joinedWrite tells if a write is on several tables at once.
func joinedWrite(s statement) bool {
	if !s.writes() {
		return false
	}
	ends := map[string]bool{"SET": true, "WHERE": true}
	for i, depth := 1, 0; i < len(s); i++ {
		switch {
		case s.is(i, "("):
			depth++
		case s.is(i, ")"):
			depth--
		case depth > 0 || s[i].Kind != rawsql.Word:
		case s[i].Text == "JOIN" || s[i].Text == "USING":
			return true
		case s.is(0, "UPDATE") && s[i].Text == "FROM":
			return true
		case ends[s[i].Text] && s.is(0, "DELETE"):
			return false
		}
	}
	return s.is(0, "DELETE") && !s.is(1, "FROM")
}

// limitedWrite tells if a write has a limit of its own.
func limitedWrite(s statement) bool {
	return s.writes() && s.find("LIMIT", func(_, depth int) bool { return depth == 0 })
}

// writesBySubquery tells if a write finds its rows by a query.
func writesBySubquery(s statement) bool {
	return s.writes() && s.find("SELECT", func(_, depth int) bool { return depth > 0 })
}

// writingQuery tells if a query writes, in a WITH.
func writingQuery(s statement) bool {
	return beginning("WITH")(s) && having("AS ( DELETE", "AS ( UPDATE", "AS ( INSERT")(s)
}

// comparesRows tells if several columns are compared at once.
func comparesRows(s statement) bool {
	return having(") IN ( (", ") < (", ") > (")(s)
}
