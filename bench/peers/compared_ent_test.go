package main

import (
	"fmt"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/bench/peers/ent"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/pet"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/schema"
	"github.com/gorm-softdelete/softdelete/bench/peers/ent/user"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// openPets has Ana, with a cat and a dog.
func openPets(t *testing.T) (*ent.Client, *sent, *ent.User) {
	t.Helper()
	pool, err := testdb.Open(t, "sqlite").DB()
	require.NoError(t, err)
	notes := new(sent)
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, pool)), ent.Debug(), ent.Log(func(args ...any) { notes.note(fmt.Sprint(args...)) }))
	ctx := t.Context()
	require.NoError(t, client.Schema.Create(ctx))
	owner := client.User.Create().SetName("ana").SaveX(ctx)
	for _, name := range []string{"cat", "dog"} {
		client.Pet.Create().SetName(name).SetOwner(owner).ExecX(ctx)
	}
	notes.take()
	return client, notes, owner
}

func TestComparedEntDeletesAndReads(t *testing.T) {
	t.Parallel()
	client, notes, owner := openPets(t)
	ctx := t.Context()
	require.Equal(t, 2, client.Pet.Delete().Where(pet.HasOwnerWith(user.ID(owner.ID))).ExecX(ctx))
	all := notes.take()
	require.Len(t, all, 1, "many rows in one statement")
	require.Contains(t, all[0], "UPDATE `pets` SET `delete_time` = ?")
	require.Zero(t, client.Pet.Query().CountX(ctx))
	require.Equal(t, 2, client.Pet.Query().CountX(schema.SkipSoftDelete(ctx)), "they are marked")
	require.Zero(t, client.Pet.Query().Where(pet.Or(pet.Name("cat"), pet.Name("dog"))).CountX(ctx), "also beside an OR")
	require.Empty(t, owner.QueryPets().AllX(ctx), "a traversal leaves them out")
	require.Empty(t, client.User.Query().WithPets().OnlyX(ctx).Edges.Pets, "and so does eager loading")

	require.Equal(t, 2, client.Pet.Update().ClearDeleteTime().SaveX(ctx))
	require.Equal(t, 2, client.Pet.Query().CountX(ctx), "the marker is written by hand")
}

func TestComparedEntFindsThroughADeletedOwner(t *testing.T) {
	t.Parallel()
	client, _, owner := openPets(t)
	ctx := t.Context()
	client.User.DeleteOne(owner).ExecX(ctx)
	require.Equal(t, 2, client.Pet.Query().CountX(ctx), "the children stay")
	require.Equal(t, 2, client.Pet.Query().Where(pet.HasOwnerWith(user.Name("ana"))).CountX(ctx), "a predicate has no filter")
	require.Zero(t, client.User.Query().Where(user.Name("ana")).QueryPets().CountX(ctx), "a traversal has it")
}

func TestComparedEntWritesToAStaleRow(t *testing.T) {
	t.Parallel()
	client, _, owner := openPets(t)
	ctx := t.Context()
	stale := client.Pet.Query().Where(pet.Name("cat")).OnlyX(ctx)
	client.Pet.DeleteOne(stale).ExecX(ctx)
	require.NoError(t, stale.Update().SetName("edited").Exec(ctx))
	require.Zero(t, owner.QueryPets().Where(pet.Name("edited")).CountX(ctx), "it stays deleted")
	require.Equal(t, 1, client.Pet.Query().Where(pet.Name("edited")).CountX(schema.SkipSoftDelete(ctx)), "but is written to")
}

func TestComparedEntOnUniqueValues(t *testing.T) {
	t.Parallel()
	client, _, owner := openPets(t)
	ctx := t.Context()
	require.True(t, ent.IsConstraintError(client.User.Create().SetName("ana").Exec(ctx)))
	client.User.DeleteOne(owner).ExecX(ctx)
	require.NoError(t, client.User.Create().SetName("ana").Exec(ctx), "with IndexWhere the value is free again")
	require.True(t, ent.IsConstraintError(client.User.Create().SetName("ana").Exec(ctx)))
}
