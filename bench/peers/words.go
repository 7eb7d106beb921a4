package main

import "fmt"

// words is what the databases have different words for.
type words struct {
	key      string // the definition of a primary key's type
	timeType string
	uuidType string
	time     func(seconds string) string // so many seconds after 1970
	numbers  func(n int) string          // a table of the numbers i from 1 to n, in order
	made     func(table string) string   // run when a table has been made
	clear    func(table string) string   // removes all rows
	settle   func(table string) string   // brings a table to what it is after a while of quiet
	version  string
}

var wordsOf = map[string]words{
	"postgres": {
		key:      "bigint PRIMARY KEY",
		timeType: "timestamptz",
		uuidType: "uuid",
		time:     func(s string) string { return "to_timestamp(" + s + ")" },
		numbers:  func(n int) string { return fmt.Sprintf("generate_series(1, %d) i", n) },
		made:     func(table string) string { return "ALTER TABLE " + table + " SET (autovacuum_enabled = off)" }, // it would run when it likes
		clear:    func(table string) string { return "TRUNCATE " + table },
		settle:   func(table string) string { return "VACUUM (ANALYZE) " + table },
		version:  "SHOW server_version",
	},
	"sqlite": {
		key:      "integer PRIMARY KEY",
		timeType: "datetime",
		uuidType: "text",
		time:     func(s string) string { return "strftime('%Y-%m-%d %H:%M:%S+00:00', " + s + ", 'unixepoch')" },
		numbers: func(n int) string {
			return fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n)", n)
		},
		made:    func(table string) string { return "ANALYZE " + table },
		clear:   func(table string) string { return "DELETE FROM " + table },
		settle:  func(table string) string { return "ANALYZE " + table },
		version: "SELECT sqlite_version()",
	},
}

// last is what a turn's preparation ends with: what the database has put off is done before, not within the timing.
var last = map[string]string{
	"postgres": "CHECKPOINT",
	"sqlite":   "PRAGMA wal_checkpoint(TRUNCATE)",
}
