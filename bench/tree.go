package main

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Root is what the cascades start from. Its foreign keys have no action of their own: whoever deletes a row has to see to
// what hangs on it.
type Root struct {
	ID       uint
	Batch    int `gorm:"index"`
	Name     string
	Children []Child `softdelete:"cascade"`
	softdelete.Tracked
}

// Child hangs on a Root.
type Child struct {
	ID            uint
	RootID        uint `gorm:"index"`
	Name          string
	Grandchildren []Grandchild `softdelete:"cascade"`
	softdelete.Tracked
}

// Grandchild hangs on a Child.
type Grandchild struct {
	ID      uint
	ChildID uint `gorm:"index"`
	Name    string
	softdelete.Tracked
}

const (
	// target is the batch of the roots that are deleted, bystander that of those that have to stay as they are.
	target    = 1
	bystander = 2

	actor  = "ana"
	reason = "a customer who left"
)

// treeTables are the tables of a tree, parents first.
var treeTables = []string{"roots", "children", "grandchildren"}

// tree is how many roots a batch has, and how many rows hang on each row.
type tree struct{ roots, children, grandchildren int }

// counts returns how many rows the tree has in each of treeTables.
func (t tree) counts() []int {
	children := t.roots * t.children
	return []int{t.roots, children, children * t.grandchildren}
}

func (t tree) rows() int {
	sum := 0
	for _, n := range t.counts() {
		sum += n
	}
	return sum
}

// grove is the rows of one run: a tree in the target batch among bystanders.
type grove struct{ target, bystander tree }

// plant makes the tables anew, and the rows.
func (g grove) plant(db *gorm.DB) error {
	models := []any{&Root{}, &Child{}, &Grandchild{}}
	if err := db.Migrator().DropTable(models...); err != nil {
		return err
	}
	if err := db.AutoMigrate(models...); err != nil {
		return err
	}
	for _, table := range treeTables {
		if err := db.Exec(fmt.Sprintf("CREATE INDEX idx_%[1]s_deletion_id ON %[1]s (deletion_id)", table)).Error; err != nil {
			return err
		}
		if !isPostgres(db) {
			continue
		}
		// It would run when it likes, on one side and not on the other: see settle.
		if err := db.Exec("ALTER TABLE " + table + " SET (autovacuum_enabled = off)").Error; err != nil {
			return err
		}
	}
	if err := g.target.plant(db, target); err != nil {
		return err
	}
	return g.bystander.plant(db, bystander)
}

// plant inserts the rows of one batch.
func (t tree) plant(db *gorm.DB, batch int) error {
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
	if t.roots == 0 {
		return nil
	}
	err := db.Exec("INSERT INTO roots (batch, name) "+numbers+"SELECT ?, 'A root of the tree' FROM n", t.roots, batch).Error
	if err != nil || t.children == 0 {
		return err
	}
	err = db.Exec("INSERT INTO children (root_id, name) "+numbers+"SELECT roots.id, 'A child of the tree' FROM roots, n"+
		" WHERE roots.batch = ? ORDER BY roots.id", t.children, batch).Error
	if err != nil || t.grandchildren == 0 {
		return err
	}
	return db.Exec("INSERT INTO grandchildren (child_id, name) "+numbers+"SELECT children.id, 'A grandchild of the tree'"+
		" FROM children JOIN roots ON roots.id = children.root_id, n WHERE roots.batch = ? ORDER BY children.id", t.grandchildren, batch).Error
}

// settle brings the tables to what a server has after a while of quiet: no dead rows, fresh statistics, nothing to write.
func settle(db *gorm.DB) error {
	if !isPostgres(db) {
		return nil
	}
	for _, table := range treeTables {
		if err := db.Exec("VACUUM (ANALYZE) " + table).Error; err != nil {
			return err
		}
	}
	return db.Exec("CHECKPOINT").Error
}

func isPostgres(db *gorm.DB) bool { return db.Name() == "postgres" }

// state is what an operation leaves of the target's rows.
type state int

const (
	live state = iota
	trashed
	gone
)

// check fails if the target's rows are not all in a state, or the bystanders are not what they were.
func (g grove) check(db *gorm.DB, want state) error {
	const columns = "count(*) AS total, count(deleted_at) AS at, count(deleted_by) AS by, count(delete_reason) AS why, count(deletion_id) AS id"
	mine, others := g.target.counts(), g.bystander.counts()
	for i, table := range treeTables {
		var is, should struct{ Total, At, By, Why, ID int }
		if err := db.Raw("SELECT " + columns + " FROM " + table).Scan(&is).Error; err != nil {
			return err
		}
		should.Total = mine[i] + others[i]
		switch want {
		case live:
		case trashed:
			should.At, should.By, should.Why, should.ID = mine[i], mine[i], mine[i], mine[i]
		case gone:
			should.Total = others[i]
		}
		if is != should {
			return fmt.Errorf("%s has %+v, not %+v", table, is, should)
		}
	}
	return nil
}
