package mount_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// Oddity has a name and columns that nobody would give a table who has the choice.
type Oddity struct {
	First  string `gorm:"primaryKey;size:60;column:first key"`
	Second string `gorm:"primaryKey;size:60;column:second/key"`
	Title  string `gorm:"size:60;column:title"`
	softdelete.Tracked
}

// TableName has what means something in addresses, in HTML and to people.
func (Oddity) TableName() string { return "odd/ta ble, 100%<b>&+=#é" }

// TestOddNames says that all that can be done with rows can be done with those of a table of any name, with keys of any text.
func TestOddNames(t *testing.T) {
	t.Parallel()
	keys := []string{"a/b", "a,b", "..", ".", "%2F", "a b+c", "é日本", "?x=1&y=2#z", `"><b>`, "%", `back\slash`, "'"}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Oddity{}}})))
		require.NoError(t, softdelete.AutoMigrate(db))
		for i, key := range keys {
			require.NoError(t, db.Create(&Oddity{First: key, Second: keys[len(keys)-1-i], Title: "row " + key}).Error)
		}
		require.NoError(t, db.Delete(&Oddity{}, "1 = 1").Error)
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		page, err := trashui.New(trash, trashui.Options{AllowAll: true, Doctor: true})
		require.NoError(t, err)
		v := &visitor{t: t, server: routers[0].serve(t, page), root: routers[0].root, db: db}

		require.Equal(t, http.StatusOK, v.get("").status)
		list := v.get("rows?" + url.Values{"model": {Oddity{}.TableName()}}.Encode())
		require.Equal(t, http.StatusOK, list.status, list.body)
		require.NotContains(t, list.body, "<b>")
		opened := map[string]bool{}
		for _, l := range v.leads(list) {
			if l.post || len(l.fields) > 0 || opened[l.to.String()] {
				continue
			}
			opened[l.to.String()] = true
			got := v.send(http.MethodGet, l.to, nil)
			require.Equal(t, http.StatusOK, got.status, "%s\n%s", l.to, got.body)
			require.NotContains(t, got.body, "<b>")
			for _, l := range v.leads(got) {
				if l.to.Query().Get("op") != "restore" {
					continue
				}
				preview := v.send(http.MethodGet, l.to, nil)
				require.Equal(t, http.StatusOK, preview.status, "%s\n%s", l.to, preview.body)
				require.NotContains(t, preview.body, "<b>")
				for _, form := range v.leads(preview) {
					if !form.post {
						continue
					}
					done := v.send(http.MethodPost, form.to, form.fields)
					require.Equal(t, http.StatusSeeOther, done.status, done.body)
					to, err := form.to.Parse(done.header.Get("Location"))
					require.NoError(t, err)
					after := v.send(http.MethodGet, to, nil)
					require.Equal(t, http.StatusOK, after.status, to)
					require.Contains(t, after.body, "1 row restored")
					require.NotContains(t, after.body, "<b>")
				}
			}
		}
		var live int64
		require.NoError(t, db.Model(&Oddity{}).Count(&live).Error)
		require.Equal(t, int64(len(keys)), live, "each was restored by itself")
	})
}
