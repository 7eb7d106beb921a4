package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

var softDeleted = []ent.Mixin{SoftDelete{}}

// Post is what reads and deletes of single rows are about.
type Post struct{ ent.Schema }

// Mixin makes deletes soft.
func (Post) Mixin() []ent.Mixin { return softDeleted }

// Fields are the columns.
func (Post) Fields() []ent.Field { return text() }

func text() []ent.Field {
	return []ent.Field{field.Int("author_id"), field.String("title"), field.String("body"), field.Time("created_at")}
}

// Root is what a cascade starts from.
type Root struct{ ent.Schema }

// Mixin makes deletes soft.
func (Root) Mixin() []ent.Mixin { return softDeleted }

// Fields are the columns.
func (Root) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges are the relations.
func (Root) Edges() []ent.Edge { return []ent.Edge{edge.To("children", Child.Type)} }

// Child hangs on a Root.
type Child struct{ ent.Schema }

// Annotations name the table, which ent would call children_s.
func (Child) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "children"}}
}

// Mixin makes deletes soft.
func (Child) Mixin() []ent.Mixin { return softDeleted }

// Fields are the columns.
func (Child) Fields() []ent.Field {
	return []ent.Field{field.Int("root_id"), field.String("name")}
}

// Edges are the relations.
func (Child) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("root", Root.Type).Ref("children").Field("root_id").Unique().Required(),
		edge.To("grandchildren", Grandchild.Type),
	}
}

// Grandchild hangs on a Child.
type Grandchild struct{ ent.Schema }

// Annotations name the table.
func (Grandchild) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "grandchildren"}}
}

// Mixin makes deletes soft.
func (Grandchild) Mixin() []ent.Mixin { return softDeleted }

// Fields are the columns.
func (Grandchild) Fields() []ent.Field {
	return []ent.Field{field.Int("child_id"), field.String("name")}
}

// Edges are the relations.
func (Grandchild) Edges() []ent.Edge {
	return []ent.Edge{edge.From("child", Child.Type).Ref("grandchildren").Field("child_id").Unique().Required()}
}

// User owns a Pet. Both are as ent's own docs have them, for what the page of comparison says.
type User struct{ ent.Schema }

// Mixin makes deletes soft.
func (User) Mixin() []ent.Mixin { return softDeleted }

// Fields are the columns.
func (User) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges are the relations.
func (User) Edges() []ent.Edge { return []ent.Edge{edge.To("pets", Pet.Type)} }

// Indexes make a name unique among live rows.
func (User) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique().Annotations(entsql.IndexWhere(deleteTime + " IS NULL"))}
}

// Pet hangs on a User.
type Pet struct{ ent.Schema }

// Mixin makes deletes soft.
func (Pet) Mixin() []ent.Mixin { return softDeleted }

// Fields are the columns.
func (Pet) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges are the relations.
func (Pet) Edges() []ent.Edge { return []ent.Edge{edge.From("owner", User.Type).Ref("pets").Unique()} }
