package rawsql_test

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// hooked has hooks that run statements of their own.
type hooked struct {
	ID     uint
	PostID uint
	gorm.DeletedAt
}

func (hooked) TableName() string { return "comments" }

func (h *hooked) BeforeUpdate(tx *gorm.DB) error {
	return tx.Exec("UPDATE posts SET title = title WHERE deleted_at IS NULL").Error
}

func (h *hooked) AfterFind(tx *gorm.DB) error {
	return tx.Session(&gorm.Session{NewDB: true}).Model(&post{}).Count(new(int64)).Error
}

// meantByVerbs are calls of each kind that are none of it.
var meantByVerbs = []call{
	{"assoc", func(db *gorm.DB) error {
		return errors.Join(db.Model(&post{ID: 1}).Association("Comments").Find(&[]comment{}), db.Model(&post{ID: 1}).Association("Comments").Append(&comment{ID: 50}), db.Model(&post{ID: 1}).Association("Comments").Replace(&comment{ID: 1}, &comment{ID: 51}), db.Model(&post{ID: 1}).Association("Comments").Delete(&comment{ID: 51}))
	}},
	{"batches", func(db *gorm.DB) error {
		return db.Where("id > 0").FindInBatches(&[]post{}, 1, func(tx *gorm.DB, _ int) error {
			return tx.Session(&gorm.Session{NewDB: true}).Exec("UPDATE posts SET title = title WHERE deleted_at IS NULL").Error
		}).Error
	}},
	{"save", func(db *gorm.DB) error { return db.Save(&post{ID: 1, AuthorID: 1, Title: "a"}).Error }},
	{"save full", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&post{ID: 1, AuthorID: 1, Title: "a", Comments: []comment{{ID: 1}}}).Error
	}},
	{"firstorcreate", func(db *gorm.DB) error {
		return db.Where("title = ?", "q").Attrs(&post{ID: 90, AuthorID: 1, Title: "q"}).FirstOrCreate(&post{}).Error
	}},
	{"update expr sub", func(db *gorm.DB) error {
		return db.Model(&post{}).Where("id = 1").Updates(map[string]any{"title": gorm.Expr("(SELECT max(name) FROM authors WHERE is_deleted = false)")}).Error
	}},
	{"update model sub", func(db *gorm.DB) error {
		return db.Model(&post{}).Where("id = 1").Update("title", db.Model(&author{}).Select("max(name)")).Error
	}},
	{"locking", func(db *gorm.DB) error { return db.Clauses(clause.Locking{Strength: "UPDATE"}).Find(&[]post{}).Error }},
	{"returning", func(db *gorm.DB) error {
		if db.Name() == "mysql" {
			return nil
		}
		var ps []post
		return db.Model(&ps).Clauses(clause.Returning{}).Where("id = 1").Update("title", "a").Error
	}},
	{"onconflict", func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&tag{ID: 1, PostID: 1}).Error
	}},
	{"onconflict upd", func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&post{ID: 1, AuthorID: 1, Title: "a"}).Error
	}},
	{"prepared", func(db *gorm.DB) error {
		s := db.Session(&gorm.Session{PrepareStmt: true})
		return errors.Join(s.Find(&[]post{}).Error, s.Raw("SELECT * FROM posts WHERE deleted_at IS NULL").Scan(&[]map[string]any{}).Error, s.Where(inLivePosts).Find(&[]tag{}).Error)
	}},
	{"batch create", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{CreateBatchSize: 2}).Create(&[]tag{{ID: 91}, {ID: 92}, {ID: 93}}).Error
	}},
	{"dryrun", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{DryRun: true}).Exec("DELETE FROM posts").Error
	}},
	{"dryrun tosql", func(db *gorm.DB) error {
		_ = db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Exec("DELETE FROM posts") })
		return nil
	}},
	{"generic", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Where("id IN (?)", gorm.G[tag](db).Select("post_id")).Find(context.Background())
		return err
	}},
	{"generic trashed sub", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where("post_id IN (?)", gorm.G[post](db).Scopes(softdelete.StatementScope(softdelete.WithTrashed)).Select("id")).Find(context.Background())
		return err
	}},
	{"generic sub RawOK", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where("post_id IN (?)", gorm.G[title](db).Scopes(softdelete.StatementScope(softdelete.RawOK)).Table("posts").Select("id")).Find(context.Background())
		return err
	}},
	{"generic update", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Where("id = ?", 1).Update(context.Background(), "title", "a")
		return err
	}},
	{"generic preload", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Preload("Comments", func(db gorm.PreloadBuilder) error { db.Where("id > 0").Order("id"); return nil }).Find(context.Background())
		return err
	}},
	{"generic preload limit", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Preload("Comments", func(db gorm.PreloadBuilder) error { db.LimitPerRecord(1); return nil }).Find(context.Background())
		return err
	}},
	{"generic create assoc", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Where("id = ?", 1).Set(clause.Assignment{Column: clause.Column{Name: "title"}, Value: "a"}).Update(context.Background())
		return err
	}},
	{"generic assoc ops", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Where("id = ?", 1).Set(clause.Association{Association: "Comments", Type: clause.OpUnlink}).Update(context.Background())
		return err
	}},
	{"hooks that run raw SQL", func(db *gorm.DB) error {
		return errors.Join(db.Create(&hooked{ID: 60, PostID: 1}).Error, db.Model(&hooked{ID: 60}).Update("post_id", 1).Error, db.Find(&[]hooked{}).Error)
	}},
	{"savepoint", func(db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			tx.SavePoint("a")
			_ = tx.Transaction(func(tx *gorm.DB) error { return errors.New("x") })
			return tx.RollbackTo("a").Error
		})
	}},
	{"refused in tx, go on", func(db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Exec("DELETE FROM posts").Error; !errors.Is(err, softdelete.ErrRawSQL) {
				return errors.New("it is not refused")
			}
			if err := tx.Raw("SELECT * FROM posts").Scan(&[]map[string]any{}).Error; !errors.Is(err, softdelete.ErrRawSQL) {
				return errors.New("it is not refused")
			}
			return tx.Find(&[]post{}).Error
		})
	}},
	{"ddl", func(db *gorm.DB) error { _, err := softdelete.DDL(db); return err }},
	{"planmigration", func(db *gorm.DB) error {
		_, err := softdelete.PlanMigration(db, &post{}, &comment{}, &author{})
		return err
	}},
	{"guard", func(db *gorm.DB) error {
		err := softdelete.Guard(db)
		if err != nil {
			return err
		}
		_, e := softdelete.Doctor(db)
		return errors.Join(e, softdelete.Unguard(db))
	}},
	{"guarddl", func(db *gorm.DB) error {
		s, err := softdelete.GuardDDL(db)
		for _, x := range s {
			err = errors.Join(err, db.Exec(x.Up).Error)
		}
		for i := range s {
			err = errors.Join(err, db.Exec(s[len(s)-1-i].Down).Error)
		}
		return err
	}},
	{"ddl run", func(db *gorm.DB) error {
		s, err := softdelete.DDL(db)
		for i := range s {
			err = errors.Join(err, db.Exec(s[len(s)-1-i].Down).Error)
		}
		for _, x := range s {
			err = errors.Join(err, db.Exec(x.Up).Error)
		}
		return err
	}},
	{"the whole trash", func(db *gorm.DB) error {
		tr, err := softdelete.OpenTrash(db)
		if err != nil {
			return err
		}
		_, e1 := tr.Stats(context.Background())
		p, e2 := tr.List(context.Background(), softdelete.ListOptions{})
		_, e3 := tr.Deletions(context.Background(), softdelete.ListOptions{})
		var e4 error
		if len(p.Items) > 0 {
			_, e4 = p.Items[0].Load(context.Background())
			_, e5 := tr.Restore(context.Background(), p.Items[0])
			e4 = errors.Join(e4, e5)
		}
		_, e6 := tr.Empty(context.Background(), softdelete.EmptyOptions{All: true})
		return errors.Join(e1, e2, e3, e4, e6)
	}},
	{"verbs of operations", func(db *gorm.DB) error {
		var d softdelete.Deletion
		return errors.Join(db.Scopes(softdelete.Into(&d)).Select("Comments").Delete(&post{ID: 1}).Error, softdelete.Restore(db, &post{ID: 1}).Error, softdelete.ForceDelete(db, &comment{ID: 50}).Error)
	}},
	{"delete joins str", func(db *gorm.DB) error {
		return db.Joins("JOIN authors ON authors.id = posts.author_id AND authors.is_deleted = false").Where("posts.id = 999").Delete(&post{}).Error
	}},
}
