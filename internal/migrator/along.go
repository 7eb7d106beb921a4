package migrator

import (
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// On SQLite GORM's migrator changes a column or a constraint by making the table anew:
// it creates x__temp, copies the rows, drops x, and renames x__temp. What is attached to
// x goes with it. GORM makes the indexes again that its own tags name, and no others: one
// that keeps live rows apart would be gone without a word.

// droppedByGORM is how the migrator drops the table, and scratchOfGORM what it calls the
// one that takes its place.
const (
	droppedByGORM = "DROP TABLE `"
	scratchOfGORM = "__temp"
)

// KeepAttached is for the step that runs raw statements: as GORM's migrator drops a
// table in whose place another comes, its indexes and triggers go over to that, in the
// migrator's own transaction. Those of a column that is gone do not. A unique constraint
// within the definition of a column is lost with that: where a tag asks for an index of
// live rows in its place, an index of all rows comes first.
func KeepAttached(modelOf func(table string) *model.Model) func(func(*gorm.DB)) func(*gorm.DB) {
	return func(next func(*gorm.DB)) func(*gorm.DB) { return keepAttached(modelOf, next) }
}

func keepAttached(modelOf func(table string) *model.Model, next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		sql := db.Statement.SQL.String()
		if !strings.HasPrefix(sql, droppedByGORM) || db.Error != nil || db.DryRun {
			next(db)
			return
		}
		table := strings.TrimSuffix(sql[len(droppedByGORM):], "`")
		list, anew, err := goingAlong(db, table)
		if m := modelOf(table); m != nil && anew && err == nil && session.IsOfMigrator("AlterColumn") {
			list, err = keepingApart(db, m, table, list)
		}
		if db.AddError(err) != nil {
			return
		}
		next(db)
		if db.Error == nil && len(list) > 0 {
			_ = db.AddError(attach(db, table, list))
		}
	}
}

// goingAlong lists what a table has that goes over to the one in its place; nothing if
// there is none.
func goingAlong(db *gorm.DB, table string) (list []made, anew bool, err error) {
	look := session.Beside(db)
	var columns, kept []string
	const columnsOf = "SELECT name FROM pragma_table_xinfo(?)"
	if err := look.Raw(columnsOf, table+scratchOfGORM).Scan(&kept).Error; err != nil || len(kept) == 0 {
		return nil, false, err
	}
	if err := look.Raw(columnsOf, table).Scan(&columns).Error; err != nil {
		return nil, true, err
	}
	is := func(name string) func(string) bool {
		return func(other string) bool { return strings.EqualFold(name, other) }
	}
	gone := slices.DeleteFunc(columns, func(name string) bool { return slices.ContainsFunc(kept, is(name)) })
	list, err = attachedTo(look, table)
	return slices.DeleteFunc(list, func(m made) bool {
		return len(gone) > 0 && slices.ContainsFunc(namesIn(m.SQL), func(name string) bool { return slices.ContainsFunc(gone, is(name)) })
	}), true, err
}

// keepingApart adds the indexes of all rows that take the place of unique constraints
// which are lost.
func keepingApart(db *gorm.DB, m *model.Model, table string, list []made) ([]made, error) {
	const uniqueOn = `SELECT count(*) FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i
WHERE l."unique" AND l.origin = 'u' AND i.name = ? AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1`
	w := DDL{DB: db}
	for i := range m.Indexes {
		own := m.Indexes[i]
		if own.Kind != model.UniqueAmongLive || len(own.Fields) != 1 {
			continue
		}
		var before, after int64
		for name, n := range map[string]*int64{table: &before, table + scratchOfGORM: &after} {
			if err := session.Beside(db).Raw(uniqueOn, name, own.Columns()[0]).Scan(n).Error; err != nil {
				return nil, err
			}
		}
		isThere := func(m made) bool { return m.Name == own.Name }
		if before > after && !slices.ContainsFunc(list, isThere) {
			all := &Change{Table: &catalogue.Table{Name: table}, Want: model.Definition{Name: own.Name, Unique: true, Columns: own.Columns()}}
			list = append(list, made{Name: own.Name, SQL: w.Create(all, own.Name)})
		}
	}
	return list, nil
}

// attach makes indexes and triggers anew, while the new table has the name of the old
// one: that of what they say need not be changed. The database changes it as it is
// renamed again.
func attach(db *gorm.DB, table string, list []made) error {
	own, scratch := clause.Table{Name: table}, clause.Table{Name: table + scratchOfGORM}
	tx := session.Beside(db)
	if _, err := session.Exec(tx, "ALTER TABLE ", scratch, " RENAME TO ", own); err != nil {
		return err
	}
	for _, m := range list {
		if _, err := session.Exec(tx, m.SQL); err != nil {
			return err
		}
	}
	_, err := session.Exec(tx, "ALTER TABLE ", own, " RENAME TO ", scratch)
	return err
}

// namesIn lists the names that a statement has in it, unquoted, each for itself.
func namesIn(sql string) []string {
	var names []string
	for _, word := range wordsOf(sql) {
		switch {
		case strings.HasPrefix(word, "("):
			names = append(names, namesIn(word[1:len(word)-1])...)
		case strings.ContainsRune("\"`[", rune(word[0])):
			names = append(names, unquoted(word))
		case isNamePart(word[0]):
			names = append(names, strings.Split(word, ".")...)
		}
	}
	return names
}
