package main

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Folder is what is emptied, with its files. Their indexes are those of softdelete.AutoMigrate, among them the partial one on
// (deleted_at, id), and one on the foreign key, which has no action of its own.
type Folder struct {
	ID        uint
	CreatedAt time.Time
	Name      string
	softdelete.Tracked
	Files []File `softdelete:"cascade"`
}

// File hangs on a Folder.
type File struct {
	ID        uint
	CreatedAt time.Time
	FolderID  uint `gorm:"index"`
	Name      string
	Size      int
	softdelete.Tracked
}

// cabinet is how many folders there are, with two files each. The first of them were trashed long ago with their files, ten
// folders by one delete; the others are live.
type cabinet struct{ folders, due int }

const filesPerFolder = 2

var folderTables = []string{"folders", "files"}

// rows is how many rows so many folders have, with their files.
func rowsOf(folders int) int64 { return int64(folders) * (1 + filesPerFolder) }

// open makes the tables anew and fills them. Indexes and foreign key are made last, which is quicker.
func (c cabinet) open(db *gorm.DB) error {
	const tracked = "CASE WHEN %[1]s <= ? THEN ?::timestamptz + make_interval(secs => %[1]s / 10) END," +
		" CASE WHEN %[1]s <= ? THEN 'ana' END, CASE WHEN %[1]s <= ? THEN md5(CAST(%[1]s / 10 AS text))::uuid END"
	oldest := time.Now().Add(-age - 24*time.Hour - time.Duration(c.folders/10)*time.Second)
	m := db.Migrator()
	fill := func(columns, of, from string) error {
		return db.Exec("INSERT INTO "+columns+", deleted_at, deleted_by, deletion_id) SELECT "+of+", "+fmt.Sprintf(tracked, "folder")+" FROM "+from,
			c.due, oldest, c.due, c.due).Error
	}
	err := perform(
		func() error { return m.DropTable("files", "folders") },
		func() error { return db.AutoMigrate(&bareFolder{}, &bareFile{}) },
		func() error {
			return fill("folders (created_at, name", "now(), 'A folder of some words'", fmt.Sprintf("generate_series(1, %d) folder", c.folders))
		},
		func() error {
			return fill("files (created_at, folder_id, name, size", "now(), folder, 'A file that has a name', folder",
				fmt.Sprintf("generate_series(1, %d) folder, generate_series(1, %d)", c.folders, filesPerFolder))
		},
		func() error { return softdelete.AutoMigrate(db, &Folder{}, &File{}) },
	)
	if err != nil {
		return err
	}
	return settleTables(db, folderTables)
}

// bareFolder and bareFile are the tables without what is made last.
type (
	bareFolder struct {
		ID        uint
		CreatedAt time.Time
		Name      string
		softdelete.Tracked
	}
	bareFile struct {
		ID        uint
		CreatedAt time.Time
		FolderID  uint
		Name      string
		Size      int
		softdelete.Tracked
	}
)

func (bareFolder) TableName() string { return "folders" }
func (bareFile) TableName() string   { return "files" }

// check fails if anything but what is due is gone, or something due is not.
func (c cabinet) check(db *gorm.DB) error {
	var folders, files int
	err := perform(
		func() error { return db.Raw("SELECT count(*) FROM folders").Scan(&folders).Error },
		func() error { return db.Raw("SELECT count(*) FROM files").Scan(&files).Error },
	)
	if left := c.folders - c.due; err == nil && (folders != left || files != left*filesPerFolder) {
		err = fmt.Errorf("%d folders and %d files are left, not %d and %d", folders, files, left, left*filesPerFolder)
	}
	return err
}
