// Package foreignkeys_test tests what removals do where foreign keys of the database cascade of which the models do not tell.
package foreignkeys_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// An archive, as an application has it that makes its tables by SQL of its own: no model tells of a relation.
type (
	Folder struct {
		ID        int64
		ParentID  *int64
		Tenant    int64
		Code      string
		DeletedAt gorm.DeletedAt
	}

	// Paper hangs on a folder by ON DELETE CASCADE.
	Paper struct {
		ID        int64
		FolderID  int64
		DeletedAt gorm.DeletedAt
	}

	// Sheet hangs on a box, of which there is no model, and that on a folder, both by ON DELETE CASCADE.
	Sheet struct {
		ID        int64
		BoxID     int64
		DeletedAt gorm.DeletedAt
	}

	// Drawer hangs on a folder by two columns that are no primary key.
	Drawer struct {
		ID         int64
		Tenant     int64
		FolderCode string
		DeletedAt  gorm.DeletedAt
	}

	// Card hangs on a folder by ON DELETE SET NULL.
	Card struct {
		ID        int64
		FolderID  *int64
		DeletedAt gorm.DeletedAt
	}

	// Note has no marker, and hangs on a folder by ON DELETE CASCADE.
	Note struct {
		ID       int64
		FolderID int64
	}

	// Lone is of a table to which no foreign key refers.
	Lone struct {
		ID        int64
		DeletedAt gorm.DeletedAt
	}
)

func models() []any {
	return []any{&Folder{}, &Paper{}, &Sheet{}, &Drawer{}, &Card{}, &Lone{}}
}

// archive is the tables; TIME is the type of a marker.
const archive = `
CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint, tenant bigint NOT NULL DEFAULT 1, code varchar(20) NOT NULL, deleted_at TIME,
	UNIQUE (tenant, code), FOREIGN KEY (parent_id) REFERENCES folders (id) ON DELETE CASCADE);
CREATE TABLE papers (id bigint PRIMARY KEY, folder_id bigint NOT NULL, deleted_at TIME,
	FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
CREATE TABLE boxes (id bigint PRIMARY KEY, folder_id bigint NOT NULL, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
CREATE TABLE sheets (id bigint PRIMARY KEY, box_id bigint NOT NULL, deleted_at TIME,
	FOREIGN KEY (box_id) REFERENCES boxes (id) ON DELETE CASCADE);
CREATE TABLE drawers (id bigint PRIMARY KEY, tenant bigint NOT NULL, folder_code varchar(20) NOT NULL, deleted_at TIME,
	FOREIGN KEY (tenant, folder_code) REFERENCES folders (tenant, code) ON DELETE CASCADE);
CREATE TABLE cards (id bigint PRIMARY KEY, folder_id bigint, deleted_at TIME, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE SET NULL);
CREATE TABLE notes (id bigint PRIMARY KEY, folder_id bigint NOT NULL, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
CREATE TABLE lones (id bigint PRIMARY KEY, deleted_at TIME)`

var tables = []string{"folders", "papers", "boxes", "sheets", "drawers", "cards", "notes", "lones"}

// run runs statements, parted by semicolons.
func run(t *testing.T, db *gorm.DB, script string) {
	t.Helper()
	kind := map[string]string{"sqlite": "datetime", "postgres": "timestamptz", "mysql": "datetime(6)"}[db.Name()]
	for statement := range strings.SplitSeq(strings.ReplaceAll(script, "TIME", kind), ";") {
		if strings.TrimSpace(statement) != "" {
			require.NoError(t, db.Exec(statement).Error)
		}
	}
}

// build makes the archive, with two folders of one row each of all kinds: 1 in the trash with all of it, 2 live.
func build(t *testing.T, open testdb.Opener) {
	t.Helper()
	db := open(t)
	run(t, db, archive)
	now := "'2024-01-02 03:04:05'"
	for id, at := range map[int]string{1: now, 2: "NULL"} {
		run(t, db, strings.NewReplacer("$", fmt.Sprint(id), "@", at).Replace(`
INSERT INTO folders (id, code, deleted_at) VALUES ($, 'c$', @);
INSERT INTO folders (id, parent_id, code, deleted_at) VALUES (1$, $, 'd$', @);
INSERT INTO papers VALUES ($, $, @);
INSERT INTO boxes VALUES ($, $);
INSERT INTO sheets VALUES ($, $, @);
INSERT INTO drawers VALUES ($, 1, 'c$', @);
INSERT INTO cards VALUES ($, $, @);
INSERT INTO notes VALUES ($, $)`))
	}
	run(t, db, "INSERT INTO lones VALUES (1, "+now+")")
}

// use opens a handle with the plugin.
func use(t *testing.T, open testdb.Opener, config softdelete.Config, gormConfig ...*gorm.Config) *gorm.DB {
	t.Helper()
	db := open(t, gormConfig...)
	if config.Models == nil {
		config.Models = models()
	}
	require.NoError(t, db.Use(softdelete.New(config)))
	// A model without a marker is known when it is used.
	_, err := softdelete.Enabled(db, &Note{})
	require.NoError(t, err)
	return db
}

// contents are all rows of all tables, as text.
func contents(t *testing.T, db *gorm.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range tables {
		var rows []map[string]any
		require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Table(table).Order("id").Find(&rows).Error)
		for _, row := range rows {
			all[table] = append(all[table], fmt.Sprint(row))
		}
	}
	return all
}

// ids are the keys of a table's rows.
func ids(t *testing.T, db *gorm.DB, table string) []int64 {
	t.Helper()
	list := []int64{}
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Table(table).Order("id").Pluck("id", &list).Error)
	return list
}

// log keeps the statements of a handle.
type log struct {
	logger.Interface
	mu   sync.Mutex
	sent []string
}

func (l *log) Trace(_ context.Context, _ time.Time, of func() (string, int64), _ error) {
	sql, _ := of()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, sql)
}

func (l *log) LogMode(logger.LogLevel) logger.Interface { return l }

// take returns what was sent since the last time.
func (l *log) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}

// catalogue counts the statements that read the catalogue.
func catalogue(sent []string) int {
	return len(slices.DeleteFunc(slices.Clone(sent), func(sql string) bool {
		return !strings.Contains(sql, "pragma_foreign_key_list") && !strings.Contains(sql, "pg_constraint") && !strings.Contains(sql, "KEY_COLUMN_USAGE")
	}))
}

func logged() (*log, *gorm.Config) {
	l := &log{Interface: logger.Discard}
	return l, &gorm.Config{Logger: l}
}

// handles are the ways to have a handle on a database, and to be in a transaction.
var handles = map[string]func(t *testing.T, open testdb.Opener, config softdelete.Config) *gorm.DB{
	"plain": func(t *testing.T, open testdb.Opener, config softdelete.Config) *gorm.DB {
		t.Helper()
		return use(t, open, config)
	},
	"no default transaction": func(t *testing.T, open testdb.Opener, config softdelete.Config) *gorm.DB {
		t.Helper()
		return use(t, open, config, &gorm.Config{SkipDefaultTransaction: true})
	},
	"prepared": func(t *testing.T, open testdb.Opener, config softdelete.Config) *gorm.DB {
		t.Helper()
		return use(t, open, config, &gorm.Config{PrepareStmt: true})
	},
	"the caller's transaction": func(t *testing.T, open testdb.Opener, config softdelete.Config) *gorm.DB {
		t.Helper()
		tx := use(t, open, config).Begin()
		require.NoError(t, tx.Error)
		t.Cleanup(func() { tx.Rollback() })
		return tx
	},
}

// removals are the ways to remove folder 1 for good, if it is trashed. Each says which rows went, where it can.
var removals = map[string]func(db *gorm.DB) (rows map[string]int64, err error){
	"Purge of a value": func(db *gorm.DB) (map[string]int64, error) {
		return nil, softdelete.Purge(db, &Folder{ID: 1}).Error
	},
	"Purge of a slice": func(db *gorm.DB) (map[string]int64, error) {
		return nil, softdelete.Purge(db, []Folder{{ID: 1}}).Error
	},
	"Purge of pointers": func(db *gorm.DB) (map[string]int64, error) {
		return nil, softdelete.Purge(db, []*Folder{{ID: 1}}).Error
	},
	"Purge by key": func(db *gorm.DB) (map[string]int64, error) {
		return nil, softdelete.Purge(db, &Folder{}, 1).Error
	},
	"Purge by a condition": func(db *gorm.DB) (map[string]int64, error) {
		return nil, softdelete.Purge(db.Where("code = ?", "c1"), &Folder{}).Error
	},
	"Purge by time": func(db *gorm.DB) (map[string]int64, error) {
		return nil, softdelete.Purge(db.Scopes(softdelete.TrashedBefore(time.Now())), &Folder{}, "code = ?", "c1").Error
	},
	"Purge of a bin": func(db *gorm.DB) (map[string]int64, error) {
		_, err := softdelete.Of[Folder](db).Purge(context.Background(), 1)
		return nil, err
	},
	"Empty of a bin": func(db *gorm.DB) (map[string]int64, error) {
		return emptied(softdelete.Of[Folder](db).Where("code = ?", "c1").Empty(context.Background(), softdelete.EmptyOptions{All: true}))
	},
	"Empty with hooks": func(db *gorm.DB) (map[string]int64, error) {
		return emptied(softdelete.Of[Folder](db).Where("code = ?", "c1").Empty(context.Background(), softdelete.EmptyOptions{All: true, Hooks: true}))
	},
	"Empty by age": func(db *gorm.DB) (map[string]int64, error) {
		return emptied(softdelete.Of[Folder](db).Where("code = ?", "c1").Empty(context.Background(), softdelete.EmptyOptions{OlderThan: time.Hour}))
	},
	"Empty of folders": func(db *gorm.DB) (map[string]int64, error) {
		trash, err := softdelete.OpenTrash(db, &Folder{})
		if err != nil {
			return nil, err
		}
		return emptied(trash.Empty(context.Background(), softdelete.EmptyOptions{All: true, Where: func(tx *gorm.DB) *gorm.DB { return tx.Where("code = ?", "c1") }}))
	},
}

// emptied is what an Empty has removed, and the first of its errors.
func emptied(report softdelete.EmptyReport, err error) (map[string]int64, error) {
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0]
	}
	return report.Rows, err
}

// asText is a value as a driver gives it, as text.
func asText(value any) string { return fmt.Sprint(value) }
