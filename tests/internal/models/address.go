package models

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// VerbForms are the ways to address rows, alike for all verbs. Of the notes x and y are trashed.
var VerbForms = []struct {
	Name string
	Run  func(verb VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB
	Want string // which notes it addresses
}{
	{"value", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB { return v(db, n["x"]) }, "x"},
	{"live value", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB { return v(db, n["a"]) }, "a"},
	{"value with a condition that it fails", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB {
		return v(db.Where("title = ?", "y"), n["x"])
	}, ""},
	{"slice", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB {
		return v(db, &[]ANote{*n["a"], *n["x"], *n["y"]})
	}, "a x y"},
	{"slice by value", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB { return v(db, []ANote{*n["a"], *n["x"]}) }, "a x"},
	{"slice of pointers", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB { return v(db, []*ANote{n["a"], n["x"]}) }, "a x"},
	{"key", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB { return v(db, &ANote{}, n["x"].ID) }, "x"},
	{"keys", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB {
		return v(db, &ANote{}, []uint{n["a"].ID, n["y"].ID})
	}, "a y"},
	{"inline condition", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db, &ANote{}, "title = ? OR title = ?", "a", "x")
	}, "a x"},
	{"inline struct", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB { return v(db, &ANote{}, ANote{Title: "x"}) }, "x"},
	{"condition", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB { return v(db.Where("score > 3"), &ANote{}) }, "d x y"},
	{"or", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Where("title = 'a'").Or("title = 'x'"), &ANote{})
	}, "a x"},
	{"scope", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 'two'") }).Where("score > 3"), &ANote{})
	}, "d y"},
	{"model and no value", func(v VerbFunc, db *gorm.DB, n map[string]*ANote) *gorm.DB { return v(db.Model(n["x"]), nil) }, "x"},
	{"all", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB { return v(db.Where("1 = 1"), &ANote{}) }, "a b c d x y"},
	{"global", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Session(&gorm.Session{AllowGlobalUpdate: true}), &ANote{})
	}, "a b c d x y"},
	{"trashed before", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Scopes(softdelete.TrashedBefore(time.Now().Add(time.Hour))), &ANote{})
	}, "x y"},
	{"trashed by", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Scopes(softdelete.TrashedBy("before")), &ANote{}, "score = 5")
	}, "x"},
	{"only trashed", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Scopes(softdelete.OnlyTrashed).Where("score > 3"), &ANote{})
	}, "x y"},
	{"join", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Joins("JOIN a_notes AS o ON o.score = a_notes.score + 1").Where("o.title IN ?", []string{"d", "y"}), &ANote{})
	}, "c x"},
	{"limit", func(v VerbFunc, db *gorm.DB, _ map[string]*ANote) *gorm.DB {
		return v(db.Where("score >= 5").Order("score DESC").Limit(1), &ANote{})
	}, "y"},
}

type VerbFunc = func(db *gorm.DB, value any, conds ...any) *gorm.DB

// TrashedOf keeps the titles of trashed notes.
func TrashedOf(titles []string) []string {
	return slices.DeleteFunc(slices.Clone(titles), func(s string) bool { return s < "x" })
}

// AnAddress is unique by hand among live rows.
type AnAddress struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Email string
	softdelete.Tracked
}
