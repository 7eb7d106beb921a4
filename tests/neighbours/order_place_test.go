package neighbours_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// chainOf is what tests need of one of GORM's chains.
type chainOf struct {
	name     string
	register func(before, after, name string, step func(*gorm.DB)) error
}

func readChains(db *gorm.DB) []chainOf {
	query, row := db.Callback().Query(), db.Callback().Row()
	return []chainOf{
		{"gorm:query", func(before, after, name string, step func(*gorm.DB)) error {
			switch {
			case before != "" && after != "":
				return query.Before(before).After(after).Register(name, step)
			case before != "":
				return query.Before(before).Register(name, step)
			case after != "":
				return query.After(after).Register(name, step)
			}
			return query.Register(name, step)
		}},
		{"gorm:row", func(before, after, name string, step func(*gorm.DB)) error {
			switch {
			case before != "" && after != "":
				return row.Before(before).After(after).Register(name, step)
			case before != "":
				return row.Before(before).Register(name, step)
			case after != "":
				return row.After(after).Register(name, step)
			}
			return row.Register(name, step)
		}},
	}
}

// However many callbacks others register, before the plugin or after it, and wherever they want to stand: whoever of them
// builds the SQL has the filter, and a scope is what it is.
func TestOrderOfManyCallbacks(t *testing.T) {
	t.Parallel()
	place := testdb.OpenerFor(t, "sqlite")
	fillOrder(t, place(t))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 40 {
		db := place(t)
		useOrder(t, db)
		all, used := 5+random.IntN(40), false
		plugin := random.IntN(all)
		for i := range all {
			if i == plugin {
				require.NoError(t, db.Use(orderPlugin()))
				used = true
			}
			for _, chain := range readChains(db) {
				before, after := "", ""
				switch random.IntN(5) {
				case 0:
					before = "*"
				case 1:
					after = "*"
				case 2:
					before = chain.name
				case 3:
					after = chain.name
				}
				require.NoError(t, chain.register(before, after, fmt.Sprint("other ", i), func(db *gorm.DB) { callbacks.BuildQuerySQL(db) }))
			}
		}
		require.True(t, used)
		for range 2 {
			what := fmt.Sprintf("round %d, seed %d, the plugin came %d. of %d", round, seed, plugin, all)
			got, err := find(db)
			require.NoError(t, err, what)
			require.Equal(t, []uint{1, 3}, got, what)
			got, err = find(db.Scopes(softdelete.OnlyTrashed))
			require.NoError(t, err, what)
			require.Equal(t, []uint{2, 4}, got, what)
			got, err = eachRow(db.Model(&orderUser{}).InnerJoins("Team", db.Where("1 = 1").Or("1 = 1")))
			require.NoError(t, err, what)
			require.Equal(t, 1, got, what)
			var roles []orderRole
			require.NoError(t, db.Model(&orderUser{ID: 1}).Association("Roles").Find(&roles), what)
			require.Equal(t, []uint{1}, roleIDs(roles), what)
		}
	}
}

// What callbacks between the head of the chain and the building of its SQL put on a statement is filtered as the caller's own.
func TestOrderOfWhatIsAddedOnTheWay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		added := map[string]struct {
			add  func(db *gorm.DB)
			read func(db *gorm.DB) (any, error)
			want any
		}{
			"a condition":    {func(db *gorm.DB) { db.Where("author_id = 1") }, find, []uint{1}},
			"an OR":          {func(db *gorm.DB) { db.Or("1 = 1") }, func(db *gorm.DB) (any, error) { return find(db.Where("id = 1")) }, []uint{1, 3}},
			"WithTrashed":    {func(db *gorm.DB) { softdelete.WithTrashed(db) }, find, []uint{1, 2, 3, 4}},
			"OnlyTrashed":    {func(db *gorm.DB) { softdelete.OnlyTrashed(db) }, find, []uint{2, 4}},
			"Unscoped":       {func(db *gorm.DB) { db.Unscoped() }, find, []uint{1, 2, 3, 4}},
			"WithoutTrashed": {func(db *gorm.DB) { softdelete.WithoutTrashed(db) }, func(db *gorm.DB) (any, error) { return find(db.Scopes(softdelete.OnlyTrashed)) }, []uint{1, 3}},
			"a join": {func(db *gorm.DB) {
				db.InnerJoins("Team", db.Session(&gorm.Session{NewDB: true}).Where("1 = 1").Or("1 = 1"))
			}, func(db *gorm.DB) (any, error) { return eachRow(db.Model(&orderUser{})) }, 1},
			"WithTrashedIn":   {func(db *gorm.DB) { softdelete.WithTrashedIn(&orderGrant{})(db) }, associated, []uint{1, 2}},
			"OnlyTrashedIn":   {func(db *gorm.DB) { softdelete.OnlyTrashedIn(&orderGrant{})(db) }, associated, []uint{2}},
			"its WHERE anew":  {func(db *gorm.DB) { delete(db.Statement.Clauses, "WHERE"); db.Where("author_id = 2") }, find, []uint{3}},
			"its WHERE taken": {func(db *gorm.DB) { delete(db.Statement.Clauses, "WHERE") }, func(db *gorm.DB) (any, error) { return find(db.Where("id = 1")) }, []uint{1, 3}},
		}
		for name, way := range added {
			for _, a := range []arrangement{{name: "alone"}, {name: "cached before", before: cache}, {name: "cached after", after: cache}} {
				t.Run(name+", "+a.name, func(t *testing.T) {
					db := arrange(t, open, a, false)
					require.NoError(t, db.First(&orderUser{}).Error, "GORM asks a join table for its clauses before any callback: the plugin has to know it")
					require.NoError(t, db.Callback().Query().Before("gorm:query").Register("way", way.add))
					require.NoError(t, db.Callback().Row().Before("gorm:row").Register("way", way.add))
					for range 2 {
						got, err := way.read(db)
						require.NoError(t, err)
						require.Equal(t, way.want, got)
					}
				})
			}
		}
	})
}

func associated(db *gorm.DB) (any, error) {
	var roles []orderRole
	err := db.Model(&orderUser{ID: 1}).Association("Roles").Find(&roles)
	return roleIDs(roles), err
}

// A handle that is used again holds the caller's conditions and no others, whoever has built its SQL.
func TestOrderOfHandlesUsedAgain(t *testing.T) {
	t.Parallel()
	eachArrangement(t, func(t *testing.T, db *gorm.DB, a arrangement) {
		handle := func(scopes ...func(*gorm.DB) *gorm.DB) *gorm.DB {
			return db.Model(&orderPost{}).Where("id < ?", 4).Scopes(scopes...)
		}
		for range 2 {
			q := handle()
			got, err := count(q)
			require.NoError(t, err)
			require.Equal(t, 2, got)
			got, err = find(q)
			require.NoError(t, err)
			require.Equal(t, []uint{1, 3}, got)
			got, err = find(q.Scopes(softdelete.OnlyTrashed))
			require.NoError(t, err)
			require.Equal(t, []uint{2}, got)
			got, err = find(q.Scopes(softdelete.WithTrashed))
			require.NoError(t, err)
			require.Equal(t, []uint{1, 2, 3}, got)

			q = handle(softdelete.OnlyTrashed)
			got, err = count(q)
			require.NoError(t, err)
			require.Equal(t, 1, got)
			got, err = find(q)
			require.NoError(t, err)
			require.Equal(t, []uint{2}, got, "the handle keeps what it shows")

			users := db.Model(&orderUser{}).InnerJoins("Team", db.Where("1 = 1").Or("1 = 1"))
			for range 2 {
				got, err = eachRow(users.Session(&gorm.Session{}))
				require.NoError(t, err)
				require.Equal(t, 1, got)
			}
		}
		// A failure on the way leaves nothing either.
		q := handle()
		require.NoError(t, db.Callback().Query().Before("gorm:query").Register("fail", func(db *gorm.DB) {
			if _, ok := db.Get("fail"); ok {
				_ = db.AddError(gorm.ErrInvalidData)
			}
		}))
		var posts []orderPost
		require.ErrorIs(t, q.Session(&gorm.Session{}).Set("fail", true).Find(&posts).Error, gorm.ErrInvalidData)
		failing := q.Set("fail", true)
		require.ErrorIs(t, failing.Find(&posts).Error, gorm.ErrInvalidData)
		failing.Error = nil
		failing.Statement.Settings.Delete("fail")
		require.NoError(t, softdelete.Restore(failing, &orderPost{}).Error, "a restore is of trashed rows: the filter of live ones is gone")
		require.EqualValues(t, 1, failing.RowsAffected)
		require.NoError(t, db.Delete(&orderPost{}, 2).Error)
	})
}

// A handle whose read panicked, in a hook or a callback, can be used for anything as if that had not been.
func TestOrderOfHandlesAfterAPanic(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		db := arrange(t, open, arrangement{}, false)
		panics := func(db *gorm.DB) {
			if _, ok := db.Get("panic"); ok {
				panic("panic")
			}
		}
		for name, register := range map[string]func() error{
			"before the SQL": func() error { return db.Callback().Query().Before("gorm:query").Register("panics", panics) },
			"after the SQL":  func() error { return db.Callback().Query().After("gorm:query").Register("panics later", panics) },
		} {
			require.NoError(t, register(), name)
			for _, where := range []bool{false, true} {
				q := db.Model(&orderPost{})
				if where {
					q = q.Where("id IN ?", []uint{2, 3})
				}
				q = q.Set("panic", true)
				var posts []orderPost
				require.Panics(t, func() { q.Find(&posts) }, name)
				q.Statement.Settings.Delete("panic")
				q.Statement.SQL.Reset()
				q.Statement.Vars = nil
				if !where {
					require.ErrorIs(t, q.Delete(&orderPost{}).Error, gorm.ErrMissingWhereClause, name)
					continue
				}
				require.NoError(t, softdelete.Restore(q, &orderPost{}).Error, name)
				require.EqualValues(t, 1, q.RowsAffected, name)
				require.NoError(t, db.Delete(&orderPost{}, 2).Error)
			}
		}
	})
}
