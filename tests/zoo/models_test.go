package zoo_test

import (
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// Press: markers are times of several precisions, relations are declared by the child only, policies partly by constraint.
type (
	zooAuthor struct {
		gorm.Model
		Name string
	}
	zooArticle struct {
		ID       int64 `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		AuthorID *uint
		Author   *zooAuthor `gorm:"constraint:OnDelete:CASCADE"`
		softdelete.Timestamp
	}
	zooComment struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ArticleID *int64
		Article   *zooArticle `softdelete:"cascade"`
		AuthorID  *uint
		Author    *zooAuthor     `gorm:"constraint:OnDelete:RESTRICT"`
		RemovedAt gorm.DeletedAt `gorm:"column:removed_at"`
	}
	zooReply struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		CommentID *int64
		Comment   *zooComment `softdelete:"cascade"`
		ArticleID *int64
		Article   *zooArticle           `gorm:"constraint:OnDelete:SET NULL"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	zooRating struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ArticleID *int64
		Article   *zooArticle            `softdelete:"cascade"`
		DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
)

type zooHold struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	Tenant  *int64
	OrderNo *int64
	Order   *models.ZooOrder `gorm:"foreignKey:Tenant,OrderNo;references:Tenant,No" softdelete:"restrict"`
	softdelete.Timestamp
}
