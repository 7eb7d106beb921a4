package trash_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// These keep a reason and an operation's id, or one of them, or neither.
type (
	reasonedTracked struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
	reasonedNamed struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Gone gorm.DeletedAt
		Why  string    `softdelete:"reason" gorm:"column:reason why"`
		Op   uuid.UUID `softdelete:"deletionID" gorm:"type:varchar(36)"`
	}
	reasonedOnly struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Gone softdelete.Flag
		Why  *string `softdelete:"reason"`
	}
	reasonedNot struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
)

var reasons = []string{
	"GDPR request of Ana", "spam", "Spam, again", "100% sure", "100 sure", "snake_case", "snakeXcase", `back\slash`, "a'quote", "[a-z]*?.+", "$1 ^ {2} (x) | #&~",
	"Ärger mit ÉTÉ", "ΣΟΦΙΑΣ", "жалоба", "line\nbreak", "tab\tstop", "!%_\\", "日本語", "100!% sure", strings.Repeat("long ", 30) + "END",
}

var searches = []string{
	"gdpr", "REQUEST", "spam", "SPAM,", "100%", "%", "_", "e_c", "!", `\`, "'", "[a-z]", "[", "]", "*", "?", ".", "a'", "$1 ^", "{2}", "(X) |", "#&~", "~", "^", "-", "a-z",
	"ärger", "ÄRGER", "été", "ÉTÉ", "σοφια", "ΣΟΦΙΑΣ", "ЖАЛОБА", "Жалоба", "line\nBREAK", "\t", "!%_\\", "日本", "nothing of the kind", "' OR '1'='1", "long END", " ", "***:", "(?i)x", `\w`,
}

// openReasoned has a trashed row for each reason and model, and one without a reason.
func openReasoned(t *testing.T, open testdb.Opener) (db *gorm.DB, ids map[string][]uuid.UUID) {
	t.Helper()
	list := []any{&reasonedTracked{}, &reasonedNamed{}, &reasonedOnly{}, &reasonedNot{}}
	db = open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: list})))
	require.NoError(t, db.AutoMigrate(list...))
	ids = map[string][]uuid.UUID{}
	for i, reason := range append(slices.Clone(reasons), "") {
		for _, row := range []any{&reasonedTracked{ID: uint(i + 1)}, &reasonedNamed{ID: uint(i + 1)}, &reasonedOnly{ID: uint(i + 1)}, &reasonedNot{ID: uint(i + 1)}} {
			require.NoError(t, db.Create(row).Error)
			var d softdelete.Deletion
			ctx := softdelete.WithActor(softdelete.WithReason(t.Context(), reason), fmt.Sprint("actor ", i%2))
			require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(row).Error)
			ids[reason] = append(ids[reason], d.ID)
		}
	}
	return db, ids
}

// folds tells if a reason contains a text, in whatever case.
func folds(reason, text string) bool {
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(strings.ToUpper(s)), "ς", "σ") }
	return strings.Contains(fold(reason), fold(text))
}

// TestListReasons says that a list of a reason has the rows that say so, whatever the case, and that nothing in it is a wildcard; and so has
// one of operations.
func TestListReasons(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, ids := openReasoned(t, open)
		trash := models.OpenTrash(t, db)
		found := 0
		for _, text := range searches {
			var want, operations []string
			for i, reason := range reasons {
				if !folds(reason, text) {
					continue
				}
				for _, table := range []string{"reasoned_nameds", "reasoned_onlies", "reasoned_trackeds"} {
					want = append(want, fmt.Sprintf("%s %d", table, i+1))
				}
				operations = append(operations, ids[reason][0].String(), ids[reason][1].String())
			}
			found += len(want)
			for _, limit := range []int{0, 2} {
				names := itemNames(models.ListAll(t, trash, softdelete.ListOptions{Reason: text, Limit: limit}))
				require.ElementsMatch(t, want, names, "%q", text)
				var listed []string
				for _, d := range models.DeletionsAll(t, trash, softdelete.ListOptions{Reason: text, Limit: limit}, concurrent.NothingBetween) {
					listed = append(listed, d.ID.String())
				}
				require.ElementsMatch(t, operations, listed, "%q", text)
			}
		}
		require.Greater(t, found, 3*len(searches)/2, "most find something")
	})
}

// TestListReasonsWithOthers says that a reason, an operation and the other options choose together, whatever the handle.
func TestListReasonsWithOthers(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, ids := openReasoned(t, open)
		trash := models.OpenTrash(t, db)
		spam, again := ids["spam"], ids["Spam, again"]
		for name, test := range map[string]struct {
			options    softdelete.ListOptions
			want       []string
			operations []uuid.UUID
		}{
			"reason and actor":           {softdelete.ListOptions{Reason: "spam", Actor: "actor 1"}, []string{"reasoned_trackeds 2"}, []uuid.UUID{spam[0]}},
			"reason and model":           {softdelete.ListOptions{Reason: "spam", Models: []any{&reasonedNamed{}}}, []string{"reasoned_nameds 2", "reasoned_nameds 3"}, []uuid.UUID{spam[1], again[1]}},
			"operation":                  {softdelete.ListOptions{DeletionID: spam[0]}, []string{"reasoned_trackeds 2"}, []uuid.UUID{spam[0]}},
			"operation of another model": {softdelete.ListOptions{DeletionID: spam[1]}, []string{"reasoned_nameds 2"}, []uuid.UUID{spam[1]}},
			"operation and model":        {softdelete.ListOptions{DeletionID: spam[1], Models: []any{&reasonedTracked{}, &reasonedNot{}}}, nil, nil},
			"operation and reason":       {softdelete.ListOptions{DeletionID: spam[0], Reason: "SPAM"}, []string{"reasoned_trackeds 2"}, []uuid.UUID{spam[0]}},
			"operation, another reason":  {softdelete.ListOptions{DeletionID: spam[0], Reason: "again"}, nil, nil},
			"operation, another actor":   {softdelete.ListOptions{DeletionID: spam[0], Actor: "actor 0"}, nil, nil},
			"operation, too late":        {softdelete.ListOptions{DeletionID: spam[0], Since: time.Now().Add(time.Hour)}, nil, nil},
			"operation, too early":       {softdelete.ListOptions{DeletionID: spam[0], Until: time.Now().Add(-time.Hour)}, nil, nil},
			"one that keeps none":        {softdelete.ListOptions{DeletionID: spam[2]}, nil, nil},
			"unknown operation":          {softdelete.ListOptions{DeletionID: uuid.New()}, nil, nil},
		} {
			for _, limit := range []int{0, 1} {
				test.options.Limit = limit
				require.ElementsMatch(t, test.want, itemNames(models.ListAll(t, trash, test.options)), name)
				var listed []uuid.UUID
				for _, d := range models.DeletionsAll(t, trash, test.options, concurrent.NothingBetween) {
					require.EqualValues(t, 1, d.Rows["reasoned_trackeds"]+d.Rows["reasoned_nameds"], name)
					listed = append(listed, d.ID)
				}
				require.ElementsMatch(t, test.operations, listed, name)
			}
		}
		page, err := trash.Deletions(t.Context(), softdelete.ListOptions{Limit: 1, Reason: "spam"})
		require.NoError(t, err)
		page, err = trash.Deletions(t.Context(), softdelete.ListOptions{After: page.Next, DeletionID: page.Items[0].ID})
		require.NoError(t, err)
		require.Empty(t, page.Items, "it was on the page before")
	})
}

// TestListReasonsErrors says that options which no model could meet are an error, and so is what is no text.
func TestListReasonsErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, _ := openReasoned(t, open)
		trash := models.OpenTrash(t, db)
		for _, text := range []string{"\x00", "spam\x00", "\xff", "spam\xc3"} {
			require.ErrorIs(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{Reason: text})), gorm.ErrInvalidValue)
			require.ErrorIs(t, handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{Reason: text})), gorm.ErrInvalidValue)
		}
		var modelError *softdelete.ModelError
		none := models.OpenTrash(t, db, &reasonedNot{})
		require.ErrorAs(t, handles.Second(none.List(t.Context(), softdelete.ListOptions{Reason: "spam"})), &modelError)
		require.Equal(t, "reasonedNot", modelError.Model)
		require.ErrorContains(t, modelError, "ListOptions.Reason")
		require.ErrorAs(t, handles.Second(trash.List(t.Context(), softdelete.ListOptions{DeletionID: uuid.New(), Models: []any{&reasonedOnly{}}})), &modelError)
		require.ErrorContains(t, modelError, "ListOptions.DeletionID")
	})
}
