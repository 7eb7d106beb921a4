package read_test

import (
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

// Items of posts with what they lead to. A left join and a preload give a post without it, too.
const (
	ownersOfPosts   = "p1>o1 p2>o2- p3->o1 p4=>o4 p5>o3= p7->o2- p8>o4"
	detailsOfPosts  = "p1>d1- p2>d2 p3->d3 p5>d4= p6>d5 p7->d6-"
	commentsOfPosts = "p1>c1 p1>c2- p1>c3= p2>c4 p3->c5 p3->c6- p5>c7 p7->c8= p4=>c9"
	tagsOfPosts     = "p1>k1>t1 p1>k2>t2- p1>k3->t3 p2>k4->t1 p2>k5>t3 p3->k6>t1 p5>k7=>t3 p5>k8>t4= p6>k9>t1"
	labelsOfPosts   = "p1>l1->t1 p1>l2>t2- p1>l3>t3 p2>l4>t1 p2>l5=>t3 p3->l6->t1 p5>l7>t3 p5>l8>t4="
	postsOfOwners   = "o1>p1 o2->p2 o1>p3- o4>p4= o3=>p5 o2->p7- o4>p8"
	postsOfComments = "c1>p1 c2->p1 c3=>p1 c4>p2 c5>p3- c6->p3- c7>p5 c8=>p7- c9>p4="
	ownersOfThose   = "c1>p1>o1 c2->p1>o1 c3=>p1>o1 c4>p2>o2- c5>p3->o1 c6->p3->o1 c7>p5>o3= c8=>p7->o2- c9>p4=>o4"
	postsOfTheirs   = "p1>o1>p1 p1>o1>p3- p2>o2->p2 p2>o2->p7- p3->o1>p1 p3->o1>p3- p4=>o4>p4= p4=>o4>p8 p5>o3=>p5 " +
		"p7->o2->p2 p7->o2->p7- p8>o4>p4= p8>o4>p8"
)

var (
	onlyTrashed    = softdelete.OnlyTrashed
	withoutTrashed = softdelete.WithoutTrashed
)

func unscopedOnly(v readView) bool { return v.unscoped }

// unscopedOrTimed says that a condition of the view stays, as it should, where the path changes what is shown.
func unscopedOrTimed(v readView) bool { return v.unscoped || v.fits != nil }

// inner makes the items of an inner join: no post without what it leads to.
func inner(items string) string {
	var all string
	for _, item := range fieldsOf(items) {
		i := lastIndex(item)
		all += " " + item[:i] + ">(" + item[i+1:] + ") " + item
	}
	return all
}

// relationReadPaths are those of joins, preloads and associations.
func relationReadPaths() []readPath {
	return slices.Concat(joinReadPaths(), preloadReadPaths(), associationReadPaths())
}

func joinReadPaths() []readPath {
	along := func(name string, root byte, items, relations string, join func(q *readQuery, db *gorm.DB) *gorm.DB) readPath {
		return readPath{name: name, root: root, items: items, run: func(q *readQuery) ([]string, error) {
			return q.findAlong(join(q, q.asked()), root, relations)
		}}
	}
	simple := func(name string, root byte, items, relations string) readPath {
		return along(name, root, items, relations, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Joins(relations) })
	}
	owner := func(name, owners string, on func(q *readQuery) *gorm.DB) []readPath {
		return []readPath{
			along("Joins on "+name, 'p', allPosts+" "+owners, "Owner", func(q *readQuery, db *gorm.DB) *gorm.DB {
				return db.Joins("Owner", on(q))
			}),
			along("InnerJoins on "+name, 'p', inner(owners), "Owner", func(q *readQuery, db *gorm.DB) *gorm.DB {
				return db.InnerJoins("Owner", on(q))
			}),
		}
	}
	const oneAndTwo = "p1>o1 p2>o2- p3->o1 p7->o2-"
	return slices.Concat([]readPath{
		simple("Joins of a belongs-to", 'p', allPosts+" "+ownersOfPosts, "Owner"),
		simple("Joins of a has-one", 'p', allPosts+" "+detailsOfPosts, "Detail"),
		simple("nested Joins", 'c', allComments+" "+postsOfComments+" "+ownersOfThose, "Post.Owner"),
		along("Joins of a relation and one in it", 'c', allComments+" "+postsOfComments+" "+ownersOfThose, "Post.Owner",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Joins("Post").Joins("Post.Owner") }),
		along("InnerJoins of a belongs-to", 'p', inner(ownersOfPosts), "Owner",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.InnerJoins("Owner") }),
		along("InnerJoins of a has-one", 'p', inner(detailsOfPosts), "Detail",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.InnerJoins("Detail") }),
		along("InnerJoins of a relation, Joins of one in it", 'c', inner(postsOfComments)+" "+ownersOfThose, "Post.Owner",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.InnerJoins("Post").Joins("Post.Owner") }),
		along("Joins with an OR in WHERE", 'p', "p1 p2 p3- p4= p8 p1>o1 p2>o2- p3->o1 p4=>o4 p8>o4", "Owner",
			func(_ *readQuery, db *gorm.DB) *gorm.DB {
				return db.Joins("Owner").Where("read_posts.score = ?", 1).Or("read_posts.score = ?", 2)
			}),
		along("Joins of two relations", 'p', allPosts+" "+ownersOfPosts, "Owner",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Joins("Owner").Joins("Detail") }),
		along("Joins, from an alias", 'p', allPosts+" "+ownersOfPosts, "Owner",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Table("read_posts AS x").Joins("Owner") }),
		along("Joins, then Preload", 'p', allPosts+" "+ownersOfPosts+" "+postsOfTheirs, "Owner.Posts",
			func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Joins("Owner").Preload("Owner.Posts") }),
		{name: "Count with InnerJoins", items: ownersOfPosts, fold: countOf, run: func(q *readQuery) ([]string, error) {
			var n int64
			err := q.posts().InnerJoins("Owner").Count(&n).Error
			return number(n), err
		}},
		{
			name: "Pluck with InnerJoins", items: "p1>(o1) p2>(o2-) p3->(o1) p4=>(o4) p5>(o3=) p7->(o2-) p8>(o4)",
			run: func(q *readQuery) ([]string, error) {
				var names []string
				err := q.posts().InnerJoins("Owner").Pluck("read_posts.name", &names).Error
				return names, err
			},
		},
		{name: "Joins, found twice", items: allPosts + " " + ownersOfPosts, run: func(q *readQuery) ([]string, error) {
			db := q.asked().Joins("Owner", q.base.Where("1 = 1").Or("1 = 2")).Session(&gorm.Session{})
			first, err := q.findAlong(db, 'p', "Owner")
			if err != nil {
				return nil, err
			}
			second, err := q.findAlong(db, 'p', "Owner")
			if err != nil {
				return nil, err
			}
			return sameFirst(first, second)
		}},
		{
			name: "hand-written Joins with Live", items: commentsOfPosts, fixed: map[byte]string{'c': ""},
			run: func(q *readQuery) ([]string, error) {
				return handWritten(q, "JOIN read_comments c ON c.post_id = read_posts.id AND ?", softdelete.Live(q.kind.one('c'), "c"))
			},
		},
		{
			name: "hand-written Joins with an OR and Live", items: commentsOfPosts, fixed: map[byte]string{'c': ""},
			run: func(q *readQuery) ([]string, error) {
				return handWritten(q, "JOIN read_comments c ON (c.post_id = read_posts.id OR 1 = 2) AND ?", softdelete.Live(q.kind.one('c'), "c"))
			},
		},
		{
			name: "hand-written Joins with NOT Live", items: commentsOfPosts, fixed: map[byte]string{'c': "-="},
			run: func(q *readQuery) ([]string, error) {
				return handWritten(q, "JOIN read_comments c ON c.post_id = read_posts.id AND NOT (?)", softdelete.Live(q.kind.one('c'), "c"))
			},
		},
	},
		owner("a condition", oneAndTwo, func(q *readQuery) *gorm.DB {
			return q.base.Where(database.Quoted(q.base, `"Owner"."name" IN ?`), []string{"o1", "o2-"})
		}),
		owner("Where, Or", oneAndTwo, func(q *readQuery) *gorm.DB {
			return q.base.Where(database.Quoted(q.base, `"Owner"."name" = ?`), "o1").Or(database.Quoted(q.base, `"Owner"."name" = ?`), "o2-")
		}),
		owner("Or first", oneAndTwo, func(q *readQuery) *gorm.DB {
			return q.base.Or(database.Quoted(q.base, `"Owner"."name" = ?`), "o1").Or(database.Quoted(q.base, `"Owner"."name" = ?`), "o2-")
		}),
		owner("a raw OR", oneAndTwo, func(q *readQuery) *gorm.DB {
			return q.base.Where(database.Quoted(q.base, "\"Owner\".\"name\" = ?\nOR\n\"Owner\".\"name\" = ?"), "o1", "o2-")
		}),
		owner("a group", oneAndTwo, func(q *readQuery) *gorm.DB {
			return q.base.Where(q.base.Where(database.Quoted(q.base, `"Owner"."name" = ?`), "o1").Or(database.Quoted(q.base, `"Owner"."name" = ?`), "o2-"))
		}),
		owner("an expression as a variable", oneAndTwo, func(q *readQuery) *gorm.DB {
			return q.base.Where("?", gorm.Expr(database.Quoted(q.base, `"Owner"."name" = ? OR "Owner"."name" = ?`), "o1", "o2-"))
		}),
		owner("clause.Eq", "p1>o1 p3->o1", func(q *readQuery) *gorm.DB {
			return q.base.Where(clause.Eq{Column: clause.Column{Table: "Owner", Name: "name"}, Value: "o1"})
		}),
	)
}

// handWritten gives posts with the comments that a join written by hand finds.
func handWritten(q *readQuery, join string, args ...any) ([]string, error) {
	var rows []struct{ Post, Comment string }
	err := q.posts().Joins(join, args...).Select("read_posts.name AS post, c.name AS comment").Scan(&rows).Error
	var items []string
	for _, row := range rows {
		items = append(items, row.Post+">"+row.Comment)
	}
	return items, err
}

func preloadReadPaths() []readPath {
	preload := func(name string, root byte, items, relations string, fixed map[byte]string, args ...any) readPath {
		return readPath{name: name, root: root, items: items, fixed: fixed, run: func(q *readQuery) ([]string, error) {
			return q.findAlong(q.asked().Preload(relations, args...), root, relations)
		}}
	}
	scoped := func(name, show string, scope handles.ReadScope) readPath {
		path := preload("Preload with "+name, 'p', allPosts+" "+commentsOfPosts, "Comments", map[byte]string{'c': show}, scope)
		path.skip = unscopedOnly
		return path
	}
	const firstComments = "p1>c1 p1>c2- p2>c4 p3->c5 p3->c6-"
	paths := []readPath{
		preload("Preload of a belongs-to", 'p', allPosts+" "+ownersOfPosts, "Owner", nil),
		preload("Preload of a has-one", 'p', allPosts+" "+detailsOfPosts, "Detail", nil),
		preload("Preload of a has-many", 'p', allPosts+" "+commentsOfPosts, "Comments", nil),
		preload("Preload through SetupJoinTable", 'p', allPosts+" "+tagsOfPosts, "Tags", nil),
		preload("Preload through Config.Models", 'p', allPosts+" "+labelsOfPosts, "Labels", nil),
		preload("Preload of posts", 'o', "o1 o2- o3= o4 "+postsOfOwners, "Posts", nil),
		preload("nested Preload", 'c', allComments+" "+postsOfComments+" "+ownersOfThose, "Post.Owner", nil),
		preload("nested Preload of the same model", 'p', allPosts+" "+ownersOfPosts+" "+postsOfTheirs, "Owner.Posts", nil),
		preload("Preload with conditions", 'p', allPosts+" "+firstComments, "Comments", nil,
			"name IN ? OR name IN ?", []string{"c1", "c2-"}, []string{"c4", "c5", "c6-"}),
		preload("Preload with raw conditions", 'p', allPosts+" "+firstComments, "Comments", nil,
			"(score = 9\nOR\nname IN ?)", []string{"c1", "c2-", "c4", "c5", "c6-"}),
		preload("Preload with a function", 'p', allPosts+" "+firstComments, "Comments", nil, func(db *gorm.DB) *gorm.DB {
			return db.Where("(score = 9\nOR\nname IN ?)", []string{"c1", "c2-", "c4", "c5", "c6-"}).Order("id DESC")
		}),
		scoped("WithTrashed", "*", softdelete.WithTrashed),
		scoped("OnlyTrashed", "-=", softdelete.OnlyTrashed),
		scoped("WithoutTrashed", "", softdelete.WithoutTrashed),
		scoped("WithTrashed and conditions", "*", func(db *gorm.DB) *gorm.DB {
			return db.Scopes(softdelete.WithTrashed).Where("name <> ?", "zz")
		}),
	}
	for _, relation := range []struct{ name, items string }{
		{"Owner", ownersOfPosts},
		{"Detail", detailsOfPosts},
		{"Comments", commentsOfPosts},
		{"Tags", tagsOfPosts},
		{"Labels", labelsOfPosts},
	} {
		paths = append(paths, readPath{
			name: "Preload of all, " + relation.name, items: allPosts + " " + relation.items,
			run: func(q *readQuery) ([]string, error) {
				return q.findAlong(q.asked().Preload(clause.Associations), 'p', relation.name)
			},
		}, readPath{
			name: "First with Preload, " + relation.name, items: allPosts + " " + relation.items, fold: ofFirst,
			run: func(q *readQuery) ([]string, error) {
				row := q.kind.one('p')
				err := q.asked().Preload(relation.name).First(row).Error
				return along(row, relation.name), err
			},
		})
	}
	return paths
}

// ofFirst keeps the first post and what it leads to.
func ofFirst(shown []string) []string {
	return slices.DeleteFunc(shown, func(item string) bool { return rootOf(item) != rootOf(shown[0]) })
}

func associationReadPaths() []readPath {
	// owner loads the rows that the association is of, filtered by nothing.
	owner := func(q *readQuery, names ...string) (any, error) {
		var ids []uint
		for _, name := range names {
			ids = append(ids, readID(name))
		}
		rows := q.kind.many('p')
		err := q.base.Unscoped().Order("id").Find(rows, ids).Error
		if len(names) == 1 {
			return reflect.ValueOf(rows).Elem().Index(0).Addr().Interface(), err
		}
		return rows, err
	}
	var paths []readPath
	for _, a := range []struct {
		relation string
		root     byte
		items    string
		of       []string
	}{
		{"Comments", 'c', "c1 c2- c3=", []string{"p1"}},
		{"Comments", 'c', "c1 c2- c3= c4 c5 c6-", []string{"p1", "p2", "p3-"}},
		{"Owner", 'o', "o1", []string{"p1"}},
		{"Owner", 'o', "o2-", []string{"p2"}},
		{"Owner", 'o', "o1 o2- o3=", []string{"p1", "p2", "p5"}},
		{"Detail", 'd', "d1-", []string{"p1"}},
		{"Tags", 't', "k1>t1 k2>t2- k3->t3", []string{"p1"}},
		{"Tags", 't', "k7=>t3 k8>t4=", []string{"p5"}},
		{"Labels", 't', "l1->t1 l2>t2- l3>t3", []string{"p1"}},
		{"Labels", 't', "l4>t1 l5=>t3", []string{"p2"}},
	} {
		find := func(q *readQuery, conds ...any) ([]string, error) {
			of, err := owner(q, a.of...)
			if err != nil {
				return nil, err
			}
			rows := q.kind.many(a.root)
			err = q.asked().Model(of).Association(a.relation).Find(rows, conds...)
			return along(rows, ""), err
		}
		name := fmt.Sprintf("%s of %v", a.relation, a.of)
		table := readTables[a.root]
		paths = append(paths,
			readPath{name: "Association.Find, " + name, root: a.root, items: a.items, run: func(q *readQuery) ([]string, error) {
				return find(q)
			}},
			readPath{
				name: "Association.Find with conditions, " + name, root: a.root, items: a.items,
				run: func(q *readQuery) ([]string, error) { return find(q, table+".score < 9\nOR\n"+table+".score = 10") },
			},
			readPath{
				name: "Association.Count, " + name, root: a.root, items: a.items, fold: countOf,
				run: func(q *readQuery) ([]string, error) {
					of, err := owner(q, a.of...)
					if err != nil {
						return nil, err
					}
					association := q.asked().Model(of).Association(a.relation)
					return number(association.Count()), association.Error
				},
			})
	}
	return paths
}
