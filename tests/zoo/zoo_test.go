package zoo_test

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// zooWorld is a schema as the oracle knows it, and how to open it.
type zooWorld struct {
	name   string
	tables []*zooTable // parents before children, as far as that can be
	links  []*zooLink

	config      softdelete.Config
	joins       func(*gorm.DB) error // sets up join tables
	foreignKeys bool                 // the database has them
	only        string               // the one database that has this world
	annex       []string             // tables that stand in a schema of their own
	now         func() time.Time     // another clock than time.Now
}

// zooTable is a table as the oracle knows it.
type zooTable struct {
	name  string
	model any // a pointer to an empty value, nil if it is a join table without a model
	key   []string
	mark  zooMark

	texts  []string // columns of text, which else are integers
	shared []string // columns of the key that many rows share, and that are no column of a link
	named  bool     // it has a column "name"
	unique string   // a column that no two live rows agree in, empty for none
	links  []*zooLink
}

// zooMark is the marker of a table, with its tracking columns. It is empty for a plain table.
type zooMark struct {
	column string
	flag   bool
	unit   time.Duration // of a Unix time, in the marker or beside it

	at, id, by, reason string // the columns, empty for none
}

type zooPolicy int

const (
	zooLeaves zooPolicy = iota
	zooCascades
	zooRestricts
)

// zooLink says that the rows of a child hang on those of a parent.
type zooLink struct {
	relation string // as errors name it
	field    string // of the parent, empty if the child declares the relation
	parent   *zooTable
	child    *zooTable
	foreign  []string // columns of the child, and in the same order
	referred []string // columns of the parent
	typed    [2]string
	policy   zooPolicy
	hooks    bool
	onDelete string // what the constraint says
}

// The markers of most models.
var (
	zooTracked = zooMark{column: "deleted_at", id: "deletion_id", by: "deleted_by", reason: "delete_reason"}
	zooTimed   = zooMark{column: "deleted_at"}
)

func (w *zooWorld) table(name string, model any, mark zooMark, key ...string) *zooTable {
	if len(key) == 0 {
		key = []string{"id"}
	}
	t := &zooTable{name: name, model: model, key: key, mark: mark, named: model != nil}
	if t.named {
		_, t.named = reflect.TypeOf(model).Elem().FieldByName("Name")
	}
	w.tables = append(w.tables, t)
	return t
}

// has adds a relation that the parent declares. The columns are given as "child's=parent's", or the child's alone.
func (w *zooWorld) has(parent *zooTable, field string, child *zooTable, policy zooPolicy, columns ...string) *zooLink {
	l := &zooLink{relation: field, field: field, parent: parent, child: child, policy: policy}
	return w.add(l, columns)
}

// belongs adds a relation that only the child declares.
func (w *zooWorld) belongs(child *zooTable, field string, parent *zooTable, policy zooPolicy, columns ...string) *zooLink {
	l := &zooLink{relation: child.typeName() + "." + field, parent: parent, child: child, policy: policy}
	return w.add(l, columns)
}

func (w *zooWorld) add(l *zooLink, columns []string) *zooLink {
	for _, pair := range columns {
		foreign, referred, ok := strings.Cut(pair, "=")
		if !ok {
			referred = l.parent.key[0]
		}
		l.foreign, l.referred = append(l.foreign, foreign), append(l.referred, referred)
	}
	w.links = append(w.links, l)
	l.child.links = append(l.child.links, l)
	return l
}

func (l *zooLink) by(value string) {
	l.typed = [2]string{"owner_type", value}
}

func (l *zooLink) constrained(onDelete string) {
	l.onDelete = onDelete
}

func (l *zooLink) withHooks() *zooLink {
	l.hooks = true
	return l
}

func (t *zooTable) typeName() string { return reflect.TypeOf(t.model).Elem().Name() }

func (t *zooTable) isSoft() bool { return t.mark.column != "" }

// protected are the columns that a delete and a restore write, and nothing else does.
func (t *zooTable) protected() []string {
	var columns []string
	for _, column := range []string{t.mark.column, t.mark.at, t.mark.id, t.mark.by, t.mark.reason} {
		if column != "" {
			columns = append(columns, column)
		}
	}
	return columns
}

// clock is the column that tells when a row was trashed, empty if none does.
func (t *zooTable) clock() string {
	if t.mark.flag {
		return t.mark.at
	}
	return t.mark.column
}

// isExact tells if rows know when they were trashed, finer than a second.
func (t *zooTable) isExact() bool { return t.clock() != "" && t.mark.unit < time.Second }

// isTold tells if it can be seen from two rows whether the same operation trashed them.
func (l *zooLink) isTold() bool {
	return l.parent.mark.id != "" && l.child.mark.id != "" || l.parent.isExact() && l.child.isExact()
}

// isTold tells if each soft-deletable row of a world can be told to be of an operation.
func (w *zooWorld) isTold() bool {
	return !slices.ContainsFunc(w.links, func(l *zooLink) bool { return l.child.isSoft() && l.parent.isSoft() && !l.isTold() })
}

// roots are the tables that operations are on.
func (w *zooWorld) roots() []*zooTable {
	return slices.DeleteFunc(slices.Clone(w.tables), func(t *zooTable) bool { return !t.isSoft() })
}
