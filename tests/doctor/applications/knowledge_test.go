package applications_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// knowledge has many ordinary indexes: with the marker in them, beginning with the primary key, of a prefix, on a table that is
// mostly trash and on one that is hardly. Its foreign keys are the database's only.
type (
	knowledgeBase struct {
		ID        uint64 `gorm:"primaryKey;autoIncrement:false"`
		SpaceID   uint64
		Name      string `gorm:"size:150"`
		Status    int
		UpdatedAt int64
		DeletedAt gorm.DeletedAt
	}
	knowledgeDocument struct {
		ID        uint64 `gorm:"primaryKey;autoIncrement:false"`
		BaseID    uint64
		CreatorID uint64
		Name      string `gorm:"size:150"`
		URI       string
		DeletedAt gorm.DeletedAt
	}
	knowledgeSlice struct {
		ID         uint64 `gorm:"primaryKey;autoIncrement:false"`
		DocumentID uint64
		Sequence   int
		Content    string
		DeletedAt  gorm.DeletedAt
	}

	taggedKnowledgeBase struct {
		ID        uint64 `gorm:"primaryKey;autoIncrement:false"`
		SpaceID   uint64
		Name      string `gorm:"size:150"`
		Status    int    `softdelete:"index:idx_status"`
		UpdatedAt int64
		DeletedAt gorm.DeletedAt
	}
	taggedKnowledgeDocument struct {
		ID        uint64 `gorm:"primaryKey;autoIncrement:false"`
		BaseID    uint64 `softdelete:"unique:uk_base_name,priority:1"`
		CreatorID uint64
		Name      string `gorm:"size:150" softdelete:"unique:uk_base_name,priority:2"`
		URI       string
		DeletedAt gorm.DeletedAt
	}
	taggedKnowledgeSlice struct {
		ID         uint64 `gorm:"primaryKey;autoIncrement:false"`
		DocumentID uint64 `softdelete:"index:idx_slice_document_live"`
		Sequence   int    `softdelete:"index:idx_slice_document_live"`
		Content    string
		DeletedAt  gorm.DeletedAt
	}
)

func (knowledgeBase) TableName() string           { return "knowledge_bases" }
func (knowledgeDocument) TableName() string       { return "knowledge_documents" }
func (knowledgeSlice) TableName() string          { return "knowledge_slices" }
func (taggedKnowledgeBase) TableName() string     { return "knowledge_bases" }
func (taggedKnowledgeDocument) TableName() string { return "knowledge_documents" }
func (taggedKnowledgeSlice) TableName() string    { return "knowledge_slices" }

var knowledge = &application{
	name: "knowledge",
	schema: []string{
		"CREATE TABLE knowledge_bases (id {ref} NOT NULL, space_id {ref} NOT NULL DEFAULT 0, name varchar(150) NOT NULL DEFAULT '', status integer NOT NULL DEFAULT 1, updated_at bigint NOT NULL DEFAULT 0, deleted_at {time} NULL, PRIMARY KEY (id))",
		"CREATE INDEX idx_space_id_deleted_at_updated_at ON knowledge_bases (space_id, deleted_at, updated_at)",
		"CREATE INDEX idx_id_status ON knowledge_bases (id, status)",
		"CREATE INDEX idx_status ON knowledge_bases (status)",
		"CREATE TABLE knowledge_documents (id {ref} NOT NULL, base_id {ref} NOT NULL, creator_id {ref} NOT NULL DEFAULT 0, name varchar(150) NOT NULL DEFAULT '', uri text NULL, deleted_at {time} NULL, PRIMARY KEY (id), " +
			"CONSTRAINT uk_base_name UNIQUE (base_id, name), CONSTRAINT fk_documents_base FOREIGN KEY (base_id) REFERENCES knowledge_bases (id) ON DELETE CASCADE)",
		"CREATE INDEX idx_creator_id ON knowledge_documents (creator_id)",
		"mariadb: CREATE INDEX idx_uri ON knowledge_documents (uri(100))",
		"-mariadb: CREATE INDEX idx_uri ON knowledge_documents (substr(uri, 1, 100))",
		"CREATE TABLE knowledge_slices (id {ref} NOT NULL, document_id {ref} NOT NULL, sequence integer NOT NULL, content text NULL, deleted_at {time} NULL, PRIMARY KEY (id), " +
			"CONSTRAINT fk_slices_document FOREIGN KEY (document_id) REFERENCES knowledge_documents (id) ON DELETE CASCADE)",
		"CREATE INDEX idx_slice_document ON knowledge_slices (document_id, sequence)",
	},
	rows: append([]string{
		"INSERT INTO knowledge_bases (id, space_id, name, deleted_at) VALUES (1, 1, 'one', NULL), (2, 1, 'two', '2024-05-01 10:00:00'), (3, 2, 'three', NULL)",
		"INSERT INTO knowledge_documents (id, base_id, name, uri, deleted_at) VALUES (1, 1, 'a', 'u/a', NULL), (2, 1, 'b', 'u/b', '2024-05-01 10:00:00'), (3, 2, 'a', 'u/c', '2024-05-01 10:00:00')",
	}, knowledgeRows()...),
	models: []any{&knowledgeBase{}, &knowledgeDocument{}, &knowledgeSlice{}},
	tagged: []any{&taggedKnowledgeBase{}, &taggedKnowledgeDocument{}, &taggedKnowledgeSlice{}},
	fine:   []string{"idx_creator_id", "idx_id_status", "idx_space_id_deleted_at_updated_at"},
	keeps: []kept{
		{
			what: "a document's name", sets: "uri", where: map[string]any{"base_id": 3, "name": "c"}, target: on("base_id", "name"),
			row: func(n int) any {
				return &knowledgeDocument{ID: uint64(1000 + n), BaseID: 3, Name: "c", URI: note(n)}
			},
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var n int64
		require.NoError(t, w.db.Model(w.as(&knowledgeSlice{})).Where("document_id = ?", 1).Count(&n).Error)
		require.EqualValues(t, 12, n)
		require.NoError(t, w.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).
			Create(w.as(&knowledgeSlice{ID: 5, DocumentID: 1, Sequence: 5, Content: "anew"})).Error)
		require.NoError(t, w.db.Save(w.as(&knowledgeBase{ID: 1, SpaceID: 1, Name: "uno"})).Error)
		require.NoError(t, w.db.Where("document_id = ? AND sequence > ?", 1, 5).Delete(w.as(&knowledgeSlice{})).Error)
	},
	leaves: []string{"cascade-undeclared knowledge_documents", "cascade-undeclared knowledge_slices"},
}

// knowledgeRows make a table of which four fifths are trash, and one of many live rows.
func knowledgeRows() []string {
	const numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT "
	return []string{
		"INSERT INTO knowledge_slices (id, document_id, sequence, content, deleted_at) " + numbers + "i, 1, i, 'text', CASE WHEN i % 5 <> 0 THEN '2024-05-01 10:00:00'{cast} END FROM n",
		"INSERT INTO knowledge_documents (id, base_id, name, uri) " + numbers + "i + 100, 1, {text}, 'u' FROM n",
	}
}
