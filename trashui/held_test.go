package trashui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestReplayed says that a form that is sent twice is done once.
func TestReplayed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, day, "ana", "", &Customer{ID: 1})
		s.delete(t, day, "ana", "", &Customer{ID: 2})
		two := map[string]any{"item": []string{"customers/1", "customers/2"}, "plan": fingerprint(t, s.get(t, "preview?op=restore&item=customers/1&item=customers/2").body)}
		one := map[string]any{"item": []string{"customers/1"}, "plan": fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)}
		undo := map[string]any{"id": d.ID.String(), "plan": fingerprint(t, s.get(t, "preview?op=undo&id="+d.ID.String()).body)}
		require.Equal(t, http.StatusOK, s.post(t, "undo", undo).status)
		for op, body := range map[string]map[string]any{"undo": undo, "restore": one} {
			a := s.post(t, op, body)
			require.Equal(t, http.StatusConflict, a.status, "the plan has changed to nothing")
			require.Equal(t, map[string]any{}, a.json(t)["rows"])
			require.Equal(t, op, a.json(t)["operation"])
		}
		a := s.post(t, "restore", two)
		require.Equal(t, http.StatusConflict, a.status, "the one that is left is shown")
		require.Equal(t, map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, a.json(t)["rows"])
		require.Equal(t, 7, s.left(t))
	})
}

// TestForbidden says what forbids a write, and that it is a 409 with the plan.
func TestForbidden(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		require.NoError(t, s.db.Create(&Customer{ID: 9, Email: "ana@example.com"}).Error)
		for item, forbids := range map[string]string{"customers/1": "conflicts", "orders/10": "trashed_parents", "lines/10,tea": "trashed_parents"} {
			plan := s.get(t, "preview?op=restore&item="+item).json(t)
			require.Len(t, plan[forbids], 1, item)
			a := s.post(t, "restore", map[string]any{"item": []string{item}, "plan": plan["fingerprint"]})
			require.Equal(t, http.StatusConflict, a.status)
			told := a.json(t)
			for name, value := range plan {
				require.Equal(t, value, told[name], name)
			}
			require.InDelta(t, http.StatusConflict, told["status"], 0)
			require.Equal(t, http.StatusConflict, s.submit(t, "restore", url.Values{"item": {item}, "plan": {plan["fingerprint"].(string)}}).status)
		}
		require.NoError(t, softdelete.ForceDelete(s.db, &Customer{ID: 9}).Error)
		plan := s.get(t, "preview?op=restore&item=lines/10,tea&parents=1").json(t)
		for _, parents := range []any{2, "yes", []int{1}, map[string]int{}, false, "0"} {
			a := s.post(t, "restore", map[string]any{"item": []string{"lines/10,tea"}, "plan": plan["fingerprint"], "parents": parents})
			require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusConflict}, a.status)
		}
		a := s.send(t, http.MethodPost, "restore", marshal(t, map[string]any{"item": []string{"lines/10,tea"}, "plan": plan["fingerprint"], "parents": "1"}), "Content-Type", "application/json")
		require.JSONEq(t, `{"rows":{"customers":1,"orders":1,"lines":1},"failed":[]}`, a.body)
		require.NoError(t, s.db.Create(&Invoice{ID: 1, CustomerID: 2}).Error)
		s.delete(t, day, "ana", "", &Invoice{ID: 1})
	})
}

// TestAtOnce says that a form that is sent by several at once is done once, and that the others are
// told so.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		var mu sync.Mutex
		events := 0
		s.observe(func(event softdelete.Event) {
			mu.Lock()
			defer mu.Unlock()
			if event.Operation != softdelete.OpSoftDelete && !event.Cascaded {
				events++
			}
		})
		for id, path := range []string{"restore", "undo", "purge"} {
			d := s.delete(t, day, "ana", "", &Customer{ID: uint(id + 1)})
			body, preview := map[string]any{"item": []string{fmt.Sprintf("customers/%d", id+1)}}, fmt.Sprintf("preview?op=%s&item=customers/%d", path, id+1)
			if path == "undo" {
				body, preview = map[string]any{"id": d.ID.String()}, "preview?op=undo&id="+d.ID.String()
			}
			body["plan"] = fingerprint(t, s.get(t, preview).body)
			events = 0
			answers := make(chan answer, 4)
			for range cap(answers) {
				go func() { answers <- s.post(t, path, body) }()
			}
			done := 0
			for range cap(answers) {
				switch a := <-answers; a.status {
				case http.StatusOK:
					done++
				case http.StatusNotFound, http.StatusConflict:
				default:
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
			}
			require.Equal(t, 1, done, path)
			require.Equal(t, 1, events, path)
			require.Zero(t, s.left(t))
		}
		require.Empty(t, s.log.String())
	})
}

// TestFailingHooks says that a panic or an error of what looks on leaves all as it was, and is a page
// with a reference.
func TestFailingHooks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		bodies := map[string]map[string]any{
			"restore": {"item": []string{"customers/1"}, "plan": fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)},
			"purge":   {"item": []string{"customers/1"}, "plan": fingerprint(t, s.get(t, "preview?op=purge&item=customers/1").body)},
			"undo":    {"id": d.ID.String(), "plan": fingerprint(t, s.get(t, "preview?op=undo&id="+d.ID.String()).body)},
		}
		for _, fails := range []func(softdelete.Event){func(softdelete.Event) { panic("s3cret") }, func(softdelete.Event) { s.refuses = errNo }} {
			s.observe(fails)
			for path, body := range bodies {
				s.log.Reset()
				a := s.post(t, path, body)
				require.Equal(t, http.StatusInternalServerError, a.status, a.body)
				require.NotEmpty(t, a.json(t)["reference"])
				require.Equal(t, 1, strings.Count(s.log.String(), "level=ERROR"))
				require.Equal(t, 7, s.left(t))
			}
		}
		s.observe(nil)
		require.Equal(t, http.StatusOK, s.post(t, "undo", bodies["undo"]).status, "the handle is as good as before")
	})
}
