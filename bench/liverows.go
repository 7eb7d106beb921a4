package main

import (
	"fmt"

	"gorm.io/gorm"
)

// livePerAuthor is how many live rows each author has.
const livePerAuthor = 20

// layout is where the trash lies.
type layout string

const (
	noTrash layout = "none"
	older   layout = "older"
	mixed   layout = "mixed"
)

// archive is the rows of a table, of which trash percent are trashed: the oldest, or some of every hundred. Live row number k
// has author k modulo their number, plus one, so that the rows of an author are spread over all the time in which live ones were
// made; so has trashed row number k.
type archive struct {
	rows  int // a multiple of 100
	trash int
	lies  layout
}

func (a archive) live() int    { return a.rows / 100 * (100 - a.trash) }
func (a archive) authors() int { return max(1, a.live()/livePerAuthor) }

// scatter spreads the live rows of a hundred: row r is live if scatter * r modulo 100 is below their number, and gather brings
// that back to r.
const (
	scatter = 37
	gather  = 73
)

// liveID is the key of live row number k.
func (a archive) liveID(k int) int {
	if a.lies != mixed {
		return a.rows - a.live() + k + 1
	}
	perHundred := 100 - a.trash
	return k/perHundred*100 + k%perHundred*gather%100 + 1
}

// author is who wrote live row number k.
func (a archive) author(k int) int { return k%a.authors() + 1 }

// slug is what the row with a key is called: a number that tells nothing of the row's age, and some words.
func slug(id int) string { return fmt.Sprintf("%x-is-what-it-is-about", uint32(id*slugFactor)) } //nolint:gosec // modulo 2^32 is meant

const slugFactor = 2654435761

// fill makes the table and inserts the rows in the order of their keys, only the live ones if so asked.
func (a archive) fill(db *gorm.DB, liveOnly bool) error {
	if err := db.AutoMigrate(&bareArticle{}); err != nil {
		return err
	}
	live, number := a.places()
	where := ""
	if liveOnly {
		where = " WHERE " + live
	}
	in := sqlOf(db)
	insert := fmt.Sprintf("INSERT INTO articles (id, created_at, updated_at, deleted_at, author_id, slug, title, body)"+
		" SELECT i, %[1]s, %[1]s, CASE WHEN %[2]s THEN NULL ELSE %[3]s END, (%[4]s) %% %[5]d + 1, %[6]s || '-is-what-it-is-about',"+
		" 'A title of some words', 'Some text, as long as the first lines of an article are, or its abstract.' FROM %[7]s%[8]s",
		in.time("i"), live, in.time("i / 10 * 10 + 2592000"), number, a.authors(),
		in.hex(fmt.Sprintf("CAST(i AS BIGINT) * %d %% 4294967296", slugFactor)), in.numbers(a.rows), where)
	return execAll(db, append(in.prepare, insert))
}

// places writes, of row i: whether it is live, and its number among the live rows or among the trashed.
func (a archive) places() (live, number string) {
	perHundred := 100 - a.trash
	if a.lies != mixed {
		first := a.rows - a.live()
		live = fmt.Sprintf("i > %d", first)
		return live, fmt.Sprintf("CASE WHEN %s THEN i - 1 - %d ELSE i - 1 END", live, first)
	}
	place := fmt.Sprintf("(i - 1) %% 100 * %d %% 100", scatter)
	live = fmt.Sprintf("%s < %d", place, perHundred)
	return live, fmt.Sprintf("CASE WHEN %s THEN (i - 1) / 100 * %d + %s ELSE (i - 1) / 100 * %d + %s - %d END",
		live, perHundred, place, a.trash, place, perHundred)
}

// settle brings the table to what a server has after a while of quiet.
func (a archive) settle(db *gorm.DB) error { return execAll(db, sqlOf(db).settle) }

// dialectSQL is what the databases have different words for.
type dialectSQL struct {
	numbers func(n int) string          // a table of the numbers i from 1 to n, in order
	time    func(seconds string) string // so many seconds after a day in 2024
	hex     func(number string) string
	prepare []string
	settle  []string
}

func sqlOf(db *gorm.DB) dialectSQL {
	if isPostgres(db) {
		return dialectSQL{
			numbers: func(n int) string { return fmt.Sprintf("generate_series(1, %d) i", n) },
			time:    func(s string) string { return "to_timestamp(1704067200 + " + s + ")" },
			hex:     func(n string) string { return "to_hex(" + n + ")" },
			prepare: []string{
				"ALTER TABLE articles SET UNLOGGED",                   // quicker to fill, and the same to read
				"ALTER TABLE articles SET (autovacuum_enabled = off)", // It would run when it likes.
			},
			settle: []string{"VACUUM (ANALYZE) articles", "CHECKPOINT"},
		}
	}
	return dialectSQL{
		numbers: func(n int) string {
			return fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n)", n)
		},
		time: func(s string) string {
			return "strftime('%Y-%m-%d %H:%M:%S+00:00', 1704067200 + " + s + ", 'unixepoch')"
		},
		hex:    func(n string) string { return "printf('%x', " + n + ")" },
		settle: []string{"VACUUM", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"},
	}
}

// describe names the archive for the log.
func (a archive) describe() string {
	if a.lies == noTrash {
		return fmt.Sprintf("%d rows, no trash", a.rows)
	}
	return fmt.Sprintf("%d rows, %d %% %s trash", a.rows, a.trash, a.lies)
}
