package main

// users are the routes of users. To deactivate one is a delete: their articles and comments go along, the comments of others on
// these articles too. They come back along. Meanwhile the e-mail is free.
func (s *server) users() routes {
	return routes{
		"GET /users":                  list[User](s, nil),
		"POST /users":                 create[User](s),
		"GET /users/{id}":             get[User](s),
		"PATCH /users/{id}":           update[User](s),
		"POST /users/{id}/deactivate": remove[User](s),
		"POST /users/{id}/reactivate": restore(s, "users"),
	}
}
