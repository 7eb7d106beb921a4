package models

type ScopePlain struct {
	ID   uint
	Name string
}
