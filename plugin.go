package softdelete

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/insert"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/reading"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Config configures the plugin. Its zero value is useful.
type Config struct {
	// Models are those of the application, all of them. They are registered and checked
	// when db.Use runs. A wrong tag is then an error at start-up (*ModelError). So is
	// a column that only looks like a marker, such as DeletedAt *time.Time
	// (ErrNotSoftDeletable).
	//
	// Models without a marker may be among them, and are known as such. A join table
	// that is only registered here, without SetupJoinTable, is found by its table's
	// name. A relation that only the child declares is found once the child is
	// registered. Any other model is registered at its first statement. Defaults to
	// none.
	Models []any

	// Strict makes a Delete, Update, Restore, Purge or ForceDelete that addresses
	// rows by primary key, and matches none, return ErrNotFound. Defaults to
	// false: RowsAffected is 0, as in GORM.
	Strict bool

	// Clock is where the time of an operation comes from. There is one reading
	// per operation, the same on every row that it trashes. A reading that this
	// process has used already, at the precision of the markers it goes to, is
	// moved on by the smallest step. Defaults to AppClock.
	Clock Clock

	// TouchUpdatedAt makes deletes and restores set autoUpdateTime columns too.
	// Defaults to false.
	TouchUpdatedAt bool

	// IgnoreConstraints makes relations follow their softdelete tags only, and
	// not the declared constraint:OnDelete:…. Purges and force deletes then do not
	// read the database's own foreign keys either, which may take live rows along.
	// Defaults to false: without a tag, OnDelete:CASCADE cascades and
	// OnDelete:RESTRICT restricts.
	IgnoreConstraints bool

	// Observers are told of each operation, in this order. Defaults to none.
	Observers []Observer

	// OmitEventKeys makes events carry no primary keys, which saves reading them
	// back and holding them. Defaults to false.
	OmitEventKeys bool
}

// Clock says where the time of an operation comes from.
type Clock int

const (
	// AppClock is the clock of the application: gorm.Config.NowFunc, or that of
	// the session. It is the default.
	AppClock Clock = iota

	// DatabaseClock is the clock of the database, read with one more statement
	// per operation. It makes the times of several application servers agree.
	DatabaseClock
)

// Plugin is the GORM plugin. Make it with New; its zero value is that of
// New(Config{}). It holds what is known of the models, and nothing of a
// statement; it is safe for concurrent use.
type Plugin struct {
	config   Config
	models   registry
	dialects sync.Map // what db.Callback() returns, one a handle → *dialect.Dialect

	listeners neighbours.Listeners
}

const pluginName = "softdelete"

// New returns the plugin for one *gorm.DB:
//
//	err := db.Use(softdelete.New(softdelete.Config{}))
//
// Without a Config it takes the zero value; of several, the first. Using a second
// plugin on the same handle is gorm.ErrRegistered.
func New(config ...Config) *Plugin {
	p := &Plugin{}
	if len(config) > 0 {
		p.config = config[0]
	}
	return p
}

// Name is the plugin's name on a handle, "softdelete".
func (p *Plugin) Name() string { return pluginName }

// Initialize registers the plugin's callbacks and the models of its [Config]. GORM calls
// it from db.Use. The error is [ErrUnsupportedDatabase] for a dialector of another
// database than PostgreSQL, SQLite, MySQL, MariaDB and TiDB. The last three are told
// apart by asking the server: if it does not answer, the error is its own.
func (p *Plugin) Initialize(db *gorm.DB) error {
	if !dialect.IsKnown(db) {
		return unsupported(db)
	}
	if p.config.Clock != AppClock && p.config.Clock != DatabaseClock {
		return fmt.Errorf("softdelete: %w: Config.Clock is %d, use AppClock or DatabaseClock", gorm.ErrInvalidValue, p.config.Clock)
	}
	if err := session.CheckTransactions(db); err != nil {
		return err
	}
	d, err := dialect.Told(db)
	if err != nil {
		return fmt.Errorf("softdelete: asking the server which database it is (SELECT VERSION()): %w", err)
	}
	p.dialects.Store(db.Callback(), d)
	p.models.ignoreConstraints = p.config.IgnoreConstraints
	if err := p.models.register(db, p.config.Models); err != nil {
		return err
	}
	insert.LetBuild(db)
	// GORM reports each callback that is wrapped; that is of no use to anybody.
	defer func(l logger.Interface) { db.Logger = l }(db.Logger)
	db.Logger = logger.Discard
	return p.registerCallbacks(db)
}

func unsupported(db *gorm.DB) error {
	known := strings.Join(dialect.Names(), ", ")
	if db.Dialector == nil {
		return fmt.Errorf("%w: the handle has no dialector, it needs one named %s", ErrUnsupportedDatabase, known)
	}
	return fmt.Errorf("%w: the handle's dialector is named %q, known are %s: the SQL of another database would be a guess", ErrUnsupportedDatabase, db.Name(), known)
}

// installed returns the plugin of a handle.
func installed(db *gorm.DB) (*Plugin, bool) {
	if db == nil || db.Config == nil {
		return nil, false
	}
	p, ok := db.Plugins[pluginName].(*Plugin)
	return p, ok
}

// dialectOf is the dialect of a handle: that which was found when the plugin came on
// it.
func dialectOf(db *gorm.DB) *dialect.Dialect {
	if p, ok := installed(db); ok {
		if d, ok := p.dialects.Load(db.Callback()); ok {
			return d.(*dialect.Dialect)
		}
	}
	return dialect.Of(db)
}

// lookup returns the model of a value, nil if it is not soft-deletable.
func lookup(db *gorm.DB, value any) (*model.Model, error) {
	p, ok := installed(db)
	if !ok {
		return nil, ErrNotInstalled
	}
	return p.models.parse(db, value)
}

// soft returns the model of a value that has to be soft-deletable.
func soft(db *gorm.DB, value any) (*model.Model, error) {
	m, err := lookup(db, value)
	if err == nil && m == nil {
		s, _ := model.Parse(db, value)
		err = fault.About(ErrNotSoftDeletable, s.Name, model.LookAlike(s))
	}
	return m, err
}

// Enabled tells if a model, given as a value or a pointer, is soft-deletable. It
// returns an error if the value is no model (gorm.ErrInvalidValue), if its
// definition is wrong ([*ModelError]), or if the plugin is missing
// ([ErrNotInstalled]).
func Enabled(db *gorm.DB, model any) (bool, error) {
	m, err := lookup(db, model)
	return m != nil && err == nil, err
}

// IsTrashed reads the marker of a loaded value, a struct or a pointer to one, and
// leaves it as it is. It asks no database. The error is [ErrNotSoftDeletable] for a model without a
// marker, gorm.ErrInvalidValue for nil or a slice.
func IsTrashed(db *gorm.DB, value any) (bool, error) {
	rv := reflect.ValueOf(value)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Struct {
		return false, fmt.Errorf("softdelete: %w: IsTrashed needs a struct or a pointer to one, not %T", gorm.ErrInvalidValue, value)
	}
	m, err := soft(db, value)
	if err != nil {
		return false, err
	}
	if rv.Type() != m.Schema.ModelType {
		return false, fmt.Errorf("softdelete: %w: %T", gorm.ErrInvalidValue, value)
	}
	ctx := context.Background()
	if db.Statement != nil && db.Statement.Context != nil {
		ctx = db.Statement.Context
	}
	// Of a copy: GORM fills in the embedded pointers that it reads through.
	read := reflect.New(rv.Type()).Elem()
	read.Set(rv)
	return m.Marker.IsTrashed(ctx, read), nil
}

func (c Clock) now(db *gorm.DB) (time.Time, error) {
	now := db.NowFunc()
	if c != DatabaseClock || db.DryRun {
		return now, nil
	}
	// That of the primary, which has stamped the rows; whether the statement has been
	// taken anywhere by now depends on the order of plugins.
	if s := db.Statement.Schema; s != nil {
		db = session.OnPrimary(db, s)
	}
	read, err := dialectOf(db).Now(db)
	// In the application's zone: a column without one keeps the digits only.
	return read.In(now.Location()), err
}

// used holds the readings of this process, so that no two operations have the
// same one: with markers that are times, it is by their time that the rows of
// one operation are known.
var used reading.Set
