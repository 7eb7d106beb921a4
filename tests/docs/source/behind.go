package source

import (
	"fmt"

	"github.com/gorm-softdelete/softdelete/tests/docs/book"
)

// fate is what becomes of a block of Go, as far as what stands behind it has to know.
type fate int

const (
	isRun fate = iota + 1
	isProgram
	isHeld
)

// behind counts a block of SQL or text, which says what a block of Go before it does: it is held against what that one does, or refused.
func (m *maker) behind(blocks []*book.Block, at int, is map[int]fate) error {
	block, of := blocks[at], goBefore(blocks, at)
	switch {
	case block.Language == "text" && block.Mark == "shown":
		m.out.Count.Shown++
	case block.Mark != "":
		return fmt.Errorf("%s: a fence of %s marked %q; SQL that the reader runs is marked run", m.at(block.Line), block.Language, block.Mark)
	case block.Language == "sql" && is[of] == isHeld:
		m.out.Count.SentHeld++
	case block.Language == "sql" && is[of] != isRun:
		return fmt.Errorf("%s: SQL that stands behind no block of Go that is run: nothing sends it; write ```sql run if the reader runs it", m.at(block.Line))
	case block.Language == "sql":
		m.out.Count.Sent++
	case of < 0:
		m.out.Count.Shown++
	case is[of] == 0 || textBehind(blocks, of) != at:
		return fmt.Errorf("%s: text behind a block of Go that is not run, or behind another text: nothing prints it; write ```text shown if it is of another program", m.at(block.Line))
	default:
		m.out.Count.Printed++
	}
	return nil
}

// goBefore is the block of Go that a block of SQL or text stands behind, or -1.
func goBefore(blocks []*book.Block, at int) int {
	for at--; at >= 0; at-- {
		switch {
		case blocks[at].Language == "go":
			return at
		case blocks[at].Language != "sql" && blocks[at].Language != "text" || blocks[at].Mark != "":
			return -1
		}
	}
	return -1
}

// textBehind is the block of text behind one, or -1.
func textBehind(blocks []*book.Block, at int) int {
	for at++; at < len(blocks); at++ {
		switch {
		case blocks[at].Language == "text" && blocks[at].Mark == "":
			return at
		case blocks[at].Language != "sql" || blocks[at].Mark != "":
			return -1
		}
	}
	return -1
}

// printed is what the block of text behind one says.
func printed(blocks []*book.Block, at int) string {
	if at = textBehind(blocks, at); at < 0 {
		return ""
	}
	return blocks[at].Text
}

// sent are the blocks of SQL behind one.
func (m *maker) sent(blocks []*book.Block, at int) (list string) {
	for at++; at < len(blocks); at++ {
		switch {
		case blocks[at].Language == "sql" && blocks[at].Mark == "":
			list += fmt.Sprintf("{At: %q, SQL: %q}, ", m.at(blocks[at].Line), blocks[at].Text)
		case blocks[at].Language != "text":
			return list
		}
	}
	return list
}
