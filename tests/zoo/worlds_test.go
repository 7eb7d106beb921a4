package zoo_test

import (
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// zooWorlds are all worlds, of which each call makes new ones.
func zooWorlds() []*zooWorld {
	return []*zooWorld{
		zooHome(), zooPress(), zooPressIgnored(), zooForest(), zooLeague(), zooShipping(), zooMeetup(),
		zooWall(), zooFuseBox(), zooMillWorld(), zooArchive(), zooLaw(), zooPost(), zooAnnex(), zooPorchWorld(), zooDeskWorld(), zooCoarse(zooMillWorld()), zooCoarse(zooPress()),
	}
}

// zooCoarse gives a world a clock that many operations read the same time off.
func zooCoarse(w *zooWorld) *zooWorld {
	w.name += " by a coarse clock"
	w.now = func() time.Time { return time.Now().Truncate(20 * time.Millisecond) }
	return w
}

func zooHome() *zooWorld {
	w := &zooWorld{name: "home"}
	owner := w.table("zoo_owners", &models.ZooOwner{}, zooTracked)
	profile := w.table("zoo_profiles", &models.ZooProfile{}, zooTracked)
	house := w.table("zoo_houses", &models.ZooHouse{}, zooTracked)
	room := w.table("zoo_rooms", &models.ZooRoom{}, zooTracked)
	guest := w.table("zoo_guests", &models.ZooGuest{}, zooTracked)
	w.has(owner, "Profile", profile, zooCascades, "owner_id")
	w.has(owner, "Houses", house, zooCascades, "owner_id")
	w.has(owner, "Guests", guest, zooLeaves, "host_id")
	w.has(house, "Rooms", room, zooCascades, "house_id")
	w.has(house, "Guests", guest, zooRestricts, "house_id")
	w.belongs(guest, "Room", room, zooCascades, "room_id")
	return w
}

// zooAnnex has tables in another schema of PostgreSQL.
func zooAnnex() *zooWorld {
	w := zooHome()
	w.name, w.only = "annex", "postgres"
	w.annex = []string{"zoo_houses", "zoo_guests"}
	return w
}

func zooPress() *zooWorld {
	w := &zooWorld{name: "press"}
	author := w.table("zoo_authors", &zooAuthor{}, zooTimed)
	article := w.table("zoo_articles", &zooArticle{}, zooTimed)
	comment := w.table("zoo_comments", &zooComment{}, zooMark{column: "removed_at"})
	reply := w.table("zoo_replies", &zooReply{}, zooMark{column: "deleted_at", unit: time.Millisecond})
	rating := w.table("zoo_ratings", &zooRating{}, zooMark{column: "deleted_at", unit: time.Nanosecond})
	w.belongs(article, "Author", author, zooCascades, "author_id").constrained("CASCADE")
	w.belongs(comment, "Article", article, zooCascades, "article_id")
	w.belongs(comment, "Author", author, zooRestricts, "author_id").constrained("RESTRICT")
	w.belongs(reply, "Comment", comment, zooCascades, "comment_id")
	w.belongs(reply, "Article", article, zooLeaves, "article_id").constrained("SET NULL")
	w.belongs(rating, "Article", article, zooCascades, "article_id")
	return w
}

// zooPressIgnored takes its policies from tags alone.
func zooPressIgnored() *zooWorld {
	w := zooPress()
	w.name, w.config = "press without constraints", softdelete.Config{IgnoreConstraints: true}
	for _, l := range w.links {
		if l.onDelete != "" {
			l.policy = zooLeaves
		}
	}
	return w
}

func zooForest() *zooWorld {
	w := &zooWorld{name: "forest"}
	node := w.table("zoo_nodes", &models.ZooNode{}, zooTracked)
	leaf := w.table("zoo_leafs", &models.ZooLeaf{}, zooMark{column: "removed", id: "operation"})
	w.has(node, "Children", node, zooCascades, "parent_id")
	w.belongs(node, "AliasOf", node, zooRestricts, "alias_of_id")
	w.has(node, "Leaves", leaf, zooCascades, "node_id")
	return w
}

func zooLeague() *zooWorld {
	w := &zooWorld{name: "league", config: softdelete.Config{Strict: true}}
	team := w.table("zoo_teams", &models.ZooTeam{}, zooTracked)
	player := w.table("zoo_players", &models.ZooPlayer{}, zooMark{column: "is_deleted", flag: true, at: "removed_at", id: "removal_id", by: "removed_by"})
	match := w.table("zoo_matches", &models.ZooMatch{}, zooTracked)
	w.belongs(team, "Captain", player, zooCascades, "captain_id")
	w.has(team, "Players", player, zooCascades, "team_id")
	w.belongs(match, "Home", team, zooRestricts, "home_id")
	w.belongs(match, "Away", team, zooCascades, "away_id")
	return w
}

func zooShipping() *zooWorld {
	w := &zooWorld{name: "shipping"}
	order := w.table("zoo_orders", &models.ZooOrder{}, zooMark{column: "deleted_at", id: "operation", reason: "why"}, "tenant", "no")
	order.shared = []string{"tenant"}
	line := w.table("zoo_lines", &models.ZooLine{}, zooTracked, "tenant", "order_no", "line")
	part := w.table("zoo_parts", &models.ZooPart{}, zooTracked)
	hold := w.table("zoo_holds", &zooHold{}, zooTimed)
	w.has(order, "Lines", line, zooCascades, "tenant=tenant", "order_no=no")
	w.has(line, "Parts", part, zooCascades, "tenant=tenant", "order_no=order_no", "line_no=line")
	w.belongs(hold, "Order", order, zooRestricts, "tenant=tenant", "order_no=no")
	return w
}

func zooMeetup() *zooWorld {
	w := &zooWorld{name: "meetup", config: softdelete.Config{Models: []any{&zooMembership{}}}}
	w.joins = func(db *gorm.DB) error {
		if err := db.SetupJoinTable(&zooPerson{}, "Languages", &zooSpeak{}); err != nil {
			return err
		}
		return db.SetupJoinTable(&zooLanguage{}, "People", &zooSpeak{})
	}
	person := w.table("zoo_people", &zooPerson{}, zooTracked)
	language := w.table("zoo_languages", &zooLanguage{}, zooTracked)
	language.texts = []string{"id"}
	club := w.table("zoo_clubs", &zooClub{}, zooTracked)
	topic := w.table("zoo_topics", &zooTopic{}, zooTracked)
	speak := w.table("zoo_speaks", &zooSpeak{}, zooTracked, "person_id", "language_id")
	speak.texts = []string{"language_id"}
	membership := w.table("zoo_memberships", &zooMembership{}, zooTimed, "person_id", "club_id")
	plain := w.table("zoo_person_topics", nil, zooMark{}, "person_id", "topic_id")
	w.has(person, "Languages", speak, zooCascades, "person_id")
	w.has(language, "People", speak, zooCascades, "language_id")
	w.has(person, "Clubs", membership, zooCascades, "person_id")
	w.belongs(membership, "Club", club, zooLeaves, "club_id")
	w.has(person, "Topics", plain, zooCascades, "person_id")
	w.add(&zooLink{parent: topic, child: plain}, []string{"topic_id"})
	return w
}

func zooWall() *zooWorld {
	w := &zooWorld{name: "wall", config: softdelete.Config{Clock: softdelete.DatabaseClock}}
	page := w.table("zoo_pages", &zooPage{}, zooTracked)
	video := w.table("zoo_videos", &zooVideo{}, zooTracked)
	note := w.table("zoo_notes", &zooNote{}, zooMark{column: "deleted_at", unit: time.Nanosecond})
	note.texts = []string{"owner_type"}
	picture := w.table("zoo_pictures", &zooPicture{}, zooTracked)
	picture.texts = []string{"owner_type"}
	w.has(page, "Notes", note, zooCascades, "owner_id").by("zoo_pages")
	w.has(video, "Notes", note, zooRestricts, "owner_id").by("zoo_videos")
	w.has(note, "Notes", note, zooCascades, "owner_id").by("zoo_notes")
	w.has(page, "Cover", picture, zooCascades, "owner_id").by("page")
	w.has(video, "Cover", picture, zooLeaves, "owner_id").by("video")
	return w
}

func zooFuseBox() *zooWorld {
	w := &zooWorld{name: "fuse box"}
	box := w.table("zoo_boxes", &zooBox{}, zooTimed)
	lamp := w.table("zoo_lamps", &zooLamp{}, zooMark{column: "is_deleted", flag: true})
	bulb := w.table("zoo_bulbs", &zooBulb{}, zooMark{column: "is_del", flag: true})
	fuse := w.table("zoo_fuses", &zooFuse{}, zooMark{column: "deleted_at", unit: time.Second})
	wire := w.table("zoo_wires", &zooWire{}, zooTracked)
	w.has(box, "Lamps", lamp, zooCascades, "box_id")
	w.has(box, "Fuses", fuse, zooCascades, "box_id")
	w.has(lamp, "Bulbs", bulb, zooCascades, "lamp_id")
	w.has(fuse, "Wires", wire, zooCascades, "fuse_id")
	return w
}

func zooMillWorld() *zooWorld {
	w := &zooWorld{name: "mill"}
	mill := w.table("zoo_mills", &zooMill{}, zooMark{column: "deleted_at", unit: time.Millisecond})
	wheel := w.table("zoo_wheels", &zooWheel{}, zooMark{column: "is_deleted", flag: true, at: "removed_at"})
	cog := w.table("zoo_cogs", &zooCog{}, zooMark{column: "deleted_at", unit: time.Nanosecond})
	tooth := w.table("zoo_tooths", &zooTooth{}, zooTimed)
	sack := w.table("zoo_sacks", &zooSack{}, zooMark{column: "removed"})
	w.has(mill, "Wheels", wheel, zooCascades, "mill_id")
	w.has(wheel, "Cogs", cog, zooCascades, "wheel_id")
	w.has(cog, "Teeth", tooth, zooCascades, "cog_id")
	w.belongs(sack, "Mill", mill, zooCascades, "place_mill_id")
	w.belongs(sack, "Wheel", wheel, zooRestricts, "place_wheel_id")
	return w
}

func zooArchive() *zooWorld {
	w := &zooWorld{name: "archive"}
	project := w.table("zoo_projects", &zooProject{}, zooTracked)
	log := w.table("zoo_logs", &zooLog{}, zooMark{})
	entry := w.table("zoo_entries", &zooEntry{}, zooTimed)
	file := w.table("zoo_files", &zooFile{}, zooTracked)
	version := w.table("zoo_versions", &zooVersion{}, zooTracked)
	lock := w.table("zoo_locks", &zooLock{}, zooMark{})
	w.has(project, "Logs", log, zooCascades, "project_id")
	w.has(log, "Entries", entry, zooCascades, "log_id")
	w.has(project, "Files", file, zooCascades, "project_id")
	w.has(file, "Versions", version, zooLeaves, "file_id").constrained("CASCADE")
	w.has(project, "Locks", lock, zooRestricts, "project_id")
	return w
}

func zooLaw() *zooWorld {
	w := &zooWorld{name: "law", foreignKeys: true}
	state := w.table("zoo_states", &zooState{}, zooTracked)
	city := w.table("zoo_cities", &zooCity{}, zooTracked)
	street := w.table("zoo_streets", &zooStreet{}, zooMark{})
	town := w.table("zoo_towns", &zooTown{}, zooTracked)
	river := w.table("zoo_rivers", &zooRiver{}, zooTimed)
	bridge := w.table("zoo_bridges", &zooBridge{}, zooTracked)
	w.has(state, "Parts", state, zooCascades, "whole_id").constrained("CASCADE")
	w.has(state, "Cities", city, zooCascades, "state_id").constrained("CASCADE")
	w.has(city, "Streets", street, zooCascades, "city_id").constrained("CASCADE")
	w.has(state, "Towns", town, zooRestricts, "state_id").constrained("RESTRICT")
	w.has(state, "Rivers", river, zooLeaves, "state_id").constrained("SET NULL")
	w.has(state, "Bridges", bridge, zooCascades, "state_id")
	w.belongs(bridge, "City", city, zooLeaves, "city_id")
	return w
}

func zooPost() *zooWorld {
	w := &zooWorld{name: "post"}
	parcel := w.table("zoo_parcels", &zooParcel{}, zooTracked)
	item := w.table("zoo_items", &zooItem{}, zooTracked)
	label := w.table("zoo_labels", &zooLabel{}, zooTimed)
	seal := w.table("zoo_seals", &zooSeal{}, zooTracked)
	w.has(parcel, "Items", item, zooCascades, "parcel_id").withHooks()
	w.has(parcel, "Labels", label, zooCascades, "parcel_id")
	w.has(item, "Seals", seal, zooCascades, "item_id")
	return w
}

func zooPorchWorld() *zooWorld {
	w := &zooWorld{name: "porch"}
	porch := w.table("zoo_porches", &zooPorch{}, zooTimed)
	swing := w.table("zoo_swings", &zooSwing{}, zooTracked)
	cushion := w.table("zoo_cushions", &zooCushion{}, zooTimed)
	w.has(porch, "Swings", swing, zooCascades, "porch_id")
	w.has(swing, "Cushions", cushion, zooCascades, "swing_id")
	return w
}

func zooDeskWorld() *zooWorld {
	w := &zooWorld{name: "desk"}
	desk := w.table("zoo_desks", &zooDesk{}, zooTracked)
	pen := w.table("zoo_pens", &zooPen{}, zooTracked)
	pen.unique = "code"
	lid := w.table("zoo_caps", &zooCap{}, zooTimed)
	lid.unique = "code"
	w.has(desk, "Pens", pen, zooCascades, "desk_id")
	w.has(pen, "Caps", lid, zooCascades, "pen_id")
	w.belongs(lid, "Desk", desk, zooCascades, "desk_id")
	return w
}
