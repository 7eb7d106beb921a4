package zoo_test

import (
	"context"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// zooHooks keeps the hooks that were called, by name and row.
type zooHooks struct {
	mu    sync.Mutex
	calls []string
}

type zooHooksKey struct{}

func zooCalled(tx *gorm.DB, hook, table string, id int64, name string) error {
	if hooks, ok := tx.Statement.Context.Value(zooHooksKey{}).(*zooHooks); ok {
		hooks.mu.Lock()
		defer hooks.mu.Unlock()
		hooks.calls = append(hooks.calls, fmt.Sprintf("%s %s %d %s", hook, table, id, name))
	}
	return nil
}

// zooHooksOf are the hooks that the model of a table has for an operation.
func zooHooksOf(table string, kind softdelete.Operation) []string {
	if kind == softdelete.OpForceDelete {
		kind = softdelete.OpPurge
	}
	return map[string]map[softdelete.Operation][]string{
		"zoo_items": {
			softdelete.OpSoftDelete: {"BeforeDelete", "AfterDelete"},
			softdelete.OpRestore:    {"BeforeRestore", "AfterRestore"},
			softdelete.OpPurge:      {"BeforePurge", "AfterPurge"},
		},
		"zoo_labels": {softdelete.OpSoftDelete: {"BeforeDelete"}, softdelete.OpRestore: {"AfterRestore"}},
	}[table][kind]
}

func withZooHooks(ctx context.Context, hooks *zooHooks) context.Context {
	return context.WithValue(ctx, zooHooksKey{}, hooks)
}

func (i *zooItem) BeforeDelete(tx *gorm.DB) error {
	return zooCalled(tx, "BeforeDelete", "zoo_items", i.ID, i.Name)
}

func (i *zooItem) AfterDelete(tx *gorm.DB) error {
	return zooCalled(tx, "AfterDelete", "zoo_items", i.ID, i.Name)
}

func (i *zooItem) BeforeRestore(tx *gorm.DB) error {
	return zooCalled(tx, "BeforeRestore", "zoo_items", i.ID, i.Name)
}

func (i *zooItem) AfterRestore(tx *gorm.DB) error {
	return zooCalled(tx, "AfterRestore", "zoo_items", i.ID, i.Name)
}

func (i *zooItem) BeforePurge(tx *gorm.DB) error {
	return zooCalled(tx, "BeforePurge", "zoo_items", i.ID, i.Name)
}

func (i *zooItem) AfterPurge(tx *gorm.DB) error {
	return zooCalled(tx, "AfterPurge", "zoo_items", i.ID, i.Name)
}

func (l *zooLabel) BeforeDelete(tx *gorm.DB) error {
	return zooCalled(tx, "BeforeDelete", "zoo_labels", l.ID, l.Name)
}

func (l *zooLabel) AfterRestore(tx *gorm.DB) error {
	return zooCalled(tx, "AfterRestore", "zoo_labels", l.ID, l.Name)
}
