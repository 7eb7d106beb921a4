module github.com/gorm-softdelete/softdelete/softdeletevet

go 1.25.0

replace github.com/gorm-softdelete/softdelete => ..

require (
	github.com/golangci/plugin-module-register v0.1.2
	github.com/gorm-softdelete/softdelete v0.2.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/tools v0.49.0
	gorm.io/gorm v1.31.2
)

require (
	github.com/jinzhu/inflection v1.0.0 // indirect
	github.com/jinzhu/now v1.1.5 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/mod v0.39.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/text v0.29.0 // indirect
)
