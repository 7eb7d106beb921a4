package trashui

import (
	"errors"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// failed says why rows stay, of the first of them.
func (v *visit) failed(list []softdelete.RowError, most int) []failed {
	said := []failed{}
	for _, row := range list[:min(len(list), most)] {
		of := failed{Table: v.text(row.Table), Model: row.Model, Key: v.key(row.Key), Error: v.whyHeld(row)}
		if len(row.Key) > 0 {
			if !v.mayView(softdelete.Item{Table: row.Table, Model: row.Model, Key: row.Key}) {
				continue
			}
			of.Href = v.rowHref(row.Table, row.Key)
		}
		said = append(said, of)
	}
	return said
}

// whyHeld says why a row stays. It has no end, as it stands behind the name of the row.
func (v *visit) whyHeld(row softdelete.RowError) string {
	var restrict *softdelete.RestrictError
	t := v.table(row.Table)
	switch err := row.Err; {
	case len(row.Key) == 0 && t != nil && !t.keyed():
		return "Its rows have no key, so none can be removed one by one"
	case len(row.Key) == 0:
		return "Its rows do not say when they were deleted, so none is removed by age"
	case errors.As(err, &restrict):
		return strings.TrimSuffix(v.forbids(&plan{Restricted: []restricted{v.restricted(*restrict)}}, "")[0].Text, ".")
	case errors.Is(err, softdelete.ErrOutOfScope):
		return "Rows belong to it that you may not remove, or not see"
	case errors.Is(err, softdelete.ErrGuarded):
		return "It would take live rows along, which the database keeps"
	case errors.Is(err, softdelete.ErrRestricted), refersTo(err):
		return "Rows of another table still refer to it"
	}
	return "The database or the application did not let it go"
}

// refersTo tells if it is a foreign key that forbids something: as GORM says that where it translates
// errors, or else as the databases do.
func refersTo(err error) bool {
	var state interface{ SQLState() string }
	return errors.Is(err, gorm.ErrForeignKeyViolated) || errors.As(err, &state) && state.SQLState() == "23503" ||
		strings.Contains(strings.ToLower(err.Error()), "foreign key constraint")
}
