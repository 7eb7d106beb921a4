package database

import "gorm.io/gorm"

// schema is what tests of tables and indexes have to know of a database beside its flavour.
type schema struct {
	OneByOne      bool   // one ALTER TABLE puts no index in the place of another
	KeyIndexStays bool   // an index that the database has made for a foreign key stays beside another of the same columns
	Planned       int    // the rows of a table of which the planner reads a few by an index
	Weighed       bool   // a "not equal", or an OR of two conditions, is the planner's to weigh
	StatsWait     string // has the planner of a session wait for statistics, which it goes without if they are not loaded soon
	NamesKey      string // the end of an index that is read in the order of the key
	NoDescending  string // why an index with a descending column is not tested
	NoConstraint  string // why a unique constraint that is dropped as such is not tested
	NoModified    string // why the type of a column is not changed of which a generated one is
}

// SchemaOf is that of a handle.
func SchemaOf(db *gorm.DB) schema {
	if IsTiDB(db) {
		return schema{
			OneByOne:      true,
			KeyIndexStays: true,
			Planned:       1000, // a lookup by an index costs as much as the scan of some dozens of rows
			StatsWait:     "SET SESSION tidb_stats_load_sync_wait = 60000",
			NamesKey:      ", id",
			NoDescending:  "TiDB reads the direction of a column in an index, and does not keep it",
			NoConstraint:  "TiDB reads DROP CONSTRAINT of a unique index, which GORM sends, and drops nothing",
			NoModified:    "TiDB changes no column of which a generated one is",
		}
	}
	return schema{Planned: 300, Weighed: db.Name() == "mysql"}
}

// Kin is the database whose SQL another one speaks, as testdb names it: itself for most.
func Kin(name string) string {
	if name == "tidb" || name == "mysql" {
		return "mariadb"
	}
	return name
}
