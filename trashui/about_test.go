package trashui_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// Letter keeps its operation as a text, Parcel as bytes.
type (
	Letter struct {
		ID        uint   `gorm:"primaryKey;autoIncrement:false"`
		Subject   string `gorm:"size:60"`
		DeletedAt gorm.DeletedAt
		Operation string `gorm:"size:36" softdelete:"deletionID"`
	}
	Parcel struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		DeletedAt gorm.DeletedAt
		Operation []byte `gorm:"size:16" softdelete:"deletionID"`
	}
)

// examples are what the operations of a page were about, by their ids.
func examples(list any) map[string]string {
	found := map[string]string{}
	for _, d := range list.([]any) {
		found[within(d, "deletion_id").(string)] = within(d, "example").(string)
	}
	return found
}

// TestAbout says what operations were about, on each page that shows one, whether rows are asked
// for or not: a row that was addressed, and how many there are beside it.
func TestAbout(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&[]Account{{Login: "x"}, {Login: "a,b"}}).Error)
		want := map[string]string{}
		about := func(example string, value any, conds ...any) {
			want[s.delete(t, time.Duration(len(want)+1)*time.Hour, "ana", "spam", value, conds...).ID.String()] = example
		}
		about(`Customer "Ana"`, &Customer{ID: 1})
		about(`Order 20`, &Order{ID: 20})
		about(`Line 30, cup,red and 1 more`, &Line{}, "order_id = 30")
		about(`Customer "Bob" and 1 more`, &Customer{}, "id > 1")
		about(`Account x`, &Account{Login: "x"})
		about(`Account a,b`, &Account{Login: "a,b"})
		for _, ask := range []func(*http.Request, trashui.Action, trashui.Target) error{nil, refusing(func(trashui.Action, trashui.Target) bool { return false })} {
			s.options.Authorize = ask
			require.Equal(t, want, examples(s.get(t, "deletions").json(t)["items"]))
			require.Equal(t, want, examples(s.get(t, "").json(t)["deletions"]))
			for id, example := range want {
				require.Equal(t, example, s.get(t, "deletions/"+id).json(t)["example"])
				require.Equal(t, example, within(s.view(t, "preview?op=undo&id="+id), "Body", "Deletion", "Example"))
			}
			require.Equal(t, `Customer "Ana"`, within(s.get(t, "rows/orders/10").json(t), "deletion", "example"))
		}
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
			return isRow(target, "customers", uint(2)) || target.Table == "lines"
		})
		got := examples(s.get(t, "deletions").json(t)["items"])
		for id, example := range want {
			switch example {
			case `Customer "Bob" and 1 more`:
				require.Equal(t, `Customer "Eve"`, got[id])
			case `Line 30, cup,red and 1 more`:
				require.NotContains(t, got, id)
			default:
				require.Equal(t, example, got[id])
			}
		}
		require.NotContains(t, s.see(t, "deletions").body, "Bob")
		require.NotContains(t, s.see(t, "").body, "Bob")
	})
}

// TestAboutScope says that an operation that reaches into what is out of scope is about none of that.
func TestAboutScope(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		both := s.delete(t, day, "ana", "", &[]Customer{{ID: 1}, {ID: 3}})
		for tenant, example := range map[uint]string{1: `Customer "Ana"`, 2: `Customer "Eve"`} {
			s.options.Scope = ofTenant(tenant)
			require.Equal(t, example, s.get(t, "deletions/"+both.ID.String()).json(t)["example"])
			require.Equal(t, example, examples(s.get(t, "").json(t)["deletions"])[both.ID.String()])
		}
	})
}

// TestAboutMany says that an operation with many rows hides none of the others, and is asked for a
// row itself, unless there are many of these.
func TestAboutMany(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		var accounts []Account
		for i := range 2008 {
			accounts = append(accounts, Account{Login: fmt.Sprintf("a%04d", i)})
		}
		require.NoError(t, s.db.CreateInBatches(accounts, 200).Error)
		few := s.delete(t, 9*time.Hour, "ana", "", &Account{}, "login < 'a0004'")
		for i := range 4 {
			s.delete(t, time.Duration(i+1)*time.Hour, "ana", "", &Account{}, "login < ?", fmt.Sprintf("a%04d", 4+501*(i+1)))
		}
		got := examples(s.get(t, "deletions").json(t)["items"])
		require.Equal(t, "Account a0000 and 3 more", got[few.ID.String()])
		named := 0
		for _, example := range got {
			if example != "" {
				named++
			}
		}
		require.Len(t, got, 5)
		require.Equal(t, 4, named)
	})
}

// TestAboutKinds says that it holds however the id of an operation is kept.
func TestAboutKinds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := &shop{at: noon}
		s.db = open(t, testdb.Config())
		models := []any{&Letter{}, &Parcel{}}
		require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: models})))
		require.NoError(t, softdelete.AutoMigrate(s.db, models...))
		require.NoError(t, s.db.Create(&[]Letter{{ID: 1, Subject: "x"}, {ID: 2}}).Error)
		require.NoError(t, s.db.Create(&[]Parcel{{ID: 1}, {ID: 2}}).Error)
		want := map[string]string{}
		for example, value := range map[string]any{`Letter "x"`: &Letter{ID: 1}, "Letter 2": &Letter{ID: 2}, "Parcel 1": &Parcel{ID: 1}, "Parcel 2": &Parcel{ID: 2}} {
			var d softdelete.Deletion
			require.NoError(t, s.db.Scopes(softdelete.Into(&d)).Delete(value).Error)
			require.NotEqual(t, uuid.Nil, d.ID)
			want[d.ID.String()] = example
		}
		var err error
		s.trash, err = softdelete.OpenTrash(s.db, models...)
		require.NoError(t, err)
		s.options = trashui.Options{AllowAll: true}
		require.Equal(t, want, examples(s.get(t, "deletions").json(t)["items"]))
	})
}
