package session

import (
	"fmt"

	"gorm.io/gorm"
)

// shardingName is gorm.io/sharding among a handle's plugins. Its pool says that it has
// begun a transaction where it has not, and commits and rolls back nothing.
const shardingName = "gorm:sharding"

// CheckTransactions returns the error of a handle whose transactions are none: there an
// operation of several statements could not be taken back.
func CheckTransactions(db *gorm.DB) error {
	if _, ok := db.Plugins[shardingName]; !ok {
		return nil
	}
	return fmt.Errorf("softdelete: %w: gorm.io/sharding is on this handle, whose default transactions it turns into none, "+
		"and it sends conditions on a sharded table by that table's old name: give it a handle of its own", gorm.ErrUnsupportedDriver)
}
