package trash_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// In this mall tenants share tables, and cascades cross from one to another.
type (
	mallShop struct {
		ID       uint
		Tenant   int
		ParentID *uint
		Below    []mallShop  `gorm:"foreignKey:ParentID" softdelete:"cascade"`
		Orders   []mallOrder `gorm:"foreignKey:ShopID" softdelete:"cascade"`
		softdelete.Tracked
	}
	mallOrder struct {
		ID     uint
		Tenant int
		ShopID uint
		Lines  []mallLine `gorm:"foreignKey:OrderID" softdelete:"cascade"`
		Notes  []mallNote `gorm:"foreignKey:OrderID" softdelete:"cascade"`
		Tags   []mallTag  `gorm:"many2many:mall_order_tags" softdelete:"cascade"`
		softdelete.Tracked
	}
	mallLine struct { // which is told by its time only
		ID      uint
		Tenant  int
		OrderID uint
		softdelete.Timestamp
	}
	mallNote struct { // which has no marker
		ID      uint
		Tenant  int
		OrderID uint
	}
	mallTag struct {
		ID     int64
		Tenant int
		softdelete.Tracked
	}
)

type mall struct {
	db  *gorm.DB
	ids []uuid.UUID // of the deletes
}

// mallTables are those with a tenant.
var mallTables = []string{"mall_shops", "mall_orders", "mall_lines", "mall_notes", "mall_tags"}

func openMall(t *testing.T, open testdb.Opener) *mall {
	t.Helper()
	db := open(t)
	all := []any{&mallShop{}, &mallOrder{}, &mallLine{}, &mallNote{}, &mallTag{}}
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: all})))
	require.NoError(t, db.AutoMigrate(all...))
	return &mall{db: db}
}

// fill makes rows, of which few are another tenant's than those they hang on, and deletes some.
func (m *mall) fill(t *testing.T, random *rand.Rand) {
	t.Helper()
	require.NoError(t, m.db.Exec("UPDATE mall_shops SET parent_id = NULL").Error)
	for _, table := range append([]string{"mall_order_tags"}, mallTables[2], mallTables[3], mallTables[1], mallTables[0], mallTables[4]) {
		require.NoError(t, m.db.Exec("DELETE FROM "+table).Error)
	}
	tenant := func(of int) int {
		if random.IntN(6) == 0 {
			return 3 - of
		}
		return of
	}
	tags := []mallTag{{ID: 1, Tenant: 1}, {ID: 2, Tenant: 2}}
	require.NoError(t, m.db.Create(&tags).Error)
	m.ids = nil
	for id := uint(1); id <= 5; id++ {
		shop := mallShop{ID: id, Tenant: 1 + random.IntN(2)}
		if id > 1 && random.IntN(3) == 0 {
			above := 1 + uint(random.IntN(int(id-1))) //nolint:gosec // small
			shop.ParentID = &above
		}
		for i := range uint(random.IntN(3)) {
			order := mallOrder{ID: 10*id + i, Tenant: tenant(shop.Tenant)}
			for j := range uint(random.IntN(3)) {
				order.Lines = append(order.Lines, mallLine{ID: 100*id + 10*i + j, Tenant: tenant(order.Tenant)})
			}
			for j := range uint(random.IntN(2)) {
				order.Notes = append(order.Notes, mallNote{ID: 100*id + 10*i + j, Tenant: tenant(order.Tenant)})
			}
			if random.IntN(2) == 0 {
				order.Tags = []mallTag{tags[random.IntN(2)]}
			}
			shop.Orders = append(shop.Orders, order)
		}
		require.NoError(t, m.db.Omit("Orders.Tags.*").Create(&shop).Error)
	}
	drop := func(value any) {
		var d softdelete.Deletion
		tx := m.db.Scopes(softdelete.Into(&d)).Delete(value)
		require.NoError(t, tx.Error)
		if tx.RowsAffected > 0 {
			m.ids = append(m.ids, d.ID)
		}
	}
	for range 3 {
		drop(&mallOrder{ID: 10*uint(1+random.IntN(5)) + uint(random.IntN(2))}) //nolint:gosec // small
		drop(&mallShop{ID: uint(1 + random.IntN(5))})                          //nolint:gosec // small
	}
}

// rows are all rows of a tenant, as they are.
func (m *mall) rows(t *testing.T, tenant int) (list []string) {
	t.Helper()
	for _, table := range mallTables {
		var found []map[string]any
		require.NoError(t, m.db.Table(table).Where("tenant = ?", tenant).Order("id").Find(&found).Error)
		for _, row := range found {
			list = append(list, fmt.Sprint(table, row))
		}
	}
	return list
}

// ofTenantOne are ways to say that a row is the first tenant's.
func ofTenantOne() []func(*gorm.DB) *gorm.DB {
	return []func(*gorm.DB) *gorm.DB{
		func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", 1) },
		func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", 1).Or("tenant = ?", -1) },
		func(db *gorm.DB) *gorm.DB { return db.Where(map[string]any{"tenant": 1}) },
		func(db *gorm.DB) *gorm.DB {
			return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ? OR 1 = 0", 1) })
		},
	}
}

// TestWithin says that what is confined to a tenant changes no row of another, by whatever verb, and that a preview says the same.
func TestWithin(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		m := openMall(t, open)
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // any will do
		t.Log("seed", seed)
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
		done := map[string]int{}
		for range 100 {
			m.fill(t, random)
			scopes := ofTenantOne()
			trash := models.OpenTrash(t, m.db).Within(scopes[random.IntN(len(scopes))])
			if random.IntN(4) == 0 {
				trash = trash.Within(scopes[0]).Scopes(scopes[1])
			}
			page, err := trash.List(t.Context(), softdelete.ListOptions{})
			require.NoError(t, err)
			if len(page.Items) == 0 {
				continue
			}
			item, id := page.Items[random.IntN(len(page.Items))], m.ids[random.IntN(len(m.ids))]
			before := m.rows(t, 2)
			verbs := map[string]func() (preview, err error){
				"restore": func() (preview, err error) {
					_, preview = trash.Preview(t.Context(), softdelete.OpRestore, item)
					_, err = trash.Restore(t.Context(), item)
					return preview, err
				},
				"restore with parents": func() (preview, err error) {
					with := trash.Scopes(softdelete.WithParents)
					plan, preview := with.Preview(t.Context(), softdelete.OpRestore, item)
					if preview == nil {
						with = with.Scopes(softdelete.Expect(plan))
					}
					_, err = with.Restore(t.Context(), item)
					return preview, err
				},
				"purge": func() (preview, err error) {
					_, preview = trash.Preview(t.Context(), softdelete.OpPurge, item)
					_, err = trash.Purge(t.Context(), item)
					return preview, err
				},
				"purge as expected": func() (preview, err error) {
					plan, preview := trash.Preview(t.Context(), softdelete.OpPurge, item)
					if preview != nil {
						return preview, preview
					}
					_, err = trash.Scopes(softdelete.Expect(plan)).Purge(t.Context(), item)
					return nil, err
				},
				"undo": func() (preview, err error) {
					_, preview = trash.PreviewUndo(t.Context(), id)
					_, err = trash.Undo(t.Context(), id)
					return preview, err
				},
				"restore all": func() (preview, err error) {
					_, err = trash.RestoreAll(t.Context())
					return err, err
				},
				"empty": func() (preview, err error) {
					said, preview := trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{All: true})
					report, err := trash.Empty(t.Context(), softdelete.EmptyOptions{All: true})
					require.Equal(t, len(said.Failed), len(report.Failed))
					require.Equal(t, said.Rows, report.Rows)
					for _, failed := range report.Failed {
						if err == nil {
							err = failed.Err
						}
					}
					return preview, err
				},
				"empty with hooks": func() (preview, err error) {
					report, err := trash.Empty(t.Context(), softdelete.EmptyOptions{All: true, Hooks: true})
					for _, failed := range report.Failed {
						if err == nil {
							err = failed.Err
						}
					}
					return err, err
				},
			}
			names := slices.Sorted(maps.Keys(verbs))
			name := names[random.IntN(len(names))]
			mine := m.rows(t, 1)
			preview, err := verbs[name]()
			require.Equal(t, before, m.rows(t, 2), "%s of %s", name, itemName(item))
			refused, emptied := errors.Is(err, softdelete.ErrOutOfScope), strings.HasPrefix(name, "empty")
			switch {
			case refused && !emptied:
				require.ErrorIs(t, preview, softdelete.ErrOutOfScope, name)
				require.Equal(t, mine, m.rows(t, 1), name)
				done[name+" refused"]++
			case refused:
				done[name+" refused"]++
			case err == nil:
				require.NoError(t, preview, name)
				done[name+" ok"]++
			default:
				done[name+" failed"]++
			}
		}
		t.Log(done)
		refused := 0
		for what, n := range done {
			if strings.HasSuffix(what, " refused") {
				refused += n
			}
		}
		require.Greater(t, refused, 10, "cascades that cross are met")
		for _, name := range []string{"restore", "purge", "undo", "empty", "restore all"} {
			require.Positive(t, done[name+" ok"], name)
		}
	})
}

// TestWithinScopes says what the scopes of Within may be.
func TestWithinScopes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		m := openMall(t, open)
		shop := mallShop{ID: 1, Tenant: 1, Orders: []mallOrder{{ID: 1, Tenant: 1, Lines: []mallLine{{ID: 1, Tenant: 2}}, Notes: []mallNote{{ID: 1, Tenant: 1}}, Tags: []mallTag{{ID: 1, Tenant: 2}}}}}
		require.NoError(t, m.db.Create(&shop).Error)
		require.NoError(t, m.db.Delete(&shop).Error)
		trash := models.OpenTrash(t, m.db)
		item, err := trash.Item(t.Context(), "mall_shops", 1)
		require.NoError(t, err)
		joined := func(db *gorm.DB) *gorm.DB {
			return db.Joins("JOIN (SELECT 1 AS is_one) ones ON ones.is_one = 1").Where(clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: "tenant"}, Value: 1})
		}
		ofModel := func(db *gorm.DB) *gorm.DB {
			if _, ok := db.Statement.Model.(*mallLine); ok {
				return db
			}
			return db.Where("tenant = 1")
		}
		check := func(name string, trash *softdelete.Trash, want error) {
			t.Helper()
			for _, op := range []softdelete.Operation{softdelete.OpRestore, softdelete.OpPurge} {
				_, err := trash.Preview(t.Context(), op, item)
				if want == nil {
					require.NoError(t, err, name)
				} else {
					require.ErrorIs(t, err, want, "%s of %s: %v", op, name, err)
				}
			}
		}
		check("a condition", trash.Within(ofTenantOne()[0]), softdelete.ErrOutOfScope)
		check("a join", trash.Within(joined), softdelete.ErrOutOfScope)
		check("one that leaves a model out", trash.Within(ofModel), nil)
		check("scopes alone", trash.Scopes(ofTenantOne()[0]), nil)
		check("two of which one refuses", trash.Within(ofModel).Within(ofTenantOne()[0]), softdelete.ErrOutOfScope)
		check("nil", trash.Within(nil), gorm.ErrInvalidValue)
		check("another handle", trash.Within(func(*gorm.DB) *gorm.DB { return m.db.Where("tenant = 1") }), gorm.ErrInvalidValue)
		require.NoError(t, m.db.Exec("UPDATE mall_lines SET tenant = 1").Error)
		check("a condition that all meet", trash.Within(ofTenantOne()[0]), nil)
		check("a join that all meet", trash.Within(joined), nil)
		require.NoError(t, m.db.Exec("UPDATE mall_notes SET tenant = 2").Error)
		_, err = trash.Within(ofTenantOne()[0]).Purge(t.Context(), item)
		require.ErrorIs(t, err, softdelete.ErrOutOfScope, "a row without a marker")
		rows, err := trash.Within(ofTenantOne()[0]).Restore(t.Context(), item)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"mall_shops": 1, "mall_orders": 1, "mall_lines": 1}, rows)
		require.NotPanics(t, func() { require.Nil(t, (*softdelete.Trash)(nil).Within(ofModel)) })
	})
}

// TestWithinUnknownTable says that rows of which no model is known are in nobody's scope.
func TestWithinUnknownTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		m := openMall(t, open)
		require.NoError(t, m.db.Exec("CREATE TABLE mall_stamps (id integer PRIMARY KEY, tag_id bigint, FOREIGN KEY (tag_id) REFERENCES mall_tags (id) ON DELETE CASCADE)").Error)
		require.NoError(t, m.db.Create(&[]mallTag{{ID: 1, Tenant: 1}, {ID: 2, Tenant: 1}}).Error)
		require.NoError(t, m.db.Exec("INSERT INTO mall_stamps (id, tag_id) VALUES (1, 1)").Error)
		require.NoError(t, m.db.Where("1 = 1").Delete(&mallTag{}).Error)
		trash := models.OpenTrash(t, m.db).Within(ofTenantOne()[0])
		_, err := trash.Purge(t.Context(), softdelete.Item{Table: "mall_tags", Key: []any{1}})
		require.ErrorIs(t, err, softdelete.ErrOutOfScope)
		rows, err := trash.Purge(t.Context(), softdelete.Item{Table: "mall_tags", Key: []any{2}})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"mall_tags": 1}, rows)
	})
}
