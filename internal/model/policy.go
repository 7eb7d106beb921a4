package model

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/fault"
)

// policy is what an operation on a parent does about the rows that hang on it.
type policy int

// The policies.
const (
	Leaves    policy = iota // they are left as they are
	Cascades                // they go along
	Restricts               // live ones forbid the operation
)

// relationTag is the softdelete tag of a relation's field.
type relationTag struct {
	policy     policy
	given      bool // the tag says which policy
	hooks      bool
	LiveParent bool
}

// TagOf reads the tag of a relation's field.
func TagOf(rel *schema.Relationship) (relationTag, error) {
	var tag relationTag
	text := strings.TrimSpace(rel.Field.Tag.Get("softdelete"))
	if text == "" {
		return tag, nil
	}
	wrong := func(problem string) error {
		return fault.In(rel.Schema.Name, rel.Field.Name, fmt.Sprintf("the tag softdelete:%q %s", text, problem))
	}
	policies := map[string]policy{"none": Leaves, "cascade": Cascades, "restrict": Restricts}
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		p, isPolicy := policies[word]
		switch {
		case isPolicy && tag.given:
			return relationTag{}, wrong("names two policies")
		case isPolicy:
			tag.policy, tag.given = p, true
		case word == "hooks":
			tag.hooks = true
		case word == "liveParent":
			tag.LiveParent = true
		case strings.HasPrefix(word, ignoreWord+":"):
			// is for Doctor
		default:
			return relationTag{}, wrong("is unknown, known on a relation are cascade, restrict, none, hooks, liveParent and ignore")
		}
	}
	if tag.hooks && tag.policy != Cascades {
		return relationTag{}, wrong(`: hooks stands with cascade, as in softdelete:"cascade,hooks"`)
	}
	if tag.LiveParent && rel.Type != schema.BelongsTo {
		return relationTag{}, wrong(": liveParent is for a belongs-to relation")
	}
	if tag.LiveParent && !HasMarker(rel.FieldSchema) {
		return relationTag{}, wrong("needs a parent that is soft-deletable, and " + rel.FieldSchema.Name + " is not: " + LookAlike(rel.FieldSchema))
	}
	return tag, nil
}

// onDelete is what a relation's declared constraint does in the database when
// its parent row is deleted, in capitals; empty if it does not say.
func onDelete(rel *schema.Relationship) string {
	text := rel.Field.TagSettings["CONSTRAINT"]
	if text == "-" {
		return ""
	}
	return strings.ToUpper(strings.Join(strings.Fields(schema.ParseTagSetting(text, ",")["ONDELETE"]), " "))
}

// relationOf returns the relation of a field, nil if it has none.
func relationOf(s *schema.Schema, field *schema.Field) *schema.Relationship {
	for _, rel := range Declared(s) {
		if rel.Field == field {
			return rel
		}
	}
	return nil
}

// checkRelations finds what is wrong with the tags of a schema's relations.
func checkRelations(s *schema.Schema) error {
	for _, rel := range Declared(s) {
		if _, err := TagOf(rel); err != nil {
			return err
		}
	}
	return nil
}

// Declared lists the relations that are fields of a schema.
func Declared(s *schema.Schema) []*schema.Relationship {
	of := &s.Relationships
	return slices.Concat(of.HasOne, of.HasMany, of.Many2Many, of.BelongsTo)
}
