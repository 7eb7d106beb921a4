package doctor_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
)

// statementLog keeps the statements that a handle runs.
type statementLog struct {
	logger.Interface

	mu   sync.Mutex
	list []string
}

func (l *statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l *statementLog) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	sql, _ := fc()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, sql)
}

func logged(db *gorm.DB) (*gorm.DB, *statementLog) {
	l := &statementLog{Interface: logger.Discard}
	return db.Session(&gorm.Session{Logger: l}), l
}

// Models of each kind of marker, with all that AutoMigrate does for them.
type healthyHome struct {
	ID      uint
	Street  string        `gorm:"size:100" softdelete:"unique:home_place"`
	Number  int           `softdelete:"unique:home_place"`
	Town    string        `gorm:"size:100" softdelete:"index"`
	Pets    []healthyPet  `gorm:"foreignKey:HomeID" softdelete:"cascade"`
	Bowls   []healthyBowl `gorm:"foreignKey:HomeID"`
	Animals []healthyPet  `gorm:"many2many:healthy_stays"`
	softdelete.Tracked
}

type healthyPet struct {
	ID     uint
	HomeID uint   `softdelete:"index"`
	Chip   string `gorm:"size:100" softdelete:"unique"`
	softdelete.Tracked
}

type healthyStay struct {
	HealthyHomeID uint `gorm:"primaryKey"`
	HealthyPetID  uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

type healthyBowl struct {
	ID      uint
	HomeID  uint
	Name    string                `gorm:"size:100" softdelete:"unique"`
	Removed soft_delete.DeletedAt `gorm:"softDelete:milli"`
}

type healthyFlag struct {
	ID   uint
	Name string `gorm:"size:100" softdelete:"unique"`
	softdelete.Flagged
	At *time.Time `softdelete:"at"`
}

type healthyBare struct {
	ID uint
	softdelete.Flagged
}

func healthyModels() []any {
	return []any{&healthyStay{}, &healthyHome{}, &healthyPet{}, &healthyBowl{}, &healthyFlag{}, &healthyBare{}}
}

func TestDoctorAgreesWithAutoMigrate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: healthyModels()})))
		// GORM makes the join table as it thinks of it, unless the model comes alone.
		require.NoError(t, softdelete.AutoMigrate(db, &healthyStay{}))
		require.NoError(t, softdelete.AutoMigrate(db))
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db)))
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, healthyModels()...)))

		require.NoError(t, db.Migrator().DropTable("healthy_bares"))
		require.Equal(t, []string{"error table-missing healthy_bares"}, doctored.CodesOf(doctored.Doctored(t, db)))
		doctored.Cure(t, db, doctored.Doctored(t, db)...)
		require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db)))
	})
}

func TestDoctorErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		_, err := softdelete.Doctor(nil)
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		_, err = softdelete.Doctor(open(t), &healthyPet{})
		require.ErrorIs(t, err, softdelete.ErrNotInstalled)

		plain := open(t)
		require.NoError(t, plain.Use(softdelete.New()))
		db, seen := logged(plain)
		_, err = softdelete.Doctor(db)
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		require.ErrorContains(t, err, "Config.Models")
		_, err = softdelete.Doctor(db, 1)
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = softdelete.Doctor(db, nil)
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		type wrong struct {
			ID        uint
			DeletedAt gorm.DeletedAt
			Gone      softdelete.Flag
		}
		var modelError *softdelete.ModelError
		_, err = softdelete.Doctor(db, &wrong{})
		require.ErrorAs(t, err, &modelError)
		_, err = softdelete.Doctor(db.Session(&gorm.Session{DryRun: true}), &healthyPet{})
		require.ErrorIs(t, err, gorm.ErrDryRunModeUnsupported)
		require.Empty(t, seen.list)

		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err = softdelete.Doctor(db.WithContext(ctx), &healthyPet{})
		require.ErrorIs(t, err, context.Canceled)
	})
}

// It only reads, also in a transaction of the caller's, which goes on after it.
func TestDoctorOnlyReads(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, seen := logged(openClinic(t, open))
		seen.list = nil
		require.NotEmpty(t, doctored.Doctored(t, db, sickModels()...))
		require.NotEmpty(t, seen.list)
		for _, sql := range seen.list {
			require.True(t, strings.HasPrefix(strings.ToUpper(strings.TrimSpace(sql)), "SELECT"), sql)
		}
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
			require.NotEmpty(t, doctored.Doctored(t, tx, sickModels()...))
			return tx.Create(&madeKey{Door: "back"}).Error
		}))
	})
}

func TestDoctorSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, healthyModels()...))
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() {
				_, err := softdelete.Doctor(db, append(healthyModels(), &sickNurse{})...)
				errs <- err
			}()
		}
		for range cap(errs) {
			require.NoError(t, <-errs)
		}
	})
}

// manyTables names the tables of types without a name, one after the other.
type manyTables struct {
	schema.NamingStrategy

	next *int
}

func (n manyTables) TableName(name string) string {
	if name != "" {
		return n.NamingStrategy.TableName(name)
	}
	*n.next++
	return fmt.Sprintf("many_%03d", *n.next)
}

// openMany makes tables that have each an index that trashed rows fill, with rows.
func openMany(tb testing.TB, open testdb.Opener, tables, rows int) (*gorm.DB, []any) {
	tb.Helper()
	db := open(tb, &gorm.Config{NamingStrategy: manyTables{next: new(int)}, Logger: logger.Discard})
	require.NoError(tb, db.Use(softdelete.New()))
	models := make([]any, tables)
	for i := range models {
		text := reflect.TypeFor[string]()
		models[i] = reflect.New(reflect.StructOf([]reflect.StructField{
			{Name: "ID", Type: reflect.TypeFor[uint]()},
			{Name: "Name", Type: text, Tag: `gorm:"size:50;index"`},
			{Name: "Email", Type: text, Tag: `gorm:"size:50;unique"`},
			{Name: "DeletedAt", Type: reflect.TypeFor[gorm.DeletedAt](), Tag: `gorm:"index"`},
			{Name: fmt.Sprintf("Other%03d", i), Type: text},
		})).Interface()
	}
	require.NoError(tb, db.AutoMigrate(models...))
	for i := range models {
		list := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(models[i]).Elem()), rows, rows)
		for n := range rows {
			list.Index(n).FieldByName("Email").SetString(fmt.Sprint(n))
			if n%4 > 0 {
				list.Index(n).FieldByName("DeletedAt").Set(reflect.ValueOf(gorm.DeletedAt{Time: time.Unix(int64(n), 0), Valid: true}))
			}
		}
		all := reflect.New(list.Type())
		all.Elem().Set(list)
		require.NoError(tb, db.CreateInBatches(all.Interface(), 500).Error)
	}
	return db, models
}

// The number of statements does not depend on that of tables.
func TestDoctorStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, models := openMany(t, open, 40, 20)
		db, seen := logged(db)
		few, err := softdelete.Doctor(db, models[:2]...)
		require.NoError(t, err)
		n := len(seen.list)
		require.Positive(t, n)
		require.LessOrEqual(t, n, 6)

		seen.list = nil
		many, err := softdelete.Doctor(db, models...)
		require.NoError(t, err)
		require.Len(t, seen.list, n)
		require.Len(t, many, 20*len(few))
		for _, f := range many {
			if f.Code == softdelete.CodeIndexHoldsTrash {
				require.Equal(t, softdelete.SeverityWarning, f.Severity)
				require.Contains(t, f.Message, "75 % of 20 rows")
			}
		}
	})
}

// BenchmarkDoctor looks at 200 tables of 2000 rows each.
func BenchmarkDoctor(b *testing.B) {
	for _, name := range testdb.Names() {
		b.Run(name, func(b *testing.B) {
			db, models := openMany(b, testdb.OpenerFor(b, name), 200, 2000)
			for b.Loop() {
				findings, err := softdelete.Doctor(db, models...)
				require.NoError(b, err)
				require.NotEmpty(b, findings)
			}
		})
	}
}
