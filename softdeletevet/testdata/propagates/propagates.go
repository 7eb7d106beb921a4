package propagates // want package:"tables comments .*posts"

import (
	"context"

	"example.com/shop/models"
	"gorm.io/gorm"
)

// kept is not dropped: the handle says so.
func kept(ctx context.Context, db *gorm.DB) ([]models.Post, error) {
	db = db.Session(&gorm.Session{PropagateUnscoped: true})
	return gorm.G[models.Post](db.Unscoped()).Find(ctx)
}
