package chinook_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
)

// The Chinook store as its own scripts make it: tables that know nothing of soft
// deletes, with the names that they have on each database. Only the models are
// ours. Columns are "Name type", a ? at the end for one that can be NULL.
var scriptTables = []struct {
	name    string
	columns []string
	key     int // how many of the first columns
	refers  map[string]string
}{
	{"Genre", []string{"GenreId int", "Name varchar(120)?"}, 1, nil},
	{"MediaType", []string{"MediaTypeId int", "Name varchar(120)?"}, 1, nil},
	{"Artist", []string{"ArtistId int", "Name varchar(120)?"}, 1, nil},
	{"Album", []string{"AlbumId int", "Title varchar(160)", "ArtistId int"}, 1, map[string]string{"ArtistId": "Artist"}},
	{"Track", []string{
		"TrackId int", "Name varchar(200)", "AlbumId int?", "MediaTypeId int", "GenreId int?", "Composer varchar(220)?",
		"Milliseconds int", "Bytes int?", "UnitPrice numeric(10,2)",
	}, 1, map[string]string{"AlbumId": "Album", "MediaTypeId": "MediaType", "GenreId": "Genre"}},
	{"Playlist", []string{"PlaylistId int", "Name varchar(120)?"}, 1, nil},
	{"PlaylistTrack", []string{"PlaylistId int", "TrackId int"}, 2, map[string]string{"PlaylistId": "Playlist", "TrackId": "Track"}},
	{"Employee", []string{
		"EmployeeId int", "LastName varchar(20)", "FirstName varchar(20)", "Title varchar(30)?", "ReportsTo int?", "BirthDate timestamp?",
		"HireDate timestamp?", "Address varchar(70)?", "City varchar(40)?", "State varchar(40)?", "Country varchar(40)?",
		"PostalCode varchar(10)?", "Phone varchar(24)?", "Fax varchar(24)?", "Email varchar(60)?",
	}, 1, map[string]string{"ReportsTo": "Employee"}},
	{"Customer", []string{
		"CustomerId int", "FirstName varchar(40)", "LastName varchar(20)", "Company varchar(80)?", "Address varchar(70)?", "City varchar(40)?",
		"State varchar(40)?", "Country varchar(40)?", "PostalCode varchar(10)?", "Phone varchar(24)?", "Fax varchar(24)?",
		"Email varchar(60)", "SupportRepId int?",
	}, 1, map[string]string{"SupportRepId": "Employee"}},
	{"Invoice", []string{
		"InvoiceId int", "CustomerId int", "InvoiceDate timestamp", "BillingAddress varchar(70)?", "BillingCity varchar(40)?",
		"BillingState varchar(40)?", "BillingCountry varchar(40)?", "BillingPostalCode varchar(10)?", "Total numeric(10,2)",
	}, 1, map[string]string{"CustomerId": "Customer"}},
	{
		"InvoiceLine",
		[]string{"InvoiceLineId int", "InvoiceId int", "TrackId int", "UnitPrice numeric(10,2)", "Quantity int"},
		1,
		map[string]string{"InvoiceId": "Invoice", "TrackId": "Track"},
	},
}

// scriptNames is how the scripts name things: in one word on SQLite and MySQL, with
// underscores on PostgreSQL.
func scriptNames(database string) schema.NamingStrategy {
	return schema.NamingStrategy{SingularTable: true, NoLowerCase: database != "postgres", NameReplacer: strings.NewReplacer("Store", "")}
}

type StoreArtist struct {
	ArtistId  int `gorm:"primaryKey"`
	Name      *string
	Albums    []StoreAlbum `gorm:"foreignKey:ArtistId;references:ArtistId" softdelete:"cascade"`
	DeletedAt gorm.DeletedAt
}

type StoreAlbum struct {
	AlbumId   int `gorm:"primaryKey"`
	Title     string
	ArtistId  int
	Tracks    []StoreTrack `gorm:"foreignKey:AlbumId;references:AlbumId" softdelete:"cascade"`
	DeletedAt gorm.DeletedAt
}

type StoreTrack struct {
	TrackId   int `gorm:"primaryKey"`
	Name      string
	AlbumId   *int
	GenreId   *int
	DeletedAt gorm.DeletedAt
}

type StorePlaylist struct {
	PlaylistId int `gorm:"primaryKey"`
	Name       *string
	Tracks     []StoreTrack `gorm:"many2many:PlaylistTrack;foreignKey:PlaylistId;joinForeignKey:PlaylistId;references:TrackId;joinReferences:TrackId"`
	DeletedAt  gorm.DeletedAt
}

type StorePlaylistTrack struct {
	PlaylistId int `gorm:"primaryKey"`
	TrackId    int `gorm:"primaryKey"`
	DeletedAt  gorm.DeletedAt
}

// openChinookScript makes the tables as the scripts do, and fills them if the data
// is there.
func openChinookScript(t *testing.T, open testdb.Opener, database string) *gorm.DB {
	t.Helper()
	names := scriptNames(database)
	db := open(t, &gorm.Config{NamingStrategy: names})
	q := db.Statement.Quote
	column := func(name string) string { return names.ColumnName("", name) }
	var indexes []string
	for _, table := range scriptTables {
		var lines, key []string
		for i, text := range table.columns {
			name, kind, _ := strings.Cut(text, " ")
			if kind, _ = strings.CutSuffix(kind, "?"); !strings.HasSuffix(text, "?") {
				kind += " NOT NULL"
			} else {
				kind += " NULL"
			}
			if db.Name() == "mysql" {
				kind = strings.Replace(kind, "timestamp", "datetime", 1)
			}
			lines = append(lines, q(column(name))+" "+kind)
			if i < table.key {
				key = append(key, q(column(name)))
			}
		}
		lines = append(lines, "CONSTRAINT "+q("PK_"+table.name)+" PRIMARY KEY ("+strings.Join(key, ", ")+")")
		for _, text := range table.columns {
			name, _, _ := strings.Cut(text, " ")
			parent := table.refers[name]
			if parent == "" {
				continue
			}
			lines = append(lines, fmt.Sprintf("CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s) ON DELETE NO ACTION ON UPDATE NO ACTION",
				q("FK_"+table.name+name), q(column(name)), q(names.TableName(parent)), q(column(parent+"Id"))))
			indexes = append(indexes, fmt.Sprintf("CREATE INDEX %s ON %s (%s)", q("IFK_"+table.name+name), q(names.TableName(table.name)), q(column(name))))
		}
		doctored.RunAll(t, db, "CREATE TABLE "+q(names.TableName(table.name))+"\n(\n    "+strings.Join(lines, ",\n    ")+"\n)")
	}
	doctored.RunAll(t, db, indexes...)

	file := os.Getenv("CHINOOK_JSON")
	if file == "" {
		return db
	}
	text, err := os.ReadFile(file) //nolint:gosec // a file of the tests
	require.NoError(t, err)
	var data map[string][]map[string]any
	require.NoError(t, json.Unmarshal(text, &data))
	for _, table := range scriptTables {
		rows := make([]map[string]any, len(data[table.name]))
		for i, row := range data[table.name] {
			rows[i] = map[string]any{}
			for name, value := range row {
				if text, ok := value.(string); ok {
					value = strings.Replace(text, "T00:00:00", " 00:00:00", 1)
				}
				rows[i][column(name)] = value
			}
		}
		for part := range slices.Chunk(rows, 500) {
			require.NoError(t, db.Table(names.TableName(table.name)).Create(part).Error)
		}
	}
	return db
}

// A database that others made is looked at with models of ours, of which none is
// registered, and mended.
func TestDoctorChinook(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Names() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := openChinookScript(t, testdb.OpenerFor(t, kind), kind)
			require.NoError(t, db.Use(softdelete.New()))
			name := db.NamingStrategy.TableName
			models := []any{&StorePlaylistTrack{}, &StoreArtist{}, &StoreAlbum{}, &StoreTrack{}, &StorePlaylist{}}

			var want []string
			for _, table := range []string{"Artist", "Album", "Track", "Playlist", "PlaylistTrack"} {
				want = append(want, "error marker-column-missing "+name(table), "warning marker-index-missing "+name(table))
			}
			slices.Sort(want)
			findings := doctored.Doctored(t, db, models...)
			require.Equal(t, want, doctored.CodesOf(findings))
			doctored.Cure(t, db, findings...)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))

			require.NoError(t, db.Create(&StoreArtist{ArtistId: 9001, Albums: []StoreAlbum{{AlbumId: 9001, Title: "new"}}}).Error)
			require.NoError(t, db.Delete(&StoreArtist{ArtistId: 9001}).Error)
			require.ErrorIs(t, db.First(&StoreAlbum{}, 9001).Error, gorm.ErrRecordNotFound)
			require.NoError(t, softdelete.Restore(db, &StoreArtist{ArtistId: 9001}).Error)
			require.NoError(t, db.First(&StoreAlbum{}, 9001).Error)

			if os.Getenv("CHINOOK_JSON") == "" {
				t.Skip("the Chinook store: set CHINOOK_JSON to its JSON file, of whose rows the rest is")
			}
			// Once much of it is trash, its indexes are told of. Those of foreign keys stay.
			require.NoError(t, db.Where(name("TrackId")+" % 2 = 0").Delete(&StoreTrack{}).Error)
			findings = doctored.Doctored(t, db, models...)
			if db.Name() == "mysql" && !database.SchemaOf(db).KeyIndexStays {
				require.Empty(t, doctored.CodesOf(findings), "foreign keys need them")
				return
			}
			require.Equal(t, slices.Repeat([]string{"warning index-holds-trash " + name("Track")}, 3), doctored.CodesOf(findings))
			doctored.Cure(t, db, findings...)
			require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))
			for _, f := range findings {
				require.True(t, db.Migrator().HasIndex(name("Track"), f.Index), f.Index)
			}
		})
	}
}

// Without a model for the join table, unlinking removes its rows.
func TestDoctorChinookJoinTable(t *testing.T) {
	t.Parallel()
	for _, database := range testdb.Names() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			db := openChinookScript(t, testdb.OpenerFor(t, database), database)
			require.NoError(t, db.Use(softdelete.New()))
			findings := doctored.Doctored(t, db, &StorePlaylist{})
			found := doctored.FindingOf(t, findings, softdelete.CodeJoinTableHardDeletes, db.NamingStrategy.TableName("PlaylistTrack"))
			require.Equal(t, "StorePlaylist", found.Model)
			require.NotEmpty(t, found.Remedy)
		})
	}
}
