// Operator is the command of a small shop: its trash, at a shell.
//
//	make operator ARGS="deletions"
//
// The shop is a SQLite file, operator.db, which is made at the first run. SHOP_DB names another, SHOP_FRESH=1 has it made anew.
// docs/command.md is walked through with it.
package main

import (
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

func main() {
	trashcmd.Main(shop.Open, shop.Models()...)
}
