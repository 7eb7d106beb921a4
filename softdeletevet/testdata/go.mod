module example.com/shop

go 1.25.0

replace github.com/gorm-softdelete/softdelete => ../..

require (
	github.com/gorm-softdelete/softdelete v0.0.0
	gorm.io/gorm v1.31.2
	gorm.io/plugin/soft_delete v1.2.1
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/jinzhu/inflection v1.0.0 // indirect
	github.com/jinzhu/now v1.1.5 // indirect
	golang.org/x/text v0.29.0 // indirect
)
