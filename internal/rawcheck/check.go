// Package rawcheck finds SQL of the caller's own that reaches around the filter of trashed
// rows: that names a soft-deletable table, and not its marker.
package rawcheck

import (
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/rawsql/mentions"
)

// Check is what is known of texts by now. It is safe for concurrent use.
type Check struct {
	driver  string
	markers func() (map[string]string, int64)
	own     func(*gorm.DB, any) string

	mu    sync.RWMutex
	as    int64 // the version of the markers by which the texts were read
	texts map[text]Found
	bytes int // of all of them
}

// text is what has been read: as a whole, or as a part of a query.
type text struct {
	sql    string
	part   part
	within bool // it is of a query within the statement
}

// nameOf is the name by which a table is known: the one that is written, rather than one of
// another schema that may be meant. It is empty if there is none.
func nameOf(t *mentions.Table, markers map[string]string) string {
	for _, written := range [...]string{t.Name, t.Schema + "." + t.Name} {
		if _, ok := markers[written]; ok && t.Is(written) {
			return written
		}
	}
	best := ""
	for name := range markers {
		if t.Is(name) && (best == "" || name < best) {
			best = name
		}
	}
	return best
}

type part int

const (
	whole part = iota
	condition
	table // a name of a table, with what stands behind it
)

const (
	mostTexts   = 4096
	mostBytes   = 4 << 20
	longestKept = 1 << 16 // bytes of a text. Longer ones are read each time.
)

// Found is what has been found in a text.
type Found struct {
	Unmarked []Table // the soft-deletable tables that it names without their marker
	Meant    bool    // it says that it is meant
	Gaps     bool    // there is something in it that could not be read

	leads bool // the first of them is what the text begins with
}

// of are those of some tables that are unmarked here, too.
func (f Found) of(tables []Table) (both []Table) {
	for _, t := range tables {
		if slices.Contains(f.Unmarked, t) {
			both = append(both, t)
		}
	}
	return both
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
// changes when they do. The second one returns the table of a model, empty if it is not
// soft-deletable.
func New(driver string, markers func() (map[string]string, int64), own func(*gorm.DB, any) string) *Check {
	return &Check{driver: driver, markers: markers, own: own}
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
	if c.as != version || len(c.texts) >= mostTexts || c.bytes+len(t.sql) > mostBytes || c.texts == nil {
		c.texts, c.as, c.bytes = map[text]Found{}, version, 0
	}
	if _, ok := c.texts[t]; !ok {
		t.sql = strings.Clone(t.sql) // what it is a part of is not held
		c.texts[t] = found
		c.bytes += len(t.sql)
	}
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
		name := nameOf(t, markers)
		names[t] = name
		return markers[name]
	})
	for _, u := range unmarked {
		name := names[u]
		found.Unmarked = append(found.Unmarked, Table{Name: name, Marker: markers[name], alias: u.Alias, inner: u.Inner || t.within})
	}
	found.Meant, found.Gaps = read.Meant, read.Gaps
	found.leads = t.part == table && len(unmarked) > 0 && unmarked[0] == read.Tables[0] && !unmarked[0].Inner
	return found
}
