package softdeletevet

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/rawsql/mentions"
)

// drivers are the databases by whose rules a text is read. What it names has to be the same
// by all of them.
var drivers = []string{"postgres", "sqlite", "mysql"}

// mention is a soft-deletable table that SQL names without its marker.
type mention struct {
	name  string
	table *table
	alias string
	at    int
	use   mentions.Use
}

// marker is what stands for the table's marker in a message.
func (m mention) marker() string { return m.table.Markers[0] }

// unmarked are those of a text.
func (c *checker) unmarked(sql string) []mention {
	var common []mention
	for i, driver := range drivers {
		text := mentions.Read(driver, sql)
		if text.Meant || text.Gaps {
			return nil
		}
		found := c.unmarkedIn(text)
		if i == 0 {
			common = found
			continue
		}
		common = slices.DeleteFunc(common, func(m mention) bool {
			return !slices.ContainsFunc(found, func(other mention) bool { return other.at == m.at && other.name == m.name })
		})
	}
	return common
}

func (c *checker) unmarkedIn(text *mentions.Text) []mention {
	names := map[*mentions.Table]string{}
	most := 1
	for _, at := range text.Tables {
		if name := c.tableNamed(at); name != "" {
			names[at] = name
			most = max(most, len(c.tables[name].Markers))
		}
	}
	missing := map[*mentions.Table]int{}
	for i := range most {
		for _, at := range text.Unmarked(func(at *mentions.Table) string {
			if name := names[at]; name != "" {
				markers := c.tables[name].Markers
				return markers[min(i, len(markers)-1)]
			}
			return ""
		}) {
			missing[at]++
		}
	}
	var found []mention
	for _, at := range text.Tables {
		if missing[at] == most {
			found = append(found, mention{names[at], c.tables[names[at]], at.Alias, at.At, at.Use})
		}
	}
	return found
}

// tableNamed is the name of the soft-deletable table that a place of a text names.
func (c *checker) tableNamed(at *mentions.Table) string {
	if name := strings.ToLower(at.Name); c.tables[name] != nil && at.Is(name) {
		if c.tables[name].isMarked() {
			return name
		}
		return ""
	}
	for name, t := range c.tables {
		if strings.Contains(name, ".") && at.Is(name) && t.isMarked() {
			return name
		}
	}
	return ""
}
