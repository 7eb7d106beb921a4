package association

import (
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// Rows is a statement on the rows of a has-one, has-many or belongs-to relation:
//
//	UPDATE pets SET … WHERE (user_id) IN (SELECT id FROM users WHERE …)
//	UPDATE companies SET … WHERE (id) IN (SELECT company_id FROM users WHERE …)
type Rows struct {
	stmt       *gorm.Statement
	conditions []clause.Expression // that the operation was given
	in         clause.Expr
	owners     *gorm.Statement
	relations  []*schema.Relationship // of the owners, of which it may be
}

// RowsOf reads a statement of this kind, nil if it is none.
func RowsOf(stmt *gorm.Statement) *Rows {
	conditions, in, found := lastCondition(stmt)
	if !found || in.SQL != isIn || len(in.Vars) != 2 || stmt.Schema == nil {
		return nil
	}
	columns, ok := namesOf(in.Vars[0])
	query, isQuery := in.Vars[1].(*gorm.DB)
	if !ok || !isQuery {
		return nil
	}
	owners := query.Statement
	// That it has a schema is Association's doing: a query gets its own when it is run. The model is a value.
	if owners.Schema == nil || owners.SQL.Len() > 0 || reflect.TypeOf(owners.Model) != owners.Schema.ModelType {
		return nil
	}
	r := &Rows{stmt: stmt, conditions: conditions, in: in, owners: owners}
	for name, rel := range owners.Schema.Relationships.Relations {
		if !strings.HasPrefix(name, "_") && rel.FieldSchema != nil && rel.FieldSchema.ModelType == stmt.Schema.ModelType && isAlong(rel, columns, owners.Selects) {
			r.relations = append(r.relations, rel)
		}
	}
	if len(r.relations) == 0 {
		return nil
	}
	return r
}

// namesOf are the names of a list of columns.
func namesOf(list any) ([]string, bool) {
	columns, ok := list.([]any)
	names := make([]string, len(columns))
	for i, column := range columns {
		c, isColumn := column.(clause.Column)
		ok = ok && isColumn && c.Table == "" && !c.Raw
		names[i] = c.Name
	}
	return names, ok && len(names) > 0
}

// isAlong tells if a relation leads from columns of its owners to columns of what they have.
func isAlong(rel *schema.Relationship, columns, selected []string) bool {
	var of, in []string
	for _, ref := range rel.References {
		switch {
		case ref.PrimaryKey == nil:
		case rel.Type == schema.BelongsTo && !ref.OwnPrimaryKey:
			of, in = append(of, ref.ForeignKey.DBName), append(in, ref.PrimaryKey.DBName)
		case rel.Type == schema.HasOne || rel.Type == schema.HasMany:
			of, in = append(of, ref.PrimaryKey.DBName), append(in, ref.ForeignKey.DBName)
		}
	}
	return slices.Equal(in, columns) && slices.Equal(of, selected)
}

// Hold puts in order what GORM has got wrong: the statement is about the rows of these owners, that are of the kind of
// a polymorphic relation. It returns an error if that could be several.
//
//	UPDATE toys SET … WHERE (owner_id) IN (SELECT id FROM users WHERE …)
//	UPDATE toys SET … WHERE toys.owner_type = 'users' AND (owner_id) IN (SELECT id FROM users WHERE …)
func (r *Rows) Hold() error {
	kinds, err := r.kinds()
	if err != nil {
		return err
	}
	if len(r.conditions) == 0 && len(kinds) == 0 {
		return nil
	}
	exprs := enclosed(r.conditions)
	for _, ref := range kinds {
		exprs = append(exprs, clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: ref.ForeignKey.DBName}, Value: ref.PrimaryValue})
	}
	setWhere(r.stmt, append(exprs, r.in))
	return nil
}

// kinds is what tells rows of a polymorphic relation from those that others own by the same key.
func (r *Rows) kinds() ([]*schema.Reference, error) {
	same := func(a, b *schema.Reference) bool {
		return a.ForeignKey.DBName == b.ForeignKey.DBName && a.PrimaryValue == b.PrimaryValue
	}
	kinds := kindsOf(r.relations[0])
	for _, other := range r.relations[1:] {
		if !slices.EqualFunc(kinds, kindsOf(other), same) {
			names := []string{r.relations[0].Name, other.Name}
			slices.Sort(names)
			return nil, fault.About(fault.ErrAmbiguous, r.owners.Schema.Name, "the relations "+strings.Join(names, " and ")+
				" keep their owner in the same columns, and GORM's generic Set(…).Update does not say which of them is meant: use db.Model(&owner).Association(name)")
		}
	}
	return kinds, nil
}

func kindsOf(rel *schema.Relationship) (kinds []*schema.Reference) {
	for _, ref := range rel.References {
		if ref.PrimaryValue != "" {
			kinds = append(kinds, ref)
		}
	}
	return kinds
}

// keptKey marks the owners of rows that a delete trashes.
const keptKey = "softdelete:kept"

// KeepForeignKeys has owners keep the foreign keys to rows of a belongs-to relation that are trashed: GORM clears them
// after the delete, with the next statement of theirs.
func (r *Rows) KeepForeignKeys() {
	if r.relations[0].Type == schema.BelongsTo {
		r.owners.Clauses[keptKey] = clause.Clause{}
	}
}

// IsKept tells if a statement is that next one.
func IsKept(stmt *gorm.Statement) bool {
	_, kept := stmt.Clauses[keptKey]
	return kept
}
