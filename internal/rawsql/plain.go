package rawsql

// plainText reads a condition for any database: if there is an OR in it, and if it
// has to be looked at when it is written. Each condition of a caller's goes
// through it.
func plainText(sql string) (or, unsure bool) {
	if or, ok := isPlainText(sql); ok {
		return or, false
	}
	r := reader{sql: sql}
	r.read()
	if r.unsure || r.problem != "" {
		return hasOr(sql), true
	}
	r.finish()
	return r.or, r.loose || r.problem != ""
}

// isPlainText tells of the commonest conditions, without a look at what few have,
// that they are harmless, and if there is an OR among them. Of others it knows
// nothing.
func isPlainText(sql string) (or, ok bool) {
	depth, between, operand := 0, 0, false
	for i := 0; i < len(sql); {
		c := sql[i]
		switch kinds[c] {
		case blank:
			i++
			continue
		case letter:
			start := i
			for i++; i < len(sql) && kinds[sql[i]]&wordPart != 0; i++ {
			}
			switch part := plainWord(sql[start:i]); {
			case part == kwOr:
				or, operand = true, false
			case depth > 0:
				operand = true
			case part == noKeyword:
				if operand {
					return false, false
				}
				operand = true
			case part == kwUnknown:
				return false, false
			case part == kwAnd:
				between, operand = max(between-1, 0), false
			case part == kwBetween:
				between++
				operand = false
			default:
				operand = false
			}
			continue
		case digit:
			for i++; i < len(sql) && kinds[sql[i]] == digit; i++ {
			}
			if i < len(sql) && (kinds[sql[i]] == letter || sql[i] == '.') {
				return false, false
			}
			operand = true
			continue
		case operator:
			operand = false
		default:
			switch {
			case c == '?':
				operand = true
			case c == '(':
				depth++
				operand = false
			case c == ')' && depth > 0:
				depth--
				operand = true
			case c == ',' && depth > 0:
				operand = false
			case c == '-' && i+1 < len(sql) && sql[i+1] != '-':
				operand = false
			case c == '.' && operand && i+1 < len(sql) && kinds[sql[i+1]] == letter:
				start := i + 1
				for i++; i < len(sql) && kinds[sql[i]]&wordPart != 0; i++ {
				}
				or = or || plainWord(sql[start:i]) == kwOr
				continue
			case c == '\'':
				end, isPlain := endOfPlainQuote(sql, i+1)
				if !isPlain {
					return false, false
				}
				i, operand = end, true
			default:
				return false, false
			}
		}
		i++
	}
	return or, depth == 0 && between == 0 && operand
}

// endOfPlainQuote finds the end of a string with nothing in it that would have to
// be looked at.
func endOfPlainQuote(sql string, from int) (end int, ok bool) {
	for i := from; i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '\'':
			return i, true
		case kinds[c]&wordPart != 0 && c|0x20 != 'o' || c == ' ' || c == '%':
		default:
			return 0, false
		}
	}
	return 0, false
}

// plainWord is what part the commonest keywords play. A word that few conditions
// have is unknown.
func plainWord(word string) int {
	first := word[0] | 0x20
	switch len(word) {
	case 2:
		switch second := word[1] | 0x20; {
		case first == 'o' && second == 'r':
			return kwOr
		case first == 'i' && (second == 'n' || second == 's'):
			return infix
		}
	case 3:
		switch {
		case first == 'a' && word[1]|0x20 == 'n' && word[2]|0x20 == 'd':
			return kwAnd
		case first == 'n' && word[1]|0x20 == 'o' && word[2]|0x20 == 't':
			return infix
		case first == 'x' && word[1]|0x20 == 'o' && word[2]|0x20 == 'r':
			return kwOr
		}
	case 4:
		switch {
		case first == 'l' && isFold(word, "like"):
			return infix
		case first == 'c' && isFold(word, "case"):
			return kwUnknown
		}
	case 7:
		if first == 'b' && isFold(word, "between") {
			return kwBetween
		}
	}
	return noKeyword
}
