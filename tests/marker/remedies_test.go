package marker_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// cure runs remedies, a statement at a time.
func cure(t *testing.T, db *gorm.DB, findings []softdelete.Finding) {
	t.Helper()
	for _, finding := range findings {
		for statement := range strings.SplitSeq(finding.Remedy, ";\n") {
			if statement = strings.TrimSpace(statement); statement != "" {
				require.NoError(t, db.Exec(statement).Error, statement)
			}
		}
	}
}

func inexact(t *testing.T, db *gorm.DB, code string) []softdelete.Finding {
	t.Helper()
	findings, err := softdelete.Doctor(db)
	require.NoError(t, err)
	for _, finding := range findings {
		require.Equal(t, code, finding.Code, finding.String())
	}
	return findings
}

type (
	wholeMark struct {
		DeletedAt gorm.DeletedAt `gorm:"type:DATETIME NULL;default:NULL"`
	}
	fineMark struct {
		DeletedAt gorm.DeletedAt `gorm:"type:DATETIME(3) NULL;default:NULL"`
	}
	commentedMark struct {
		DeletedAt gorm.DeletedAt `gorm:"precision:6;default:NULL;comment:it's NULL"`
	}
	trackedWholeMark struct {
		DeletedAt  gorm.DeletedAt        `gorm:"type:DATETIME NULL;default:NULL"`
		DeletionID softdelete.DeletionID `softdelete:"deletionID"`
	}
)

// The remedy for whole seconds that the model or the driver asks for is a deletion id: it is SQL, Doctor says what to change in
// Go, and with that the cascade is exact. The other way is a finer model, of which Doctor then says what the table needs.
func TestRemedyForWholeSeconds(t *testing.T) {
	t.Parallel()
	for name, driver := range map[string]func(*mysql.Config){"tag": nil, "driver": wholeSeconds} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, "mariadb")
			now := moment()
			k := keptBy[wholeMark]("mariadb", "", 0)
			k.driver = driver
			if driver != nil {
				k.form = formOf[plainTime]("")
			}
			db := plugged(t, k.open(t, open, &now), k.box(0), k.ball(0, 0))
			require.NoError(t, softdelete.AutoMigrate(db, k.box(0), k.ball(0, 0)))
			require.NoError(t, db.Create(k.box(1, 1, 2)).Error)
			findings := inexact(t, db, softdelete.CodeCascadeInexact)
			require.Len(t, findings, 1)
			require.Contains(t, findings[0].Message, "keeps whole seconds (to GORM its column is a ", "what is to change in Go")
			require.Contains(t, findings[0].Message, "DisableDatetimePrecision")
			cure(t, db, findings)
			require.NoError(t, db.Delete(k.box(1)).Error)
			again := inexact(t, db, softdelete.CodeColumnsUndeclared)
			require.Len(t, again, 1, "the models still say whole seconds")
			require.Empty(t, again[0].Remedy)
			require.ErrorIs(t, softdelete.Restore(db, k.box(1)).Error, softdelete.ErrAmbiguous)

			// As the finding says: with the field.
			tracked := formOf[trackedWholeMark]("")
			db = plugged(t, k.open(t, open, &now), tracked.box(0), tracked.ball(0, 0))
			require.Empty(t, inexact(t, db, softdelete.CodeCascadeInexact))
			require.NoError(t, db.Create(tracked.box(2, 3, 4)).Error)
			require.NoError(t, db.Delete(tracked.ball(3, 2)).Error)
			require.NoError(t, db.Delete(tracked.box(2)).Error)
			require.NoError(t, softdelete.Restore(db, tracked.box(2)).Error)
			require.Equal(t, []uint{4}, live(t, db, tracked.ball(0, 0)))

			// Or with a finer type.
			fine := formOf[fineMark]("")
			db = plugged(t, k.open(t, open, &now), fine.box(0), fine.ball(0, 0))
			findings = inexact(t, db, softdelete.CodeCascadeInexact)
			require.Len(t, findings, 1)
			require.Contains(t, findings[0].Remedy, "DATETIME(3) NULL DEFAULT NULL;")
			cure(t, db, findings)
			require.Empty(t, inexact(t, db, softdelete.CodeCascadeInexact))
			require.NoError(t, db.Create(fine.box(5, 6, 7)).Error)
			require.NoError(t, db.Delete(fine.ball(6, 5)).Error)
			require.NoError(t, db.Delete(fine.box(5)).Error)
			require.NoError(t, softdelete.Restore(db, fine.box(5)).Error)
			require.Equal(t, []uint{4, 7}, live(t, db, fine.ball(0, 0)))
		})
	}
}

// A column that is coarser than its model, as another tool has made it, is found, whatever stands beside the type.
func TestRemedyForACoarserColumn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		f := formOf[commentedMark]("")
		db := plugged(t, open(t), f.box(0), f.ball(0, 0))
		require.NoError(t, softdelete.AutoMigrate(db, f.box(0), f.ball(0, 0)))
		require.Empty(t, inexact(t, db, softdelete.CodeCascadeInexact))
		coarser := map[string]string{
			"mysql":    "MODIFY COLUMN deleted_at datetime",
			"postgres": "ALTER COLUMN deleted_at TYPE timestamp(0) with time zone",
		}[db.Name()]
		if coarser == "" {
			return // SQLite keeps all
		}
		for _, table := range []string{"boxes", "balls"} {
			require.NoError(t, db.Exec("ALTER TABLE "+table+" "+coarser).Error)
		}
		findings := inexact(t, db, softdelete.CodeCascadeInexact)
		require.Len(t, findings, 1)
		cure(t, db, findings)
		require.Empty(t, inexact(t, db, softdelete.CodeCascadeInexact))
	})
}
