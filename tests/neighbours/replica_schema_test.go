package neighbours_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	replicaMember struct {
		ID        uint
		Email     string `gorm:"size:100;uniqueIndex"`
		Login     string `gorm:"size:100;unique"`
		DeletedAt gorm.DeletedAt
		Fees      []replicaFee `gorm:"foreignKey:MemberID;constraint:OnDelete:CASCADE" softdelete:"none"`
	}
	replicaFee struct {
		ID       uint
		MemberID uint
	}
	// replicaMemberNow is the same table, as it is to be.
	replicaMemberNow struct {
		ID        uint
		Email     string `gorm:"size:100" softdelete:"unique"`
		Login     string `gorm:"size:100" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
)

func (replicaMember) TableName() string    { return "replica_members" }
func (replicaMemberNow) TableName() string { return "replica_members" }

// migrated is a handle on a primary whose schema is old, with a replica that has no
// tables at all yet.
func migrated(t *testing.T, database string, r routing, options *gorm.Config) (plain *gorm.DB, re *resolved) {
	t.Helper()
	primary := &shelf{open: testdb.OpenerFor(t, database)}
	replica := &shelf{open: testdb.OpenerFor(t, database)}
	primary.plain, replica.plain = primary.open(t), replica.open(t)
	require.NoError(t, primary.plain.AutoMigrate(&replicaMember{}, &replicaFee{}))
	require.NoError(t, primary.plain.Create(&replicaMember{ID: 1, Email: "e", Login: "l", Fees: []replicaFee{{ID: 1}, {ID: 2}}}).Error)
	return primary.plain, resolve(t, r, primary, replica, softdelete.Config{}, options, false)
}

type (
	replicaCode struct {
		ID        uint
		Code      string `gorm:"size:100"`
		DeletedAt gorm.DeletedAt
	}
	replicaCodeNow struct {
		ID        uint
		Code      string `gorm:"size:100" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
)

func (replicaCode) TableName() string    { return "replica_codes" }
func (replicaCodeNow) TableName() string { return "replica_codes" }

// TestClashBesideAResolver: the error of live rows that agree says so once, beside a resolver too.
func TestClashBesideAResolver(t *testing.T) {
	t.Parallel()
	for _, database := range testdb.Names() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			plain, re := migrated(t, database, global, &gorm.Config{})
			require.NoError(t, plain.AutoMigrate(&replicaCode{}))
			require.NoError(t, plain.Create(&[]replicaCode{{ID: 1, Code: "a"}, {ID: 2, Code: "a"}}).Error)
			err := softdelete.AutoMigrate(re.db, &replicaCodeNow{})
			var clash *softdelete.DuplicateError
			require.ErrorAs(t, err, &clash)
			require.Equal(t, clash.Error(), err.Error())
			require.Len(t, clash.Keys, 2)
		})
	}
}

// TestSchemaIsThePrimarys: what AutoMigrate and Doctor look at, and what they change.
func TestSchemaIsThePrimarys(t *testing.T) {
	t.Parallel()
	for _, database := range testdb.Names() {
		for _, routed := range []routing{global, byName} {
			for mode, options := range map[string]gorm.Config{"plain": {}, "prepared": {PrepareStmt: true}} {
				t.Run(database+"/"+routed.String()+"/"+mode, func(t *testing.T) {
					t.Parallel()
					plain, re := migrated(t, database, routed, &options)

					findings, err := softdelete.Doctor(re.db, &replicaMemberNow{}, &replicaLoan{})
					require.NoError(t, err)
					codes := map[string]int{}
					for _, f := range findings {
						codes[f.Code]++
					}
					require.Equal(t, 2, codes[softdelete.CodeUniqueHoldsTrash], "%v", codes)
					require.Equal(t, 1, codes[softdelete.CodeTableMissing], "the table of loans")
					require.False(t, plain.Migrator().HasTable(&replicaLoan{}), "a look makes nothing")

					require.NoError(t, softdelete.AutoMigrate(re.db, &replicaMemberNow{}, &replicaLoan{}))
					require.Empty(t, re.asked())
					var fees int64
					require.NoError(t, plain.Model(&replicaFee{}).Count(&fees).Error)
					require.EqualValues(t, 2, fees, "the rows of a table that is made anew keep what hangs on them")
					require.NoError(t, re.db.Delete(&replicaMemberNow{ID: 1}).Error)
					require.NoError(t, re.db.Create(&replicaMemberNow{ID: 2, Email: "e", Login: "l"}).Error, "the indexes are of live rows")

					findings, err = softdelete.Doctor(re.db, &replicaMemberNow{}, &replicaLoan{})
					require.NoError(t, err)
					require.Empty(t, findings)
					require.NoError(t, softdelete.AutoMigrate(re.db, &replicaMemberNow{}, &replicaLoan{}))
					require.Empty(t, re.asked())
					require.True(t, plain.Migrator().HasTable(&replicaLoan{}))
					if database == "sqlite" {
						var enforced bool
						require.NoError(t, plain.Raw("PRAGMA foreign_keys").Scan(&enforced).Error)
						require.True(t, enforced)
						err := plain.Create(&replicaFee{ID: 9, MemberID: 99}).Error
						require.ErrorContains(t, err, "FOREIGN KEY")
					}
				})
			}
		}
	}
}

// TestMigrationOnOneConnection: a pool of one has none to spare for a look beside.
func TestMigrationOnOneConnection(t *testing.T) {
	t.Parallel()
	for _, database := range testdb.Names() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			_, re := migrated(t, database, global, &gorm.Config{})
			pool, err := re.db.DB()
			require.NoError(t, err)
			pool.SetMaxOpenConns(1)
			require.NoError(t, softdelete.AutoMigrate(re.db, &replicaMemberNow{}))
			findings, err := softdelete.Doctor(re.db, &replicaMemberNow{})
			require.NoError(t, err)
			require.Empty(t, findings)
			if database == "sqlite" {
				var enforced bool
				require.NoError(t, re.db.Clauses(dbresolver.Write).Raw("PRAGMA foreign_keys").Scan(&enforced).Error)
				require.True(t, enforced)
			}
		})
	}
}

// TestMigrationThatFails leaves nothing of itself, and the connection as it was.
func TestMigrationThatFails(t *testing.T) {
	t.Parallel()
	plain, re := migrated(t, "sqlite", global, &gorm.Config{})
	pool, err := re.db.DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1)
	require.NoError(t, plain.Migrator().DropIndex(&replicaMember{}, "idx_replica_members_email"))
	require.NoError(t, plain.Create(&replicaMember{ID: 2, Email: "e", Login: "other"}).Error)
	var duplicates *softdelete.DuplicateError
	require.ErrorAs(t, softdelete.AutoMigrate(re.db, &replicaMemberNow{}), &duplicates)
	var enforced bool
	require.NoError(t, re.db.Clauses(dbresolver.Write).Raw("PRAGMA foreign_keys").Scan(&enforced).Error)
	require.True(t, enforced)
	require.NoError(t, plain.Create(&replicaFee{ID: 9, MemberID: 1}).Error, "nobody holds the lock")
}
