package read_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

func fieldsOf(items string) []string { return strings.Fields(items) }

func lastIndex(item string) int { return strings.LastIndex(item, ">") }

func rootOf(item string) string {
	root, _, _ := strings.Cut(item, ">")
	return root
}

// postsWithComments are the posts with a live comment, whether they are live or not.
const postsWithComments = "p1 p2 p3- p4= p5"

// subqueryReadPaths are those of statements in a statement. One is filtered by what it asks itself.
func subqueryReadPaths() []readPath {
	comments := func(q *readQuery) *gorm.DB { return q.base.Model(q.kind.one('c')) }
	const correlated = "read_comments.post_id = read_posts.id"
	return []readPath{
		where("IN a subquery", postsWithComments, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("id IN (?)", comments(q).Select("post_id"))
		}),
		where("IN a subquery with OR", postsWithComments, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("id IN (?)", comments(q).Select("post_id").Where("score < 9").Or("score = 10"))
		}),
		where("NOT IN a subquery", "p6 p7- p8", func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("id NOT IN (?)", comments(q).Select("post_id"))
		}),
		where("Not IN a subquery", "p6 p7- p8", func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Not("id IN (?)", comments(q).Select("post_id"))
		}),
		where("EXISTS", postsWithComments, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("EXISTS (?)", comments(q).Select("1").Where(correlated))
		}),
		where("NOT EXISTS", "p6 p7- p8", func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("NOT EXISTS (?)", comments(q).Select("1").Where(correlated))
		}),
		where("IN a subquery of the trash", "p1 p3- p7-", func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("id IN (?)", comments(q).Scopes(softdelete.OnlyTrashed).Select("post_id"))
		}),
		where("IN a subquery with trash", "p1 p2 p3- p4= p5 p7-", func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("id IN (?)", softdelete.WithTrashed(comments(q)).Select("post_id"))
		}),
		where("IN one of two subqueries", "p1 p2 p3- p4= p5 p6 p8", func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("id IN (?)", q.base.Model(q.kind.one('p')).Select("id")).
				Or("id IN (?)", q.base.Model(q.kind.one('c')).Select("post_id"))
		}),
		{name: "subquery in Select", items: allPosts, fold: withCounts, run: func(q *readQuery) ([]string, error) {
			var rows []struct {
				Name string
				N    int
			}
			err := q.posts().Select("name, (?) AS n", comments(q).Select("count(*)").Where(correlated)).Scan(&rows).Error
			var items []string
			for _, row := range rows {
				items = append(items, fmt.Sprintf("%s: %d", row.Name, row.N))
			}
			return items, err
		}},
		{name: "subquery in Table", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var names []string
			err := q.base.Table("(?) AS t", q.posts().Where("score < 9").Or("score = 10")).Pluck("t.name", &names).Error
			return names, err
		}},
		{name: "subquery in Table, with a model", items: allPosts, run: func(q *readQuery) ([]string, error) {
			sub := q.base.Model(q.kind.one('p')).Scopes(softdelete.WithTrashed)
			return q.find(q.asked().Table("(?) AS t", sub))
		}},
		{name: "two subqueries in Table", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var names []string
			err := q.base.Table("(?) AS t, (?) AS u", q.posts(), comments(q).Select("count(*) AS n")).
				Where("u.n = 5").Pluck("t.name", &names).Error
			return names, err
		}},
		where("Table with an alias", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Table("read_posts AS x").Where("x.score = 1").Or("x.score = 2")
		}),
		{name: "Table with an alias, Count", items: allPosts, fold: countOf, run: func(q *readQuery) ([]string, error) {
			var n int64
			err := q.posts().Table("read_posts x").Count(&n).Error
			return number(n), err
		}},
	}
}

// withCounts adds to each post how many live comments it has.
func withCounts(shown []string) []string {
	items := make([]string, len(shown))
	for i, name := range shown {
		n := 0
		if slices.Contains(fieldsOf(postsWithComments), name) {
			n = 1
		}
		items[i] = fmt.Sprintf("%s: %d", name, n)
	}
	return items
}

// genericReadPaths are those of gorm.G, on posts P and comments C.
func genericReadPaths[P, C any]() []readPath {
	ctx := context.Background()
	posts := func(q *readQuery) gorm.ChainInterface[P] { return gorm.G[P](q.base).Scopes(q.statementScopes()...) }
	one := func(name string, fold func([]string) []string, read func(chain gorm.ChainInterface[P]) (P, error)) readPath {
		return readPath{name: "G." + name, items: allPosts, fold: fold, run: func(q *readQuery) ([]string, error) {
			row, err := read(posts(q))
			return along(row, ""), err
		}}
	}
	find := func(name, items, relations string, build func(q *readQuery, chain gorm.ChainInterface[P]) gorm.ChainInterface[P]) readPath {
		return readPath{name: "G." + name, items: items, run: func(q *readQuery) ([]string, error) {
			rows, err := build(q, posts(q)).Find(ctx)
			return along(rows, relations), err
		}}
	}
	join := func(name, items string, target clause.JoinTarget, on func(gorm.JoinBuilder, clause.Table, clause.Table) error) readPath {
		return find("Joins, "+name, items, "Owner", func(_ *readQuery, chain gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return chain.Joins(target, on)
		})
	}
	preload := func(relation, items string) readPath {
		return find("Preload, "+relation, allPosts+" "+items, relation, func(_ *readQuery, chain gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return chain.Preload(relation, nil)
		})
	}
	on := func(put func(gorm.JoinBuilder, clause.Column)) func(gorm.JoinBuilder, clause.Table, clause.Table) error {
		return func(b gorm.JoinBuilder, table, _ clause.Table) error {
			put(b, clause.Column{Table: table.Name, Name: "name"})
			return nil
		}
	}
	either := on(func(b gorm.JoinBuilder, name clause.Column) {
		b.Where(clause.Or(clause.Eq{Column: name, Value: "o1"}, clause.Eq{Column: name, Value: "o2-"}))
	})
	rawEither := on(func(b gorm.JoinBuilder, name clause.Column) {
		b.Where("? = ?\nOR\n? = ?", name, "o1", name, "o2-")
	})
	const oneAndTwo = "p1>o1 p2>o2- p3->o1 p7->o2-"
	return []readPath{
		one("First", firstOf, func(c gorm.ChainInterface[P]) (P, error) { return c.First(ctx) }),
		one("Last", lastOf, func(c gorm.ChainInterface[P]) (P, error) { return c.Last(ctx) }),
		one("Take", firstOf, func(c gorm.ChainInterface[P]) (P, error) { return c.Order("id").Take(ctx) }),
		find("Find", allPosts, "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] { return c }),
		find("Where, Or", rankOneTwo, "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return c.Where("score = ?", 1).Or("score = ?", 2)
		}),
		find("Not", rankOneTwo, "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return c.Not("score = 3\nOR\nscore = 4")
		}),
		find("Distinct", allPosts, "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] { return c.Distinct("name") }),
		find("IN a subquery", postsWithComments, "", func(q *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return c.Where("id IN (?)", gorm.G[C](q.base).Select("post_id"))
		}),
		find("Table with an alias", allPosts, "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return c.Table("read_posts AS x")
		}),
		{name: "G.Scan", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var rows []readSmaller
			err := posts(q).Scan(ctx, &rows)
			return along(rows, ""), err
		}},
		{name: "G.Count", items: allPosts, fold: countOf, run: func(q *readQuery) ([]string, error) {
			n, err := posts(q).Count(ctx, "*")
			return number(n), err
		}},
		{name: "G.Row", items: allPosts, fold: firstOf, run: func(q *readQuery) ([]string, error) {
			return rowName(posts(q).Select("name").Order("id").Row(ctx))
		}},
		{name: "G.Rows", items: allPosts, run: func(q *readQuery) ([]string, error) {
			return scanNames(posts(q).Select("name").Rows(ctx))
		}},
		{name: "G.FindInBatches", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var names []string
			err := posts(q).FindInBatches(ctx, 2, func(rows []P, _ int) error {
				names = append(names, along(rows, "")...)
				return nil
			})
			return names, err
		}},
		{name: "G, used twice", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			chain := posts(q).Where("score < ?", 3)
			first, err := chain.Find(ctx)
			if err != nil {
				return nil, err
			}
			second, err := chain.Find(ctx)
			if err != nil {
				return nil, err
			}
			return sameFirst(along(first, ""), along(second, ""))
		}},
		join("left", allPosts+" "+ownersOfPosts, clause.LeftJoin.Association("Owner"), nil),
		join("inner", inner(ownersOfPosts), clause.InnerJoin.Association("Owner"), nil),
		join("Has", inner(ownersOfPosts), clause.Has("Owner"), nil),
		join("on an OR", allPosts+" "+oneAndTwo, clause.LeftJoin.Association("Owner"), either),
		join("on a raw OR", inner(oneAndTwo), clause.InnerJoin.Association("Owner"), rawEither),
		find("Joins, alias", inner(ownersOfPosts), "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return c.Joins(clause.InnerJoin.Association("Owner").As("x"), nil)
		}).rooted(),
		find("Joins, alias, on a raw OR", inner(oneAndTwo), "", func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
			return c.Joins(clause.InnerJoin.Association("Owner").As("x"), rawEither)
		}).rooted(),
		preload("Owner", ownersOfPosts), preload("Detail", detailsOfPosts), preload("Comments", commentsOfPosts),
		preload("Tags", tagsOfPosts), preload("Labels", labelsOfPosts),
		find("Preload with conditions", allPosts+" p1>c1 p1>c2- p3->c5 p3->c6-", "Comments",
			func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
				return c.Preload("Comments", func(b gorm.PreloadBuilder) error {
					b.Where("(score = 9\nOR\nname IN ?)", []string{"c1", "c2-", "c5", "c6-"})
					return nil
				})
			}),
		find("Preload, limited per record", allPosts+" "+commentsOfPosts, "Comments",
			func(_ *readQuery, c gorm.ChainInterface[P]) gorm.ChainInterface[P] {
				return c.Preload("Comments", func(b gorm.PreloadBuilder) error {
					b.LimitPerRecord(9)
					return nil
				})
			}),
	}
}

// rooted drops from what a path gives all but the statement's own model.
func (p readPath) rooted() readPath {
	var items []string
	for _, item := range fieldsOf(p.items) {
		if strings.HasSuffix(item, ")") {
			items = append(items, item)
		}
	}
	p.items = strings.Join(items, " ")
	return p
}
