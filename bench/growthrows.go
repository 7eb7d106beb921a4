package main

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Letter is what the trash is full of. Its indexes are those of softdelete.AutoMigrate.
type Letter struct {
	ID        uint
	CreatedAt time.Time
	Author    int
	Title     string
	softdelete.Tracked
}

// letters is a table with so many trashed rows, and a live one for every ten of them. Each operation has trashed a thousand rows
// that lie together, with the live ones among them; the first operation is the oldest.
type letters struct {
	trashed int

	db    *gorm.DB // runs what is measured
	aside *gorm.DB // makes the rows

	far string // where a far page begins, if it is known
}

const (
	trashedPerLive = 10
	rowsPerBatch   = batchOf / trashedPerLive * (trashedPerLive + 1)
)

// liveID is the key of live row number k.
func (l *letters) liveID(k int) int { return (k + 1) * (trashedPerLive + 1) }

// bareLetter is the table without what is made last.
type bareLetter struct {
	ID        uint
	CreatedAt time.Time
	Author    int
	Title     string
	softdelete.Tracked
}

func (bareLetter) TableName() string { return "letters" }

// rowsAtOnce is how many rows are inserted by a statement: TiDB bounds the size of a transaction.
const rowsAtOnce = 110_000

func (l *letters) fill() error {
	words := growthWordsOf(l.aside)
	prepare := append([]string{}, words.prepare...)
	total := l.trashed / trashedPerLive * (trashedPerLive + 1)
	err := perform(
		func() error {
			if words.indexed {
				return softdelete.AutoMigrate(l.aside, &Letter{})
			}
			return l.aside.AutoMigrate(&bareLetter{})
		},
		func() error { return execAll(l.aside, prepare) },
	)
	for from := 0; from < total && err == nil; from += words.atOnce {
		err = l.insert(from, min(from+words.atOnce, total), false)
	}
	return perform(
		func() error { return err },
		func() error { return softdelete.AutoMigrate(l.aside, &Letter{}) },
		func() error { return execAll(l.aside, words.settle) },
	)
}

// insert makes the rows with keys above from up to another. Of those that have been emptied only the trashed ones are made anew.
func (l *letters) insert(from, to int, trashedOnly bool) error {
	words := growthWordsOf(l.aside)
	where := ""
	if trashedOnly {
		where = fmt.Sprintf(" WHERE i %% %d <> 0", trashedPerLive+1)
	}
	columns := make([]string, len(words.columns))
	for i, column := range words.columns {
		columns[i] = fmt.Sprintf("CASE WHEN i %% %d <> 0 THEN %s END", trashedPerLive+1, column)
	}
	return l.aside.Exec("INSERT INTO letters (id, created_at, author, title, deleted_at, deleted_by, deletion_id)" +
		" SELECT i, " + words.now + ", i % 1000, 'A letter with a title of some words', " + strings.Join(columns, ", ") +
		" FROM " + words.numbers(from, to) + where).Error
}

// writeAgain makes the trashed rows of an operation anew.
func (l *letters) writeAgain(operation int) error {
	return l.insert(operation*rowsPerBatch, (operation+1)*rowsPerBatch, true)
}

// trashAgain brings the rows of an operation back into the trash.
func (l *letters) trashAgain(operation int) error {
	words := growthWordsOf(l.aside)
	set := make([]string, len(words.columns))
	for i, name := range []string{"deleted_at", "deleted_by", "deletion_id"} {
		set[i] = name + " = " + strings.ReplaceAll(words.columns[i], "i ", "id ")
	}
	tx := l.aside.Exec(fmt.Sprintf("UPDATE letters SET %s WHERE id > %d AND id <= %d AND id %% %d <> 0",
		strings.Join(set, ", "), operation*rowsPerBatch, (operation+1)*rowsPerBatch, trashedPerLive+1))
	return expect(tx, batchOf)
}

// growthWords is what the databases have different words for.
type growthWords struct {
	numbers func(above, to int) string // a table of numbers i
	now     string
	columns []string // what a trashed row with key i has: when, by whom, by which operation
	atOnce  int
	indexed bool // the indexes are made first: making them of rows that are there takes longer
	prepare []string
	settle  []string
}

func growthWordsOf(db *gorm.DB) growthWords {
	if isPostgres(db) {
		return growthWords{
			numbers: func(above, to int) string { return fmt.Sprintf("generate_series(%d, %d) i", above+1, to) },
			now:     "now()",
			columns: []string{
				fmt.Sprintf("to_timestamp(1577836800 + (i - 1) / %d)", rowsPerBatch), "'ana'",
				fmt.Sprintf("CAST('%s' || lpad(CAST((i - 1) / %d AS text), 12, '0') AS uuid)", operationPrefix, rowsPerBatch),
			},
			atOnce:  100 * rowsAtOnce,
			prepare: []string{"ALTER TABLE letters SET (autovacuum_enabled = off)"}, // It would run when it likes.
			settle:  []string{"VACUUM (ANALYZE) letters", "CHECKPOINT"},
		}
	}
	digits := make([]string, 10)
	for i := range digits {
		digits[i] = fmt.Sprintf("(%d)", i)
	}
	return growthWords{
		numbers: func(above, to int) string {
			const number = "a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d + 1"
			tens := (to - above + 9999) / 10000
			return fmt.Sprintf("(SELECT %d + %s AS i FROM digits a, digits b, digits c, digits e, digits f, digits g"+
				" WHERE 10 * g.d + f.d < %d AND %s <= %d) numbers", above, number, tens, number, to-above)
		},
		now: "now(3)",
		columns: []string{
			fmt.Sprintf("TIMESTAMPADD(SECOND, (i - 1) DIV %d, CAST('2020-01-01' AS datetime(3)))", rowsPerBatch), "'ana'",
			fmt.Sprintf("CONCAT('%s', LPAD((i - 1) DIV %d, 12, '0'))", operationPrefix, rowsPerBatch),
		},
		atOnce:  rowsAtOnce,
		indexed: true,
		prepare: []string{"CREATE TABLE digits (d int PRIMARY KEY)", "INSERT INTO digits VALUES " + strings.Join(digits, ", ")},
		settle:  []string{"ANALYZE TABLE letters"},
	}
}
