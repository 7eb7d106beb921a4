package applications_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// catalog keeps times of whole seconds, has a tree of categories, and the tags type and default as they are copied around.
type (
	catalogCategory struct {
		ID        uint
		ParentID  *uint
		Parent    *catalogCategory  `gorm:"foreignKey:ParentID"`
		Children  []catalogCategory `gorm:"foreignKey:ParentID;constraint:OnDelete:CASCADE"`
		Products  []catalogProduct  `gorm:"foreignKey:CategoryID;constraint:OnDelete:CASCADE"`
		Slug      string            `gorm:"size:60"`
		Note      string
		DeletedAt gorm.DeletedAt `gorm:"type:timestamp NULL;default:NULL"`
	}
	catalogProduct struct {
		ID         uint
		CategoryID uint   `gorm:"index"`
		SKU        string `gorm:"size:40;uniqueIndex:uk_sku"`
		Note       string
		CreatedAt  time.Time
		DeletedAt  gorm.DeletedAt `gorm:"type:timestamp NULL;default:NULL;index:idx_trash"`
	}

	taggedCatalogCategory struct {
		ID         uint
		ParentID   *uint                   `softdelete:"unique:uk_parent_slug,priority:2"`
		Parent     *taggedCatalogCategory  `gorm:"foreignKey:ParentID"`
		Children   []taggedCatalogCategory `gorm:"foreignKey:ParentID;constraint:OnDelete:CASCADE"`
		Products   []taggedCatalogProduct  `gorm:"foreignKey:CategoryID;constraint:OnDelete:CASCADE"`
		Slug       string                  `gorm:"size:60" softdelete:"unique:uk_parent_slug,priority:1"`
		Note       string
		DeletionID softdelete.DeletionID `softdelete:"deletionID"`
		DeletedAt  gorm.DeletedAt        `gorm:"type:timestamp NULL;default:NULL"`
	}
	taggedCatalogProduct struct {
		ID         uint
		CategoryID uint   `gorm:"index" softdelete:"index:idx_catalog_products_category_id_live"`
		SKU        string `gorm:"size:40" softdelete:"unique:uk_sku"`
		Note       string
		CreatedAt  time.Time
		DeletionID softdelete.DeletionID `softdelete:"deletionID"`
		DeletedAt  gorm.DeletedAt        `gorm:"type:timestamp NULL;default:NULL;index:idx_trash"`
	}
)

func (catalogCategory) TableName() string       { return "catalog_categories" }
func (catalogProduct) TableName() string        { return "catalog_products" }
func (taggedCatalogCategory) TableName() string { return "catalog_categories" }
func (taggedCatalogProduct) TableName() string  { return "catalog_products" }

var catalog = &application{
	name: "catalog",
	schema: []string{
		"CREATE TABLE catalog_categories (id {id}, parent_id {ref}, slug varchar(60) NOT NULL, note varchar(191), deleted_at {seconds} NULL, " +
			"CONSTRAINT uk_parent_slug UNIQUE (slug, parent_id), CONSTRAINT fk_catalog_categories_children FOREIGN KEY (parent_id) REFERENCES catalog_categories (id) ON DELETE CASCADE)",
		"CREATE TABLE catalog_products (id {id}, category_id {ref} NOT NULL, sku varchar(40), note varchar(191), created_at {seconds} NULL, deleted_at {seconds} NULL, " +
			"CONSTRAINT fk_catalog_categories_products FOREIGN KEY (category_id) REFERENCES catalog_categories (id) ON DELETE CASCADE)",
		"CREATE UNIQUE INDEX uk_sku ON catalog_products (sku)",
		"CREATE INDEX idx_catalog_products_category_id ON catalog_products (category_id)",
		"CREATE INDEX idx_trash ON catalog_products (deleted_at)",
	},
	rows: []string{
		"INSERT INTO catalog_categories (id, parent_id, slug, deleted_at) VALUES (90101, NULL, 'all', NULL), (90102, 90101, 'tea', NULL), (90103, 90101, 'tin', '2024-05-01 10:00:00')",
		"INSERT INTO catalog_products (id, category_id, sku, deleted_at) VALUES (90101, 90102, 't1', NULL), (90102, 90103, 't2', '2024-05-01 10:00:00')",
	},
	models: []any{&catalogCategory{}, &catalogProduct{}},
	tagged: []any{&taggedCatalogCategory{}, &taggedCatalogProduct{}},
	keeps: []kept{
		{
			what: "a slug", sets: "note", where: map[string]any{"parent_id": 90101, "slug": "new"}, target: on("slug", "parent_id"),
			row: func(n int) any { return &catalogCategory{ParentID: pointer(uint(90101)), Slug: "new", Note: note(n)} },
		},
		{
			what: "a number", sets: "note", where: map[string]any{"sku": "t9"}, target: on("sku"),
			row: func(n int) any { return &catalogProduct{CategoryID: 90102, SKU: "t9", Note: note(n)} },
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var n int64
		all := w.as(&catalogCategory{})
		require.NoError(t, w.db.Preload("Children.Products").First(all, 90101).Error)
		children := reflect.ValueOf(all).Elem().FieldByName("Children")
		require.Equal(t, 1, children.Len())
		require.Equal(t, 1, children.Index(0).FieldByName("Products").Len())
		require.NoError(t, w.db.Model(w.as(&catalogProduct{})).Where("category_id IN (?)", w.db.Model(w.as(&catalogCategory{})).Select("id").Where("slug = ?", "tea")).Count(&n).Error)
		require.EqualValues(t, 1, n)
		found := w.as(&catalogProduct{})
		require.NoError(t, w.db.Where(w.as(&catalogProduct{SKU: "t1"})).FirstOrCreate(found).Error)
		require.EqualValues(t, 90101, reflect.ValueOf(found).Elem().FieldByName("ID").Uint())
		require.NoError(t, w.db.Delete(w.as(&catalogCategory{ID: 90102})).Error)
	},
}
