package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// aWord is unique by a text that the database does not compare by its letters alone.
type aWord struct {
	ID    uint
	Word  string `gorm:"size:60;uniqueIndex"`
	Other string `gorm:"size:60;uniqueIndex"`
	Score int
	softdelete.Tracked
}

// spellings are ways to have a column of words, by database: what makes it so, a word, and the same in another spelling.
var spellings = map[string]map[string][3]string{
	"sqlite": {
		"no case": {"ALTER TABLE a_words DROP COLUMN word; ALTER TABLE a_words ADD COLUMN word text COLLATE NOCASE; CREATE UNIQUE INDEX idx_a_words_word ON a_words (word)", "ana", "ANA"},
		"blanks":  {"ALTER TABLE a_words DROP COLUMN word; ALTER TABLE a_words ADD COLUMN word text COLLATE RTRIM; CREATE UNIQUE INDEX idx_a_words_word ON a_words (word)", "ana", "ana  "},
		"numbers": {"ALTER TABLE a_words DROP COLUMN word; ALTER TABLE a_words ADD COLUMN word numeric; CREATE UNIQUE INDEX idx_a_words_word ON a_words (word)", "7", "07.0"},
	},
	"postgres": {
		"no case": {"CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ALTER TABLE a_words ALTER COLUMN word TYPE text COLLATE no_case", "ana", "ANA"},
		"accents": {"CREATE COLLATION no_accent (provider = icu, locale = 'und-u-ks-level1', deterministic = false); ALTER TABLE a_words ALTER COLUMN word TYPE text COLLATE no_accent", "jose", "José"},
		"uuid":    {"ALTER TABLE a_words ALTER COLUMN word TYPE uuid USING word::uuid", "0190a1fe-a3c9-7b6f-8159-3d464bd5c3b0", "{0190A1FE-A3C9-7B6F-8159-3D464BD5C3B0}"},
		"blanks":  {"ALTER TABLE a_words ALTER COLUMN word TYPE char(60)", "ana", "ana   "},
		"times":   {"ALTER TABLE a_words ALTER COLUMN word TYPE timestamptz USING word::timestamptz", "2020-01-02T03:04:05Z", "2020-01-02T05:04:05+02:00"},
		"numbers": {"ALTER TABLE a_words ALTER COLUMN word TYPE numeric USING word::numeric", "7", "07.0"},
	},
	"mariadb": {
		"no case": {"", "ana", "ANA"},
		"accents": {"", "jose", "José"},
		"blanks":  {"", "ana", "ana  "},
		"uuid":    {"ALTER TABLE a_words MODIFY word uuid", "0190a1fe-a3c9-7b6f-8159-3d464bd5c3b0", "0190A1FE-A3C9-7B6F-8159-3D464BD5C3B0"},
		"numbers": {"ALTER TABLE a_words MODIFY word decimal(20,5)", "7", "07.0"},
	},
	"tidb": {
		"no case": {modifiedOnTiDB("varchar(60) COLLATE utf8mb4_general_ci"), "ana", "ANA"},
		"accents": {modifiedOnTiDB("varchar(60) COLLATE utf8mb4_unicode_ci"), "jose", "José"},
		"blanks":  {"", "ana", "ana  "},
		"numbers": {modifiedOnTiDB("decimal(20,5)"), "7", "07.0"},
	},
}

// modifiedOnTiDB changes the type of the words: not while an index has them, and their default comparison is by bytes.
func modifiedOnTiDB(kind string) string {
	return "ALTER TABLE a_words DROP INDEX idx_a_words_word; ALTER TABLE a_words MODIFY word " + kind + "; CREATE UNIQUE INDEX idx_a_words_word ON a_words (word)"
}

// others are words that no spelling of the others is equal to, in the column's type.
var others = map[string][]string{
	"uuid":    {"1190a1fe-a3c9-7b6f-8159-3d464bd5c3b0", "2190a1fe-a3c9-7b6f-8159-3d464bd5c3b0"},
	"times":   {"2021-01-02T03:04:05Z", "2022-01-02T03:04:05Z"},
	"numbers": {"8", "9"},
}

// eachSpelling calls fn on a fresh table for each way to spell a word.
func eachSpelling(t *testing.T, fn func(t *testing.T, db *gorm.DB, word, spelled string, others []string)) {
	t.Helper()
	for _, name := range testdb.Names() {
		for way, is := range spellings[name] {
			t.Run(name+", "+way, func(t *testing.T) {
				t.Parallel()
				db := withPlugin(t, testdb.OpenerFor(t, name), softdelete.Config{}, &aWord{})
				if is[0] != "" {
					if name == "sqlite" {
						require.NoError(t, db.Exec("DROP INDEX idx_a_words_word").Error)
					}
					require.NoError(t, db.Session(&gorm.Session{}).Connection(func(tx *gorm.DB) error { return several(tx, is[0]) }))
				}
				rest := others[way]
				if rest == nil {
					rest = []string{"bob", "cyd"}
				}
				fn(t, db, is[1], is[2], rest)
			})
		}
	}
}

// several runs statements that are parted by semicolons.
func several(db *gorm.DB, sql string) error {
	for _, one := range splitStatements(sql) {
		if err := db.Exec(one).Error; err != nil {
			return err
		}
	}
	return nil
}

func TestReviveOfWhatTheDatabaseCallsEqual(t *testing.T) {
	t.Parallel()
	eachSpelling(t, func(t *testing.T, db *gorm.DB, word, spelled string, others []string) {
		for form, create := range revivals[aWord]() {
			require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aWord{}).Error, form)
			old := []aWord{{Word: word, Other: "a"}, {Word: others[0], Other: "b"}}
			require.NoError(t, db.Create(&old).Error, form)
			require.NoError(t, db.Delete(&old).Error, form)
			values := []aWord{{Word: others[1], Other: "x", Score: 1}, {Word: spelled, Other: "y", Score: 2}, {Word: others[0], Other: "z", Score: 3}}
			require.NoError(t, create(db.Scopes(softdelete.Revive), values), form)
			require.Equal(t, old[0].ID, values[1].ID, form)
			require.Equal(t, old[1].ID, values[2].ID, form)
			require.Equal(t, []int{1, 2, 3}, column[int](t, db, "SELECT score FROM a_words WHERE deleted_at IS NULL ORDER BY other"), form)

			require.NoError(t, db.Delete(&values).Error, form)
			clash := []aWord{{Word: word, Other: "p"}, {Word: spelled, Other: "q"}}
			require.Error(t, create(db.Scopes(softdelete.Revive).Session(&gorm.Session{}), clash), "%s: they clash with each other", form)
		}
		require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aWord{}).Error)
		require.NoError(t, db.Create(&[]aWord{{Word: word, Other: "y"}, {Word: others[0], Other: "z"}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&aWord{}).Error)
		require.ErrorIs(t, db.Scopes(softdelete.Revive).Create(&[]aWord{{Word: spelled, Other: "z"}, {Word: others[1], Other: "k"}}).Error,
			softdelete.ErrAmbiguous, "by one column and by the other")
	})
}

func TestKeysOfValuesThatTheDatabaseCallsEqual(t *testing.T) {
	t.Parallel()
	eachSpelling(t, func(t *testing.T, db *gorm.DB, word, spelled string, others []string) {
		by := []clause.Column{{Name: "word"}}
		for what, conflict := range map[string]clause.OnConflict{
			"nothing":     {DoNothing: true, Columns: by},
			"no column":   {DoNothing: true},
			"the marker":  {Columns: by, DoUpdates: clause.AssignmentColumns([]string{"deleted_at"})},
			"the score":   {Columns: by, DoUpdates: clause.AssignmentColumns([]string{"score"})},
			"where false": {Columns: by, DoUpdates: clause.AssignmentColumns([]string{"score"}), Where: clause.Where{Exprs: []clause.Expression{gorm.Expr("a_words.score < 0")}}},
		} {
			require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aWord{}).Error, what)
			old := []aWord{{Word: word, Other: "a"}, {Word: others[0], Other: "b"}}
			require.NoError(t, db.Create(&old).Error, what)
			values := []aWord{{Word: others[1], Other: "x"}, {Word: spelled, Other: "y"}, {Word: others[0], Other: "z"}}
			require.NoError(t, db.Clauses(conflict).Create(&values).Error, what)
			require.Equal(t, []uint{old[0].ID, old[1].ID}, []uint{values[1].ID, values[2].ID}, what)
			require.Equal(t, column[uint](t, db, "SELECT id FROM a_words WHERE other = 'x'"), []uint{values[0].ID}, what)

			require.NoError(t, db.Delete(&old[0]).Error, what)
			again := []aWord{{Word: spelled, Other: "y"}, {Word: others[0], Other: "z"}}
			if err := db.Clauses(conflict).Create(&again).Error; conflict.DoNothing {
				require.NoError(t, err, what)
			} else {
				require.ErrorIs(t, err, softdelete.ErrTrashed, what)
				require.Equal(t, []uint{0, 0}, []uint{again[0].ID, again[1].ID}, what)
			}
		}
	})
}
