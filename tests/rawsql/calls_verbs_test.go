package rawsql_test

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// aroundByVerbs are calls of each kind that reach around the filter.
var aroundByVerbs = []call{
	{"First raw", func(db *gorm.DB) error { return db.Raw("SELECT * FROM posts").First(&post{}).Error }},
	{"Take raw", func(db *gorm.DB) error { return db.Raw("SELECT * FROM posts").Take(&post{}).Error }},
	{"Last raw", func(db *gorm.DB) error { return db.Raw("SELECT * FROM posts").Last(&post{}).Error }},
	{"First cond", func(db *gorm.DB) error { return db.First(&tag{}, inPosts).Error }},
	{"Take cond", func(db *gorm.DB) error { return db.Take(&tag{}, inPosts).Error }},
	{"Last cond", func(db *gorm.DB) error { return db.Last(&tag{}, inPosts).Error }},
	{"FirstOrInit cond", func(db *gorm.DB) error { return db.FirstOrInit(&tag{}, inPosts).Error }},
	{"FirstOrCreate cond", func(db *gorm.DB) error { return db.FirstOrCreate(&tag{}, inPosts).Error }},
	{"Delete cond", func(db *gorm.DB) error { return db.Delete(&tag{}, inPosts).Error }},
	{"Delete cond soft", func(db *gorm.DB) error { return db.Delete(&comment{}, inPosts).Error }},
	{"Restore cond", func(db *gorm.DB) error { return softdelete.Restore(db, &comment{}, inPosts).Error }},
	{"Purge cond", func(db *gorm.DB) error { return softdelete.Purge(db, &comment{}, inPosts).Error }},
	{"Purge where", func(db *gorm.DB) error { return softdelete.Purge(db.Where(inPosts), &comment{}).Error }},
	{"ForceDelete cond", func(db *gorm.DB) error { return softdelete.ForceDelete(db, &comment{}, inPosts).Error }},
	{"ForceDelete where", func(db *gorm.DB) error { return softdelete.ForceDelete(db.Where(inPosts), &comment{}).Error }},
	{"Preview", func(db *gorm.DB) error {
		_, err := softdelete.Preview(db, softdelete.OpSoftDelete, &comment{}, inPosts)
		return err
	}},
	{"Preload args", func(db *gorm.DB) error { return db.Preload("Comments", inPosts).Find(&[]post{}).Error }},
	{"Preload func", func(db *gorm.DB) error {
		return db.Preload("Comments", func(db *gorm.DB) *gorm.DB { return db.Where(inPosts) }).Find(&[]post{}).Error
	}},
	{"Preload func order", func(db *gorm.DB) error {
		return db.Preload("Comments", func(db *gorm.DB) *gorm.DB { return db.Order(maxPost) }).Find(&[]post{}).Error
	}},
	{"Assoc find", func(db *gorm.DB) error {
		return db.Model(&post{ID: 1}).Association("Comments").Find(&[]comment{}, inPosts)
	}},
	{"Assoc find where", func(db *gorm.DB) error {
		return db.Model(&post{ID: 1}).Where(inPosts).Association("Comments").Find(&[]comment{})
	}},
	{"Assoc count", func(db *gorm.DB) error {
		a := db.Model(&post{ID: 1}).Where(inPosts).Association("Comments")
		a.Count()
		return a.Error
	}},
	{"Update where", func(db *gorm.DB) error { return db.Model(&post{}).Where(hasComment).Update("title", "x").Error }},
	{"UpdateColumn where", func(db *gorm.DB) error { return db.Model(&tag{}).Where(inPosts).UpdateColumn("post_id", 2).Error }},
	{"Update table", func(db *gorm.DB) error { return db.Table("posts").Where("1 = 1").UpdateColumn("title", "x").Error }},
	{"Update struct tag on posts", func(db *gorm.DB) error { return db.Table("posts").Where("1 = 1").Updates(&tag{PostID: 1}).Error }},
	{"Delete table tag", func(db *gorm.DB) error { return db.Table("posts").Where("1 = 1").Delete(&tag{}).Error }},
	{"G where", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where(inPosts).Find(context.Background())
		return err
	}},
	{"G first", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where(inPosts).First(context.Background())
		return err
	}},
	{"G count", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where(inPosts).Count(context.Background(), "id")
		return err
	}},
	{"G update", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where(inPosts).Update(context.Background(), "post_id", 2)
		return err
	}},
	{"G delete", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Where(inPosts).Delete(context.Background())
		return err
	}},
	{"G select", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Select("id, " + maxPost + " AS post_id").Find(context.Background())
		return err
	}},
	{"G order", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Order(maxPost).Find(context.Background())
		return err
	}},
	{"G raw rows", func(db *gorm.DB) error {
		r, err := gorm.G[tag](db).Raw("SELECT * FROM posts").Rows(context.Background())
		if err == nil {
			err = r.Close()
		}
		return err
	}},
	{"G raw row", func(db *gorm.DB) error {
		return gorm.G[tag](db).Raw("SELECT * FROM posts").Row(context.Background()).Err()
	}},
	{"G raw scan", func(db *gorm.DB) error {
		return gorm.G[tag](db).Raw("SELECT * FROM posts").Scan(context.Background(), &[]map[string]any{})
	}},
	{"G joins on", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Joins(clause.LeftJoin.Association("Author"), func(db gorm.JoinBuilder, _, _ clause.Table) error {
			db.Where("EXISTS (SELECT 1 FROM comments)")
			return nil
		}).Find(context.Background())
		return err
	}},
	{"G joins from db 2", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Joins(clause.LeftJoin.AssociationFrom("Author", gorm.G[author](db).Where("EXISTS (SELECT 1 FROM comments)")).As("t"), func(db gorm.JoinBuilder, _, _ clause.Table) error { db.Where("t.id = posts.author_id"); return nil }).Find(context.Background())
		return err
	}},
	{"G sub", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Where("id IN (?)", gorm.G[tag](db).Select("post_id").Where(inPosts)).Find(context.Background())
		return err
	}},
	{"G sub table", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Where("id IN (?)", gorm.G[title](db).Table("comments").Select("post_id")).Find(context.Background())
		return err
	}},
	{"G table", func(db *gorm.DB) error {
		_, err := gorm.G[title](db).Table("posts").Find(context.Background())
		return err
	}},
	{"G preload", func(db *gorm.DB) error {
		_, err := gorm.G[post](db).Preload("Comments", func(db gorm.PreloadBuilder) error { db.Where(inPosts); return nil }).Find(context.Background())
		return err
	}},
	{"G batches", func(db *gorm.DB) error {
		return gorm.G[tag](db).Where(inPosts).FindInBatches(context.Background(), 10, func([]tag, int) error { return nil })
	}},
	{"G having", func(db *gorm.DB) error {
		_, err := gorm.G[tag](db).Select("post_id").Group("post_id").Having(inPosts).Find(context.Background())
		return err
	}},
	{"Trash Where", func(db *gorm.DB) error {
		_, err := softdelete.Of[comment](db).Where(inPosts).Find(context.Background())
		return err
	}},
	{"Trash Where restore", func(db *gorm.DB) error {
		_, err := softdelete.Of[comment](db).Where(inPosts).Restore(context.Background())
		return err
	}},
	{"Trash Where purge", func(db *gorm.DB) error {
		_, err := softdelete.Of[comment](db).Where(inPosts).Purge(context.Background())
		return err
	}},
	{"Trash empty", func(db *gorm.DB) error {
		tr, _ := softdelete.OpenTrash(db, &comment{})
		_, err := tr.Empty(context.Background(), softdelete.EmptyOptions{All: true, Where: func(db *gorm.DB) *gorm.DB { return db.Where(inPosts) }})
		return err
	}},
	{"Trash scopes", func(db *gorm.DB) error {
		tr, _ := softdelete.OpenTrash(db, &comment{})
		_, err := tr.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where(inPosts) }).List(context.Background(), softdelete.ListOptions{})
		return err
	}},
	{"prepared", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{PrepareStmt: true}).Raw("SELECT * FROM posts").Scan(&[]map[string]any{}).Error
	}},
	{"prepared exec", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{PrepareStmt: true}).Exec("DELETE FROM comments").Error
	}},
	{"NewDB", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{NewDB: true}).Exec("DELETE FROM comments").Error
	}},
	{"SkipHooks", func(db *gorm.DB) error {
		return db.Session(&gorm.Session{SkipHooks: true}).Exec("DELETE FROM comments").Error
	}},
	{"Conn", func(db *gorm.DB) error {
		return db.Connection(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM comments").Error })
	}},
	{"Begin", func(db *gorm.DB) error {
		tx := db.Begin()
		defer tx.Rollback()
		return tx.Exec("DELETE FROM comments").Error
	}},
}
