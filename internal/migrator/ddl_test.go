package migrator

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// badge is a model whose index is named as a constraint of its table.
type badge struct {
	ID        uint
	Code      string `softdelete:"unique:badges_code"`
	DeletedAt gorm.DeletedAt
}

// TestConstraintOfTheSameName says that the statements which replace a constraint by an index of its name leave all as it
// was when they are run again, line by line, and when the rows refuse the index.
func TestConstraintOfTheSameName(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string]string{"of all rows": "code", "that lets live rows agree": "code, deleted_at"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := testdb.OpenerFor(t, "postgres")(t)
			require.NoError(t, db.Exec("CREATE TABLE badges (id bigserial PRIMARY KEY, code text, deleted_at timestamptz, "+
				"CONSTRAINT badges_code UNIQUE ("+columns+"))").Error)
			d := dialect.Of(db)
			s, err := model.Parse(db, &badge{})
			require.NoError(t, err)
			m, err := model.Describe(db, d, s)
			require.NoError(t, err)
			look := func() *catalogue.Table {
				found, err := catalogue.Tables(db, d, []string{"badges"})
				require.NoError(t, err)
				return found["badges"]
			}
			before := look()
			c := &Change{Model: m, Table: before, Want: m.Define(&m.Indexes[0], d), Create: true, Drop: []catalogue.Index{*before.Index("badges_code")}}
			list := DDL{DB: db, Dialect: d}.Statements(c)
			probed := columns != "code"
			require.Equal(t, probed, strings.Contains(list[0], "badges_code_new"), list)
			if probed { // Somebody who stops at the first error has lost nothing.
				require.NoError(t, db.Exec("INSERT INTO badges (code) VALUES ('a'), ('a')").Error)
				require.Error(t, db.Exec(list[0]).Error)
				require.Equal(t, before, look())
				require.NoError(t, db.Exec("DELETE FROM badges").Error)
			}
			for _, sql := range list {
				require.NoError(t, db.Exec(sql).Error, sql)
			}
			after := look()
			require.Nil(t, ChangeTo(m, c.Want, &m.Indexes[0], after, d))
			require.Len(t, after.Indexes, 2)
			for _, sql := range list {
				_ = db.Exec(sql) // those that fail do nothing
			}
			require.Equal(t, after, look())
		})
	}
}
