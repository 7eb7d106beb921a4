package rawsql

// word reads a name or a keyword.
func (r *reader) word() {
	start := r.at
	for r.at < len(r.sql) && isWordPart(r.sql[r.at]) {
		r.at++
	}
	word := r.sql[start:r.at]
	if len(word) <= 3 && r.short(word) {
		return
	}
	if r.depth > 0 || r.before == aDot {
		r.before = anOperand
		return
	}
	r.take(keyword(word))
}

// short looks for short words that matter within parentheses too. It tells if it
// has read on.
func (r *reader) short(word string) bool {
	switch {
	case isFold(word, "or"), isFold(word, "xor"):
		r.or = true
		if r.depth > 0 || r.before == aDot {
			return false
		}
		r.alternative = true
		r.before = anOperator
		return true
	case isFold(word, "e") && r.lexicon != nil && r.lexicon.escapeStrings && r.next(0) == '\'':
		r.escapeString()
		return true
	}
	return false
}

// isFold is strings.EqualFold for a lower-case word.
func isFold(word, lower string) bool {
	if len(word) != len(lower) {
		return false
	}
	for i := range len(word) {
		if word[i]|0x20 != lower[i] {
			return false
		}
	}
	return true
}

// the parts that keywords play in a condition
const (
	noKeyword = iota
	infix     // it stands between operands, or before one
	postfix   // it may stand behind an operand
	kwAnd
	kwBetween
	kwCase
	kwWhen
	kwEnd
	kwDistinct
	kwFrom
	kwSet
	kwOr
	kwUnknown
)

// take says what a word outside of parentheses does to a condition. A word that
// stands behind an operand and is not known for what may stand there is another
// clause.
func (r *reader) take(kind int) {
	loose, before := false, anOperator
	switch kind {
	case noKeyword:
		loose, before = r.before == anOperand, anOperand
	case postfix:
		before = anOperand
	case kwAnd:
		r.between = max(r.between-1, 0)
	case kwBetween:
		r.between++
	case kwCase:
		// An AND within it would pass for that of a BETWEEN.
		loose = r.before == anOperand || r.between > 0
		r.cases++
	case kwWhen:
		loose = r.cases == 0
	case kwEnd:
		loose, before = r.cases == 0 && r.before == anOperand, anOperand
		r.cases = max(r.cases-1, 0)
	case kwDistinct:
		before = aDistinct
	case kwFrom:
		loose = r.before != aDistinct
	case kwSet:
		loose, r.set = true, true
	}
	r.loose = r.loose || loose
	r.before = before
}

// keyword says what part a word plays.
func keyword(word string) int {
	var upper [12]byte
	if len(word) > len(upper) || len(word) < 2 {
		return noKeyword
	}
	for i := range len(word) {
		c := word[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	switch string(upper[:len(word)]) {
	case "AND":
		return kwAnd
	case "IS", "IN", "NOT", "LIKE", "ILIKE", "COLLATE", "ESCAPE", "REGEXP", "RLIKE", "GLOB", "MATCH", "SIMILAR", "TO", "DIV", "MOD",
		"BINARY", "AT", "ZONE", "SOUNDS", "MEMBER", "OF", "AGAINST", "OVERLAPS", "SYMMETRIC", "INTERVAL":
		return infix
	case "ISNULL", "NOTNULL", "PRECISION", "VARYING",
		"MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR":
		return postfix
	case "BETWEEN":
		return kwBetween
	case "CASE":
		return kwCase
	case "WHEN", "THEN", "ELSE":
		return kwWhen
	case "END":
		return kwEnd
	case "DISTINCT":
		return kwDistinct
	case "FROM":
		return kwFrom
	case "UNION", "INTERSECT", "EXCEPT", "MINUS":
		return kwSet
	}
	return noKeyword
}
