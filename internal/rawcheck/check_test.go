package rawcheck_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gorm-softdelete/softdelete/internal/rawcheck"
)

func newCheck() *rawcheck.Check {
	markers := map[string]string{"posts": "deleted_at", "users": "deleted_at"}
	return rawcheck.New("postgres", func() (map[string]string, int64) { return markers, 1 }, nil)
}

// TestBounded keeps no more texts than it may, and tells the same of each.
func TestBounded(t *testing.T) {
	t.Parallel()
	c := newCheck()
	for i := range 20_000 {
		sql := "SELECT * FROM posts WHERE id = 1" + strings.Repeat(" ", i%9000)
		assert.Len(t, c.Text(sql).Unmarked, 1)
	}
	kept, bytes := rawcheck.Kept(c)
	assert.LessOrEqual(t, kept, rawcheck.MostTexts)
	assert.LessOrEqual(t, bytes, rawcheck.MostBytes)
	for i := range 200 { // lists of values, each of another length
		assert.Len(t, c.Text("SELECT * FROM posts WHERE id IN ("+strings.Repeat("?,", 25_000+i)+"?)").Unmarked, 1)
		_, bytes = rawcheck.Kept(c)
		assert.LessOrEqual(t, bytes, rawcheck.MostBytes)
	}
	long := "SELECT * FROM posts WHERE id IN (" + strings.Repeat("1,", 100_000) + "1)"
	before, _ := rawcheck.Kept(c)
	assert.Len(t, c.Text(long).Unmarked, 1)
	after, _ := rawcheck.Kept(c)
	assert.Equal(t, before, after, "a long text is not kept")
}

// TestNames has a table found by the name that is written, rather than by that of another schema.
func TestNames(t *testing.T) {
	t.Parallel()
	for range 20 { // maps have no order
		markers := map[string]string{"posts": "gone", "blog.posts": "deleted_at", "archive.posts": "archived_at"}
		c := rawcheck.New("postgres", func() (map[string]string, int64) { return markers, 1 }, nil)
		for sql, want := range map[string]string{
			"SELECT * FROM posts WHERE deleted_at IS NULL": "posts",
			"SELECT * FROM blog.posts WHERE gone":          "blog.posts",
			"SELECT * FROM archive.posts":                  "archive.posts",
			"SELECT * FROM public.posts":                   "posts",
		} {
			if found := c.Text(sql).Unmarked; assert.Len(t, found, 1, sql) {
				assert.Equal(t, want, found[0].Name, sql)
			}
		}
		assert.Empty(t, c.Text("SELECT * FROM posts WHERE gone").Unmarked)
		assert.Empty(t, c.Text("SELECT * FROM blog.posts WHERE deleted_at IS NULL").Unmarked)
	}
}

// BenchmarkSeen is the look at a text that was seen before.
func BenchmarkSeen(b *testing.B) {
	c := newCheck()
	const sql = "SELECT p.id, u.email FROM posts p JOIN users u ON u.id = p.user_id WHERE p.deleted_at IS NULL AND u.deleted_at IS NULL AND p.id = $1"
	b.Run("seen", func(b *testing.B) {
		for b.Loop() {
			c.Text(sql)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c.Text(sql)
			}
		})
	})
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			rawcheck.Migrators{}.Here()
		}
	})
}
