package read_test

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Items that many paths give.
const (
	allPosts    = "p1 p2 p3- p4= p5 p6 p7- p8"
	allComments = "c1 c2- c3= c4 c5 c6- c7 c8= c9"
	rankOneTwo  = "p1 p2 p3- p4= p8"
)

// readSmaller is a struct smaller than a post.
type readSmaller struct {
	ID   uint
	Name string
}

func firstOf(shown []string) []string { return shown[:min(1, len(shown))] }

func lastOf(shown []string) []string { return shown[max(0, len(shown)-1):] }

func countOf(shown []string) []string { return []string{"#" + strconv.Itoa(len(shown))} }

func number(n int64) []string { return []string{"#" + strconv.FormatInt(n, 10)} }

func sameFirst(a, b []string) ([]string, error) {
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		return nil, fmt.Errorf("the first time %v, the second %v", a, b)
	}
	return b, nil
}

func scanNames(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read to the end
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func rowName(row *sql.Row) ([]string, error) {
	var name string
	if err := row.Scan(&name); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return []string{name}, nil
}

// where is the path of a condition on posts, put to db by put.
func where(name, items string, put func(q *readQuery, db *gorm.DB) *gorm.DB) readPath {
	return readPath{name: name, items: items, run: func(q *readQuery) ([]string, error) {
		return q.find(put(q, q.asked()))
	}}
}

// readPaths are those of the statement's own model.
func readPaths() []readPath {
	return slices.Concat(finisherReadPaths(), conditionReadPaths(), handleReadPaths())
}

func finisherReadPaths() []readPath {
	one := func(name string, fold func([]string) []string, read func(db *gorm.DB, dest any) *gorm.DB) readPath {
		return readPath{name: name, items: allPosts, fold: fold, run: func(q *readQuery) ([]string, error) {
			row := q.kind.one('p')
			err := read(q.asked(), row).Error
			return along(row, ""), err
		}}
	}
	return []readPath{
		one("First", firstOf, func(db *gorm.DB, dest any) *gorm.DB { return db.First(dest) }),
		one("Last", lastOf, func(db *gorm.DB, dest any) *gorm.DB { return db.Last(dest) }),
		one("Take", lastOf, func(db *gorm.DB, dest any) *gorm.DB { return db.Order("id DESC").Take(dest) }),
		one("Find into a struct", firstOf, func(db *gorm.DB, dest any) *gorm.DB { return db.Order("id").Limit(1).Find(dest) }),
		{name: "First by key", items: "p3-", run: func(q *readQuery) ([]string, error) {
			row := q.kind.one('p')
			err := q.asked().First(row, readID("p3-")).Error
			return along(row, ""), err
		}},
		{name: "First by the value's key", items: "p4=", run: func(q *readQuery) ([]string, error) {
			row := q.kind.one('p')
			reflect.ValueOf(row).Elem().FieldByName("Base").FieldByName("ID").SetUint(uint64(readID("p4=")))
			err := q.asked().First(row).Error
			return along(row, ""), err
		}},
		{name: "Find", items: allPosts, run: func(q *readQuery) ([]string, error) { return q.find(q.asked()) }},
		{name: "Scan into models", items: allPosts, run: func(q *readQuery) ([]string, error) {
			rows := q.kind.many('p')
			err := q.posts().Scan(rows).Error
			return along(rows, ""), err
		}},
		{name: "Scan into a smaller struct", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var rows []readSmaller
			err := q.posts().Scan(&rows).Error
			return along(rows, ""), err
		}},
		{name: "Find into a smaller struct", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var rows []readSmaller
			err := q.posts().Find(&rows).Error
			return along(rows, ""), err
		}},
		{name: "First into a smaller struct", items: allPosts, fold: firstOf, run: func(q *readQuery) ([]string, error) {
			var row readSmaller
			err := q.posts().First(&row).Error
			return along(row, ""), err
		}},
		{name: "Find into maps", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var rows []map[string]any
			err := q.posts().Select("name").Find(&rows).Error
			names := []string{}
			for _, row := range rows {
				names = append(names, row["name"].(string))
			}
			return names, err
		}},
		{name: "Pluck", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var names []string
			err := q.posts().Pluck("name", &names).Error
			return names, err
		}},
		{name: "Count", items: allPosts, fold: countOf, run: func(q *readQuery) ([]string, error) {
			var n int64
			err := q.posts().Count(&n).Error
			return number(n), err
		}},
		{name: "Count of a column", items: allPosts, fold: countOf, run: func(q *readQuery) ([]string, error) {
			var n int64
			err := q.posts().Distinct("name").Count(&n).Error
			return number(n), err
		}},
		{name: "Row", items: allPosts, fold: firstOf, run: func(q *readQuery) ([]string, error) {
			return rowName(q.posts().Select("name").Order("id").Row())
		}},
		{name: "Rows", items: allPosts, run: func(q *readQuery) ([]string, error) {
			return scanNames(q.posts().Select("name").Rows())
		}},
		{name: "FindInBatches", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var names []string
			rows := q.kind.many('p')
			err := q.asked().FindInBatches(rows, 2, func(*gorm.DB, int) error {
				names = append(names, along(rows, "")...)
				return nil
			}).Error
			return names, err
		}},
		{name: "FirstOrInit", items: "p3-", run: func(q *readQuery) ([]string, error) {
			row := q.kind.one('p')
			err := q.asked().Where(map[string]any{"name": "p3-"}).FirstOrInit(row).Error
			if reflect.ValueOf(row).Elem().FieldByName("Base").FieldByName("ID").IsZero() {
				return nil, err
			}
			return along(row, ""), err
		}},
		{name: "FirstOrCreate", items: "p3-", run: func(q *readQuery) ([]string, error) {
			row := q.kind.one('p')
			err := q.base.Transaction(func(tx *gorm.DB) error {
				if err := q.ask(tx).Where(map[string]any{"name": "p3-"}).FirstOrCreate(row).Error; err != nil {
					return err
				}
				return errRollBack
			})
			if errors.Is(err, errRollBack) {
				err = nil
			}
			if reflect.ValueOf(row).Elem().FieldByName("Base").FieldByName("ID").Uint() != uint64(readID("p3-")) {
				return nil, err
			}
			return along(row, ""), err
		}},
		{name: "Distinct", items: allPosts, run: func(q *readQuery) ([]string, error) {
			var names []string
			err := q.posts().Distinct("name").Find(&names).Error
			return names, err
		}},
		{name: "Group and Having", items: allPosts, fold: ranksTwice, run: func(q *readQuery) ([]string, error) {
			var rows []struct{ Score, N int }
			err := q.posts().Select("score, count(*) AS n").Group("score").Having("count(*) >= ? OR count(*) > ?", 2, 100).Find(&rows).Error
			var groups []string
			for _, row := range rows {
				groups = append(groups, fmt.Sprintf("score %d: %d", row.Score, row.N))
			}
			return groups, err
		}},
	}
}

var errRollBack = errors.New("roll back")

// ranksTwice counts posts by score, and keeps the counts above one.
func ranksTwice(shown []string) []string {
	counts := map[string]int{}
	for _, line := range readRows['p'] {
		parts := strings.Fields(strings.TrimPrefix(line, "!"))
		if slices.Contains(shown, parts[0]) {
			counts[parts[1]]++
		}
	}
	groups := []string{}
	for score, n := range counts {
		if n >= 2 {
			groups = append(groups, fmt.Sprintf("score %s: %d", score, n))
		}
	}
	return groups
}

// conditionReadPaths are those of conditions that could reach around the filter.
func conditionReadPaths() []readPath {
	raw := func(name, items, condition string, args ...any) readPath {
		return where(name, items, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Where(condition, args...) })
	}
	return []readPath{
		{name: "Find with inline conditions", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			rows := q.kind.many('p')
			err := q.asked().Find(rows, "score = ? OR score = ?", 1, 2).Error
			return along(rows, ""), err
		}},
		{name: "Find by a slice of keys", items: "p1 p3- p4= p7-", run: func(q *readQuery) ([]string, error) {
			rows := q.kind.many('p')
			err := q.asked().Find(rows, []uint{readID("p1"), readID("p3-"), readID("p4="), readID("p7-")}).Error
			return along(rows, ""), err
		}},
		where("struct", "p1 p3-", func(q *readQuery, db *gorm.DB) *gorm.DB {
			row := q.kind.one('p')
			reflect.ValueOf(row).Elem().FieldByName("Score").SetInt(1)
			return db.Where(row)
		}),
		where("map", "p1 p3-", func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Where(map[string]any{"score": 1}) }),
		where("map of an expression", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where(map[string]any{"score": gorm.Expr("1 OR score = 2")})
		}),
		where("map of one expression in a list", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where(clause.IN{Column: "score", Values: []any{gorm.Expr("1 OR score = 2")}})
		}),
		where("raw column", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where(clause.Eq{Column: clause.Column{Name: "score = 1 OR score", Raw: true}, Value: 2})
		}),
		where("expression as a variable", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("?", gorm.Expr("score = 1 OR score = 2"))
		}),
		where("expression as a compared variable", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("score = ?", gorm.Expr("1 OR score = 2"))
		}),
		where("expression as a named variable", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("score = @x", map[string]any{"x": gorm.Expr("1 OR score = 2")})
		}),
		where("raw SQL as a variable", rankOneTwo, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("?", q.base.Raw("score = 1 OR score = ?", 2))
		}),
		where("clause.Or", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Clauses(clause.Or(clause.Eq{Column: "score", Value: 1}, clause.Eq{Column: "score", Value: 2}))
		}),
		where("clause.Where with Or", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Clauses(clause.Where{Exprs: []clause.Expression{gorm.Expr("score = 1"), clause.Or(gorm.Expr("score = 2"))}})
		}),
		where("Where, Or", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Where("score = ?", 1).Or("score = ?", 2) }),
		where("Where, Or of a map", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("score = ?", 1).Or(map[string]any{"score": 2})
		}),
		where("Or first", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Or("score = ?", 1).Or("score = ?", 2) }),
		where("Or alone", "p1 p3-", func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Or("score = ?", 1) }),
		where("Or of a group", rankOneTwo, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("score = 1").Or(q.base.Where("score = 2").Where("name <> ?", "zz"))
		}),
		where("group", rankOneTwo, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where(q.base.Where("score = ?", 1).Or("score = ?", 2))
		}),
		where("group of Or alone", "p1 p3-", func(q *readQuery, db *gorm.DB) *gorm.DB { return db.Where(q.base.Or("score = ?", 1)) }),
		where("groups", rankOneTwo, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where(q.base.Where(q.base.Where("score = 1").Or("score = 2")).Or("score = 9")).Where("name <> ?", "zz")
		}),
		where("Not", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Not("score = ?", 3) }),
		where("Not of a map", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Not(map[string]any{"score": []int{3, 4}})
		}),
		where("Not of an OR", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Not("score = 3 OR score = 4") }),
		where("Not of a group", rankOneTwo, func(q *readQuery, db *gorm.DB) *gorm.DB {
			return db.Not(q.base.Where("score = 3").Or("score = 4"))
		}),
		where("Not, Or", rankOneTwo, func(_ *readQuery, db *gorm.DB) *gorm.DB { return db.Not("score > ?", 1).Or("score = ?", 2) }),
		raw("OR between line breaks", rankOneTwo, "score = 1\nOR\nscore = 2"),
		raw("OR between tabs and variables", rankOneTwo, "score = ?\tor\tscore = ?", 1, 2),
		raw("OR between parentheses", rankOneTwo, "(score = 1)OR(score = 2)"),
		raw("OR between comments", rankOneTwo, "score = 1/**/OR/**/score = 2"),
		raw("OR after a literal", rankOneTwo, "score = 1 OR name = 'zz'OR score = 2"),
		raw("named OR", rankOneTwo, "score = @a OR score = @b", sql.Named("a", 1), sql.Named("b", 2)),
		raw("concatenation", allPosts, "name || '' <> ?", "zz"),
		raw("comment after a condition", "p1 p3-", "score = 1 -- and no more\n"),
		where("raw condition, then another", "p1 p3-", func(_ *readQuery, db *gorm.DB) *gorm.DB {
			return db.Where("score = 1\nOR\nscore = 9").Where("name <> ?", "zz")
		}),
	}
}

// handleReadPaths are those of handles that are used again.
func handleReadPaths() []readPath {
	return []readPath{
		{name: "Count, then Find", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			db := q.posts().Where("score = ?", 1).Or("score = ?", 2)
			var n int64
			if err := db.Count(&n).Error; err != nil {
				return nil, err
			}
			names, err := q.find(db)
			if err == nil && int(n) != len(names) {
				err = fmt.Errorf("counted %d, found %v", n, names)
			}
			return names, err
		}},
		{name: "Find twice", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			db := q.asked().Where("score < ?", 3)
			first, err := q.find(db)
			if err != nil {
				return nil, err
			}
			second, err := q.find(db)
			if err != nil {
				return nil, err
			}
			return sameFirst(first, second)
		}},
		{name: "Find, then Or, then Find", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			db := q.asked().Where("score = ?", 1)
			if _, err := q.find(db); err != nil {
				return nil, err
			}
			return q.find(db.Or("score = ?", 2))
		}},
		{name: "Rows, then Pluck", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			db := q.posts().Select("name").Where("score = 1").Or("score = 2")
			first, err := scanNames(db.Rows())
			if err != nil {
				return nil, err
			}
			var second []string
			if err := db.Pluck("name", &second).Error; err != nil {
				return nil, err
			}
			return sameFirst(first, second)
		}},
		{name: "a session, used by several", items: rankOneTwo, run: func(q *readQuery) ([]string, error) {
			db := q.asked().Where("score < ?", 3).Session(&gorm.Session{})
			if _, err := q.find(db.Where("score = 1").Or("score = 2")); err != nil {
				return nil, err
			}
			first, err := q.find(db)
			if err != nil {
				return nil, err
			}
			second, err := q.find(db)
			if err != nil {
				return nil, err
			}
			return sameFirst(first, second)
		}},
		{name: "a session with a new DB", items: allPosts, fixed: map[byte]string{'p': ""}, run: func(q *readQuery) ([]string, error) {
			db := q.asked()
			if _, err := q.find(db); err != nil {
				return nil, err
			}
			return q.find(db.Session(&gorm.Session{NewDB: true}))
		}},
		{
			name: "used again for the trash", items: rankOneTwo, fixed: map[byte]string{'p': "-="}, skip: unscopedOrTimed,
			run: func(q *readQuery) ([]string, error) {
				db := q.asked().Where("score = 1").Or("score = 2")
				if _, err := q.find(db); err != nil {
					return nil, err
				}
				return q.find(onlyTrashed(db))
			},
		},
		{
			name: "used again without the trash", items: rankOneTwo, fixed: map[byte]string{'p': ""}, skip: unscopedOnly,
			run: func(q *readQuery) ([]string, error) {
				db := q.asked().Where("score = 1").Or("score = 2")
				if _, err := q.find(db); err != nil {
					return nil, err
				}
				return q.find(db.Scopes(withoutTrashed))
			},
		},
		{
			name: "used for joins, then without", items: allPosts, run: func(q *readQuery) ([]string, error) {
				db := q.asked()
				if _, err := q.find(db.Session(&gorm.Session{}).Joins("Owner")); err != nil {
					return nil, err
				}
				return q.find(db)
			},
		},
	}
}
