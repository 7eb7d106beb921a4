package mentions

// statement reads a statement, or a query in parentheses, up to what ends it.
func (p *parser) statement(s *scope) {
	if !p.down() {
		return
	}
	defer p.up()
	p.with(s)
	switch {
	case p.is("SELECT", "VALUES", "(", "TABLE"):
		p.query(s)
	case p.take("INSERT", "REPLACE"):
		p.insert(s)
	case p.take("UPDATE"):
		p.modifiers()
		p.list(s, Updates)
		p.clauses(s)
	case p.take("DELETE"):
		p.delete(s)
	case p.take("MERGE"):
		p.take("INTO")
		p.list(s, Updates)
		if p.take("USING") {
			p.list(s, Reads)
		}
		p.clauses(s)
	case p.take("TRUNCATE"):
		p.take("TABLE")
		p.list(s, Truncates)
	case p.is("CREATE"):
		p.definition()
	case p.done(), notOfRows[p.key(0)]:
	default:
		p.text.Gaps = true
	}
}

// notOfRows are the statements that neither read nor write rows by name, and those whose
// definitions and plans are for people.
var notOfRows = words(`EXPLAIN DESCRIBE DESC CREATE ALTER DROP RENAME COMMENT SET RESET SHOW PRAGMA BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT
	RELEASE ANALYZE VACUUM REINDEX GRANT REVOKE LOCK UNLOCK USE LISTEN NOTIFY REFRESH ATTACH DETACH CLUSTER DISCARD KILL FLUSH OPTIMIZE CHECK`)

// definition reads what is created. The statements in the body of a trigger or a function are
// its own, with the semicolons between them: it is taken to be the last of its text.
func (p *parser) definition() {
	for !p.done() && !p.is(";", "(") {
		if p.take("TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "PACKAGE") {
			p.skipBody()
			return
		}
		p.at++
	}
}

// skipBody goes on to the end of a definition.
func (p *parser) skipBody() {
	for !p.done() && !p.is(";") {
		if p.take("BEGIN") {
			p.at = len(p.all)
			return
		}
		p.at++
	}
}

// with reads the queries that a statement names for itself.
func (p *parser) with(s *scope) {
	if !p.take("WITH") {
		return
	}
	recursive := p.take("RECURSIVE") || p.driver == "sqlite"
	for p.isName(0) {
		name := unquoted(p.all[p.at].Token)
		p.at++
		p.skipGroup() // its columns
		query := newScope(s)
		if recursive {
			s.define(name, query)
		}
		if !p.take("AS") {
			return
		}
		p.take("NOT")
		p.take("MATERIALIZED")
		if !p.take("(") {
			return
		}
		p.statement(query)
		p.closes()
		s.define(name, query)
		p.searches()
		if !p.take(",") {
			return
		}
	}
}

// searches goes on behind what PostgreSQL has behind a recursive query: in which order it
// searches, and how it knows a cycle.
func (p *parser) searches() {
	for p.is("SEARCH", "CYCLE") {
		for columns := true; columns && !p.done(); columns = p.is(",") { // SEARCH DEPTH FIRST BY a, b
			p.at++
			for p.isName(0) && !p.is("SET") {
				p.at++
			}
		}
		if !p.take("SET") {
			return
		}
		p.at++ // a column
		if p.take("TO") {
			p.at += 3 // a value, DEFAULT, a value
		}
		if p.take("USING") {
			p.at++
		}
	}
}

// closes goes on behind the parenthesis that ends what has been read.
func (p *parser) closes() {
	p.skipTo(")") // what the reader did not know, at most
	p.take(")")
}

// query reads a SELECT, those that a UNION puts beside it, or one in parentheses.
func (p *parser) query(s *scope) {
	for {
		switch {
		case p.take("("):
			inner := newScope(s)
			p.statement(inner)
			p.closes()
			s.add("", item{query: inner})
		case p.take("TABLE"):
			p.table(s, Reads)
		}
		p.clauses(s)
		if !p.take("UNION", "INTERSECT", "EXCEPT", "MINUS") {
			return
		}
		p.take("ALL", "DISTINCT")
		arm := newScope(s.outer)
		arm.ctes, arm.inserted = s.ctes, s.inserted
		s.next = arm
		s = arm
	}
}

// modifiers are words between a verb and its table.
func (p *parser) modifiers() {
	for {
		switch {
		case p.take("LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE"):
		case p.is("OR") && p.isName(1):
			p.at += 2 // SQLite: OR IGNORE
		default:
			return
		}
	}
}

// insert reads an INSERT. Its target counts only where rows of a query go into it.
func (p *parser) insert(s *scope) {
	p.modifiers()
	p.take("INTO")
	before := len(p.text.Tables)
	target := newScope(s)
	p.table(target, Inserts)
	columns := len(p.text.columns)
	if p.is("(") && !p.startsQuery(1) {
		p.group(target)
	}
	for p.is("OVERRIDING", "SYSTEM", "USER", "VALUE") && !p.done() {
		p.at++
	}
	if p.is("SELECT", "WITH", "TABLE", "(") {
		query := newScope(s)
		query.inserted = true
		p.statement(query)
	} else {
		p.text.Tables = p.text.Tables[:before]
		p.text.columns = p.text.columns[:columns]
	}
	p.clauses(target)
}

// delete reads a DELETE. MySQL's may name the tables whose rows go before the FROM, or
// before a USING: by their aliases behind that.
func (p *parser) delete(s *scope) {
	p.modifiers()
	for !p.done() && !p.is("FROM", ";", ")") {
		p.at++
	}
	if !p.take("FROM") {
		return
	}
	before := len(p.text.Tables)
	named := newScope(s.outer)
	named.ctes = s.ctes
	p.list(named, Deletes)
	if p.is("USING") && p.driver == "mysql" {
		p.text.Tables = p.text.Tables[:before]
	} else {
		s.items, s.all = named.items, named.all
	}
	if p.take("USING") {
		p.list(s, Reads)
	}
	p.clauses(s)
}
