package schema_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// teams lists the teams of the members with an e-mail address, of live ones and of all.
func teams(t *testing.T, db *gorm.DB, kind memberKind, email string) (live, all []int) {
	t.Helper()
	require.NoError(t, db.Model(kind.model).Where("email = ?", email).Order("id").Pluck("team_id", &live).Error)
	require.NoError(t, db.Unscoped().Model(kind.model).Where("email = ?", email).Order("id").Pluck("team_id", &all).Error)
	return live, all
}

// TestUpsertAmongLive says that ordinary upserts work on columns that are unique among live rows: they meet a live row, and
// leave trashed ones alone.
func TestUpsertAmongLive(t *testing.T) {
	t.Parallel()
	email := []clause.Column{{Name: "email"}}
	for name, kind := range memberKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				require.NoError(t, softdelete.AutoMigrate(db, kind.model))
				member := func(team int) any {
					return kind.of(MemberColumns{Tenant: "a", Login: "ana", Email: tables.Ptr("ana@example.org"), TeamID: team})
				}
				old := member(1)
				require.NoError(t, db.Create(old).Error)
				require.NoError(t, db.Delete(old).Error)

				for _, conflict := range []clause.OnConflict{
					{Columns: email, UpdateAll: true},
					{Columns: email, DoUpdates: clause.AssignmentColumns([]string{"team_id"})},
					{Columns: []clause.Column{{Name: "login"}, {Name: "tenant"}}, DoUpdates: clause.AssignmentColumns([]string{"team_id"})},
					{OnConstraint: "idx_members_email", DoUpdates: clause.AssignmentColumns([]string{"team_id"})},
				} {
					require.NoError(t, db.Clauses(conflict).Create(member(2)).Error, "a new row")
					live, all := teams(t, db, kind, "ana@example.org")
					require.Equal(t, []int{2}, live)
					require.Equal(t, []int{1, 2}, all)
					require.NoError(t, db.Clauses(conflict).Create(member(3)).Error, "the same one")
					live, all = teams(t, db, kind, "ana@example.org")
					require.Equal(t, []int{3}, live)
					require.Equal(t, []int{1, 3}, all)
					require.NoError(t, db.Unscoped().Where("team_id = 3").Delete(kind.model).Error)
				}

				require.NoError(t, db.Create(member(4)).Error)
				nothing := db.Clauses(clause.OnConflict{Columns: email, DoNothing: true}).Create(member(5))
				require.NoError(t, nothing.Error)
				live, all := teams(t, db, kind, "ana@example.org")
				require.Equal(t, []int{4}, live)
				require.Equal(t, []int{1, 4}, all)
			})
		})
	}
}

func TestUpsertOfManyAmongLive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &memberTracked{}))
		member := func(login string, team int) memberTracked {
			return memberTracked{MemberColumns: MemberColumns{Tenant: "a", Login: login, Email: tables.Ptr(login), TeamID: team}}
		}
		first := []memberTracked{member("ana", 1), member("bob", 1), member("cyd", 1)}
		require.NoError(t, db.Create(&first).Error)
		require.NoError(t, db.Delete(&first[0]).Error)
		second := []memberTracked{member("ana", 2), member("bob", 2), member("dan", 2)}
		conflict := clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoUpdates: clause.AssignmentColumns([]string{"team_id"})}
		require.NoError(t, db.Clauses(conflict).Create(&second).Error)
		require.Equal(t, []string{"ana 2", "bob 2", "cyd 1", "dan 2"},
			tables.Column[string](t, db, "SELECT "+concat(db, "login", "team_id")+" FROM members WHERE deleted_at IS NULL ORDER BY login"))
		require.Equal(t, []string{"ana 1"},
			tables.Column[string](t, db, "SELECT "+concat(db, "login", "team_id")+" FROM members WHERE deleted_at IS NOT NULL"))
	})
}

// TestUpsertOnAnIndexNotYetReplaced is about a model that tells of an index of live rows, on a database that has one of all
// rows still: what a trashed row keeps from being written is an error, and nothing of the statement is left.
func TestUpsertOnAnIndexNotYetReplaced(t *testing.T) {
	t.Parallel()
	type plainMember struct {
		ID        uint
		Email     string `gorm:"size:40;uniqueIndex"`
		Team      int
		DeletedAt gorm.DeletedAt
	}
	type member struct {
		ID        uint
		Email     string `gorm:"size:40" softdelete:"unique"`
		Team      int
		DeletedAt gorm.DeletedAt
	}
	email := []clause.Column{{Name: "email"}}
	for name, conflict := range map[string]clause.OnConflict{
		"UpdateAll": {Columns: email, UpdateAll: true},
		"DoUpdates": {Columns: email, DoUpdates: clause.AssignmentColumns([]string{"team"})},
		"with its condition": {
			Columns: email, DoUpdates: clause.AssignmentColumns([]string{"team"}),
			TargetWhere: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "deleted_at IS NULL"}}},
		},
	} {
		for _, skip := range []bool{false, true} {
			t.Run(name+map[bool]string{true: " without GORM's transaction"}[skip], func(t *testing.T) {
				t.Parallel()
				testdb.Each(t, func(t *testing.T, open testdb.Opener) {
					db := open(t, &gorm.Config{SkipDefaultTransaction: skip})
					require.NoError(t, db.Table("members").Migrator().CreateTable(&plainMember{}))
					require.NoError(t, db.Use(softdelete.New()))
					old := member{Email: "ana", Team: 1}
					require.NoError(t, db.Create(&old).Error)
					require.NoError(t, db.Create(&member{Email: "bob", Team: 1}).Error)
					require.NoError(t, db.Delete(&old).Error)
					rows := func() []string {
						return tables.Column[string](t, db, "SELECT "+concat(db, "email", "team")+" FROM members ORDER BY email")
					}
					for _, value := range []any{
						&member{Email: "ana", Team: 2},
						[]*member{{Email: "bob", Team: 2}, {Email: "ana", Team: 2}, {Email: "cyd", Team: 2}},
					} {
						err := db.Clauses(conflict).Create(value).Error
						require.ErrorIs(t, err, softdelete.ErrTrashed)
						require.ErrorContains(t, err, "AutoMigrate")
						require.Equal(t, []string{"ana 1", "bob 1"}, rows())
					}
					require.NoError(t, db.Clauses(conflict).Create([]*member{{Email: "bob", Team: 2}, {Email: "cyd", Team: 2}}).Error)
					require.Equal(t, []string{"ana 1", "bob 2", "cyd 2"}, rows())

					require.NoError(t, softdelete.AutoMigrate(db, &member{}))
					require.NoError(t, db.Clauses(conflict).Create([]*member{{Email: "bob", Team: 3}, {Email: "ana", Team: 3}}).Error)
					require.ElementsMatch(t, []string{"ana 1", "ana 3", "bob 3", "cyd 2"}, rows())
				})
			})
		}
	}
}

// TestUpsertOfALiveRowBesideATrashedValue is about an upsert that meets a live row by one key, and has the value of a trashed
// row in another, to which it does not write.
func TestUpsertOfALiveRowBesideATrashedValue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		type badge struct {
			ID        uint
			Number    string  `gorm:"size:40;uniqueIndex"`
			Email     string  `gorm:"size:40" softdelete:"unique"`
			Door      *string `gorm:"size:40" softdelete:"unique"`
			Team      int
			DeletedAt gorm.DeletedAt
		}
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &badge{}))
		require.NoError(t, db.Create([]*badge{{ID: 1, Number: "one", Email: "ana"}, {ID: 2, Number: "two", Email: "bob"}}).Error)
		require.NoError(t, db.Delete(&badge{ID: 1}).Error)
		for i, by := range []struct {
			column string
			value  badge
		}{
			{"id", badge{ID: 2, Number: "three", Email: "ana"}},
			{"number", badge{Number: "two", Email: "ana"}},
		} {
			by.value.Team = i + 1
			conflict := clause.OnConflict{Columns: []clause.Column{{Name: by.column}}, DoUpdates: clause.AssignmentColumns([]string{"team"})}
			require.NoError(t, db.Clauses(conflict).Create(&by.value).Error)
			require.NoError(t, db.Clauses(conflict).Create([]*badge{&by.value}).Error)
			require.Equal(t, []string{"bob " + strconv.Itoa(i+1)}, tables.Column[string](t, db, "SELECT "+concat(db, "email", "team")+" FROM badges WHERE deleted_at IS NULL"))
		}

		// By one key of live rows, with a value of another.
		require.NoError(t, db.Create(&[]badge{{ID: 8, Number: "eight", Email: "eve", Door: tables.Ptr("red")}, {ID: 9, Number: "nine", Email: "eva", Door: tables.Ptr("blue")}}).Error)
		require.NoError(t, db.Delete(&badge{ID: 9}).Error)
		byEmail := clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoUpdates: clause.Assignments(map[string]any{"team": 0})}
		require.NoError(t, db.Clauses(byEmail).Create(&badge{ID: 10, Number: "ten", Email: "eve", Door: tables.Ptr("blue")}).Error)
		require.NoError(t, db.Where("id = 8").Delete(&badge{}).Error)

		// One that gives the live row another value than that.
		require.NoError(t, db.Create(&badge{ID: 3, Number: "four", Email: "ana"}).Error)
		moved := clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoUpdates: clause.Assignments(map[string]any{"email": "moved"})}
		require.NoError(t, db.Clauses(moved).Create(&badge{Number: "five", Email: "ana"}).Error)
		require.Equal(t, []string{"bob", "moved"}, tables.Column[string](t, db, "SELECT email FROM badges WHERE deleted_at IS NULL ORDER BY email"))
	})
}

// concat writes two columns with a space between.
func concat(db *gorm.DB, a, b string) string {
	if db.Name() == "mysql" {
		return "CONCAT(" + a + ", ' ', " + b + ")"
	}
	return a + " || ' ' || " + b
}

// TestUpsertTarget says what the database is told: nothing where the caller has told it, nor of the primary key.
func TestUpsertTarget(t *testing.T) {
	t.Parallel()
	type both struct {
		ID        uint
		Email     string `gorm:"size:40;uniqueIndex:whole"`
		Login     string `gorm:"size:40;uniqueIndex:partial,where:deleted_at IS NULL"`
		Other     string `gorm:"size:40;uniqueIndex:other,where:other <> ''"`
		DeletedAt gorm.DeletedAt
	}
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "sqlite"), softdelete.Config{}, &both{})
	upsert := func(conflict clause.OnConflict) string {
		return strings.ReplaceAll(db.ToSQL(func(tx *gorm.DB) *gorm.DB {
			return tx.Clauses(conflict).Create(&both{Email: "a"})
		}), "  ", " ")
	}
	set := clause.AssignmentColumns([]string{"email"})
	on := func(name string) []clause.Column { return []clause.Column{{Name: name}} }
	require.Contains(t, upsert(clause.OnConflict{Columns: on("id"), DoUpdates: set}), "ON CONFLICT (`id`) DO UPDATE")
	// An index of all rows is met by it too, and somebody may have made it one of live rows.
	require.Contains(t, upsert(clause.OnConflict{Columns: on("email"), DoUpdates: set}), "ON CONFLICT (`email`) WHERE `deleted_at` IS NULL DO UPDATE")
	require.Contains(t, upsert(clause.OnConflict{Columns: on("login"), DoUpdates: set}),
		"ON CONFLICT (`login`) WHERE `deleted_at` IS NULL DO UPDATE")
	require.Contains(t, upsert(clause.OnConflict{Columns: on("Login"), DoNothing: true}),
		"ON CONFLICT (`login`) WHERE `deleted_at` IS NULL DO NOTHING")
	require.Contains(t, upsert(clause.OnConflict{Columns: on("other"), DoUpdates: set}), "ON CONFLICT (`other`) WHERE `deleted_at` IS NULL DO UPDATE")
	own := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "deleted_at IS NULL AND 1"}}}
	require.Contains(t, upsert(clause.OnConflict{Columns: on("login"), TargetWhere: own, DoUpdates: set}),
		"ON CONFLICT (`login`) WHERE deleted_at IS NULL AND 1 DO UPDATE")
	require.Contains(t, upsert(clause.OnConflict{DoNothing: true}), "ON CONFLICT DO NOTHING")

	// A handle can be used again: what was added is gone.
	conflict := clause.OnConflict{Columns: on("login"), DoUpdates: set}
	tx := db.Clauses(conflict)
	for _, email := range []string{"a", "b"} {
		require.NoError(t, tx.Create(&both{Email: email, Login: "l" + email, Other: email}).Error)
	}
}

func TestFirstOrCreateAmongLive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &memberByTime{}))
		get := func(tx *gorm.DB) memberByTime {
			var m memberByTime
			require.NoError(t, tx.Where("email = ?", "ana").Attrs(map[string]any{"email": "ana", "tenant": "a", "login": "ana"}).FirstOrCreate(&m).Error)
			return m
		}
		first := get(db)
		require.Equal(t, first.ID, get(db).ID)
		require.NoError(t, db.Delete(&first).Error)
		second := get(db)
		require.NotEqual(t, first.ID, second.ID)
		require.Equal(t, second.ID, get(db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoNothing: true})).ID)
		require.NoError(t, db.Delete(&second).Error)
		third := get(db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoNothing: true}))
		require.NotZero(t, third.ID)
		require.Equal(t, []int{0, 0, 0}, tables.Column[int](t, db, "SELECT team_id FROM members"))
	})
}

// TestReviveAgainstEachUniqueIndex says that a trashed row is revived that agrees in a unique index, of all rows or of live ones.
func TestReviveAgainstEachUniqueIndex(t *testing.T) {
	t.Parallel()
	type (
		revivedIndex struct {
			ID    uint
			Email string `gorm:"size:40;uniqueIndex"`
			softdelete.Timestamp
		}
		revivedConstraint struct {
			ID    uint
			Email string `gorm:"size:40;unique"`
			softdelete.Tracked
		}
		revivedComposite struct {
			ID    uint
			Kind  string `gorm:"size:40;uniqueIndex:revived_pair"`
			Email string `gorm:"size:40;uniqueIndex:revived_pair"`
			softdelete.Flagged
		}
		revivedMarked struct {
			ID        uint
			Email     string                `gorm:"size:40;uniqueIndex:revived_marked"`
			DeletedAt soft_delete.DeletedAt `gorm:"uniqueIndex:revived_marked"`
		}
		revivedAmongLive struct {
			ID    uint
			Email string `gorm:"size:40" softdelete:"unique"`
			softdelete.Tracked
		}
	)
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		for _, test := range []struct {
			first, again, third any
		}{
			{&revivedIndex{Email: "a"}, &revivedIndex{Email: "a"}, &revivedIndex{Email: "a"}},
			{&revivedConstraint{Email: "a"}, &revivedConstraint{Email: "a"}, &revivedConstraint{Email: "a"}},
			{&revivedComposite{Email: "a"}, &revivedComposite{Email: "a"}, &revivedComposite{Email: "a"}},
			{&revivedMarked{Email: "a"}, &revivedMarked{Email: "a"}, &revivedMarked{Email: "a"}},
			{&revivedAmongLive{Email: "a"}, &revivedAmongLive{Email: "a"}, &revivedAmongLive{Email: "a"}},
		} {
			require.NoError(t, softdelete.AutoMigrate(db, test.first))
			require.NoError(t, db.Create(test.first).Error)
			require.NoError(t, db.Delete(test.first).Error)
			require.NoError(t, db.Scopes(softdelete.Revive).Create(test.again).Error)
			require.Error(t, db.Scopes(softdelete.Revive).Create(test.third).Error, "a live one is a conflict as ever")
			var live, all int64
			require.NoError(t, db.Model(test.first).Count(&live).Error)
			require.NoError(t, db.Unscoped().Model(test.first).Count(&all).Error)
			require.EqualValues(t, 1, live)
			require.EqualValues(t, 1, all, "%T", test.first)
		}
	})
}

// TestConflictNames says that a conflict is named, by Restore, RestoreAll, Undo and Preview, with TranslateError and without.
func TestConflictNames(t *testing.T) {
	t.Parallel()
	for _, translate := range []bool{false, true} {
		testdb.Each(t, func(t *testing.T, open testdb.Opener) {
			db := open(t, &gorm.Config{TranslateError: translate})
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, softdelete.AutoMigrate(db, &memberTracked{}))
			member := func() *memberTracked {
				return &memberTracked{MemberColumns: MemberColumns{Tenant: "a", Login: "ana", Email: tables.Ptr("a")}}
			}
			old := member()
			require.NoError(t, db.Create(old).Error)
			var d softdelete.Deletion
			require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(old).Error)
			live := member()
			live.Tenant = "b"
			require.NoError(t, db.Create(live).Error)
			name := "idx_members_email"
			if db.Name() == "sqlite" {
				name = "members.email"
			}
			bin := softdelete.Of[memberTracked](db)
			for what, restore := range map[string]func() error{
				"Restore": func() error { return softdelete.Restore(db, old).Error },
				"Restore of conditions": func() error {
					return softdelete.Restore(db.Where("tenant = 'a'"), &memberTracked{}).Error
				},
				"RestoreAll": func() error { _, err := bin.RestoreAll(t.Context()); return err },
				"Undo":       func() error { _, err := softdelete.Undo(db, d.ID); return err },
			} {
				err := restore()
				var conflict *softdelete.ConflictError
				require.ErrorAs(t, err, &conflict, what)
				require.Equal(t, softdelete.ConflictError{Model: "memberTracked", Constraint: name}, *conflict, what)
				require.ErrorIs(t, err, gorm.ErrDuplicatedKey, what)
			}
			plan, err := softdelete.Preview(db, softdelete.OpRestore, old)
			require.NoError(t, err)
			require.Equal(t, []softdelete.ConflictError{{Model: "memberTracked", Constraint: name}}, plan.Conflicts)

			// Other statements keep GORM's way.
			err = db.Create(member()).Error
			require.Equal(t, translate, strings.HasPrefix(err.Error(), gorm.ErrDuplicatedKey.Error()), err)
		})
	}
}

// TestPreviewKnowsConditionsOfIndexes is about an index of live rows that the model tells by GORM's own tag. Where there are
// no partial indexes, GORM makes one of all rows of it; here somebody has made one of live rows by hand.
func TestPreviewKnowsConditionsOfIndexes(t *testing.T) {
	t.Parallel()
	type handMade struct {
		ID   uint
		Code string `gorm:"size:191;uniqueIndex:hand_mades_code,where:deleted_at IS NULL"`
		softdelete.Timestamp
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Migrator().CreateTable(&handMade{}))
		require.NoError(t, db.Migrator().DropIndex(&handMade{}, "hand_mades_code"))
		database.LiveUnique(t, db, "hand_mades_code", "hand_mades", "code")
		require.NoError(t, db.Use(softdelete.New()))
		old := &handMade{Code: "a"}
		require.NoError(t, db.Create(old).Error)
		require.NoError(t, db.Delete(old).Error)
		plan, err := softdelete.Preview(db, softdelete.OpRestore, old)
		require.NoError(t, err)
		require.Empty(t, plan.Conflicts)
		require.NoError(t, db.Create(&handMade{Code: "a"}).Error)
		plan, err = softdelete.Preview(db, softdelete.OpRestore, old)
		require.NoError(t, err)
		require.Len(t, plan.Conflicts, 1)
		require.ErrorIs(t, softdelete.Restore(db, old).Error, softdelete.ErrConflict)
	})
}

// TestUpsertOfThousands says that keys of several columns do not make a statement too large for a database.
func TestUpsertOfThousands(t *testing.T) {
	t.Parallel()
	type cell struct {
		ID        uint
		Row       int `gorm:"uniqueIndex:place"`
		Place     int `gorm:"uniqueIndex:place"`
		Value     int
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &cell{})
		cells := make([]cell, 8000)
		for i := range cells {
			cells[i] = cell{Row: i / 100, Place: i % 100}
		}
		for range 2 {
			for i := range cells {
				cells[i].ID, cells[i].Value = 0, cells[i].Value+1
			}
			conflict := handles.OnConflict("row", "place")
			require.NoError(t, db.Clauses(conflict).Create(&cells).Error)
		}
		require.EqualValues(t, len(cells), liveCells(t, db.Where("value = 2"), &cell{}))
		require.NoError(t, db.Where("place < 50").Delete(&cell{}).Error)
		again := make([]cell, 5000)
		for i := range again {
			again[i] = cell{Row: i / 100, Place: i % 100, Value: 3}
		}
		require.ErrorIs(t, db.Clauses(handles.OnConflict("row", "place")).Create(&again).Error, softdelete.ErrTrashed)
		again = slices.DeleteFunc(again, func(c cell) bool { return c.Place >= 50 })
		for i := range again {
			again[i].ID = 0
		}
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&again).Error)
		require.EqualValues(t, len(again), liveCells(t, db.Where("value = 3"), &cell{}))
	})
}

func liveCells(t *testing.T, db *gorm.DB, model any) (n int64) {
	t.Helper()
	require.NoError(t, db.Model(model).Count(&n).Error)
	return n
}
