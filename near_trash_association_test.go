package softdelete_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
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
			return db.Save(&aWriter{ID: 1, Name: "one", Posts: []aPost{{ID: 3, Title: "three"}, {ID: 2, Title: "new"}, {ID: 4, Title: "four"}}}).Error
		}, true, map[string]int{"a_posts": 4}},
		"has-many, created": {func(db *gorm.DB) error {
			return db.Create(&aWriter{ID: 5, Name: "five", Posts: []aPost{{ID: 2, Title: "new"}, {ID: 3, Title: "three"}}}).Error
		}, true, map[string]int{"a_posts": 3, "a_writers": 3}},
		"has-many, full": {func(db *gorm.DB) error {
			return full(db).Save(&aWriter{ID: 1, Name: "one", Posts: []aPost{{ID: 2, Title: "new"}, {ID: 3, Title: "three"}}}).Error
		}, true, map[string]int{"a_posts": 3}},
		"has-many, only a trashed one": {func(db *gorm.DB) error {
			return db.Save(&aWriter{ID: 1, Name: "one", Posts: []aPost{{ID: 2, Title: "new"}}}).Error
		}, true, nil},
		"has-many, appended": {func(db *gorm.DB) error {
			return db.Model(&aWriter{ID: 1}).Association("Posts").Append(&aPost{ID: 2, Title: "new"}, &aPost{ID: 3, Title: "three"})
		}, true, map[string]int{"a_posts": 3}},
		"has-many, updated": {func(db *gorm.DB) error {
			return full(db).Updates(&aWriter{ID: 1, Name: "one", Posts: []aPost{{ID: 2, Title: "new"}, {ID: 3}}}).Error
		}, true, map[string]int{"a_posts": 3}},
		"has-one": {func(db *gorm.DB) error {
			return db.Save(&aWriter{ID: 1, Name: "one", Bio: &aBio{ID: 2, Text: "new"}}).Error
		}, true, nil},
		"has-one, full": {func(db *gorm.DB) error {
			return full(db).Save(&aWriter{ID: 1, Name: "one", Bio: &aBio{ID: 2, Text: "new"}}).Error
		}, true, nil},
		"belongs-to": {func(db *gorm.DB) error {
			return db.Save(&aPost{ID: 1, Title: "one", Slug: ptr("s1"), Writer: &aWriter{ID: 2, Name: "new"}}).Error
		}, false, nil},
		"belongs-to, full": {func(db *gorm.DB) error {
			return full(db).Save(&aPost{ID: 1, Title: "one", Slug: ptr("s1"), Writer: &aWriter{ID: 2, Name: "new"}}).Error
		}, true, nil},
		"belongs-to of a slice, full": {func(db *gorm.DB) error {
			return full(db).Create(&[]aPost{{ID: 3, Writer: &aWriter{ID: 2, Name: "new"}}, {ID: 4, Writer: &aWriter{ID: 3, Name: "three"}}}).Error
		}, true, map[string]int{"a_posts": 4, "a_writers": 3}},
		"many-to-many": {func(db *gorm.DB) error {
			return db.Save(&aWriter{ID: 1, Name: "one", Tags: []*aTag{{ID: 2, Name: "new"}, {ID: 3, Name: "three"}}}).Error
		}, false, map[string]int{"a_tags": 3}},
		"many-to-many, full": {func(db *gorm.DB) error {
			return full(db).Save(&aWriter{ID: 1, Name: "one", Tags: []*aTag{{ID: 2, Name: "new"}, {ID: 3, Name: "three"}}}).Error
		}, true, map[string]int{"a_tags": 3}},
		"nested, full": {func(db *gorm.DB) error {
			return full(db).Save(&aPost{ID: 1, Title: "one", Slug: ptr("s1"), Writer: &aWriter{ID: 1, Name: "one", Bio: &aBio{ID: 2, Text: "new"}, Posts: []aPost{{ID: 2, Title: "new"}}}}).Error
		}, true, nil},
	}
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := bothHandles(t, open, &aWriter{}, &aPost{}, &aBio{}, &aTag{})
		for name, write := range writes {
			nearTrash(t, plain)
			before := trashedNear(t, plain)
			require.NoError(t, write.run(plain), name)
			if write.hurts {
				require.NotEqual(t, before, trashedNear(t, plain), "%s: GORM writes to the trashed row", name)
			}
			for kind, with := range map[string]*gorm.DB{"default": db, "none": db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
				nearTrash(t, plain)
				require.NoError(t, write.run(with), "%s, %s", name, kind)
				require.Equal(t, before, trashedNear(t, plain), "%s, %s", name, kind)
				for _, table := range nearTables {
					want := max(2, write.made[table])
					require.Len(t, stored(t, db, table, "id"), want, "%s, %s: %s", name, kind, table)
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
		db := withPlugin(t, open, softdelete.Config{}, &parent{}, &child{})
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
	Writer   *aWriter
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
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aWriter{}, &aPost{}, &aBio{}, &aTag{}, &aDoc{}, &aTrace{}, &aHooked{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		doc := func(id uint) aDoc {
			return aDoc{ID: id, Title: "new", Writer: &aWriter{ID: 10 + id, Name: "new"}, Run: func(tx *gorm.DB) error {
				return tx.Create(&aTrace{ID: id, Hook: "BeforeSave"}).Error
			}}
		}
		require.NoError(t, db.Create(&[]aDoc{{ID: 1, Title: "one"}, {ID: 2, Title: "two"}}).Error)
		require.NoError(t, db.Delete(&aDoc{ID: 2}).Error)
		before := stored(t, db, "a_docs", "id")
		for kind, with := range handles(t, db) {
			for name, write := range map[string]func(tx *gorm.DB) error{
				"Save":          func(tx *gorm.DB) error { d := doc(2); return tx.Save(&d).Error },
				"Save of slice": func(tx *gorm.DB) error { return tx.Save(&[]aDoc{doc(1), doc(2)}).Error },
				"upsert":        func(tx *gorm.DB) error { d := doc(2); return tx.Clauses(onConflict("id")).Create(&d).Error },
				"upserts":       func(tx *gorm.DB) error { return tx.Clauses(onConflict("id")).Create([]aDoc{doc(2), doc(3)}).Error },
			} {
				require.ErrorIs(t, with(func(tx *gorm.DB) error { return write(tx) }), softdelete.ErrTrashed, "%s, %s", name, kind)
				require.Equal(t, before, stored(t, db, "a_docs", "id"), "%s, %s", name, kind)
				require.Empty(t, stored(t, db, "a_writers", "id"), "%s, %s", name, kind)
				require.Empty(t, stored(t, db, "a_traces", "id"), "%s, %s", name, kind)
			}
		}
	})
}

// aMember links clubs and people; it is soft-deletable, and unique by its pair.
type (
	aClub struct {
		ID     uint      `gorm:"primaryKey;autoIncrement:false"`
		People []*aHuman `gorm:"many2many:a_members;joinForeignKey:ClubID;joinReferences:HumanID"`
	}
	aHuman struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
	}
	aMember struct {
		ClubID  uint `gorm:"primaryKey;autoIncrement:false"`
		HumanID uint `gorm:"primaryKey;autoIncrement:false"`
		Role    string
		softdelete.Tracked
	}
	aFlaggedMember struct {
		ClubID  uint `gorm:"primaryKey;autoIncrement:false"`
		HumanID uint `gorm:"primaryKey;autoIncrement:false"`
		Role    string
		softdelete.Flagged
	}
)

func (aMember) TableName() string        { return "a_members" }
func (aFlaggedMember) TableName() string { return "a_members" }

func TestLinkingAgainRevivesTheJoinRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member any
		setup  bool
		flag   bool
	}{
		"set up":              {&aMember{}, true, false},
		"registered":          {&aMember{}, false, false},
		"set up, flagged":     {&aFlaggedMember{}, true, true},
		"registered, flagged": {&aFlaggedMember{}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPath(t, func(t *testing.T, open testdb.Opener) {
				db := open(t)
				config := softdelete.Config{}
				if c.setup {
					require.NoError(t, db.SetupJoinTable(&aClub{}, "People", c.member))
				} else {
					config.Models = []any{c.member}
				}
				require.NoError(t, db.Use(softdelete.New(config)))
				require.NoError(t, db.AutoMigrate(c.member))
				require.NoError(t, db.AutoMigrate(&aHuman{}, &aClub{}))
				live := "deleted_at IS NULL"
				if c.flag {
					live = "NOT is_deleted"
				}
				club := aClub{ID: 1, People: []*aHuman{{ID: 1}, {ID: 2}}}
				require.NoError(t, db.Create(&club).Error)
				require.NoError(t, db.Exec("UPDATE a_members SET role = 'chair'").Error)
				linked := func() []int {
					return column[int](t, db, "SELECT human_id FROM a_members WHERE "+live+" ORDER BY human_id")
				}
				people := func() *gorm.Association { return db.Model(&aClub{ID: 1}).Association("People") }
				unlink := func() {
					t.Helper()
					require.NoError(t, people().Delete(&aHuman{ID: 2}))
					require.Equal(t, []int{1}, linked())
					require.Len(t, stored(t, db, "a_members", "human_id"), 2, "the join row is trashed, not destroyed")
					require.EqualValues(t, 1, people().Count())
				}
				for way, link := range map[string]func() error{
					"Append":  func() error { return people().Append(&aHuman{ID: 2}) },
					"Replace": func() error { return people().Replace(&aHuman{ID: 2}, &aHuman{ID: 1}) },
					"Save":    func() error { return db.Save(&aClub{ID: 1, People: []*aHuman{{ID: 1}, {ID: 2}}}).Error },
					"FullSaveAssociations": func() error {
						return db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&aClub{ID: 1, People: []*aHuman{{ID: 2}}}).Error
					},
				} {
					unlink()
					require.NoError(t, link(), way)
					require.Equal(t, []int{1, 2}, linked(), way)
					require.EqualValues(t, 2, people().Count(), way)
					require.Equal(t, []string{"chair", "chair"}, column[string](t, db, "SELECT role FROM a_members"), way)
				}
				require.NoError(t, people().Clear())
				require.Empty(t, linked())
				require.Len(t, stored(t, db, "a_members", "human_id"), 2)
				require.NoError(t, people().Append(&aHuman{ID: 1}))
				require.Equal(t, []int{1}, linked(), "no other pair is revived")
			})
		})
	}
}

func TestGORMLeavesAPairUnlinked(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		plain := open(t)
		require.NoError(t, plain.SetupJoinTable(&aClub{}, "People", &aMember{}))
		require.NoError(t, plain.AutoMigrate(&aMember{}, &aHuman{}, &aClub{}))
		require.NoError(t, plain.Create(&aClub{ID: 1, People: []*aHuman{{ID: 1}}}).Error)
		people := plain.Model(&aClub{ID: 1}).Association("People")
		require.NoError(t, people.Delete(&aHuman{ID: 1}))
		require.NoError(t, plain.Model(&aClub{ID: 1}).Association("People").Append(&aHuman{ID: 1}))
		require.Empty(t, column[int](t, plain, "SELECT human_id FROM a_members WHERE deleted_at IS NULL"))
	})
}
