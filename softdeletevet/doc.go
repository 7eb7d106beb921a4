// Package softdeletevet finds what of a program reaches around soft deletes: of the plugin
// softdelete, and of GORM alone.
//
// Types decide what is soft-deletable, and constants what a table is called. Where these do
// not tell, nothing is said. The rules are listed in docs/softdeletevet.md of the
// repository.
package softdeletevet
