package places_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

type Team struct {
	ID   uint
	Name string
	softdelete.Tracked
}

type Member struct {
	ID     uint
	Name   string
	TeamID *uint
	Team   *Team
	Notes  []Note
	softdelete.Tracked
}

type Note struct {
	ID       uint
	MemberID uint
	softdelete.Tracked
}

// A Badge has no marker.
type Badge struct {
	ID       uint
	MemberID uint
	Member   *Member
}

// newWorld has of each table a live row 1 and a trashed row 2, that are apart from one another; badge 2 is of member 2.
func newWorld(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := handles.WithPlugin(t, open, softdelete.Config{}, &Team{}, &Member{}, &Note{}, &Badge{})
	for _, id := range []uint{1, 2} {
		require.NoError(t, db.Create(&Member{ID: id, Name: "m", Team: &Team{ID: id, Name: "t"}, Notes: []Note{{ID: id}}}).Error)
		require.NoError(t, db.Create(&Badge{ID: id, MemberID: id}).Error)
	}
	for _, row := range []any{&Team{}, &Member{}, &Note{}} {
		require.NoError(t, db.Delete(row, 2).Error)
	}
	return db
}

// scopes are those of the package, as direct calls.
func scopes() map[string]func(*gorm.DB) *gorm.DB {
	all := handles.AllScopes()
	all["WithTrashedIn"], all["OnlyTrashedIn"] = softdelete.WithTrashedIn(&Team{}), softdelete.OnlyTrashedIn(&Team{})
	all["RootOnly"], all["WithParents"] = softdelete.RootOnly, softdelete.WithParents
	return all
}

// lost are the places in which GORM drops a scope.
var lost = map[string]func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error{
	"Joins": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Joins("Team", scope(db)).Find(&[]Member{}).Error
	},
	"Joins, with a condition": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Joins("Team", scope(db.Where(&Team{Name: "t"}))).Find(&[]Member{}).Error
	},
	"Joins, waiting": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Joins("Team", db.Scopes(scope)).Find(&[]Member{}).Error
	},
	"InnerJoins": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.InnerJoins("Team", scope(db.Where("1 = 1"))).First(&Member{}).Error
	},
	"Joins of a model without a marker": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Joins("Member", scope(db)).Find(&[]Badge{}).Error
	},
	"Joins, nested": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Joins("Member").Joins("Member.Team", scope(db)).Find(&[]Badge{}).Error
	},
	"Joins, Count": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		var n int64
		return db.Model(&Member{}).Joins("Team", scope(db)).Count(&n).Error
	},
	"Joins, Row": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Model(&Member{}).Joins("Team", scope(db)).Scan(&struct{ ID uint }{}).Error
	},
	"a group": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where(scope(db.Where("id = 1").Or("id = 2"))).Find(&[]Member{}).Error
	},
	"a group, around": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where(scope(db).Where("id = 1").Or("id = 2")).Find(&[]Member{}).Error
	},
	"a group of nothing": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where(scope(db)).Find(&[]Member{}).Error
	},
	"a group, waiting": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where(db.Where("id = 1").Scopes(scope)).Find(&[]Member{}).Error
	},
	"a group within a group": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where(db.Where("id = 1").Or(scope(db.Where("id = 2")))).Find(&[]Member{}).Error
	},
	"Or": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where("id = 1").Or(scope(db.Where("id = 2"))).Find(&[]Member{}).Error
	},
	"Not": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Not(scope(db.Where("id = 1"))).Find(&[]Member{}).Error
	},
	"an inline condition": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Find(&[]Member{}, scope(db)).Error
	},
	"Preload, a handle": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Preload("Notes", scope(db)).Find(&[]Member{}).Error
	},
	"Update": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Model(&Member{}).Where("id = 1").Where(scope(db)).Update("name", "x").Error
	},
	"Delete": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Where("id = 1").Where(scope(db)).Delete(&Member{}).Error
	},
	"Delete, inline": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Delete(&Member{ID: 1}, scope(db)).Error
	},
	"Restore": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return softdelete.Restore(db.Where("id = 2").Where(scope(db)), &Member{}).Error
	},
	"Purge": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return softdelete.Purge(db, &Member{}, scope(db)).Error
	},
	"gorm.G": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		_, err := gorm.G[Member](scope(db)).Find(ctxOf(db))
		return err
	},
	"gorm.G, within a transaction": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			_, err := gorm.G[Member](scope(tx)).Where("id = ?", 1).First(ctxOf(db))
			return err
		})
	},
	"gorm.G, Count": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		_, err := gorm.G[Member](scope(db)).Count(ctxOf(db), "*")
		return err
	},
	"gorm.G, Scan": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return gorm.G[Member](scope(db)).Scan(ctxOf(db), &[]struct{ ID uint }{})
	},
	"gorm.G, Update": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		_, err := gorm.G[Member](scope(db)).Where("id = ?", 1).Update(ctxOf(db), "name", "x")
		return err
	},
	"gorm.G, Delete": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		_, err := gorm.G[Member](scope(db)).Where("id = ?", 1).Delete(ctxOf(db))
		return err
	},
	"gorm.G, Create": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		return gorm.G[Member](scope(db)).Create(ctxOf(db), &Member{ID: 9})
	},
	"gorm.G, a group": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		_, err := gorm.G[Member](db).Where(scope(db.Where("id = 1"))).Find(ctxOf(db))
		return err
	},
	"gorm.G, Joins": func(db *gorm.DB, scope func(*gorm.DB) *gorm.DB) error {
		_, err := gorm.G[Member](db).Joins(clause.LeftJoin.Association("Team"), func(j gorm.JoinBuilder, _, _ clause.Table) error {
			j.Where(scope(db.Where("1 = 1")))
			return nil
		}).Find(ctxOf(db))
		return err
	},
}

func ctxOf(db *gorm.DB) context.Context { return db.Statement.Context }

func TestALostScopeIsAnError(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newWorld(t, open).WithContext(t.Context())
		for place, call := range lost {
			for name, scope := range scopes() {
				err := call(db, scope)
				require.ErrorIs(t, err, gorm.ErrInvalidData, "%s, %s", place, name)
				require.ErrorContains(t, err, "the scope "+name+" stands", place)
			}
		}
		var members, notes int64
		require.NoError(t, db.Model(&Member{}).Where("name = ?", "m").Count(&members).Error)
		require.NoError(t, softdelete.OnlyTrashed(db.Model(&Member{})).Count(&notes).Error)
		require.Equal(t, []int64{1, 1}, []int64{members, notes}, "nothing was written")
	})
}

// GORM makes the statements of association operations on a handle of its own: no scope reaches them.
func TestAScopeBeforeAnAssociationOperation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newWorld(t, open)
		set := clause.Association{Association: "Notes", Type: clause.OpUpdate, Set: []clause.Assignment{{Column: clause.Column{Name: "member_id"}, Value: 2}}}
		_, err := gorm.G[Member](softdelete.WithTrashed(db)).Where("members.id = ?", 1).Set(set).Update(t.Context())
		require.ErrorIs(t, err, gorm.ErrInvalidData)
	})
}

// A scope in its place is no false alarm, in whatever is done with the handle, or within it.
func TestAScopeInItsPlace(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newWorld(t, open)
		ids := func(tx *gorm.DB) []uint {
			var ids []uint
			require.NoError(t, tx.Model(&Member{}).Order("members.id").Pluck("members.id", &ids).Error)
			return ids
		}
		all, trashed := []uint{1, 2}, []uint{2}
		require.Equal(t, all, ids(softdelete.WithTrashed(db)))
		require.Equal(t, all, ids(db.Scopes(softdelete.WithTrashed)))
		require.Equal(t, all, ids(softdelete.WithTrashed(db.Where("id = 1").Or("id = 2"))))
		require.Equal(t, all, ids(softdelete.WithTrashed(db).Where("id = 1").Or("id = 2")))
		require.Equal(t, trashed, ids(softdelete.OnlyTrashed(db).Where(db.Where("id = 1").Or("id = 2"))))
		require.Equal(t, trashed, ids(softdelete.OnlyTrashed(softdelete.WithTrashed(db))))
		require.Equal(t, trashed, ids(db.Where("id IN (?)", softdelete.OnlyTrashed(db.Model(&Member{})).Select("id")).Scopes(softdelete.WithTrashed)))
		require.Equal(t, []uint{1}, ids(db.Where("members.id = 1").Joins("Team", db.Where("1 = 1")).Scopes(softdelete.WithTrashed)))

		q := softdelete.WithTrashed(db.Model(&Member{}))
		for range 2 {
			var n int64
			require.NoError(t, q.Count(&n).Error)
			require.EqualValues(t, 2, n)
			require.Equal(t, all, ids(q.Session(&gorm.Session{})))
		}
		kept := softdelete.OnlyTrashed(db).Session(&gorm.Session{})
		for range 2 {
			require.Equal(t, trashed, ids(kept))
			require.Equal(t, []uint{1}, ids(kept.Session(&gorm.Session{NewDB: true})), "a new session is one without scopes")
		}

		var members []Member
		require.NoError(t, db.Preload("Notes", softdelete.WithTrashed).Preload("Team", softdelete.WithTrashed).
			Scopes(softdelete.WithTrashed).Order("id").Find(&members).Error)
		require.Len(t, members, 2)
		require.Len(t, members[1].Notes, 1)
		require.NotNil(t, members[1].Team)
		found, err := gorm.G[Member](db).Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Find(t.Context())
		require.NoError(t, err)
		require.Len(t, found, 1)
		var badges []Badge
		require.NoError(t, db.Scopes(softdelete.WithTrashedIn(&Member{})).Joins("Member").Order("badges.id").Find(&badges).Error)
		require.NotNil(t, badges[1].Member)

		bin := softdelete.Of[Member](db.Scopes(softdelete.TrashedBefore(time.Now().Add(time.Hour))))
		_, err = bin.Find(t.Context())
		require.NoError(t, err)
		n, err := softdelete.Of[Member](softdelete.TrashedBefore(time.Now().Add(time.Hour))(db)).Count(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		plan, err := softdelete.Preview(softdelete.RootOnly(db), softdelete.OpRestore, &Member{ID: 2})
		require.NoError(t, err)
		require.EqualValues(t, 1, plan.Rows["members"])
		var d softdelete.Deletion
		require.NoError(t, softdelete.Into(&d)(db).Delete(&Member{ID: 1}).Error)
		require.EqualValues(t, 1, d.Rows["members"])
		require.NoError(t, softdelete.Restore(softdelete.RootOnly(db), &Member{ID: 1}).Error)
		require.ErrorIs(t, softdelete.WithTrashed(db).Delete(&Member{}).Error, gorm.ErrMissingWhereClause)
		require.ErrorIs(t, softdelete.OnlyTrashed(db.Model(&Member{})).Update("name", "x").Error, gorm.ErrMissingWhereClause)
	})
}

// A hook looks about on handles of its own, by either API.
type Looker struct {
	ID uint
	softdelete.Timestamp
}

func (l *Looker) AfterFind(tx *gorm.DB) error {
	if _, err := gorm.G[Team](tx).Find(tx.Statement.Context); err != nil {
		return err
	}
	return tx.Find(&[]Team{}).Error
}

func (l *Looker) BeforeDelete(tx *gorm.DB) error { return l.AfterFind(tx) }

func TestHooksOfAScopedStatement(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newWorld(t, open)
		require.NoError(t, db.AutoMigrate(&Looker{}))
		require.NoError(t, db.Create(&Looker{ID: 1}).Error)
		require.NoError(t, softdelete.WithTrashed(db).First(&Looker{}).Error)
		require.NoError(t, db.Scopes(softdelete.WithTrashed).First(&Looker{}).Error)
		_, err := gorm.G[Looker](db).Scopes(softdelete.StatementScope(softdelete.WithTrashed)).First(t.Context())
		require.NoError(t, err)
		require.NoError(t, softdelete.WithTrashed(db).Delete(&Looker{ID: 1}).Error)
	})
}
