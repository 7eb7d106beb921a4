package softdelete

// batch bounds a purge to some of the rows that it addresses.
type batch struct{}
