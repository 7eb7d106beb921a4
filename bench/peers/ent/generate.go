// Package ent is generated from the schema, as ent's users have it.
package ent

//go:generate go run entgo.io/ent/cmd/ent@v0.14.6 generate --feature intercept ./schema
