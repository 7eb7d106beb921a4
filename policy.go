package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm/schema"
)

// policy is what an operation on a parent does about the rows that hang on it.
type policy int

const (
	leaves    policy = iota // they are left as they are
	cascades                // they go along
	restricts               // live ones forbid the operation
)

// relationTag is the softdelete tag of a relation's field.
type relationTag struct {
	policy     policy
	given      bool // the tag says which policy
	hooks      bool
	liveParent bool
}

// tagOf reads the tag of a relation's field.
func tagOf(rel *schema.Relationship) (relationTag, error) {
	var tag relationTag
	text := strings.TrimSpace(rel.Field.Tag.Get("softdelete"))
	if text == "" {
		return tag, nil
	}
	wrong := func(problem string) error {
		return &fault{rel.Schema.Name, rel.Field.Name, fmt.Sprintf("the tag softdelete:%q %s", text, problem)}
	}
	policies := map[string]policy{"none": leaves, "cascade": cascades, "restrict": restricts}
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
			tag.liveParent = true
		default:
			return relationTag{}, wrong("is unknown, known on a relation are cascade, restrict, none, hooks and liveParent")
		}
	}
	if tag.hooks && tag.policy != cascades {
		return relationTag{}, wrong(`: hooks stands with cascade, as in softdelete:"cascade,hooks"`)
	}
	if tag.liveParent && rel.Type != schema.BelongsTo {
		return relationTag{}, wrong(": liveParent is for a belongs-to relation")
	}
	if tag.liveParent && !hasMarker(rel.FieldSchema) {
		return relationTag{}, wrong("needs a parent that is soft-deletable, and " + rel.FieldSchema.Name + " is not: " + lookAlike(rel.FieldSchema))
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
	for _, rel := range declared(s) {
		if rel.Field == field {
			return rel
		}
	}
	return nil
}

// checkRelations finds what is wrong with the tags of a schema's relations.
func checkRelations(s *schema.Schema) error {
	for _, rel := range declared(s) {
		if _, err := tagOf(rel); err != nil {
			return err
		}
	}
	return nil
}

// hasPolicy tells if a relation of a schema says what happens on a delete.
func hasPolicy(s *schema.Schema) bool {
	return slices.ContainsFunc(declared(s), func(rel *schema.Relationship) bool {
		return rel.Field.Tag.Get("softdelete") != "" || onDelete(rel) != ""
	})
}

// declared lists the relations that are fields of a schema.
func declared(s *schema.Schema) []*schema.Relationship {
	of := &s.Relationships
	return slices.Concat(of.HasOne, of.HasMany, of.Many2Many, of.BelongsTo)
}
