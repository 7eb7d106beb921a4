package shop

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

// What the tests and the docs speak of by name. Ids of operations are the same in every shop.
const (
	// Mistake is the operation that trashed the customer of the story, three hours ago, with four orders and their lines.
	Mistake = "019acc7e-31a0-7d42-9c1b-5e0f7a26b301"

	// MistakenID is that customer.
	MistakenID = 3

	// TakenID is a trashed customer whose e-mail a live one has now.
	TakenID = 5

	// HeldID is a trashed order with a live invoice.
	HeldID = 11
)

// Fill makes the tables, and rows whose ages are counted from now. The plugin is installed on db.
func Fill(db *gorm.DB, now time.Time) error {
	if err := softdelete.AutoMigrate(db, Models()...); err != nil {
		return err
	}
	s := &story{db: db, now: now.Truncate(time.Millisecond)}
	s.stock()
	s.carts()
	s.trash("019a1108-5b10-7e05-8a3c-2d9b61f0c7a6", 44*day+5*hour, "ana", "company dissolved", &Customer{}, 6)
	s.create(40*day, &Invoice{OrderID: HeldID, Number: "R-2008", Cents: 41800}) // booked late, to an order in the trash
	s.trash("019a2a35-09c8-7fb3-b17d-4c5e8a90d1e2", 39*day, "ben", "draft, never sent", &Invoice{}, 3)
	s.trash("", 8*day+2*hour, "", "", &Voucher{}, 2)
	s.trash("019ab2f4-6c20-7a11-9f64-83d0c2b5e7f8", 5*day+1*hour, "support", "asked to close the account", &Customer{}, TakenID)
	s.create(4*day, &Customer{Name: "Mira Sol Studio", Email: "mira@sol.example", City: "Lisbon", PasswordHash: hash(9)})
	s.trash("019ac26b-7de8-7b90-a5c2-1f7e94d3a0b5", 2*day+3*hour, "ben", "entered twice", &Order{}, 13)
	s.trash("019ac7c9-2f50-7c68-8e0d-b94a5f1e62d3", 26*hour, "ana", "wrong article", &Line{}, 2)
	s.trash(Mistake, 3*hour+4*time.Minute, "ana", "duplicate entry", &Customer{}, MistakenID)
	s.trash("", 40*time.Minute, "", "", &Voucher{}, 3)
	return s.err
}

// story makes rows as the application would have made them, at the time at which it would have. After an error it does
// nothing more.
type story struct {
	db  *gorm.DB
	now time.Time
	err error
}

// ago is a handle by whose clock it is some time ago.
func (s *story) ago(age time.Duration) *gorm.DB {
	then := s.now.Add(-age)
	return s.db.Session(&gorm.Session{NowFunc: func() time.Time { return then }})
}

func (s *story) create(age time.Duration, rows any) {
	if s.err == nil {
		s.err = s.ago(age).Create(rows).Error
	}
}

// trash deletes rows by key. The operation then gets an id that is known.
func (s *story) trash(id string, age time.Duration, actor, reason string, model any, keys ...int) {
	if s.err != nil {
		return
	}
	ctx := s.db.Statement.Context
	if actor != "" {
		ctx = softdelete.WithReason(softdelete.WithActor(ctx, actor), reason)
	}
	var deletion softdelete.Deletion
	tx := s.ago(age).WithContext(ctx).Scopes(softdelete.Into(&deletion)).Delete(model, keys)
	if s.err = tx.Error; s.err == nil && int(tx.RowsAffected) != len(keys) {
		s.err = fmt.Errorf("%d of %d rows of %T were trashed", tx.RowsAffected, len(keys), model)
	}
	if id == "" {
		return
	}
	for _, model := range []any{&Customer{}, &Order{}, &Line{}, &Invoice{}} {
		if s.err == nil {
			s.err = s.db.Scopes(softdelete.OnlyTrashed).Model(model).Where("deletion_id = ?", deletion.ID).UpdateColumn("deletion_id", id).Error
		}
	}
}

// carts are orders that nobody has paid for, which a job trashes every week.
func (s *story) carts() {
	for week, id := range []string{
		"0199b2b0-1c00-7a2e-8d51-0a6c3f94e1b7", "0199d6be-5800-7c4d-b320-7e1d5a08c2f9",
		"0199facc-9400-7e6f-9a47-c85b204d6e13", "019a1eda-d000-78b5-a19e-35f7d2c60b84",
	} {
		age := time.Duration(62-7*week)*day - 2*hour
		orders := make([]Order, 5)
		keys := make([]int, len(orders))
		for i := range orders {
			orders[i] = Order{
				CustomerID: []uint{1, 2, 4, 7}[i%4], Number: fmt.Sprintf("C-%d%02d", 4+week, i+1), Status: "cart", Lines: lines(3*week+i, 1+i%3),
			}
		}
		s.create(age+7*day, &orders)
		for i := range orders {
			keys[i] = int(orders[i].ID)
		}
		s.trash(id, age, "cron/carts", "abandoned cart", &Order{}, keys...)
	}
}

// stock is what the shop has before anything is deleted.
func (s *story) stock() {
	customers := []Customer{
		{Name: "Aster Bakery", Email: "hello@aster.example", City: "Berlin"},
		{Name: "Bluebird Cycles", Email: "shop@bluebird.example", City: "Ghent"},
		{Name: "Nordlicht Lighting", Email: "orders@nordlicht.example", City: "Tromsø"},
		{Name: "Harbour Café", Email: "bar@harbour.example", City: "Cork"},
		{Name: "Mira Sol", Email: "mira@sol.example", City: "Lisbon"},
		{Name: "Oak & Iron", Email: "office@oakiron.example", City: "Leeds"},
		{Name: "Paper Crane", Email: "post@papercrane.example", City: "Kyoto"},
		{Name: "Tidewater", Email: "dock@tidewater.example", City: "Halifax"},
	}
	for i := range customers {
		customers[i].PasswordHash = hash(i)
	}
	s.create(200*day, &customers)
	var orders []Order
	for i, customer := range []uint{1, 1, 2, 3, 3, 3, 3, 4, 5, 6, 6, 7, 8, 8} {
		orders = append(orders, Order{CustomerID: customer, Number: fmt.Sprintf("A-%d", 1001+i), Status: []string{"paid", "sent", "open"}[i%3], Lines: lines(i, 2+i%3)})
	}
	s.create(120*day, &orders)
	s.create(100*day, &[]Invoice{
		{OrderID: 1, Number: "R-2001", Cents: 12950},
		{OrderID: 3, Number: "R-2002", Cents: 8400},
		{OrderID: 12, Number: "R-2003", Cents: 2380},
	})
	s.create(100*day, &[]Voucher{{Code: "SPRING", Percent: 10}, {Code: "MAYDAY", Percent: 15}, {Code: "WELCOME", Percent: 5}})
}

// lines are some articles.
func lines(from, n int) []Line {
	articles := []Line{
		{Article: "Desk lamp, brass", Cents: 8900},
		{Article: "Bulb E27, warm", Cents: 790},
		{Article: "Cable, linen, 3 m", Cents: 1250},
		{Article: "Ceiling rose", Cents: 1640},
		{Article: "Dimmer", Cents: 3480},
		{Article: "Wall lamp, oak", Cents: 11900},
		{Article: "Lampshade, paper", Cents: 2990},
	}
	list := make([]Line, n)
	for i := range list {
		list[i] = articles[(from+2*i)%len(articles)]
		list[i].Quantity = 1 + (from+i)%4
	}
	return list
}

// hash looks like a password's.
func hash(i int) string { return fmt.Sprintf("$2a$10$%022d%031d", i, i*i) }
