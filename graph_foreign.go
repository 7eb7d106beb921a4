package softdelete

import (
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// What the database does by itself about rows that hang on others is in its
// catalogue, and the models need not say so. Where they do not, it is a link of the
// graph that only removals follow: CASCADE takes the rows along, and SET NULL parts
// live ones from what they hang on. The catalogue is read when rows of a table are
// first to be removed, and once.

// relationsFor is the graph for an operation from some tables on: for a removal
// with what the database does by itself below these.
func (p *Plugin) relationsFor(db *gorm.DB, kind Operation, from func(*model.Graph) []*model.Table) (*model.Graph, error) {
	for {
		g := p.models.relations()
		if !p.reads(db, kind) {
			return g, nil
		}
		unread := g.Unread(model.Operation(kind), from(g))
		if len(unread) == 0 {
			return g, nil
		}
		for _, tables := range places(db, unread) {
			names := model.NamesOf(tables)
			keys, err := catalogue.ForeignKeys(session.Beside(db), dialectOf(db), names, g.Names)
			if err != nil {
				return nil, err
			}
			p.models.learn(names, keys)
		}
	}
}

// startDelete is the first callback of the delete chain. For a removal it reads of the
// catalogue what is not known yet, before a transaction begins.
func (p *Plugin) startDelete(db *gorm.DB) {
	startWrite(db)
	kind := requestOf(db.Statement).verb
	if _, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter); inTransaction || db.Error != nil || db.Statement.Schema == nil || !p.reads(db, kind) {
		return
	}
	m, err := p.models.lookup(db, db.Statement.Schema)
	if m == nil || err != nil {
		return // the chain says so
	}
	op := &operation{kind: kind, model: m}
	_, err = p.relationsFor(db, kind, func(g *model.Graph) []*model.Table { return rootsOf(g, db, op) })
	_ = db.AddError(err)
}

// lockBeforeReading takes the lock of a database that has none on rows, if the
// catalogue is yet to be read by a removal within the caller's transaction: one that
// has only read so far could be refused the lock later.
func (p *Plugin) lockBeforeReading(db *gorm.DB, op *operation, from func(*model.Graph) []*model.Table) error {
	_, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter)
	if !inTransaction || op.dialect.RowLock || requestOf(db.Statement).preview != nil || !p.reads(db, op.kind) {
		return nil
	}
	g := p.models.relations()
	if roots := from(g); len(g.Unread(model.Operation(op.kind), roots)) > 0 {
		return lockDatabase(db, op.dialect, roots[0].Name, op.model)
	}
	return nil
}

// reads tells if an operation is one for which the catalogue is read.
func (p *Plugin) reads(db *gorm.DB, kind Operation) bool {
	return (kind == OpPurge || kind == OpForceDelete) && !p.config.IgnoreConstraints && !db.DryRun
}
