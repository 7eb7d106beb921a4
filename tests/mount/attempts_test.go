package mount_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// panics has the callback for labels panic.
var panics atomic.Bool

// attempt is something that somebody tries, and that has to be refused, or to be harmless: what is in the database stays as it is.
type attempt struct {
	kind, what string
	ask
	want  []int
	hides string // what the answer does not say
}

// with sends headers along.
func (a ask) with(pairs ...string) ask {
	header := map[string]string{}
	for name, value := range a.header {
		header[name] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		header[pairs[i]] = pairs[i+1]
	}
	a.header = header
	return a
}

func get(path string, header ...string) ask {
	return ask{method: http.MethodGet, path: path}.with(header...)
}

func post(path, body string, header ...string) ask {
	return ask{method: http.MethodPost, path: path, body: body}.with(header...)
}

// TestAttempts tries what people try who mean no good, and what happens by accident, on each database. Under -v it prints what came
// of it.
func TestAttempts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openService(t, open)
		var list []attempt
		list = append(list, s.crossOrigin()...)
		list = append(list, s.otherTenant()...)
		list = append(list, s.forged()...)
		list = append(list, s.hostile()...)
		list = append(list, s.oversized()...)
		list = append(list, s.unknown()...)
		list = append(list, s.refusedByAuthorize()...)
		before := s.state()
		var table strings.Builder
		w := tabwriter.NewWriter(&table, 0, 1, 2, ' ', 0)
		for _, a := range list {
			t.Run(a.kind+", "+a.what, func(t *testing.T) {
				got, err := s.send(a.ask)
				require.NoError(t, err)
				require.Contains(t, a.want, got.status, got.body)
				require.Equal(t, before, s.state())
				if a.hides != "" {
					require.NotContains(t, got.body, a.hides)
				}
				got.isHarmless(t)
				_, _ = fmt.Fprintf(w, "%s\t%s\t%d\tnothing has changed\n", a.kind, a.what, got.status)
			})
		}
		require.NotContains(t, s.log.String(), "http: panic", "no panic reaches the server")
		for _, line := range s.races(t) {
			_, _ = fmt.Fprintln(w, line)
		}
		require.NoError(t, w.Flush())
		t.Logf("%d attempts\n%s", len(list), table.String())
	})
}

// isHarmless says what no answer does.
func (got answer) isHarmless(t *testing.T) {
	t.Helper()
	require.Contains(t, got.header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	require.Empty(t, got.header.Values("Set-Cookie"))
	for _, text := range []string{"<script", "<img", "onerror=alert(2)>", "s3cret", "SELECT ", "UPDATE ", "DELETE FROM", "goroutine "} {
		if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.HasPrefix(text, "<") && !strings.HasPrefix(text, "onerror") {
			require.NotContains(t, got.body, text)
		}
	}
	require.NotRegexp(t, `(?:href|action)="(?:[a-z]+:|/|[^"]*\.\./\.\./\.\./)`, got.body)
	if to := got.header.Get("Location"); to != "" {
		require.Regexp(t, `^\./[^/\\]*`, to)
		require.NotContains(t, to, "//")
	}
}

// races are forms that come twice, at once, or late: what was confirmed is done once, or nothing is.
func (s *service) races(t *testing.T) (lines []string) {
	t.Helper()
	says := func(what, came string) { lines = append(lines, "at once, late, twice\t"+what+"\t"+came) }
	status := func(a ask) int {
		got, err := s.send(a)
		require.NoError(t, err)
		return got.status
	}

	// A double click.
	body := form("item", "posts/1", "plan", s.fingerprint("op=restore&item=posts/1"))
	require.Equal(t, 303, status(post("restore", body)))
	after := s.state()
	require.Contains(t, []int{404, 409}, status(post("restore", body)))
	require.Equal(t, after, s.state())
	says("the form of a restore twice", "done once")

	// The same form from ten places at once.
	body = form("id", s.both.ID.String(), "plan", s.fingerprint("op=undo&id="+s.both.ID.String()))
	var wait sync.WaitGroup
	statuses := make([]int, 10)
	for i := range statuses {
		wait.Go(func() {
			if got, err := s.send(post("undo", body)); err == nil {
				statuses[i] = got.status
			}
		})
	}
	wait.Wait()
	done := 0
	for _, code := range statuses {
		if code == 303 {
			done++
		}
		require.True(t, slices.Contains([]int{303, 404, 409}, code), "%v", statuses)
	}
	require.Equal(t, 1, done, "%v", statuses)
	_, err := s.trash.Deletion(t.Context(), s.both.ID)
	require.ErrorIs(t, err, softdelete.ErrNotFound)
	says("the form of an undo from ten places at once", "done once")

	// The trash has changed since the preview.
	body = form("item", "posts/3", "plan", s.fingerprint("op=purge&item=posts/3"), "confirm", "3", "was", "comments:2")
	item, err := s.trash.Item(t.Context(), "comments", 30)
	require.NoError(t, err)
	_, err = s.trash.Purge(t.Context(), item)
	require.NoError(t, err)
	before := s.state()
	got, err := s.send(post("purge", body))
	require.NoError(t, err)
	require.Equal(t, 409, got.status)
	require.Contains(t, got.body, "Nothing was done")
	require.Equal(t, before, s.state())
	says("a purge whose plan has changed", "409, nothing done")

	// Who asked has gone.
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.send(ask{method: http.MethodPost, path: "purge", body: body, ctx: gone})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, s.state())
	says("a request that has ended", "nothing done")

	// Who asked goes while it is done.
	body = form("item", "posts/11", "plan", s.fingerprint("op=restore&item=posts/11"))
	going, cancel := context.WithCancel(t.Context())
	reached := false
	leave := func(ctx context.Context) {
		reached = true
		cancel()
		<-ctx.Done() // the page has seen it
	}
	s.told.Store(&leave)
	_, err = s.send(ask{method: http.MethodPost, path: "restore", body: body, ctx: going})
	require.ErrorIs(t, err, context.Canceled)
	s.inside.Wait()
	s.told.Store(nil)
	require.True(t, reached, "it was in the middle of it")
	require.Equal(t, before, s.state())
	says("a request that ends in the middle of a write", "nothing done")

	// A callback panics.
	panics.Store(true)
	got, err = s.send(get("rows?model=posts"))
	panics.Store(false)
	require.NoError(t, err)
	require.Equal(t, 500, got.status)
	require.NotContains(t, got.body, "s3cret")
	require.NotContains(t, s.log.String(), "http: panic")
	says("a label that panics", "500 with a reference")

	// The rest of tenant 2 is emptied by tenant 1: it stays.
	got, err = s.send(post("empty", form("older_than", "1h"), "Tenant", "1", "Accept", "application/json"))
	require.NoError(t, err)
	require.Equal(t, 200, got.status, got.body)
	for _, kept := range []struct {
		table string
		key   any
	}{{"posts", 11}, {"accounts", "other"}, {"comments", 110}} {
		_, err := s.trash.Item(t.Context(), kept.table, kept.key)
		require.NoError(t, err, "%v", kept)
	}
	var crossed int64
	require.NoError(t, s.db.Unscoped().Model(&Comment{}).Where("id = ?", 41).Count(&crossed).Error)
	require.Equal(t, int64(1), crossed, "the comment of tenant 2 below a post of tenant 1")
	says("one tenant empties the trash", "the other's rows are there")
	return lines
}
