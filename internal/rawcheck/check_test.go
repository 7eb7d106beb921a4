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
	assert.LessOrEqual(t, rawcheck.Kept(c), rawcheck.MostTexts)
	long := "SELECT * FROM posts WHERE id IN (" + strings.Repeat("1,", 100_000) + "1)"
	before := rawcheck.Kept(c)
	assert.Len(t, c.Text(long).Unmarked, 1)
	assert.Equal(t, before, rawcheck.Kept(c), "a long text is not kept")
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
