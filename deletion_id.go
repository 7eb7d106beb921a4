package softdelete

import (
	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// DeletionID is a nullable UUID, kept in the type that suits each database:
// uuid on PostgreSQL, text on SQLite, char(36) on MySQL and MariaDB.
type DeletionID struct {
	uuid.NullUUID
}

// GormDataType tells GORM that the column is a UUID.
func (DeletionID) GormDataType() string { return "uuid" }

// GormDBDataType tells GORM the column's type on the database at hand.
func (DeletionID) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return dialectOf(db).UUIDType
}
