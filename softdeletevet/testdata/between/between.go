package between // want package:"tables comments .*posts"

import "example.com/shop/models"

// New hands on what another package declares.
func New() models.Tag { return models.Tag{} }
