package session

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Where a handle has gorm.io/plugin/dbresolver, reads go to replicas, which lag.
// Nothing that a write depends on is read there. The resolver looks at each
// statement that is in no transaction, at what it finds by the names below (in its
// dbresolver.go and clauses.go), and takes it to another pool. It is known by these
// alone, so that nobody has to have it.
const (
	ResolverName  = "gorm:db_resolver"       // the plugin, and its step in each of GORM's chains
	resolverWrite = "gorm:db_resolver:write" // among the settings: to the primary, as Clauses(dbresolver.Write) says
	resolverUsing = "gorm:db_resolver:using" // among the clauses: Clauses(dbresolver.Use("name"))
)

// Resolves tells if the statements of a handle may be taken elsewhere.
func Resolves(db *gorm.DB) bool {
	if _, ok := db.Plugins[ResolverName]; !ok {
		return false
	}
	_, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter)
	return !inTransaction
}

// Fresh is a handle that has nothing of a statement but its connection, and sends
// what it asks to the primary of what the statement named.
func Fresh(db *gorm.DB, session gorm.Session) *gorm.DB {
	session.NewDB = true
	tx := db.Session(&session)
	if !Resolves(tx) {
		return tx
	}
	tx = tx.Clauses()
	tx.Statement.Settings.Store(resolverWrite, struct{}{})
	if using, ok := db.Statement.Clauses[resolverUsing]; ok {
		tx.Statement.Clauses[resolverUsing] = using
	}
	return tx.Session(&gorm.Session{})
}

// Beside returns a handle for further statements on a statement's connection,
// whatever has happened to that statement. Where it is in no transaction, they go
// to the primary.
func Beside(db *gorm.DB) *gorm.DB {
	tx := Fresh(db, gorm.Session{SkipHooks: true})
	tx.Error = nil
	return tx
}

// OnPrimary is a handle that keeps all that it has and sends what it asks to the
// primary. Its connection is that of a model's table already, or if that is nil of
// what the handle is about.
func OnPrimary(db *gorm.DB, s *schema.Schema) *gorm.DB {
	if !Resolves(db) {
		return db
	}
	tx := db.Session(&gorm.Session{}).Clauses()
	SendToPrimary(tx)
	Resolve(tx, s)
	return tx.Session(&gorm.Session{})
}

// SendToPrimary sends a statement to the primary. It returns what takes that back,
// for the statement may be used again.
func SendToPrimary(tx *gorm.DB) (back func()) {
	if tx.Error != nil || !Resolves(tx) {
		return func() {}
	}
	settings := &tx.Statement.Settings
	if _, sent := settings.LoadOrStore(resolverWrite, struct{}{}); sent {
		return func() {}
	}
	return func() { settings.Delete(resolverWrite) }
}

// Resolve gives a statement the connection that one on a model's table would have.
func Resolve(tx *gorm.DB, s *schema.Schema) {
	step := tx.Callback().Raw().Get(ResolverName)
	if step == nil {
		return
	}
	stmt := tx.Statement
	if s != nil {
		defer func(table string, s *schema.Schema) { stmt.Table, stmt.Schema = table, s }(stmt.Table, stmt.Schema)
		stmt.Table, stmt.Schema = LastPart(s.Table), s
	}
	step(tx)
}

// LastPart is the name of a table without the schema in front: the resolver goes by
// what GORM has for the table of a statement.
func LastPart(table string) string { return table[strings.LastIndexByte(table, '.')+1:] }

// SourceOf is the pool that a write to a model's table goes to, or if that is nil
// one to no table in particular; of several one.
func SourceOf(db *gorm.DB, s *schema.Schema) gorm.ConnPool {
	tx := db.Session(&gorm.Session{NewDB: true}).Clauses()
	tx.Statement.ConnPool = db.ConnPool
	if using, ok := db.Statement.Clauses[resolverUsing]; ok {
		tx.Statement.Clauses[resolverUsing] = using
	}
	tx.Statement.Settings.Store(resolverWrite, struct{}{})
	Resolve(tx, s)
	if prepared, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtDB); ok {
		return prepared.ConnPool
	}
	return tx.Statement.ConnPool
}
