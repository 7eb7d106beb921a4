//go:build docs

// Package docs needs what the blocks of the docs import.
package docs

import (
	_ "github.com/glebarez/sqlite"
	_ "github.com/google/uuid"
	_ "github.com/stretchr/testify/require"
	_ "gorm.io/driver/mysql"
	_ "gorm.io/driver/postgres"
	_ "gorm.io/plugin/soft_delete"
)
