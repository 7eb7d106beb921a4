package liveparent_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A parent is found by a name that trashed ones share with a live one, and that has a default in the child.
type (
	liveTopic struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Timestamp
	}
	liveNews struct {
		ID        uint      `gorm:"primaryKey;autoIncrement:false"`
		TopicName string    `gorm:"default:old"`
		Topic     liveTopic `gorm:"foreignKey:TopicName;references:Name" softdelete:"liveParent"`
		OwnerID   *int      `gorm:"default:(1 + 1)"`
		Owner     *liveTopic
	}
)

func TestLiveParentByAnotherKey(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		database.Needs(t, database.FlavourOf(open(t)).NoComputed)
		db := withoutForeignKeys(t, open, &liveTopic{}, &liveNews{})
		require.NoError(t, db.Create(&[]liveTopic{{ID: 1, Name: "old"}, {ID: 2, Name: "both"}, {ID: 3, Name: "both"}}).Error)
		require.NoError(t, db.Delete(&liveTopic{}, []uint{1, 2}).Error)
		require.NoError(t, db.Create(&liveNews{ID: 1, TopicName: "both"}).Error, "one of that name is live")
		require.NoError(t, db.Model(&liveNews{}).Create(map[string]any{"id": 2, "topic_name": ""}).Error)
		require.ErrorIs(t, db.Create(&liveNews{ID: 3}).Error, softdelete.ErrParentTrashed, "by default")
		require.ErrorIs(t, db.Model(&liveNews{}).Create(map[string]any{"id": 3}).Error, softdelete.ErrParentTrashed, "by the column's default")
		require.ErrorIs(t, db.Select("id").Create(&liveNews{ID: 3, TopicName: "both"}).Error, softdelete.ErrParentTrashed, "by the column's default")
		require.ErrorIs(t, db.Model(&liveNews{ID: 1}).Update("topic_name", "old").Error, softdelete.ErrParentTrashed)
	})
}

// Keys of two columns, as of an application with tenants.
type (
	liveTeam struct {
		TenantID uint         `gorm:"primaryKey;autoIncrement:false"`
		ID       uint         `gorm:"primaryKey;autoIncrement:false"`
		Members  []liveMember `gorm:"foreignKey:TenantID,TeamID;references:TenantID,ID"`
		softdelete.Tracked
	}
	liveMember struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		TenantID *uint
		TeamID   *uint
		Team     *liveTeam `gorm:"foreignKey:TenantID,TeamID;references:TenantID,ID" softdelete:"liveParent"`
		OfficeID *uint
		Office   *liveOffice `gorm:"foreignKey:TenantID,OfficeID;references:TenantID,ID"`
		softdelete.Timestamp
	}
	liveOffice struct {
		TenantID uint         `gorm:"primaryKey;autoIncrement:false"`
		ID       uint         `gorm:"primaryKey;autoIncrement:false"`
		Members  []liveMember `gorm:"foreignKey:TenantID,OfficeID;references:TenantID,ID"`
	}
)

func TestLiveParentOfTwoColumns(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withoutForeignKeys(t, open, &liveTeam{}, &liveOffice{}, &liveMember{})
		require.NoError(t, db.Create(&[]liveTeam{{TenantID: 1, ID: 1}, {TenantID: 1, ID: 2}, {TenantID: 2, ID: 1}, {TenantID: 2, ID: 2}}).Error)
		member := func(id, tenant, team uint) liveMember {
			return liveMember{ID: id, Name: fmt.Sprint("m", tenant), TenantID: &tenant, TeamID: &team}
		}
		// One in each tenant, of team 1, one without a tenant, and a trashed one. Team 2 of tenant 2 is trashed.
		members := []liveMember{member(1, 1, 1), member(2, 2, 1), {ID: 3, Name: "m1", TeamID: tables.Ptr[uint](1)}, member(4, 2, 1)}
		require.NoError(t, db.Create(&members).Error)
		require.NoError(t, db.Delete(&liveMember{}, 4).Error)
		require.NoError(t, db.Delete(&liveTeam{TenantID: 2, ID: 2}).Error)
		before := tables.Stored(t, db, "live_members", "id")
		teams := func(db *gorm.DB) []string {
			var list []string
			for _, member := range tables.Stored(t, db, "live_members", "id") {
				list = append(list, fmt.Sprint(cmp.Or(member["tenant_id"], any(0)), "/", cmp.Or(member["team_id"], any(0))))
			}
			return list
		}
		fresh, upsert := member(9, 2, 2), handles.Assigning(handles.OnConflict("id"), "team_id")
		refused := map[string]func(db *gorm.DB) error{
			"Create": func(db *gorm.DB) error { return db.Create(&fresh).Error },
			"all of it": func(db *gorm.DB) error {
				return db.Model(&members[0]).Updates(liveMember{TenantID: tables.Ptr[uint](2), TeamID: tables.Ptr[uint](2)}).Error
			},
			"a part":           func(db *gorm.DB) error { return db.Model(&liveMember{ID: 2}).Update("team_id", 2).Error },
			"a part, all rows": func(db *gorm.DB) error { return db.Model(&liveMember{}).Where("1 = 1").Update("team_id", 2).Error },
			"a part, or": func(db *gorm.DB) error {
				return db.Model(&liveMember{}).Where("id = 1").Or("id = 2").Update("team_id", 2).Error
			},
			"a part, allowed": func(db *gorm.DB) error {
				return db.Session(&gorm.Session{AllowGlobalUpdate: true}).Model(&liveMember{}).Update("team_id", 2).Error
			},
			"the other part": func(db *gorm.DB) error {
				return db.Model(&liveMember{}).Where("team_id = 2").Update("tenant_id", 2).Error
			},
			"upsert of a part": func(db *gorm.DB) error {
				return db.Clauses(upsert).Create(&[]liveMember{member(1, 1, 1), member(2, 1, 2)}).Error
			},
			"has-many": func(db *gorm.DB) error {
				return db.Model(&liveTeam{TenantID: 2, ID: 2}).Association("Members").Append(&liveMember{ID: 1})
			},
			"office of tenants": func(db *gorm.DB) error {
				return db.Model(&liveOffice{TenantID: 2, ID: 1}).Association("Members").Append(&liveMember{ID: 5, TeamID: tables.Ptr[uint](2)})
			},
			"shared column": func(db *gorm.DB) error {
				return db.Model(&liveOffice{TenantID: 2, ID: 1}).Association("Members").Append(&liveMember{ID: 6})
			},
		}
		inEachTransaction(t, db, func(t *testing.T, how string, db *gorm.DB) {
			require.NoError(t, db.Session(&gorm.Session{SkipDefaultTransaction: true}).Create(tables.Ptr(member(6, 1, 2))).Error)
			for name, way := range refused {
				now := tables.Stored(t, db, "live_members", "id")
				require.ErrorIs(t, way(db), softdelete.ErrParentTrashed, "%s, transaction: %s", name, how)
				require.Equal(t, now, tables.Stored(t, db, "live_members", "id"), "%s, transaction: %s", name, how)
			}
			require.NoError(t, db.Exec("DELETE FROM live_members WHERE id = 6").Error)
			require.NoError(t, db.Exec("DELETE FROM live_offices").Error)
		})
		require.Equal(t, before, tables.Stored(t, db, "live_members", "id"))

		q := db.Model(&liveMember{}).Where("tenant_id = ?", 1).Or("tenant_id IS NULL").Session(&gorm.Session{})
		tx := q.Update("team_id", 2)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		require.Equal(t, []string{"1/2", "2/1", "0/2", "2/1"}, teams(db), "that without a tenant has no team")
		reused := q.Where("id = 1")
		require.NoError(t, reused.Update("team_id", 1).Error)
		require.NoError(t, reused.Update("name", "new").Error, "a handle used again")
		require.ErrorIs(t, db.Model(&liveMember{}).Update("team_id", 2).Error, gorm.ErrMissingWhereClause)
		require.NoError(t, db.Model(&liveMember{ID: 2}).Update("team_id", nil).Error)
		require.NoError(t, db.Model(&liveMember{ID: 2}).Update("tenant_id", 1).Error)
		require.NoError(t, db.Model(&liveMember{ID: 77}).Update("team_id", 2).Error)
		require.NoError(t, db.Clauses(upsert).Create(&[]liveMember{member(1, 2, 2), {ID: 8}}).Error, "the row keeps its tenant")
		require.Equal(t, []string{"1/2", "1/0", "0/2", "2/1", "0/0"}, teams(db))
		if db.Name() == "postgres" {
			from := clause.From{Tables: []clause.Table{{Name: "live_offices"}}}
			require.ErrorIs(t, db.Model(&liveMember{ID: 1}).Clauses(from).Update("team_id", 1).Error, gorm.ErrInvalidData)
		}
	})
}

// A tree, of which each node belongs to another, with hooks that write.
type liveNode struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	ParentID *uint
	Parent   *liveNode  `softdelete:"liveParent"`
	Children []liveNode `gorm:"foreignKey:ParentID" softdelete:"cascade"`
	softdelete.Tracked
}

func (n *liveNode) BeforeSave(tx *gorm.DB) error {
	return tx.Exec("INSERT INTO live_traces (id) SELECT count(*) FROM live_traces").Error
}

type liveTrace struct {
	ID uint `gorm:"primaryKey;autoIncrement:false"`
}

func TestLiveParentUndoesWhatHooksWrote(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &liveNode{}, &liveTrace{})
		require.NoError(t, db.Create(&[]liveNode{{ID: 1}, {ID: 2}, {ID: 3, ParentID: tables.Ptr[uint](1)}}).Error)
		require.NoError(t, db.Delete(&liveNode{}, 2).Error)
		inEachTransaction(t, db, func(t *testing.T, how string, db *gorm.DB) {
			require.NoError(t, db.Exec("DELETE FROM live_traces").Error)
			before, traces := tables.Stored(t, db, "live_nodes", "id"), tables.Stored(t, db, "live_traces", "id")
			for name, err := range map[string]error{
				"Create":     db.Create(&liveNode{ID: 9, ParentID: tables.Ptr[uint](2)}).Error,
				"slice":      db.Create(&[]liveNode{{ID: 8}, {ID: 9, ParentID: tables.Ptr[uint](2)}}).Error,
				"Update":     db.Model(&liveNode{ID: 3}).Update("parent_id", 2).Error,
				"Save":       db.Save(&liveNode{ID: 3, ParentID: tables.Ptr[uint](2)}).Error,
				"of a chain": db.Create(&liveNode{ID: 7, Parent: &liveNode{ID: 8, Parent: &liveNode{ID: 2}}}).Error,
				"downwards":  db.Create(&liveNode{ID: 7, Children: []liveNode{{ID: 8}, {ID: 9, Parent: &liveNode{ID: 2}}}}).Error,
			} {
				require.ErrorIs(t, err, softdelete.ErrParentTrashed, "%s, transaction: %s", name, how)
			}
			require.Equal(t, before, tables.Stored(t, db, "live_nodes", "id"), how)
			require.Equal(t, traces, tables.Stored(t, db, "live_traces", "id"), how)
		})
	})
}

// A join table of its own model.
type (
	liveUser struct {
		ID    uint       `gorm:"primaryKey;autoIncrement:false"`
		Roles []liveRole `gorm:"many2many:live_grants;joinForeignKey:UserID;joinReferences:RoleID"`
		softdelete.Tracked
	}
	liveRole struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
	liveGrant struct {
		UserID uint     `gorm:"primaryKey"`
		RoleID uint     `gorm:"primaryKey"`
		User   liveUser `softdelete:"liveParent"`
		Role   liveRole `softdelete:"liveParent"`
		softdelete.Tracked
	}
)

func (liveGrant) TableName() string { return "live_grants" }

func TestLiveParentOfJoinRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for _, how := range []string{"set up", "registered"} {
			db := open(t)
			require.NoError(t, db.Migrator().DropTable("live_grants", "live_users", "live_roles"))
			if how == "set up" {
				require.NoError(t, db.SetupJoinTable(&liveUser{}, "Roles", &liveGrant{}))
			}
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&liveUser{}, &liveGrant{}}})))
			require.NoError(t, db.AutoMigrate(&liveUser{}, &liveRole{}, &liveGrant{}))
			require.NoError(t, db.Create(&liveUser{ID: 1, Roles: []liveRole{{ID: 1}, {ID: 2}, {ID: 3}}}).Error)
			require.NoError(t, db.Delete(&liveRole{}, []uint{2, 3}).Error)
			require.NoError(t, db.Delete(&liveGrant{UserID: 1, RoleID: 3}).Error)
			require.NoError(t, db.Delete(&liveGrant{UserID: 1, RoleID: 1}).Error)
			require.NoError(t, db.Create(&liveUser{ID: 2}).Error)
			before := tables.Stored(t, db, "live_grants", "user_id, role_id")
			inEachTransaction(t, db, func(t *testing.T, in string, db *gorm.DB) {
				users := tables.Stored(t, db, "live_users", "id")
				roles := func(user uint) *gorm.Association { return db.Model(&liveUser{ID: user}).Association("Roles") }
				require.ErrorIs(t, roles(2).Append(&liveRole{ID: 2}), softdelete.ErrParentTrashed, "%s, %s", how, in)
				require.ErrorIs(t, roles(1).Append(&liveRole{ID: 3}), softdelete.ErrParentTrashed, "linked again: %s, %s", how, in)
				require.ErrorIs(t, db.Create(&liveUser{ID: 3, Roles: []liveRole{{ID: 1}, {ID: 2}}}).Error, softdelete.ErrParentTrashed, "%s, %s", how, in)
				require.NoError(t, roles(1).Append(&liveRole{ID: 2}), "it is linked: %s, %s", how, in)
				require.Equal(t, before, tables.Stored(t, db, "live_grants", "user_id, role_id"), "%s, %s", how, in)
				require.Len(t, tables.Stored(t, db, "live_users", "id"), len(users), "%s, %s", how, in)
			})
			require.NoError(t, db.Model(&liveUser{ID: 1}).Association("Roles").Append(&liveRole{ID: 1}))
			var granted []liveGrant
			require.NoError(t, db.Find(&granted).Error)
			require.Len(t, granted, 2)
		}
	})
}

type (
	livePlain    struct{ ID uint }
	wrongOfPlain struct {
		ID      uint
		PlainID uint
		Plain   livePlain `softdelete:"liveParent"`
		softdelete.Timestamp
	}
	wrongParent struct {
		ID   uint
		Gone gorm.DeletedAt
		Who  []byte `softdelete:"by"`
	}
	wrongOfWrong struct {
		ID       uint
		ParentID uint
		Parent   wrongParent `softdelete:"cascade,liveParent"`
	}
)

func TestLiveParentOfAWrongParent(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"Plain":  &wrongOfPlain{PlainID: 1},
		"Who":    &wrongOfWrong{ParentID: 1},
		"parent": &wrongParent{},
	} {
		var modelError *softdelete.ModelError
		err := testdb.Open(t, "sqlite").Use(softdelete.New(softdelete.Config{Models: []any{value}}))
		require.ErrorAs(t, err, &modelError, name)

		db := testdb.Open(t, "sqlite")
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.Migrator().CreateTable(&livePlain{}, value))
		require.ErrorAs(t, db.Create(value).Error, &modelError, name)
		require.ErrorAs(t, db.Find(value).Error, &modelError, name)
		if name == "Plain" {
			require.Equal(t, []string{"wrongOfPlain", "Plain"}, []string{modelError.Model, modelError.Field})
			require.ErrorContains(t, err, "livePlain is not")
		}
	}
}

func TestLiveParentRevive(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		require.NoError(t, db.Session(&gorm.Session{SkipHooks: true}).Exec("INSERT INTO live_books (id, title, code, author_id, shelf_id, deleted_at) VALUES "+
			"(3, 'a', 'a', 2, 0, @at), (4, 'b', 'b', 1, 2, @at)", map[string]any{"at": time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)}).Error)
		inEachTransaction(t, db, func(t *testing.T, how string, db *gorm.DB) {
			revive := func() *gorm.DB { return db.Scopes(softdelete.Revive) }
			before := libraryOf(t, db)
			for name, err := range map[string]error{
				"with the key":    revive().Create(&liveBook{ID: 3, AuthorID: tables.Ptr[uint](2)}).Error,
				"by another":      revive().Create(&liveBook{Code: tables.Ptr("b"), ShelfID: 2}).Error,
				"its own key":     revive().Select("id", "title").Create(&liveBook{ID: 3, Title: "new"}).Error,
				"one of several":  revive().Create(&[]liveBook{{ID: 8}, {ID: 3}, {ID: 4, ShelfID: 2}}).Error,
				"the rest of it":  revive().Create(&[]liveBook{{ID: 3}, {ID: 8, ShelfID: 2}}).Error,
				"FirstOrCreate":   revive().FirstOrCreate(&liveBook{}, liveBook{ID: 4, ShelfID: 2}).Error,
				"CreateInBatches": revive().CreateInBatches(&[]liveBook{{ID: 4, ShelfID: 2}}, 1).Error,
			} {
				require.ErrorIs(t, err, softdelete.ErrParentTrashed, "%s, transaction: %s", name, how)
			}
			require.Equal(t, before, libraryOf(t, db), how)
		})
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&[]liveBook{{ID: 3, AuthorID: tables.Ptr[uint](1)}, {ID: 4}}).Error)
	})
}

func TestLiveParentChunks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withoutForeignKeys(t, open, &liveTeam{}, &liveMember{}, &liveOffice{})
		require.NoError(t, db.Create(&liveTeam{TenantID: 1, ID: 2400}).Error)
		rows := make([]map[string]any, 2500)
		for i := range rows {
			rows[i] = map[string]any{"id": i, "tenant_id": 1, "team_id": i}
		}
		log := record.Record(t, db)
		require.NoError(t, db.Model(&liveMember{}).Create(rows).Error)
		sent := log.Take()
		require.Equal(t, 3, record.Starting(sent, "SELECT"), "a thousand keys of two columns at once")
		require.NoError(t, db.Exec("DELETE FROM live_members").Error)
		require.NoError(t, db.Delete(&liveTeam{TenantID: 1, ID: 2400}).Error)
		require.ErrorIs(t, db.Model(&liveMember{}).Create(rows).Error, softdelete.ErrParentTrashed)
	})
}

func TestLiveParentStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		log := record.Record(t, db)
		one := tables.Ptr[uint](1)
		step := func(name string, selects, begins, savepoints int, fn func() error) {
			log.Take()
			require.NoError(t, fn(), name)
			sent := log.Take()
			require.Equal(t, selects, record.Starting(sent, "SELECT"), "%s: %q", name, sent)
			require.Equal(t, begins, record.Starting(sent, "BEGIN"), "%s: %q", name, sent)
			require.Equal(t, begins, record.Starting(sent, "COMMIT"), "%s: %q", name, sent)
			require.Equal(t, savepoints, record.Starting(sent, "SAVEPOINT"), "%s: %q", name, sent)
			if db.Name() == "postgres" {
				require.Equal(t, selects, strings.Count(strings.Join(sent, "\n"), " FOR SHARE"), "%s: %q", name, sent)
			}
		}
		step("no key", 0, 1, 0, func() error { return db.Create(&liveBook{ID: 8}).Error })
		step("two relations", 2, 1, 0, func() error { return db.Create(&liveBook{ID: 9, AuthorID: one, ShelfID: 1}).Error })
		step("a slice", 2, 1, 0, func() error {
			return db.Create(&[]liveBook{{ID: 10, AuthorID: one, ShelfID: 1}, {ID: 11, AuthorID: one, ShelfID: 3}}).Error
		})
		step("update of others", 0, 1, 0, func() error { return db.Model(&liveBook{ID: 8}).Update("title", "x").Error })
		step("update", 1, 1, 0, func() error { return db.Model(&liveBook{ID: 8}).Update("author_id", 1).Error })
		step("another model", 0, 1, 0, func() error { return db.Create(&liveAuthor{ID: 8}).Error })
		bare := db.Session(&gorm.Session{SkipDefaultTransaction: true})
		step("bare, no key", 0, 0, 0, func() error { return bare.Create(&liveBook{ID: 12}).Error })
		step("bare", 1, 1, 0, func() error { return bare.Create(&liveBook{ID: 13, AuthorID: one}).Error })
		step("bare update", 1, 1, 0, func() error { return bare.Model(&liveBook{ID: 12}).Update("author_id", 1).Error })
		step("bare update of others", 0, 0, 0, func() error { return bare.Model(&liveBook{ID: 12}).Update("title", "x").Error })
		tx := db.Begin()
		step("in a transaction", 1, 0, 0, func() error { return tx.Create(&liveBook{ID: 14, AuthorID: one}).Error })
		step("with associations", 1, 0, 1, func() error { return tx.Create(&liveBook{ID: 15, Author: &liveAuthor{ID: 9}}).Error })
		require.NoError(t, tx.Commit().Error)

		log.Take()
		dry := db.Session(&gorm.Session{DryRun: true})
		require.NoError(t, dry.Create(&liveBook{ID: 9, AuthorID: tables.Ptr[uint](2), Author: &liveAuthor{ID: 2}}).Error)
		require.NoError(t, dry.Model(&liveBook{ID: 1}).Update("author_id", 2).Error)
		require.NoError(t, dry.Clauses(handles.OnConflict("id")).Create(&liveBook{ID: 9, AuthorID: tables.Ptr[uint](2)}).Error)
		require.Contains(t, db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Model(&liveBook{ID: 1}).Update("author_id", 2) }), "UPDATE")
		require.Empty(t, log.Take(), "nothing is executed")
	})
}

func TestLiveParentKeepsValues(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openLibrary(t, open)
		value := liveBook{ID: 1, Title: "mine"}
		tx := db.Model(&value).Clauses(clause.Returning{}).Update("author_id", 2)
		require.ErrorIs(t, tx.Error, softdelete.ErrParentTrashed)
		require.Zero(t, tx.RowsAffected)
		require.Equal(t, "mine", value.Title, "nothing is returned")

		q := db.Where("id = ?", 1).Model(&liveBook{}).Session(&gorm.Session{})
		require.ErrorIs(t, q.Update("author_id", 2).Error, softdelete.ErrParentTrashed)
		require.NoError(t, q.Update("author_id", 1).Error)
		var n int64
		require.NoError(t, q.Count(&n).Error)
		require.EqualValues(t, 1, n)
	})
}
