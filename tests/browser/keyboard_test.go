package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

// tabTo presses Tab until the focus is on something whose text, or label, begins so.
func (w *tab) tabTo(text string) {
	w.t.Helper()
	const name = `(() => { const e = document.activeElement; return ((e.labels?.length ? [...e.labels].map((l) => l.textContent).join(" ") : "") || e.getAttribute("aria-label") || e.textContent).replace(/\s+/g, " ").trim() })()`
	last := ""
	for range 300 {
		if last = ask[string](w, name); len(last) >= len(text) && last[:len(text)] == text && ask[bool](w, `document.activeElement !== document.body`) {
			return
		}
		w.run(chromedp.KeyEvent(kb.Tab))
	}
	require.Fail(w.t, "Tab does not lead there", "to %q; the last was %q", text, last)
}

// TestByKeyboard says that all can be done with Tab, Enter, Space and letters alone.
func TestByKeyboard(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := look(t, s, 422)
	w.step("skips to the content, and opens the deletions")
	w.visit("")
	w.run(chromedp.KeyEvent(kb.Tab))
	w.tabTo("Skip to the content")
	w.run(chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "main", ask[string](w, "document.activeElement.id"))
	w.visit("")
	w.tabTo("Deletions")
	w.leave(chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "deletions", w.at())

	w.step("filters them, by Enter in a field")
	w.tabTo("Reason contains")
	w.run(chromedp.KeyEvent("duplicate"))
	w.leave(chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "duplicate", w.query().Get("reason"))

	w.step("undoes one")
	w.tabTo(`Undo the deletion of Artist "Static Foxes"`)
	w.leave(chromedp.KeyEvent(kb.Enter))
	w.tabTo("Why are you doing this?")
	w.run(chromedp.KeyEvent("it was a mistake"))
	w.tabTo("Undo: restore")
	w.leave(chromedp.KeyEvent(kb.Enter))
	require.Contains(t, w.text("[role=status]"), "The deletion is undone")
	require.False(t, s.has(t, "artists", store.MistakeID))
	require.Equal(t, "duplicate", w.query().Get("reason"), "the filter is kept")

	w.step("ticks two rows with Space, and restores them")
	first, second := s.restorable(t)
	w.visit("rows?model=reviews&reason=spam&limit=50")
	for _, item := range []softdelete.Item{first, second} {
		w.run(chromedp.Focus(chromedp.CSS(fmt.Sprintf(`input[value="reviews/%v"]`, item.Key[0]))), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent(" "))
	}
	w.tabTo("Restore…")
	w.leave(chromedp.KeyEvent(" "))
	require.Equal(t, 2, w.count(".chosen li"))
	w.tabTo("Restore 2 rows")
	w.leave(chromedp.KeyEvent(" "))
	require.Contains(t, w.text("[role=status]"), "2 rows restored")
	require.False(t, s.has(t, "reviews", first.Key...))

	w.step("removes an album for good: a wrong number first, then the right one from the field that has the focus")
	w.visit(fmt.Sprintf("rows/albums/%d", store.AlbumID))
	w.tabTo("Remove for good…")
	w.leave(chromedp.KeyEvent(kb.Enter))
	w.tabTo("Type ")
	w.run(chromedp.KeyEvent("0"))
	require.Equal(t, int64(422), w.leave(chromedp.KeyEvent(kb.Enter)))
	require.True(t, s.has(t, "albums", store.AlbumID))
	require.Equal(t, "confirm", ask[string](w, "document.activeElement.id"))
	number := w.text("label[for=confirm] strong")
	w.run(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(number))
	w.leave(chromedp.KeyEvent(kb.Enter))
	require.Contains(t, w.text("[role=status]"), "removed for good")
	require.False(t, s.has(t, "albums", store.AlbumID))

	w.step("empties the trash, with an age chosen by its first letters")
	w.visit("")
	w.tabTo("Empty")
	w.leave(chromedp.KeyEvent(kb.Enter))
	w.tabTo("Rows that have been in the trash")
	w.run(chromedp.KeyEvent("30"))
	require.Equal(t, "30d", w.value("#age"))
	w.tabTo("Show what that is")
	w.leave(chromedp.KeyEvent(kb.Enter))
	w.tabTo("Type ")
	w.run(chromedp.KeyEvent(w.text("label[for=confirm] strong")))
	w.leave(chromedp.KeyEvent(kb.Enter))
	require.Contains(t, w.text("[role=status]"), "The trash is emptied")
}

// restorable are two reviews that can be restored on their own.
func (s *site) restorable(t *testing.T) (first, second softdelete.Item) {
	t.Helper()
	var found []softdelete.Item
	for _, item := range s.newest(t, &store.Review{}, 100) {
		if item.Reason != "spam" {
			continue
		}
		plan, err := s.trash.Preview(t.Context(), softdelete.OpRestore, item)
		require.NoError(t, err)
		if !plan.Forbidden() {
			found = append(found, item)
		}
	}
	require.Greater(t, len(found), 1)
	return found[0], found[1]
}
