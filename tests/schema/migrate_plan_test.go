package schema_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

// indexesUsed returns how the database runs a statement, as text.
func indexesUsed(t *testing.T, db *gorm.DB, run func(tx *gorm.DB) *gorm.DB) string {
	t.Helper()
	sql := strings.ReplaceAll(db.ToSQL(run), "  ", " ")
	var plan []string
	require.NoError(t, db.Connection(func(conn *gorm.DB) error {
		explain, asked := "EXPLAIN ", sql
		switch db.Name() {
		case "sqlite":
			explain, asked = "EXPLAIN QUERY PLAN ", strings.ReplaceAll(sql, `"`, "'") // not each SQLite takes a text in double quotes
		case "postgres":
			// The tables are small: any plan would do.
			if err := conn.Exec("SET enable_seqscan = off").Error; err != nil {
				return err
			}
			defer conn.Exec("RESET enable_seqscan")
		case "mysql":
			if wait := database.SchemaOf(db).StatsWait; wait != "" {
				if err := conn.Exec(wait).Error; err != nil {
					return err
				}
			}
		}
		if db.Name() == "sqlite" {
			var steps []struct{ Detail string }
			err := conn.Raw(explain + asked).Scan(&steps).Error
			for _, step := range steps {
				plan = append(plan, step.Detail)
			}
			return err
		}
		rows := []map[string]any{}
		if err := conn.Raw(explain + asked).Scan(&rows).Error; err != nil {
			return err
		}
		for _, row := range rows {
			switch {
			case database.IsTiDB(db):
				plan = append(plan, fmt.Sprintf("%s %s %s", row["id"], row["access object"], row["operator info"]))
			case db.Name() == "mysql":
				plan = append(plan, fmt.Sprintf("%s %s", row["type"], row["key"]))
			default:
				plan = append(plan, fmt.Sprint(row["QUERY PLAN"]))
			}
		}
		return nil
	}))
	return sql + "\n" + strings.Join(plan, "\n")
}

// TestIndexesAreUsed says that the database takes the indexes for what they are there for, whatever the marker.
func TestIndexesAreUsed(t *testing.T) {
	t.Parallel()
	for name, kind := range memberKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				require.NoError(t, softdelete.AutoMigrate(db, kind.model))
				rows := database.SchemaOf(db).Planned
				members := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(kind.model)), 0, rows)
				for i := range rows {
					text := fmt.Sprint(i)
					member := kind.of(MemberColumns{Tenant: "a", Login: text, Email: &text, TeamID: i % (rows / 10)})
					members = reflect.Append(members, reflect.ValueOf(member))
				}
				require.NoError(t, db.CreateInBatches(members.Interface(), 100).Error)
				require.NoError(t, db.Delete(members.Slice(0, rows/10).Interface()).Error)
				switch db.Name() {
				case "mysql":
					require.NoError(t, db.Exec("ANALYZE TABLE members").Error)
				default:
					require.NoError(t, db.Exec("ANALYZE").Error)
				}
				byTime := "idx_members_" + kind.mysqlTime[len(kind.mysqlTime)-1]
				if name == "milliseconds" {
					byTime = "idx_members_deleted_at"
				}
				find := func(tx *gorm.DB) *gorm.DB { return tx.Find(&[]map[string]any{}) }
				for index, query := range map[string]func(tx *gorm.DB) *gorm.DB{
					"idx_members_team_id": func(tx *gorm.DB) *gorm.DB { return find(tx.Model(kind.model).Where("team_id = ?", 3)) },
					"idx_members_email":   func(tx *gorm.DB) *gorm.DB { return find(tx.Model(kind.model).Where("email = ?", "250")) },
					"members_login": func(tx *gorm.DB) *gorm.DB {
						return find(tx.Model(kind.model).Where("tenant = ? AND login = ?", "a", "250"))
					},
					byTime: func(tx *gorm.DB) *gorm.DB {
						tx = tx.Model(kind.model).Scopes(softdelete.OnlyTrashed).Select("id")
						if name != "Flag" { // in which there is no time
							tx = tx.Order(strings.Join(kind.time, ", ")).Limit(2)
						}
						return find(tx)
					},
				} {
					if database.SchemaOf(db).Weighed && (index == byTime || name == "pointer" || name == "*Flag") {
						continue
					}
					if name == "Flag" && index == byTime && !database.FlavourOf(db).Partial {
						index = "(is_deleted, " // of the indexes that begin with the marker any will do
					}
					require.Contains(t, indexesUsed(t, db, query), index)
				}
			})
		})
	}
}
