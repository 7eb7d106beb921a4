package neighbours_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// arrangement is how another plugin stands to this one on a handle.
type arrangement struct {
	name   string
	before func(t *testing.T, db *gorm.DB) // what is used before it
	after  func(t *testing.T, db *gorm.DB) // and after
	cached bool
}

// early builds the SQL of each read at a place in its chain.
func early(place string) func(t *testing.T, db *gorm.DB) {
	return func(t *testing.T, db *gorm.DB) {
		t.Helper()
		build := func(db *gorm.DB) { callbacks.BuildQuerySQL(db) }
		query, row := db.Callback().Query(), db.Callback().Row()
		if place == "*" {
			require.NoError(t, query.Before("*").Register("early", build))
			require.NoError(t, row.Before("*").Register("early", build))
			return
		}
		require.NoError(t, query.Before("gorm:query").Register("early", build))
		require.NoError(t, row.Before("gorm:row").Register("early", build))
	}
}

// byHand builds the SQL of each read out of its clauses, and does not ask the schema for those that it has.
func byHand(t *testing.T, db *gorm.DB) {
	t.Helper()
	build := func(db *gorm.DB) {
		if len(db.Statement.Joins) > 0 || db.Statement.SQL.Len() > 0 {
			return // what joins are only GORM knows
		}
		c := db.Statement.Clauses["FROM"]
		db.Statement.AddClauseIfNotExists(fromOf(c))
		db.Statement.AddClauseIfNotExists(selectOf(db))
		db.Statement.Build(db.Statement.BuildClauses...)
	}
	require.NoError(t, db.Callback().Query().Before("gorm:query").Register("by hand", build))
	require.NoError(t, db.Callback().Row().Before("gorm:row").Register("by hand", build))
}

// replaced puts steps of GORM's own in the place of those that stand there.
func replaced(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.Callback().Query().Replace("gorm:query", callbacks.Query))
	require.NoError(t, db.Callback().Row().Replace("gorm:row", callbacks.RowQuery))
}

func cache(t *testing.T, db *gorm.DB) {
	t.Helper()
	useCache(t, db, &memory{})
}

func arrangements() []arrangement {
	return []arrangement{
		{name: "alone"},
		{name: "early, used before", before: early("gorm")},
		{name: "early, used after", after: early("gorm")},
		{name: "first of all, used before", before: early("*")},
		{name: "first of all, used after", after: early("*")},
		{name: "steps replaced before", before: replaced},
		{name: "steps replaced after", after: replaced},
		{name: "cache, used before", before: cache, cached: true},
		{name: "cache, used after", after: cache, cached: true},
	}
}

// arrange opens a handle with an arrangement of plugins on it.
func arrange(t *testing.T, open testdb.Opener, a arrangement, prepared bool) *gorm.DB {
	t.Helper()
	config := testdb.Config()
	config.PrepareStmt = prepared
	db := open(t, config)
	useOrder(t, db)
	if a.before != nil {
		a.before(t, db)
	}
	require.NoError(t, db.Use(orderPlugin()))
	if a.after != nil {
		a.after(t, db)
	}
	return db
}

// eachArrangement runs fn for each arrangement of plugins on each database, with prepared statements and without.
func eachArrangement(t *testing.T, fn func(t *testing.T, db *gorm.DB, a arrangement)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		for _, a := range arrangements() {
			for _, prepared := range []bool{false, true} {
				name := a.name
				if prepared {
					name += ", prepared"
				}
				t.Run(name, func(t *testing.T) { fn(t, arrange(t, open, a, prepared), a) })
			}
		}
	})
}

// ids are the keys of rows, in order.
func ids[T any](rows []T, id func(T) uint) []uint {
	list := make([]uint, 0, len(rows))
	for _, row := range rows {
		list = append(list, id(row))
	}
	slices.Sort(list)
	return list
}

func postIDs(posts []orderPost) []uint { return ids(posts, func(p orderPost) uint { return p.ID }) }
func roleIDs(roles []orderRole) []uint { return ids(roles, func(r orderRole) uint { return r.ID }) }
func labelIDs(labels []orderLabel) []uint {
	return ids(labels, func(l orderLabel) uint { return l.ID })
}

// teamOf is the key of a user's joined team, 0 for none.
func teamOf(u orderUser) uint {
	if u.Team == nil {
		return 0
	}
	return u.Team.ID
}

// readPath is a way to read, and what it finds.
type readPath struct {
	name string
	read func(db *gorm.DB) (any, error)
	want any
}

type orderTitle struct{ Title string }

// count is a read that counts.
func count(db *gorm.DB) (any, error) {
	var n int64
	err := db.Count(&n).Error
	return int(n), err
}

// eachRow counts what a read gives row by row.
func eachRow(db *gorm.DB) (any, error) {
	rows, err := db.Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // of a test
	n := 0
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func find(db *gorm.DB) (any, error) {
	var posts []orderPost
	err := db.Find(&posts).Error
	return postIDs(posts), err
}

// plainPaths are reads of a model's own rows.
func plainPaths() []readPath {
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	return []readPath{
		{"Find", find, []uint{1, 3}},
		{"Find with Or", func(db *gorm.DB) (any, error) { return find(db.Where("title = ?", "a").Or("title = ?", "b")) }, []uint{1}},
		{"Find with Or in a string", func(db *gorm.DB) (any, error) { return find(db.Where("title = 'b' OR title = 'c'")) }, []uint{3}},
		{"Find by keys", func(db *gorm.DB) (any, error) { return find(db.Where([]int{1, 2, 3})) }, []uint{1, 3}},
		{"First of a live one", func(db *gorm.DB) (any, error) { var p orderPost; err := db.First(&p, 1).Error; return p.ID, err }, uint(1)},
		{"First of a trashed one", func(db *gorm.DB) (any, error) {
			var p orderPost
			err := db.First(&p, 2).Error
			return errors.Is(err, gorm.ErrRecordNotFound), nil
		}, true},
		{"First of a value with a key", func(db *gorm.DB) (any, error) {
			p := orderPost{ID: 2}
			err := db.First(&p).Error
			return errors.Is(err, gorm.ErrRecordNotFound), nil
		}, true},
		{"Last", func(db *gorm.DB) (any, error) { var p orderPost; err := db.Last(&p).Error; return p.ID, err }, uint(3)},
		{"Take", func(db *gorm.DB) (any, error) {
			var p orderPost
			err := db.Where("author_id = 2").Take(&p).Error
			return p.ID, err
		}, uint(3)},
		{"Count", func(db *gorm.DB) (any, error) { return count(db.Model(&orderPost{})) }, 2},
		{"Count of a group", func(db *gorm.DB) (any, error) { return count(db.Model(&orderPost{}).Group("author_id")) }, 2},
		{"Pluck", func(db *gorm.DB) (any, error) {
			var titles []string
			err := db.Model(&orderPost{}).Order("id").Pluck("title", &titles).Error
			return titles, err
		}, []string{"a", "c"}},
		{"Scan", func(db *gorm.DB) (any, error) {
			var titles []orderTitle
			err := db.Model(&orderPost{}).Order("id").Scan(&titles).Error
			return titles, err
		}, []orderTitle{{"a"}, {"c"}}},
		{"Rows", func(db *gorm.DB) (any, error) {
			return eachRow(db.Model(&orderPost{}).Where("author_id = 1"))
		}, 1},
		{"Row", func(db *gorm.DB) (any, error) {
			var n int
			err := db.Model(&orderPost{}).Select("count(*)").Row().Scan(&n)
			return n, err
		}, 2},
		{"a smaller struct", func(db *gorm.DB) (any, error) {
			var titles []orderTitle
			err := db.Model(&orderPost{}).Order("id").Find(&titles).Error
			return titles, err
		}, []orderTitle{{"a"}, {"c"}}},
		{"maps", func(db *gorm.DB) (any, error) {
			var rows []map[string]any
			err := db.Model(&orderPost{}).Select("title").Find(&rows).Error
			return len(rows), err
		}, 2},
		{"Distinct", func(db *gorm.DB) (any, error) {
			var authors []uint
			err := db.Model(&orderPost{}).Distinct("author_id").Order("author_id").Pluck("author_id", &authors).Error
			return authors, err
		}, []uint{1, 2}},
		{"an alias", func(db *gorm.DB) (any, error) { return count(db.Model(&orderPost{}).Table("order_posts AS p")) }, 2},
		{"FindInBatches", func(db *gorm.DB) (any, error) {
			var posts, all []orderPost
			err := db.FindInBatches(&posts, 1, func(*gorm.DB, int) error { all = append(all, posts...); return nil }).Error
			return postIDs(all), err
		}, []uint{1, 3}},
		{"FirstOrInit", func(db *gorm.DB) (any, error) {
			var p orderPost
			err := db.Where(orderPost{Title: "b"}).FirstOrInit(&p).Error
			return []any{p.ID, p.Title}, err
		}, []any{uint(0), "b"}},
		{"FirstOrCreate of a live one", func(db *gorm.DB) (any, error) {
			var p orderPost
			err := db.Where(orderPost{Title: "c"}).FirstOrCreate(&p).Error
			return p.ID, err
		}, uint(3)},
		{"a subquery in WHERE", func(db *gorm.DB) (any, error) {
			return count(db.Model(&orderNote{}).Where("post_id IN (?)", db.Model(&orderPost{}).Select("id")))
		}, 2},
		{"a subquery in FROM", func(db *gorm.DB) (any, error) {
			return count(db.Table("(?) AS p", db.Model(&orderPost{}).Select("id")))
		}, 2},
		{"a flag", func(db *gorm.DB) (any, error) { return count(db.Model(&orderNote{})) }, 2},
		{"OnlyTrashed", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.OnlyTrashed)) }, []uint{2, 4}},
		{"WithTrashed", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.WithTrashed)) }, []uint{1, 2, 3, 4}},
		{"WithoutTrashed", func(db *gorm.DB) (any, error) {
			return find(db.Scopes(softdelete.OnlyTrashed, softdelete.WithoutTrashed))
		}, []uint{1, 3}},
		{"TrashedBefore", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.TrashedBefore(future))) }, []uint{2, 4}},
		{"TrashedAfter", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.TrashedAfter(past))) }, []uint{2, 4}},
		{"TrashedWithin", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.TrashedWithin(time.Hour))) }, []uint{2, 4}},
		{"TrashedBy", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.TrashedBy(nil))) }, []uint{2, 4}},
		{"OnlyTrashed of rows", func(db *gorm.DB) (any, error) {
			var posts []orderPost
			err := db.Model(&orderPost{}).Scopes(softdelete.OnlyTrashed).Scan(&posts).Error
			return postIDs(posts), err
		}, []uint{2, 4}},
		{"WithTrashedIn", func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.WithTrashedIn(&orderPost{}))) }, []uint{1, 2, 3, 4}},
		{"Unscoped", func(db *gorm.DB) (any, error) { return find(db.Unscoped()) }, []uint{1, 2, 3, 4}},
		{"raw SQL", func(db *gorm.DB) (any, error) {
			var posts []orderPost
			err := db.Raw("SELECT * FROM order_posts").Scan(&posts).Error
			return postIDs(posts), err
		}, []uint{1, 2, 3, 4}},
		{"generic Find", func(db *gorm.DB) (any, error) {
			posts, err := gorm.G[orderPost](db).Find(context.Background())
			return postIDs(posts), err
		}, []uint{1, 3}},
		{"generic Count", func(db *gorm.DB) (any, error) {
			n, err := gorm.G[orderPost](db).Count(context.Background(), "*")
			return int(n), err
		}, 2},
		{"generic OnlyTrashed", func(db *gorm.DB) (any, error) {
			posts, err := gorm.G[orderPost](db).Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Find(context.Background())
			return postIDs(posts), err
		}, []uint{2, 4}},
		{"the trash", func(db *gorm.DB) (any, error) {
			posts, err := softdelete.Of[orderPost](db).Find(context.Background())
			return postIDs(posts), err
		}, []uint{2, 4}},
	}
}

// joinPaths are reads of what hangs on the rows of a model, most of them of one without a marker.
func joinPaths() []readPath {
	teams := func(db *gorm.DB) (any, error) {
		var users []orderUser
		err := db.Order("order_users.id").Find(&users).Error
		list := make([]uint, len(users))
		for i, u := range users {
			list[i] = teamOf(u)
		}
		return list, err
	}
	roles := func(db *gorm.DB) (any, error) {
		var roles []orderRole
		err := db.Model(&orderUser{ID: 1}).Association("Roles").Find(&roles)
		return roleIDs(roles), err
	}
	labels := func(db *gorm.DB) (any, error) {
		var labels []orderLabel
		err := db.Model(&orderUser{ID: 1}).Association("Labels").Find(&labels)
		return labelIDs(labels), err
	}
	preloaded := func(db *gorm.DB) (orderUser, error) {
		var u orderUser
		err := db.First(&u, 1).Error
		return u, err
	}
	return []readPath{
		{"Joins", func(db *gorm.DB) (any, error) { return teams(db.Joins("Team")) }, []uint{1, 0}},
		{"Joins on Or", func(db *gorm.DB) (any, error) { return teams(db.Joins("Team", db.Where("1 = 1").Or("1 = 1"))) }, []uint{1, 0}},
		{"InnerJoins on Or", func(db *gorm.DB) (any, error) {
			return teams(db.InnerJoins("Team", db.Where("1 = 1").Or("1 = 1")))
		}, []uint{1}},
		{"Joins shown in", func(db *gorm.DB) (any, error) {
			return teams(db.Scopes(softdelete.WithTrashedIn(&orderTeam{})).Joins("Team"))
		}, []uint{1, 2}},
		{"Joins trashed in", func(db *gorm.DB) (any, error) {
			return teams(db.Scopes(softdelete.OnlyTrashedIn(&orderTeam{})).Joins("Team"))
		}, []uint{0, 2}},
		{"nested Joins", func(db *gorm.DB) (any, error) {
			var users []orderUser
			err := db.Joins("Team").Joins("Team.Owner", db.Where("1 = 1").Or("1 = 1")).Order("order_users.id").Find(&users).Error
			return []any{teamOf(users[0]), users[0].Team.Owner == nil, teamOf(users[1])}, err
		}, []any{uint(1), true, uint(0)}},
		{"Joins from rows with a marker", func(db *gorm.DB) (any, error) {
			var posts []orderPost
			err := db.Joins("Author", db.Where("1 = 1").Or("1 = 1")).Joins("Author.Team", db.Where("1 = 1").Or("1 = 1")).Order("order_posts.id").Find(&posts).Error
			return []any{postIDs(posts), teamOf(*posts[0].Author), teamOf(*posts[1].Author)}, err
		}, []any{[]uint{1, 3}, uint(1), uint(0)}},
		{"Joins of rows", func(db *gorm.DB) (any, error) {
			return eachRow(db.Model(&orderUser{}).InnerJoins("Team", db.Where("1 = 1").Or("1 = 1")))
		}, 1},
		{"Joins counted", func(db *gorm.DB) (any, error) {
			return count(db.Model(&orderUser{}).InnerJoins("Team", db.Where("1 = 1").Or("1 = 1")))
		}, 1},
		{"Joins in a subquery", func(db *gorm.DB) (any, error) {
			return count(db.Table("(?) AS u", db.Model(&orderUser{}).InnerJoins("Team", db.Where("1 = 1").Or("1 = 1")).Select("order_users.id")))
		}, 1},
		{"Live in SQL", func(db *gorm.DB) (any, error) {
			return count(db.Model(&orderUser{}).Joins("JOIN order_posts p ON p.author_id = order_users.id AND ?", softdelete.Live(&orderPost{}, "p")))
		}, 2},
		{"Association Find", roles, []uint{1}},
		{"Association Find, shown", func(db *gorm.DB) (any, error) { return roles(db.Scopes(softdelete.WithTrashedIn(&orderGrant{}))) }, []uint{1, 2}},
		{"Association Find, trashed", func(db *gorm.DB) (any, error) { return roles(db.Scopes(softdelete.OnlyTrashedIn(&orderGrant{}))) }, []uint{2}},
		{"Association Count", func(db *gorm.DB) (any, error) {
			a := db.Model(&orderUser{ID: 1}).Association("Roles")
			return int(a.Count()), a.Error
		}, 1},
		{"Association by a registered table", labels, []uint{1}},
		{"Association by a registered table, shown", func(db *gorm.DB) (any, error) {
			return labels(db.Scopes(softdelete.WithTrashedIn(&orderLabeling{})))
		}, []uint{1, 3}},
		{"Association of many", func(db *gorm.DB) (any, error) {
			var posts []orderPost
			err := db.Model(&orderUser{ID: 1}).Association("Posts").Find(&posts)
			return postIDs(posts), err
		}, []uint{1}},
		{"Preload", func(db *gorm.DB) (any, error) { u, err := preloaded(db.Preload("Posts")); return postIDs(u.Posts), err }, []uint{1}},
		{"Preload with a scope", func(db *gorm.DB) (any, error) {
			u, err := preloaded(db.Preload("Posts", softdelete.OnlyTrashed))
			return postIDs(u.Posts), err
		}, []uint{2}},
		{"nested Preload", func(db *gorm.DB) (any, error) {
			u, err := preloaded(db.Preload("Posts.Notes"))
			return []any{postIDs(u.Posts), len(u.Posts[0].Notes)}, err
		}, []any{[]uint{1}, 1}},
		{"Preload through a join table", func(db *gorm.DB) (any, error) { u, err := preloaded(db.Preload("Roles")); return roleIDs(u.Roles), err }, []uint{1}},
		{"Preload through a registered table", func(db *gorm.DB) (any, error) {
			u, err := preloaded(db.Preload("Labels"))
			return labelIDs(u.Labels), err
		}, []uint{1}},
		{"Preload of what one belongs to", func(db *gorm.DB) (any, error) { return teams(db.Preload("Team")) }, []uint{1, 0}},
		{"generic Preload", func(db *gorm.DB) (any, error) {
			u, err := gorm.G[orderUser](db).Where("id = 1").Preload("Posts", nil).First(context.Background())
			return postIDs(u.Posts), err
		}, []uint{1}},
	}
}

// Every way to read finds the same, whatever stands beside the plugin, in either order. The second time a cache answers.
func TestOrderOfReads(t *testing.T) {
	t.Parallel()
	eachArrangement(t, func(t *testing.T, db *gorm.DB, _ arrangement) {
		for range 2 {
			for _, path := range slices.Concat(plainPaths(), joinPaths()) {
				got, err := path.read(db)
				require.NoError(t, err, path.name)
				require.Equal(t, path.want, got, path.name)
			}
		}
	})
}

// The cache of these tests does answer.
func TestOrderCacheAnswers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		for _, after := range []bool{false, true} {
			m := &memory{}
			use := func(t *testing.T, db *gorm.DB) { t.Helper(); useCache(t, db, m) }
			a := arrangement{before: use}
			if after {
				a = arrangement{after: use}
			}
			db := arrange(t, open, a, false)
			for range 2 {
				got, err := find(db)
				require.NoError(t, err)
				require.Equal(t, []uint{1, 3}, got)
			}
			hits, _ := m.counts()
			require.Equal(t, 1, hits)
		}
	})
}
