package neighbours_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// eachDatabase runs a test with a primary and a replica that lags, in each database.
func eachDatabase(t *testing.T, test func(t *testing.T, primary, replica *shelf)) {
	t.Helper()
	for _, database := range testdb.Names() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			primary, replica := newShelf(t, database), newShelf(t, database)
			primary.fill(t)
			replica.fill(t)
			primary.goOn(t)
			test(t, primary, replica)
		})
	}
}

// reads only tell of rows: those of the replica, unless the caller says otherwise.
var reads = map[string]func(v call) (any, error){
	"find": func(v call) (any, error) {
		var rows []replicaAuthor
		err := v.db.Find(&rows).Error
		return len(rows), err
	},
	"count of the trash": func(v call) (any, error) {
		var n int64
		err := v.db.Model(&replicaAuthor{}).Scopes(softdelete.OnlyTrashed).Count(&n).Error
		return n, err
	},
	"preload": func(v call) (any, error) {
		var rows []replicaAuthor
		err := v.db.Preload("Books").Find(&rows).Error
		n := 0
		for _, row := range rows {
			n += len(row.Books)
		}
		return n, err
	},
	"generic": func(v call) (any, error) {
		rows, err := gorm.G[replicaAuthor](v.db, v.options...).Find(v.context())
		return len(rows), err
	},
	"trashed within a day": func(v call) (any, error) {
		var rows []replicaAuthor
		err := v.db.Scopes(softdelete.TrashedWithin(24 * time.Hour)).Find(&rows).Error
		return len(rows), err
	},
	"bin: find": func(v call) (any, error) {
		rows, err := softdelete.Of[replicaAuthor](v.db).Find(v.context())
		return len(rows), err
	},
	"bin: count": func(v call) (any, error) { return countOf(softdelete.Of[replicaAuthor](v.db).Count(v.context())) },
	"trash: stats": inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		stats, err := trash.Stats(v.context())
		n := int64(0)
		for _, stat := range stats {
			n += stat.Trashed
		}
		return n, err
	}),
	"trash: glance": inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		glances, err := trash.Glance(v.context(), softdelete.GlanceOptions{Times: []time.Time{{}, time.Now().Add(time.Hour)}})
		n := int64(0)
		for _, g := range glances {
			n += g.Trashed
			for _, count := range g.Between {
				n += 100 * count.Rows
			}
		}
		return n, err
	}),
	"trash: parents": inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		page, err := trash.List(v.context(), softdelete.ListOptions{Limit: 500})
		n := 0
		for _, item := range page.Items {
			if err != nil {
				break
			}
			var parents []softdelete.Parent
			parents, err = item.Parents(v.context())
			n += len(parents)
		}
		return n, err
	}),
	"trash: list": inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		page, err := trash.List(v.context(), softdelete.ListOptions{Models: []any{&replicaAuthor{}}})
		if err != nil {
			return nil, err
		}
		row, err := page.Items[0].Load(v.context())
		return fmt.Sprint(len(page.Items), row.(*replicaAuthor).ID), err
	}),
	"trash: deletions": inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		page, err := trash.Deletions(v.context(), softdelete.ListOptions{})
		return fmt.Sprint(len(page.Items), page.Items[0].Rows), err
	}),
}

// TestReadsFollowTheCaller reads the replica, and the primary where the caller says so.
func TestReadsFollowTheCaller(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, primary, replica *shelf) {
		for _, routed := range []routing{global, byName, byModel} {
			re := resolve(t, routed, primary, replica, configs["clock"], &gorm.Config{}, false)
			for name, read := range reads {
				t.Run(routed.String()+"/"+name, func(t *testing.T) {
					if routed == byName && name == "preload" {
						t.Skip("GORM does not hand Use on to preloads")
					}
					for _, s := range []*shelf{replica, primary} {
						want, err := read(call{db: s.plain})
						require.NoError(t, err)
						at := call{db: re.db, options: routed.options()}
						if s == primary {
							at.options = append(at.options, dbresolver.Write)
							at.db = re.db.Clauses(dbresolver.Write).Session(&gorm.Session{})
						}
						re.asked()
						got, err := read(at)
						require.NoError(t, err)
						require.Equal(t, want, got)
						asked := strings.Join(re.asked(), "\n")
						require.Equal(t, s == replica, strings.Contains(asked, "replica: "))
						require.NotContains(t, asked, "elsewhere: ")
					}
				})
			}
		}
	})
}

// TestWhatIsSentToTheReplicaIsWrittenInThePrimary: a verb is a write, whatever
// the handle says of reads.
func TestWhatIsSentToTheReplicaIsWrittenInThePrimary(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, primary, replica *shelf) {
		re := resolve(t, global, primary, replica, softdelete.Config{}, &gorm.Config{}, false)
		plain, still := primary.handle(t, softdelete.Config{}, &gorm.Config{}), replica.rows(t)
		for _, v := range verbs {
			if v.config != "" || v.name == "first or create, reviving" {
				continue
			}
			t.Run(v.name, func(t *testing.T) {
				run := func(db *gorm.DB) (string, string) {
					primary.fill(t)
					id := primary.goOn(t)
					got, err := v.run(call{db: db, sent: []clause.Expression{dbresolver.Write}, id: id})
					return fmt.Sprint(got, " ", err), primary.rows(t)
				}
				wantResult, wantRows := run(plain)
				re.asked()
				result, rows := run(re.db.Clauses(dbresolver.Read).Session(&gorm.Session{}).WithContext(t.Context()))
				require.Empty(t, re.asked())
				require.Equal(t, wantResult, result)
				require.Equal(t, wantRows, rows)
				require.Equal(t, still, replica.rows(t))
			})
		}
	})
}

// TestVerbsLeaveTheHandleAsItWas: what a verb is sent to is not where the next
// read of the same handle goes.
func TestVerbsLeaveTheHandleAsItWas(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, primary, replica *shelf) {
		re := resolve(t, global, primary, replica, softdelete.Config{}, &gorm.Config{}, false)
		for name, use := range map[string]func(db *gorm.DB){
			"preview": func(db *gorm.DB) { _, _ = softdelete.Preview(db, softdelete.OpSoftDelete, &replicaAuthor{}) },
			"undo":    func(db *gorm.DB) { _, _ = softdelete.Undo(db, uuid.Max) },
			"empty":   func(db *gorm.DB) { _, _ = empty(softdelete.EmptyOptions{All: true, DryRun: true})(call{db: db}) },
			"doctor":  func(db *gorm.DB) { _, _ = softdelete.Doctor(db, &replicaAuthor{}) },
		} {
			t.Run(name, func(t *testing.T) {
				q := re.db.Where("id = ?", 3)
				use(q)
				q.Error = nil
				require.Empty(t, re.asked())
				var rows []replicaAuthor
				require.NoError(t, q.Find(&rows).Error)
				require.Len(t, rows, 1, "live in the replica, trashed in the primary")
				require.NotEmpty(t, re.asked())

				q = re.db.Clauses(dbresolver.Write).Where("id = ?", 3)
				use(q)
				q.Error = nil
				require.NoError(t, q.Find(&rows).Error)
				require.Empty(t, rows)
				require.Empty(t, re.asked())
			})
		}
	})
}

// TestSeveralSources: what an operation needs is on one of them, and none is taken
// for another database.
func TestSeveralSources(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, primary, replica *shelf) {
		silent := &watched{ConnPool: replica.plain.ConnPool}
		source := func() gorm.Dialector { return behind{primary.plain.Dialector, primary.open(t).ConnPool} }
		config := dbresolver.Config{
			Sources: []gorm.Dialector{source(), source(), source()}, Replicas: []gorm.Dialector{behind{replica.plain.Dialector, silent}},
		}
		for name, policy := range map[string]dbresolver.Policy{"random": dbresolver.RandomPolicy{}, "in turn": dbresolver.StrictRoundRobinPolicy()} {
			t.Run(name, func(t *testing.T) {
				config := config
				config.Policy = policy
				db := primary.open(t)
				install(t, db, softdelete.Config{})
				require.NoError(t, db.Use(dbresolver.Register(config)))
				for range 20 {
					primary.fill(t)
					silent.take()
					require.NoError(t, db.Delete(&replicaAuthor{ID: 1}).Error)
					var d softdelete.Deletion
					require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&replicaAuthor{ID: 2}).Error)
					require.NoError(t, softdelete.Restore(db, &replicaAuthor{ID: 1}).Error)
					_, err := softdelete.Undo(db, d.ID)
					require.NoError(t, err)
					_, err = softdelete.Preview(db, softdelete.OpSoftDelete, &replicaAuthor{ID: 1})
					require.NoError(t, err)
					require.NoError(t, softdelete.ForceDelete(db, &replicaAuthor{ID: 6}).Error)
				}
				require.Empty(t, silent.take())
			})
		}
	})
}
