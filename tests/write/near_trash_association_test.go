package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestAssociatedTrashedRowsAreSkipped(t *testing.T) {
	t.Parallel()
	full := func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{FullSaveAssociations: true}) }
	writes := map[string]struct {
		run   func(db *gorm.DB) error
		hurts bool // GORM writes to the trashed row
		made  map[string]int
	}{
		"has-many, saved": {func(db *gorm.DB) error {
			return db.Save(&models.AWriter{ID: 1, Name: "one", Posts: []models.APost{{ID: 3, Title: "three"}, {ID: 2, Title: "new"}, {ID: 4, Title: "four"}}}).Error
		}, true, map[string]int{"a_posts": 4}},
		"has-many, created": {func(db *gorm.DB) error {
			return db.Create(&models.AWriter{ID: 5, Name: "five", Posts: []models.APost{{ID: 2, Title: "new"}, {ID: 3, Title: "three"}}}).Error
		}, true, map[string]int{"a_posts": 3, "a_writers": 3}},
		"has-many, full": {func(db *gorm.DB) error {
			return full(db).Save(&models.AWriter{ID: 1, Name: "one", Posts: []models.APost{{ID: 2, Title: "new"}, {ID: 3, Title: "three"}}}).Error
		}, true, map[string]int{"a_posts": 3}},
		"has-many, only a trashed one": {func(db *gorm.DB) error {
			return db.Save(&models.AWriter{ID: 1, Name: "one", Posts: []models.APost{{ID: 2, Title: "new"}}}).Error
		}, true, nil},
		"has-many, appended": {func(db *gorm.DB) error {
			return db.Model(&models.AWriter{ID: 1}).Association("Posts").Append(&models.APost{ID: 2, Title: "new"}, &models.APost{ID: 3, Title: "three"})
		}, true, map[string]int{"a_posts": 3}},
		"has-many, updated": {func(db *gorm.DB) error {
			return full(db).Updates(&models.AWriter{ID: 1, Name: "one", Posts: []models.APost{{ID: 2, Title: "new"}, {ID: 3}}}).Error
		}, true, map[string]int{"a_posts": 3}},
		"has-one": {func(db *gorm.DB) error {
			return db.Save(&models.AWriter{ID: 1, Name: "one", Bio: &models.ABio{ID: 2, Text: "new"}}).Error
		}, true, nil},
		"has-one, full": {func(db *gorm.DB) error {
			return full(db).Save(&models.AWriter{ID: 1, Name: "one", Bio: &models.ABio{ID: 2, Text: "new"}}).Error
		}, true, nil},
		"belongs-to": {func(db *gorm.DB) error {
			return db.Save(&models.APost{ID: 1, Title: "one", Slug: tables.Ptr("s1"), Writer: &models.AWriter{ID: 2, Name: "new"}}).Error
		}, false, nil},
		"belongs-to, full": {func(db *gorm.DB) error {
			return full(db).Save(&models.APost{ID: 1, Title: "one", Slug: tables.Ptr("s1"), Writer: &models.AWriter{ID: 2, Name: "new"}}).Error
		}, true, nil},
		"belongs-to of a slice, full": {func(db *gorm.DB) error {
			return full(db).Create(&[]models.APost{{ID: 3, Writer: &models.AWriter{ID: 2, Name: "new"}}, {ID: 4, Writer: &models.AWriter{ID: 3, Name: "three"}}}).Error
		}, true, map[string]int{"a_posts": 4, "a_writers": 3}},
		"many-to-many": {func(db *gorm.DB) error {
			return db.Save(&models.AWriter{ID: 1, Name: "one", Tags: []*models.ATag{{ID: 2, Name: "new"}, {ID: 3, Name: "three"}}}).Error
		}, false, map[string]int{"a_tags": 3}},
		"many-to-many, full": {func(db *gorm.DB) error {
			return full(db).Save(&models.AWriter{ID: 1, Name: "one", Tags: []*models.ATag{{ID: 2, Name: "new"}, {ID: 3, Name: "three"}}}).Error
		}, true, map[string]int{"a_tags": 3}},
		"nested, full": {func(db *gorm.DB) error {
			return full(db).Save(&models.APost{ID: 1, Title: "one", Slug: tables.Ptr("s1"), Writer: &models.AWriter{ID: 1, Name: "one", Bio: &models.ABio{ID: 2, Text: "new"}, Posts: []models.APost{{ID: 2, Title: "new"}}}}).Error
		}, true, nil},
	}
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := bothHandles(t, open, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{})
		for name, write := range writes {
			models.NearTrash(t, plain)
			before := models.TrashedNear(t, plain)
			require.NoError(t, write.run(plain), name)
			if write.hurts {
				require.NotEqual(t, before, models.TrashedNear(t, plain), "%s: GORM writes to the trashed row", name)
			}
			for kind, with := range map[string]*gorm.DB{"default": db, "none": db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
				models.NearTrash(t, plain)
				require.NoError(t, write.run(with), "%s, %s", name, kind)
				require.Equal(t, before, models.TrashedNear(t, plain), "%s, %s", name, kind)
				for _, table := range models.NearTables {
					want := max(2, write.made[table])
					require.Len(t, tables.Stored(t, db, table, "id"), want, "%s, %s: %s", name, kind, table)
				}
			}
		}
	})
}

func TestChildrenGetTheirOwnKeys(t *testing.T) {
	t.Parallel()
	type child struct {
		ID       uint
		Name     string
		ParentID uint
		softdelete.Timestamp
	}
	type parent struct {
		ID       uint
		Name     string
		Children []child `gorm:"foreignKey:ParentID"`
		softdelete.Timestamp
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &parent{}, &child{})
		for _, session := range []*gorm.Session{{}, {FullSaveAssociations: true}} {
			p := parent{Name: "p", Children: []child{{Name: "gone"}, {Name: "live"}}}
			require.NoError(t, db.Create(&p).Error)
			gone, live := p.Children[0], p.Children[1]
			require.NoError(t, db.Delete(&gone).Error)
			p.Children = []child{{Name: "a"}, {ID: gone.ID, Name: "changed"}, {Name: "b"}, live, {Name: "c"}}
			require.NoError(t, db.Session(session).Save(&p).Error)
			require.Equal(t, gone.ID, p.Children[1].ID)
			require.Equal(t, live.ID, p.Children[3].ID)
			for _, i := range []int{0, 2, 4} {
				var row child
				require.NotZero(t, p.Children[i].ID)
				require.NoError(t, db.First(&row, p.Children[i].ID).Error)
				require.Equal(t, p.Children[i].Name, row.Name)
				require.Equal(t, p.ID, row.ParentID)
			}
			var row child
			require.NoError(t, db.Unscoped().First(&row, gone.ID).Error)
			require.Equal(t, "gone", row.Name)
			require.True(t, row.DeletedAt.Valid)
		}
	})
}

// aDoc has what GORM writes before a document's own statement.
type aDoc struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	Title    string
	WriterID *uint
	Writer   *models.AWriter
	softdelete.Timestamp
	Run func(tx *gorm.DB) error `gorm:"-"`
}

func (d *aDoc) BeforeSave(tx *gorm.DB) error {
	if d.Run == nil {
		return nil
	}
	return d.Run(tx)
}

func TestNothingIsWrittenBesideARefusedSave(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{}, &aDoc{}, &models.ATrace{}, &models.AHooked{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		doc := func(id uint) aDoc {
			return aDoc{ID: id, Title: "new", Writer: &models.AWriter{ID: 10 + id, Name: "new"}, Run: func(tx *gorm.DB) error {
				return tx.Create(&models.ATrace{ID: id, Hook: "BeforeSave"}).Error
			}}
		}
		require.NoError(t, db.Create(&[]aDoc{{ID: 1, Title: "one"}, {ID: 2, Title: "two"}}).Error)
		require.NoError(t, db.Delete(&aDoc{ID: 2}).Error)
		before := tables.Stored(t, db, "a_docs", "id")
		for kind, with := range failing.Handles(t, db) {
			for name, write := range map[string]func(tx *gorm.DB) error{
				"Save":          func(tx *gorm.DB) error { d := doc(2); return tx.Save(&d).Error },
				"Save of slice": func(tx *gorm.DB) error { return tx.Save(&[]aDoc{doc(1), doc(2)}).Error },
				"upsert":        func(tx *gorm.DB) error { d := doc(2); return tx.Clauses(handles.OnConflict("id")).Create(&d).Error },
				"upserts": func(tx *gorm.DB) error {
					return tx.Clauses(handles.OnConflict("id")).Create([]aDoc{doc(2), doc(3)}).Error
				},
			} {
				require.ErrorIs(t, with(func(tx *gorm.DB) error { return write(tx) }), softdelete.ErrTrashed, "%s, %s", name, kind)
				require.Equal(t, before, tables.Stored(t, db, "a_docs", "id"), "%s, %s", name, kind)
				require.Empty(t, tables.Stored(t, db, "a_writers", "id"), "%s, %s", name, kind)
				require.Empty(t, tables.Stored(t, db, "a_traces", "id"), "%s, %s", name, kind)
			}
		}
	})
}

type aFlaggedMember struct {
	ClubID  uint `gorm:"primaryKey;autoIncrement:false"`
	HumanID uint `gorm:"primaryKey;autoIncrement:false"`
	Role    string
	softdelete.Flagged
}

func (aFlaggedMember) TableName() string { return "a_members" }

func TestLinkingAgainRevivesTheJoinRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member any
		setup  bool
		flag   bool
	}{
		"set up":              {&models.AMember{}, true, false},
		"registered":          {&models.AMember{}, false, false},
		"set up, flagged":     {&aFlaggedMember{}, true, true},
		"registered, flagged": {&aFlaggedMember{}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
				db := open(t)
				config := softdelete.Config{}
				if c.setup {
					require.NoError(t, db.SetupJoinTable(&models.AClub{}, "People", c.member))
				} else {
					config.Models = []any{c.member}
				}
				require.NoError(t, db.Use(softdelete.New(config)))
				require.NoError(t, db.AutoMigrate(c.member))
				require.NoError(t, db.AutoMigrate(&models.AHuman{}, &models.AClub{}))
				live := "deleted_at IS NULL"
				if c.flag {
					live = "NOT is_deleted"
				}
				club := models.AClub{ID: 1, People: []*models.AHuman{{ID: 1}, {ID: 2}}}
				require.NoError(t, db.Create(&club).Error)
				require.NoError(t, db.Exec("UPDATE a_members SET role = 'chair'").Error)
				linked := func() []int {
					return tables.Column[int](t, db, "SELECT human_id FROM a_members WHERE "+live+" ORDER BY human_id")
				}
				people := func() *gorm.Association { return db.Model(&models.AClub{ID: 1}).Association("People") }
				unlink := func() {
					t.Helper()
					require.NoError(t, people().Delete(&models.AHuman{ID: 2}))
					require.Equal(t, []int{1}, linked())
					require.Len(t, tables.Stored(t, db, "a_members", "human_id"), 2, "the join row is trashed, not destroyed")
					require.EqualValues(t, 1, people().Count())
				}
				for way, link := range map[string]func() error{
					"Append":  func() error { return people().Append(&models.AHuman{ID: 2}) },
					"Replace": func() error { return people().Replace(&models.AHuman{ID: 2}, &models.AHuman{ID: 1}) },
					"Save":    func() error { return db.Save(&models.AClub{ID: 1, People: []*models.AHuman{{ID: 1}, {ID: 2}}}).Error },
					"FullSaveAssociations": func() error {
						return db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&models.AClub{ID: 1, People: []*models.AHuman{{ID: 2}}}).Error
					},
				} {
					unlink()
					require.NoError(t, link(), way)
					require.Equal(t, []int{1, 2}, linked(), way)
					require.EqualValues(t, 2, people().Count(), way)
					require.Equal(t, []string{"chair", "chair"}, tables.Column[string](t, db, "SELECT role FROM a_members"), way)
				}
				require.NoError(t, people().Clear())
				require.Empty(t, linked())
				require.Len(t, tables.Stored(t, db, "a_members", "human_id"), 2)
				require.NoError(t, people().Append(&models.AHuman{ID: 1}))
				require.Equal(t, []int{1}, linked(), "no other pair is revived")
			})
		})
	}
}

func TestGORMLeavesAPairUnlinked(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain := open(t)
		require.NoError(t, plain.SetupJoinTable(&models.AClub{}, "People", &models.AMember{}))
		require.NoError(t, plain.AutoMigrate(&models.AMember{}, &models.AHuman{}, &models.AClub{}))
		require.NoError(t, plain.Create(&models.AClub{ID: 1, People: []*models.AHuman{{ID: 1}}}).Error)
		people := plain.Model(&models.AClub{ID: 1}).Association("People")
		require.NoError(t, people.Delete(&models.AHuman{ID: 1}))
		require.NoError(t, plain.Model(&models.AClub{ID: 1}).Association("People").Append(&models.AHuman{ID: 1}))
		require.Empty(t, tables.Column[int](t, plain, "SELECT human_id FROM a_members WHERE deleted_at IS NULL"))
	})
}
