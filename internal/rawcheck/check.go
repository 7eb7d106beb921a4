// Package rawcheck finds SQL of the caller's own that reaches around the filter of trashed
// rows: that names a soft-deletable table, and not its marker.
package rawcheck

import (
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/rawsql/mentions"
)

// Check is what is known of texts by now. It is safe for concurrent use.
type Check struct {
	driver  string
	markers func() (map[string]string, int64)

	mu    sync.RWMutex
	as    int64 // the version of the markers by which the texts were read
	texts map[text]Found
}

// text is what has been read: as a whole, or as a part of a query.
type text struct {
	sql    string
	part   part
	within bool // it is of a query within the statement
}

type part int

const (
	whole part = iota
	condition
	table // a name of a table, with what stands behind it
)

const (
	mostTexts   = 4096
	longestKept = 1 << 16 // bytes of a text. Longer ones are read each time.
)

// Found is what has been found in a text.
type Found struct {
	Unmarked []Table // the soft-deletable tables that it names without their marker
	Meant    bool    // it says that it is meant
	Gaps     bool    // there is something in it that could not be read
}

// Table is a table in a text.
type Table struct {
	Name   string // of the model's table
	Marker string // its column

	alias string
	inner bool // in a query within the text
}

// New makes a check for a database. The function returns the tables of the soft-deletable
// models that are known by now with the columns of their markers, and a number that
// changes when they do.
func New(driver string, markers func() (map[string]string, int64)) *Check {
	return &Check{driver: driver, markers: markers}
}

// Text looks at SQL that is a statement.
func (c *Check) Text(sql string) Found { return c.find(text{sql: sql}) }

func (c *Check) find(t text) Found {
	markers, version := c.markers()
	c.mu.RLock()
	found, ok := c.texts[t]
	current := c.as == version
	c.mu.RUnlock()
	if ok && current {
		return found
	}
	found = c.read(t, markers)
	if len(t.sql) > longestKept {
		return found
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.as != version || len(c.texts) >= mostTexts || c.texts == nil {
		c.texts, c.as = map[text]Found{}, version
	}
	c.texts[t] = found
	return found
}

func (c *Check) read(t text, markers map[string]string) (found Found) {
	var read *mentions.Text
	if t.part == whole {
		read = mentions.Read(c.driver, t.sql)
	} else {
		read = mentions.ReadPart(c.driver, t.sql, t.part == table)
	}
	names := map[*mentions.Table]string{}
	unmarked := read.Unmarked(func(t *mentions.Table) string {
		for name, marker := range markers {
			if t.Is(name) {
				names[t] = name
				return marker
			}
		}
		return ""
	})
	for _, u := range unmarked {
		name := names[u]
		found.Unmarked = append(found.Unmarked, Table{Name: name, Marker: markers[name], alias: u.Alias, inner: u.Inner || t.within})
	}
	found.Meant, found.Gaps = read.Meant, read.Gaps
	return found
}

// Statement looks at the strings with SQL of their own that a statement is built of.
// own is the table of its model, empty if it is not soft-deletable: that one the plugin
// sees to.
func (c *Check) Statement(db *gorm.DB, own string) Found {
	var asked []Table
	var found Found
	for t := range texts(db.Statement) {
		if t.part == condition && !mayName(t.sql) {
			continue
		}
		in := c.find(t)
		found.Meant = found.Meant || in.Meant
		for _, named := range in.Unmarked {
			if t.part != table || named.inner || named.Name != own {
				asked = append(asked, named)
			}
		}
	}
	if found.Meant || len(asked) == 0 {
		return found
	}
	for _, t := range c.Text(built(db)).Unmarked {
		for _, of := range asked {
			if of == t {
				found.Unmarked = append(found.Unmarked, t)
				break
			}
		}
	}
	return found
}

// built is the SQL of a statement as a query, whatever it is: its conditions and joins
// are those of an update and a delete, too.
func built(db *gorm.DB) string {
	tx := db.Session(&gorm.Session{DryRun: true, Logger: logger.Discard}).Clauses()
	stmt := tx.Statement
	stmt.BuildClauses = []string{"SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY"}
	buildQuery(tx)
	return stmt.SQL.String()
}

const meantKey = "softdelete:raw_ok"

// Allow says of a statement that its SQL is meant.
func Allow(db *gorm.DB) *gorm.DB { return db.Set(meantKey, true) }

// IsAllowed tells if that has been said.
func IsAllowed(stmt *gorm.Statement) bool {
	_, ok := stmt.Settings.Load(meantKey)
	return ok
}
