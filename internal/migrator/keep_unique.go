package migrator

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// GORM's own AutoMigrate drops a unique constraint, and on MySQL an index, that its tags do
// not name any more. Where a tag of the plugin's has come in the place of GORM's, nothing
// would keep live rows apart from then on.

// KeepUnique is for the step that runs raw statements: GORM's migrator leaves what keeps
// rows apart in a column for which a tag asks for an index of live rows. That takes its
// place later, by AutoMigrate of the plugin's or a remedy.
func KeepUnique(modelOf func(table string) *model.Model, dialectOf func(*gorm.DB) *dialect.Dialect) func(func(*gorm.DB)) func(*gorm.DB) {
	return func(next func(*gorm.DB)) func(*gorm.DB) {
		return func(db *gorm.DB) {
			sql := db.Statement.SQL.String()
			if db.Error != nil || db.DryRun || !isOfMigrator(sql) || !session.IsOfMigrator("MigrateColumnUnique") {
				next(db)
				return
			}
			kept := &keptUnique{db: db, d: dialectOf(db), modelOf: modelOf, words: wordsOf(sql)}
			if kept.goes() {
				db.RowsAffected = 0
				return
			}
			next(db)
		}
	}
}

// isOfMigrator tells if a statement begins as those by which a unique constraint goes.
func isOfMigrator(sql string) bool {
	for _, begin := range []string{"ALTER TABLE ", "DROP INDEX ", "CREATE TABLE `", "INSERT INTO `", "DROP TABLE `"} {
		if strings.HasPrefix(sql, begin) {
			return true
		}
	}
	return false
}

// keptUnique is one statement of GORM's migrator.
type keptUnique struct {
	db      *gorm.DB
	d       *dialect.Dialect
	modelOf func(table string) *model.Model
	words   []string
}

// word is one of the statement's words without quotes, empty if it has not so many.
func (k *keptUnique) word(i int) string {
	if i < len(k.words) {
		return unquoted(k.words[i])
	}
	return ""
}

// goes tells if by the statement something goes that has to stay.
func (k *keptUnique) goes() bool {
	if k.d.TableRebuild {
		return k.goesWithTable()
	}
	if strings.EqualFold(k.word(0), "DROP") { // DROP INDEX name ON table
		return k.word(4) != "" && k.isLive(k.named(4, len(k.words)), k.word(2))
	}
	// ALTER TABLE table DROP CONSTRAINT name
	at := slices.IndexFunc(k.words, func(word string) bool { return strings.EqualFold(word, "DROP") })
	return at > 2 && at+2 < len(k.words) && k.isLive(k.named(2, at), k.word(at+2))
}

// named is the table that some words name, with its schema.
func (k *keptUnique) named(from, to int) string {
	name := ""
	for i := from; i < to; i++ {
		name += k.word(i)
	}
	return name
}

// isLive tells if a constraint or an index is on the one column of an index of live rows
// that a tag asks for.
func (k *keptUnique) isLive(table, name string) bool {
	m := k.modelOf(table)
	if m == nil {
		return false
	}
	columns := singleLive(m)
	isIts := func(column string) bool {
		// GORM's migrator leaves the schema of a table out of the name.
		return name == k.db.NamingStrategy.UniqueName(m.Schema.Table, column) || name == k.db.NamingStrategy.UniqueName(session.LastPart(m.Schema.Table), column)
	}
	if len(columns) == 0 || slices.ContainsFunc(columns, isIts) {
		return len(columns) > 0
	}
	found, err := catalogue.Tables(session.Beside(k.db), k.d, []string{table})
	if k.db.AddError(err) != nil || found[table] == nil {
		return true
	}
	ix := found[table].Index(name)
	return ix != nil && ix.Unique && len(ix.Columns) == 1 && slices.Contains(columns, ix.Columns[0])
}

// singleLive lists the columns that tags ask to be unique among live rows, each by itself.
func singleLive(m *model.Model) []string {
	var columns []string
	for i := range m.Indexes {
		if own := m.Indexes[i].Columns(); m.Indexes[i].Kind == model.UniqueAmongLive && len(own) == 1 {
			columns = append(columns, own[0])
		}
	}
	return columns
}

// goesWithTable is goes where the table is made anew without the constraint: CREATE
// x__temp, INSERT, DROP, RENAME. Without the first the others have nothing to do.
func (k *keptUnique) goesWithTable() bool {
	table := strings.TrimSuffix(k.word(2), scratchOfGORM)
	m := k.modelOf(table)
	if m == nil {
		return false
	}
	look := session.Beside(k.db)
	if !strings.EqualFold(k.word(0), "CREATE") {
		var n int64
		err := look.Raw("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table+scratchOfGORM).Scan(&n).Error
		return k.db.AddError(err) != nil || n == 0
	}
	var definition string
	if k.db.AddError(look.Raw("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&definition).Error) != nil {
		return true
	}
	return slices.ContainsFunc(singleLive(m), func(column string) bool {
		before, ok := ParseTable(definition)
		after, alsoOK := ParseTable(k.db.Statement.SQL.String())
		return ok && alsoOK && before.DropUnique([]string{column}) && !after.DropUnique([]string{column})
	})
}
