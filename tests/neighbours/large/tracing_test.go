package large_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"
	"gorm.io/plugin/opentelemetry/tracing"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// useTracing puts the tracer on a handle.
func useTracing(db *gorm.DB) (*tracetest.InMemoryExporter, error) {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	return spans, db.Use(tracing.NewPlugin(tracing.WithTracerProvider(provider), tracing.WithoutMetrics()))
}

// docs

// nameOperations is a plugin that says of each span which operation its statement belongs to.
type nameOperations struct{}

func (nameOperations) Name() string { return "spans:operation" }

func (nameOperations) Initialize(db *gorm.DB) error {
	say := func(tx *gorm.DB) {
		if op := softdelete.OperationOf(tx); op != softdelete.OpNone {
			trace.SpanFromContext(tx.Statement.Context).SetAttributes(attribute.String("softdelete.operation", op.String()))
		}
	}
	return errors.Join(
		db.Callback().Update().After("otel:before:update").Before("gorm:update").Register("spans:operation", say),
		db.Callback().Delete().After("otel:before:delete").Before("gorm:delete").Register("spans:operation", say),
	)
}

// end

// query is the SQL of a span.
func query(span tracetest.SpanStub) string { return attributeOf(span, "db.query.text") }

func attributeOf(span tracetest.SpanStub, key attribute.Key) string {
	for _, a := range span.Attributes {
		if a.Key == key {
			return a.Value.AsString()
		}
	}
	return ""
}

// Each statement that is sent is a span with its SQL, those of a cascade below the one that they belong to.
func TestBesideTracing(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		spans, err := useTracing(db)
		require.NoError(t, err)
		return spans
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		spans := w.Used.(*tracetest.InMemoryExporter)
		w.HoldLaws(t)
		require.NoError(t, w.Plain.Create(&beside.Author{ID: 1, Books: []beside.Book{{ID: 11}}}).Error)
		spans.Reset()
		require.NoError(t, w.DB.Delete(&beside.Author{ID: 1}).Error)
		all := spans.GetSpans()
		for _, span := range all {
			require.NotEmpty(t, query(span), "of what is not sent there is no span")
			require.NotContains(t, query(span), "softdelete_asks")
		}
		root := all[len(all)-1]
		require.Equal(t, "update authors", root.Name)
		require.Contains(t, query(root), "UPDATE")
		cascaded := all[len(all)-2]
		require.Contains(t, query(cascaded), "books")
		require.Equal(t, root.SpanContext.SpanID(), cascaded.Parent.SpanID())
	})
}

// The recipe holds the laws too, and names the operation on the spans of whatever it writes.
func TestOperationsOfSpans(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		spans, err := useTracing(db)
		require.NoError(t, err)
		require.NoError(t, db.Use(nameOperations{}))
		return spans
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		spans := w.Used.(*tracetest.InMemoryExporter)
		seen := map[string]bool{}
		w.Did = func(string) {
			for _, span := range spans.GetSpans() {
				if op := attributeOf(span, "softdelete.operation"); op != "" {
					seen[op+" "+attributeOf(span, "db.collection.name")] = true
				}
			}
			spans.Reset()
		}
		w.HoldLaws(t)
		for _, what := range []string{
			"soft delete authors", "soft delete books", "restore authors", "restore books", "purge authors", "purge books", "force delete authors", "force delete books",
		} {
			require.Contains(t, seen, what)
		}
	})
}

func useBoth(db *gorm.DB, provider trace.TracerProvider) error {
	// docs
	if err := db.Use(tracing.NewPlugin(tracing.WithTracerProvider(provider))); err != nil {
		return err
	}
	return db.Use(nameOperations{}) // after the tracer
	// end
}

func Example_spans() {
	type Comment struct {
		ID     uint
		PostID uint
		softdelete.Tracked
	}
	type Post struct {
		ID       uint
		Comments []Comment `softdelete:"cascade"`
		softdelete.Tracked
	}
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	must(err)
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	must(db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}, &Comment{}}})))
	must(useBoth(db, provider))
	must(db.AutoMigrate(&Post{}, &Comment{}))
	must(db.Create(&Post{ID: 1, Comments: []Comment{{ID: 1}}}).Error)
	spans.Reset()
	must(db.WithContext(context.Background()).Delete(&Post{}, 1).Error)
	must(softdelete.Restore(db, &Post{}, 1).Error)
	for _, span := range spans.GetSpans() {
		if op := attributeOf(span, "softdelete.operation"); op != "" && query(span) != "" {
			fmt.Printf("%s: softdelete.operation=%q\n", span.Name, op)
		}
	}
	// Output:
	// update posts: softdelete.operation="soft delete"
	// update posts: softdelete.operation="restore"
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
