package setup_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// startShop has, as an application has, models with a marker and without.
type startShop struct {
	ID      uint
	Name    string
	Orders  []startOrder  `gorm:"foreignKey:ShopID;constraint:OnDelete:CASCADE"`
	Clerks  []startClerk  `gorm:"foreignKey:ShopID;constraint:OnDelete:SET NULL"`
	Visits  []startVisit  `gorm:"foreignKey:ShopID;constraint:OnDelete:CASCADE"`
	Seals   []startSeal   `gorm:"foreignKey:ShopID" softdelete:"restrict"`
	Letters []startLetter `gorm:"foreignKey:ShopID" softdelete:"cascade,hooks"`
	Notes   []startNote   `gorm:"foreignKey:ShopID"`
	Tags    []startTag    `gorm:"many2many:start_taggings;joinForeignKey:ShopID;joinReferences:TagID;constraint:OnDelete:CASCADE"`
	softdelete.Timestamp
}

type startOrder struct {
	ID     uint
	ShopID uint
	Lines  []startLine `gorm:"foreignKey:OrderID" softdelete:"none"`
	softdelete.Timestamp
}

type startLine struct {
	ID      uint
	OrderID uint
	softdelete.Timestamp
}

type startClerk struct {
	ID     uint
	ShopID *uint
	BossID *uint
	Boss   *startClerk `gorm:"constraint:OnDelete:RESTRICT"`
	softdelete.Timestamp
}

type startVisit struct {
	ID     uint
	ShopID uint
	At     time.Time
}

type startSeal struct {
	ID     uint
	ShopID uint
	softdelete.Timestamp
}

type startLetter struct {
	ID     uint
	ShopID uint
	softdelete.Timestamp
}

func (*startLetter) BeforeDelete(*gorm.DB) error { return nil }

type startNote struct {
	ID     uint
	ShopID uint
	softdelete.Timestamp
}

type startTag struct {
	ID   uint
	Name string
}

type startTagging struct {
	ShopID uint `gorm:"primaryKey"`
	TagID  uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

func startModels() []any {
	return []any{
		&startVisit{}, &startShop{}, &startOrder{}, &startLine{}, &startClerk{}, &startSeal{}, &startLetter{}, &startNote{}, &startTag{}, &startTagging{},
	}
}

func TestConfigTakesAllModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: startModels()})))
		for model, want := range map[any]bool{&startShop{}: true, &startTagging{}: true, &startVisit{}: false, &startTag{}: false} {
			enabled, err := softdelete.Enabled(db, model)
			require.NoError(t, err)
			require.Equal(t, want, enabled, "%T", model)
		}
		// All that works on what is registered passes those without a marker by.
		require.NoError(t, softdelete.AutoMigrate(db, startModels()...))
		require.NoError(t, db.Create(&startShop{ID: 1, Tags: []startTag{{ID: 1}}}).Error)
		require.NoError(t, db.Create(&startVisit{ID: 1, ShopID: 1, At: time.Now()}).Error)
		require.NoError(t, db.Delete(&startVisit{ID: 1}).Error)
		require.NoError(t, db.Delete(&startShop{ID: 1}).Error)
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		stats, err := trash.Stats(t.Context())
		require.NoError(t, err)
		require.Len(t, stats, 8)
		n, err := trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, n, "the shop, and its tagging")
		require.ErrorIs(t, softdelete.Restore(db, &startVisit{}, 1).Error, softdelete.ErrNotSoftDeletable)
		findings, err := softdelete.Doctor(db)
		require.NoError(t, err)
		for _, f := range findings {
			require.NotEqual(t, softdelete.SeverityError, f.Severity, "%+v", f)
		}
	})
}

type lookAlikeTime struct {
	ID        uint
	DeletedAt *time.Time
}

type lookAlikeValue struct {
	ID        uint
	DeletedAt time.Time
}

type lookAlikeNull struct {
	ID        uint
	DeletedAt sql.NullTime
}

type lookAlikeColumn struct {
	ID   uint
	Gone *time.Time `gorm:"column:deleted_at"`
}

type LookAlikeBase struct{ DeletedAt *time.Time }

type lookAlikeEmbedded struct {
	ID uint
	LookAlikeBase
}

type lookAlikeUnix struct {
	ID        uint
	DeletedAt int64
}

type lookAlikeFlag struct {
	ID        uint
	IsDeleted bool
}

// markedBesides has a marker, and a column that looks like one.
type markedBesides struct {
	ID        uint
	DeletedAt gorm.DeletedAt
	Deleted   bool
}

// ignored is no column.
type ignored struct {
	ID        uint
	DeletedAt *time.Time `gorm:"-"`
}

func TestConfigRefusesLookAlikes(t *testing.T) {
	t.Parallel()
	for model, says := range map[any]string{
		&lookAlikeTime{}: "gorm.DeletedAt", &lookAlikeValue{}: "gorm.DeletedAt", &lookAlikeNull{}: "gorm.DeletedAt", &lookAlikeColumn{}: "gorm.DeletedAt", &lookAlikeEmbedded{}: "gorm.DeletedAt",
		&lookAlikeUnix{}: "soft_delete.DeletedAt", &lookAlikeFlag{}: "softdelete.Flag",
	} {
		db := testdb.Open(t, "sqlite")
		err := db.Use(softdelete.New(softdelete.Config{Models: []any{&startShop{}, model}}))
		require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable, "%T", model)
		require.ErrorContains(t, err, "make it a "+says, "%T", model)
		require.ErrorIs(t, db.Scopes(softdelete.WithTrashed).Find(&[]startShop{}).Error, softdelete.ErrNotInstalled)
	}
	require.NoError(t, testdb.Open(t, "sqlite").Use(softdelete.New(softdelete.Config{Models: []any{&markedBesides{}, &ignored{}}})))
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	lines := func(config softdelete.Config) []string {
		plugin := softdelete.New(config)
		require.Empty(t, plugin.Policies(), "before Use")
		require.NoError(t, testdb.Open(t, "sqlite").Use(plugin))
		var lines []string
		for _, p := range plugin.Policies() {
			lines = append(lines, p.String())
		}
		return lines
	}
	all := []string{
		"startClerk → startClerk (startClerk.Boss): restrict, by constraint:OnDelete:RESTRICT",
		`startOrder → startLine (Lines): none, by softdelete:"none"`,
		"startShop → startClerk (Clerks): none, by constraint:OnDelete:SET NULL",
		`startShop → startLetter (Letters): cascade, by softdelete:"cascade,hooks"`,
		"startShop → startOrder (Orders): cascade, by constraint:OnDelete:CASCADE",
		`startShop → startSeal (Seals): restrict, by softdelete:"restrict"`,
		"startShop → startTagging (Tags): cascade, by constraint:OnDelete:CASCADE",
		"startShop → startVisit (Visits): cascade, by constraint:OnDelete:CASCADE; it has no marker, and goes along only with what is removed for good",
		"startTag → startTagging (startShop.Tags): cascade, by constraint:OnDelete:CASCADE",
	}
	require.Equal(t, all, lines(softdelete.Config{Models: startModels()}))
	require.Equal(t, []string{all[1], all[3], all[5]}, lines(softdelete.Config{Models: startModels(), IgnoreConstraints: true}))
	require.Empty(t, lines(softdelete.Config{Models: []any{&startNote{}, &startTag{}}}))

	plugin := softdelete.New(softdelete.Config{Models: []any{&startShop{}}})
	require.NoError(t, testdb.Open(t, "sqlite").Use(plugin))
	require.Contains(t, plugin.Policies(), softdelete.Policy{
		Parent: "startShop", Relation: "Orders", Child: "startOrder", Action: softdelete.PolicyCascade, Source: "constraint:OnDelete:CASCADE",
	})
	require.Contains(t, plugin.Policies(), softdelete.Policy{
		Parent: "startShop", Relation: "Letters", Child: "startLetter", Action: softdelete.PolicyCascade, Source: `softdelete:"cascade,hooks"`, Hooks: true,
	})
	require.Contains(t, plugin.Policies(), softdelete.Policy{
		Parent: "startShop", Relation: "Tags", Child: "start_taggings", Action: softdelete.PolicyCascade, Source: "constraint:OnDelete:CASCADE", Kept: true,
	}, "a join table that nobody has registered")
}

// A dialector of another name is one of another database, whatever it is made of.
type named struct {
	gorm.Dialector
	name string
}

func (d named) Name() string { return d.name }

func TestUnsupportedDatabases(t *testing.T) {
	t.Parallel()
	quiet := func() *gorm.Config {
		return &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true, DryRun: true}
	}
	for _, name := range []string{"sqlserver", "oracle", "clickhouse", "gaussdb", "my_own", "Postgres", ""} {
		db, err := gorm.Open(named{testdb.SQLite(":memory:"), name}, quiet())
		require.NoError(t, err)
		err = db.Use(softdelete.New(softdelete.Config{Models: startModels()}))
		require.ErrorIs(t, err, softdelete.ErrUnsupportedDatabase, name)
		require.ErrorContains(t, err, `"`+name+`"`)
		require.ErrorContains(t, err, "known are mysql, postgres, sqlite")
		require.ErrorIs(t, db.Scopes(softdelete.WithTrashed).Find(&[]startShop{}).Error, softdelete.ErrNotInstalled)
	}
	none, err := gorm.Open(nil, quiet())
	require.NoError(t, err)
	require.ErrorIs(t, none.Use(softdelete.New()), softdelete.ErrUnsupportedDatabase)

	// Those that are, by their own drivers, need no server for it.
	for _, dialector := range []gorm.Dialector{
		testdb.SQLite(":memory:"), postgres.New(postgres.Config{Conn: &sql.DB{}}), mysql.New(mysql.Config{Conn: &sql.DB{}, SkipInitializeWithVersion: true}),
	} {
		db, err := gorm.Open(dialector, quiet())
		require.NoError(t, err)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: startModels()})), db.Name())
	}
}
