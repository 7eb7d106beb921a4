package doctor_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
)

type (
	meantParent struct {
		ID        uint
		Children  []meantChild `gorm:"foreignKey:ParentID" softdelete:"cascade,ignore:child-not-soft-deletable,ignore:columns-undeclared"`
		Others    []meantOther `gorm:"foreignKey:ParentID" softdelete:"cascade"`
		DeletedAt gorm.DeletedAt
	}
	meantChild struct {
		ID       uint
		ParentID uint
	}
	meantOther struct {
		ID       uint
		ParentID uint
	}
	meantUser struct {
		ID        uint
		Email     string         `gorm:"size:50;uniqueIndex" softdelete:"ignore:unique-holds-trash"`
		Login     string         `gorm:"size:50;uniqueIndex"`
		DeletedAt gorm.DeletedAt `softdelete:"ignore:marker-index-missing"`
	}
	meantAlike struct {
		ID        uint
		IsDeleted bool `softdelete:"ignore:marker-look-alike"`
	}
)

// TestDoctorIgnores says that a tag on the field which a finding is about keeps it away, and no other.
func TestDoctorIgnores(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := opened(t, open)
		models := []any{&meantParent{}, &meantChild{}, &meantOther{}, &meantUser{}, &meantAlike{}}
		require.NoError(t, db.AutoMigrate(models...))
		require.Equal(t, []string{
			"error unique-holds-trash meant_users", "warning child-not-soft-deletable meant_others", "warning marker-index-missing meant_parents",
		}, doctored.CodesOf(doctored.Doctored(t, db, models...)))
		require.Equal(t, []string{"login"}, doctored.FindingOf(t, doctored.Doctored(t, db, models...), softdelete.CodeUniqueHoldsTrash, "meant_users").Columns)
	})
}

// TestDoctorIgnoresNothingUnknown says that a code which no finding has is an error.
func TestDoctorIgnoresNothingUnknown(t *testing.T) {
	t.Parallel()
	type mistaken struct {
		ID        uint
		Email     string `softdelete:"ignore:unique-holds-trahs"`
		DeletedAt gorm.DeletedAt
	}
	db := opened(t, testdb.OpenerFor(t, "sqlite"))
	_, err := softdelete.Doctor(db, &mistaken{})
	var wrong *softdelete.ModelError
	require.ErrorAs(t, err, &wrong)
	require.ErrorContains(t, err, "unique-holds-trahs")
}

// TestDoctorCascadeThatIsAnswered says that the tag which a finding advises makes it go.
func TestDoctorCascadeThatIsAnswered(t *testing.T) {
	t.Parallel()
	type mPaper struct {
		ID        uint
		FolderID  uint
		DeletedAt gorm.DeletedAt
	}
	type mFolder struct {
		ID        uint
		DeletedAt gorm.DeletedAt
	}
	type mTold struct {
		ID        uint
		Papers    []mPaper `gorm:"foreignKey:FolderID" softdelete:"cascade"`
		DeletedAt gorm.DeletedAt
	}
	type mGuarded struct {
		ID        uint
		Papers    []mPaper `gorm:"foreignKey:FolderID" softdelete:"restrict"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		table := func(db *gorm.DB, model any) string {
			stmt := &gorm.Statement{DB: db}
			require.NoError(t, stmt.Parse(model))
			return stmt.Schema.Table
		}
		for severity, model := range map[string]any{softdelete.SeverityWarning: &mFolder{}, "": &mTold{}, softdelete.SeverityInfo: &mGuarded{}} {
			db := opened(t, open)
			require.NoError(t, db.Migrator().DropTable(&mPaper{}))
			require.NoError(t, softdelete.AutoMigrate(db, model, &mPaper{}))
			require.NoError(t, db.Migrator().DropTable(&mPaper{}))
			key := map[string]string{"sqlite": "integer PRIMARY KEY", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[db.Name()]
			parent := map[string]string{"sqlite": "integer", "postgres": "bigint", "mysql": "bigint unsigned"}[db.Name()]
			require.NoError(t, db.Exec("CREATE TABLE m_papers (id "+key+", folder_id "+parent+", deleted_at timestamp NULL, FOREIGN KEY (folder_id) REFERENCES "+
				table(db, model)+" (id) ON DELETE CASCADE)").Error)
			db = opened(t, open)
			got := ""
			for _, f := range doctored.Doctored(t, db, model, &mPaper{}) {
				if f.Code == softdelete.CodeCascadeUndeclared {
					got = f.Severity
				}
			}
			if _, isTold := model.(*mTold); !isTold {
				require.Equal(t, severity, got, "%T", model)
			} else {
				require.Empty(t, got)
			}
		}
	})
}

// TestFormatFindings says that findings are printed by table, the worst first.
func TestFormatFindings(t *testing.T) {
	t.Parallel()
	findings := []softdelete.Finding{
		{Code: "index-holds-trash", Severity: softdelete.SeverityInfo, Table: "users", Model: "User", Message: "full", Remedy: "DROP INDEX a;\nCREATE INDEX a ON users (b);"},
		{Code: "cascade-inexact", Severity: softdelete.SeverityWarning, Table: "posts", Model: "Post", Message: "coarse"},
		{Code: "unique-holds-trash", Severity: softdelete.SeverityError, Table: "users", Model: "User", Message: "taken", Tag: `softdelete:"unique"`},
	}
	var b bytes.Buffer
	require.NoError(t, softdelete.FormatFindings(&b, findings))
	require.Equal(t, strings.Join([]string{
		"users (User)",
		"  error unique-holds-trash",
		"    taken",
		`      softdelete:"unique"`,
		"  info index-holds-trash",
		"    full",
		"      DROP INDEX a;",
		"      CREATE INDEX a ON users (b);",
		"",
		"posts (Post)",
		"  warning cascade-inexact",
		"    coarse",
		"",
		"3 findings: 1 error, 1 warning, 1 info",
		"",
	}, "\n"), b.String())
	require.Equal(t, "index-holds-trash", findings[0].Code, "what was given stays as it is")

	b.Reset()
	require.NoError(t, softdelete.FormatFindings(&b, nil))
	require.Equal(t, "no findings\n", b.String())
	require.ErrorIs(t, softdelete.FormatFindings(broken{}, findings), errBroken)
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
