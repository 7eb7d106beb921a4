package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

// TestFindAndRestore says that a person finds a row, sees what would come back, and brings it back; the filter is kept through all
// of it.
func TestFindAndRestore(t *testing.T) {
	t.Parallel()
	w := look(t, open(t))
	var id softdelete.Item
	for _, item := range w.newest(t, &store.Track{}, 50) {
		if item.Reason == "replaced by the remaster" {
			id = item
			break
		}
	}
	require.NotEmpty(t, id.Key)

	w.step("opens the trash, and looks for what ana has deleted")
	w.visit("")
	w.choose("#find-model", "tracks")
	w.write("#find-actor", "ana")
	w.click("Find")
	require.Equal(t, "tracks", w.query().Get("model"))
	require.Equal(t, "ana", w.query().Get("actor"))

	w.step("narrows it to a reason; the other filters stay")
	w.write("#f-reason", "REMASTER")
	w.click("Show")
	for name, want := range map[string]string{"model": "tracks", "actor": "ana", "reason": "REMASTER"} {
		require.Equal(t, want, w.query().Get(name))
	}
	list := w.at()

	w.step("finds nothing with another name, and goes back by clearing it")
	w.write("#f-actor", "nobody of that name")
	w.click("Show")
	require.Contains(t, w.text("main"), "Nothing in the trash fits")
	filter := w.value("#f-reason")
	require.Equal(t, "REMASTER", filter, "the form keeps what was asked for")
	w.visit(list)

	w.step("opens a row, and its preview")
	w.leave(chromedp.Click(chromedp.CSS(fmt.Sprintf(`a.name[href*="tracks/%v"]`, id.Key[0]))))
	require.Contains(t, w.text("main"), "replaced by the remaster")
	w.click("Restore…")
	require.Contains(t, w.text("h1"), "Restore")
	require.Contains(t, w.text("main"), "would come back")
	require.True(t, w.has(t, "tracks", id.Key...), "a preview does nothing")

	w.step("confirms it")
	w.write("#reason", "the customer has called")
	w.click("Restore 1 row")
	require.Contains(t, w.text("[role=status]"), "1 row restored")
	require.False(t, w.has(t, "tracks", id.Key...))

	w.step("chooses two rows of the filtered list, and restores both")
	w.visit(list)
	w.tick(`tbody tr:nth-child(1) input[type=checkbox]`)
	w.tick(`tbody tr:nth-child(2) input[type=checkbox]`)
	w.click("Restore…")
	require.Equal(t, 2, w.count(".chosen li"))
	w.click("Restore ")
	require.Contains(t, w.text("[role=status]"), "tracks 2")
	for name, want := range map[string]string{"model": "tracks", "actor": "ana", "reason": "REMASTER"} {
		require.Equal(t, want, w.query().Get(name), "the list is the one from which it was done")
	}

	w.step("loads the page anew: nothing is done twice")
	before := w.at()
	w.leave(chromedp.Reload())
	require.Equal(t, before, w.at())
}

// TestUndo says that a whole deletion is undone from the list of deletions.
func TestUndo(t *testing.T) {
	t.Parallel()
	w := look(t, open(t), 404)
	w.step("opens the deletions, and looks for duplicate entries")
	w.visit("")
	w.click("Deletions")
	w.write("#f-reason", "duplicate entry")
	w.click("Show")
	require.Equal(t, 1, w.count("table.operations tbody tr"))

	w.step("opens the deletion, and previews its undo")
	w.click("Artist")
	require.Equal(t, "deletions/"+store.Mistake, w.path())
	w.click("Undo this deletion…")
	require.Contains(t, w.text("main"), "would come back")
	require.Contains(t, w.text("table.tree"), "tracks")
	require.True(t, w.has(t, "artists", store.MistakeID))

	w.step("confirms it")
	w.click("Undo: restore")
	require.Contains(t, w.text("[role=status]"), "The deletion is undone")
	require.Contains(t, w.text("[role=status]"), "artists 1")
	require.Equal(t, "duplicate entry", w.query().Get("reason"), "back at what was looked for")
	require.False(t, w.has(t, "artists", store.MistakeID))

	w.step("looks at what is gone: a page that leads back")
	require.Equal(t, int64(404), w.visit("deletions/"+store.Mistake))
	w.leave(chromedp.Click(chromedp.CSS(".problem a")))
	require.NotContains(t, w.text("main"), "404")
}

// TestPurge says that what is for good has to be typed, and that a wrong number does nothing.
func TestPurge(t *testing.T) {
	t.Parallel()
	w := look(t, open(t), 422)
	w.step("opens an album in the trash, and what removing it for good would take along")
	w.visit(fmt.Sprintf("rows/albums/%d", store.AlbumID))
	w.click("Remove for good…")
	require.Contains(t, w.text("main"), "This cannot be undone")
	plan, err := w.trash.Preview(t.Context(), softdelete.OpPurge, w.item(t, "albums", store.AlbumID))
	require.NoError(t, err)
	total := int64(0)
	for _, rows := range plan.Rows {
		total += rows
	}
	require.Greater(t, total, int64(1))
	require.Contains(t, w.text(`label[for=confirm]`), fmt.Sprint(total))

	w.step("types a wrong number: nothing is removed, and the field asks again")
	w.write("#confirm", "1")
	require.Equal(t, int64(422), w.click("Remove "))
	require.True(t, w.has(t, "albums", store.AlbumID))
	require.Contains(t, w.text("#confirm-wrong"), "Nothing was removed")
	invalid := ask[bool](w, `document.activeElement.id === "confirm" && document.activeElement.getAttribute("aria-invalid") === "true"`)
	require.True(t, invalid, "the field is marked, and has the focus")

	w.step("types the right one")
	w.write("#confirm", fmt.Sprint(total))
	w.click("Remove ")
	require.Contains(t, w.text("[role=status]"), fmt.Sprintf("%d rows removed for good", total))
	require.False(t, w.has(t, "albums", store.AlbumID))
	var rows int64
	require.NoError(t, w.db.Unscoped().Model(&store.Album{}).Where("id = ?", store.AlbumID).Count(&rows).Error)
	require.Zero(t, rows)
}

// TestEmpty says that the trash is emptied by age, after a look at what that is.
func TestEmpty(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := look(t, s, 422)
	w.step("opens Empty, and chooses thirty days")
	w.visit("")
	w.click("Empty")
	w.choose("#age", "30d")
	w.click("Show what that is")
	total := s.older(t, 30*24*time.Hour)
	require.Greater(t, total, int64(10))
	require.Contains(t, w.text("main"), "would be gone for good")

	w.step("types a wrong number")
	w.write("#confirm", "3")
	require.Equal(t, int64(422), w.click("Remove "))
	require.Equal(t, total, s.older(t, 30*24*time.Hour))

	w.step("types the right one")
	w.write("#confirm", fmt.Sprint(total))
	w.click("Remove ")
	require.Contains(t, w.text("[role=status]"), "The trash is emptied")
	require.Zero(t, s.older(t, 30*24*time.Hour+time.Minute))
	require.True(t, s.has(t, "albums", store.AlbumID), "what is younger stays")
}

// TestForbidden says that what is in the way is said, with the way out of it.
func TestForbidden(t *testing.T) {
	t.Parallel()
	w := look(t, open(t))
	w.step("previews a customer whose e-mail a live one has")
	w.visit(fmt.Sprintf("preview?op=restore&item=customers/%d", store.TakenID))
	require.Contains(t, w.text(".stop"), "This cannot be done yet")
	require.Zero(t, w.count("form.decide"), "no button to press")

	w.step("previews a track whose album is in the trash, too, and takes that along")
	w.visit(fmt.Sprintf("preview?op=restore&item=tracks/%d", store.TrackID))
	require.Contains(t, w.text(".stop"), "Album")
	require.Zero(t, w.count("form.decide"))
	w.leave(chromedp.Click(chromedp.CSS(".stop a")))
	require.Equal(t, "1", w.query().Get("parents"))
	w.click("Restore ")
	require.False(t, w.has(t, "tracks", store.TrackID))
	require.False(t, w.has(t, "albums", store.AlbumID))
}

// TestChanged says that nothing is done where the trash has changed since the preview, and that the difference is shown.
func TestChanged(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := look(t, s, 409)
	w.step("previews an undo; meanwhile somebody removes one of its rows for good")
	w.visit("preview?op=undo&id=" + store.Mistake)
	var track store.Track
	require.NoError(t, s.db.Scopes(softdelete.OnlyTrashed).First(&track, "deletion_id = ?", store.Mistake).Error)
	_, err := s.trash.Purge(t.Context(), w.item(t, "tracks", track.ID))
	require.NoError(t, err)

	w.step("confirms: nothing is done, the difference is shown, and the new plan can be confirmed")
	require.Equal(t, int64(409), w.click("Undo: restore"))
	require.Contains(t, w.text("[role=alert]"), "Nothing was done")
	require.Contains(t, w.text("[role=alert]"), "tracks")
	require.True(t, s.has(t, "artists", store.MistakeID))
	w.click("Undo: restore")
	require.Contains(t, w.text("[role=status]"), "The deletion is undone")
	require.False(t, s.has(t, "artists", store.MistakeID))
}

func (w *tab) item(t *testing.T, table string, key ...any) softdelete.Item {
	t.Helper()
	item, err := w.trash.Item(t.Context(), table, key...)
	require.NoError(t, err)
	return item
}
