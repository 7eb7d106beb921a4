-- ddl_teams: no two live rows agree in name
CREATE UNIQUE INDEX `idx_ddl_teams_name` ON `ddl_teams` (`name`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `idx_ddl_teams_name`;

-- ddl_teams: it kept the values of trashed rows taken; one of live rows takes its place
DROP INDEX `idx_ddl_teams_slug`;
-- down: CREATE UNIQUE INDEX `idx_ddl_teams_slug` ON `ddl_teams`(`slug`);

-- ddl_teams: no two live rows agree in slug
CREATE UNIQUE INDEX `idx_ddl_teams_slug` ON `ddl_teams` (`slug`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `idx_ddl_teams_slug`;

-- ddl_teams: the index idx_ddl_teams_deleted_at takes its place
DROP INDEX `idx_ddl_teams_deleted_at`;
-- down: CREATE INDEX `idx_ddl_teams_deleted_at` ON `ddl_teams`(`deleted_at`);

-- ddl_teams: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_teams_deleted_at` ON `ddl_teams` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_teams_deleted_at`;

-- ddl_users: no two live rows agree in login, tenant
CREATE UNIQUE INDEX `ddl_login` ON `ddl_users` (`login`,`tenant`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `ddl_login`;

-- ddl_users: no two live rows agree in email
CREATE UNIQUE INDEX `idx_ddl_users_email` ON `ddl_users` (`email`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `idx_ddl_users_email`;

-- ddl_users: live rows are found by email
CREATE INDEX `ddl_mail` ON `ddl_users` (`email`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `ddl_mail`;

-- ddl_users: live rows are found by ddl_team_id
CREATE INDEX `idx_ddl_users_ddl_team_id` ON `ddl_users` (`ddl_team_id`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `idx_ddl_users_ddl_team_id`;

-- ddl_users: the index idx_ddl_users_boss_id takes its place
DROP INDEX `idx_ddl_users_boss_id`;
-- down: CREATE INDEX `idx_ddl_users_boss_id` ON `ddl_users`(`boss_id`);

-- ddl_users: live rows are found by boss_id
CREATE INDEX `idx_ddl_users_boss_id` ON `ddl_users` (`boss_id`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `idx_ddl_users_boss_id`;

-- ddl_users: live rows are found by home_city
CREATE INDEX `idx_ddl_users_city` ON `ddl_users` (`home_city`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `idx_ddl_users_city`;

-- ddl_users: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_users_deleted_at` ON `ddl_users` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_users_deleted_at`;

-- ddl_users: the rows of one operation are found by its id
CREATE INDEX `idx_ddl_users_deletion_id` ON `ddl_users` (`deletion_id`) WHERE `deletion_id` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_users_deletion_id`;

-- ddl_user_tags: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_user_tags_deleted_at` ON `ddl_user_tags` (`deleted_at`,`ddl_user_id`,`ddl_tag_id`) WHERE `deleted_at` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_user_tags_deleted_at`;

-- ddl_user_tags: the rows of one operation are found by its id
CREATE INDEX `idx_ddl_user_tags_deletion_id` ON `ddl_user_tags` (`deletion_id`) WHERE `deletion_id` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_user_tags_deletion_id`;

-- ddl_flaggeds: no two live rows agree in code
CREATE UNIQUE INDEX `idx_ddl_flaggeds_code` ON `ddl_flaggeds` (`code`) WHERE `is_deleted` = false;
-- down: DROP INDEX `idx_ddl_flaggeds_code`;

-- ddl_flaggeds: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_flaggeds_removed_at` ON `ddl_flaggeds` (`removed_at`,`id`) WHERE `is_deleted` <> false;
-- down: DROP INDEX `idx_ddl_flaggeds_removed_at`;

-- ddl_bare_flags: no two live rows agree in code
CREATE UNIQUE INDEX `idx_ddl_bare_flags_code` ON `ddl_bare_flags` (`code`) WHERE `is_deleted` = false;
-- down: DROP INDEX `idx_ddl_bare_flags_code`;

-- ddl_bare_flags: live rows are found by code
CREATE INDEX `ddl_codes` ON `ddl_bare_flags` (`code`) WHERE `is_deleted` = false;
-- down: DROP INDEX `ddl_codes`;

-- ddl_bare_flags: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_bare_flags_is_deleted` ON `ddl_bare_flags` (`id`) WHERE `is_deleted` <> false;
-- down: DROP INDEX `idx_ddl_bare_flags_is_deleted`;

-- ddl_seconds: no two live rows agree in other, more
CREATE UNIQUE INDEX `ddl_seconds_key` ON `ddl_seconds` (`other`,`more`) WHERE `removed_at` = 0;
-- down: DROP INDEX `ddl_seconds_key`;

-- ddl_seconds: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_seconds_deleted_at` ON `ddl_seconds` (`removed_at`,`code`) WHERE `removed_at` <> 0;
-- down: DROP INDEX `idx_ddl_seconds_deleted_at`;

-- ddl_mixeds: no two live rows agree in kode
CREATE UNIQUE INDEX `idx_ddl_mixeds_code` ON `ddl_mixeds` (`kode`) WHERE `is_del` = 0;
-- down: DROP INDEX `idx_ddl_mixeds_code`;

-- ddl_mixeds: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_mixeds_deleted_at` ON `ddl_mixeds` (`deleted_at`,`id`) WHERE `is_del` <> 0;
-- down: DROP INDEX `idx_ddl_mixeds_deleted_at`;

-- ddl_mixeds: the rows of one operation are found by its id
CREATE INDEX `idx_ddl_mixeds_operation` ON `ddl_mixeds` (`operation`) WHERE `operation` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_mixeds_operation`;

-- ddl_things: no two live rows agree in code
CREATE UNIQUE INDEX `idx_ddl_things_code` ON `ddl_things` (`code`) WHERE `gone_at` IS NULL;
-- down: DROP INDEX `idx_ddl_things_code`;

-- ddl_things: the index ddl_gone takes its place
DROP INDEX `ddl_gone`;
-- down: CREATE INDEX `ddl_gone` ON `ddl_things`(`gone_at`);

-- ddl_things: trashed rows are found by when they were trashed
CREATE INDEX `ddl_gone` ON `ddl_things` (`gone_at`,`id`) WHERE `gone_at` IS NOT NULL;
-- down: DROP INDEX `ddl_gone`;

-- ddl_cities: no two live rows agree in country_id, name
CREATE UNIQUE INDEX `ddl_city` ON `ddl_cities` (`country_id`,`name`) WHERE `deleted_at` IS NULL;
-- down: DROP INDEX `ddl_city`;

-- ddl_cities: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_cities_deleted_at` ON `ddl_cities` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_cities_deleted_at`;

-- ddl_countries: trashed rows are found by when they were trashed
CREATE INDEX `idx_ddl_countries_deleted_at` ON `ddl_countries` (`deleted_at`,`id`) WHERE `deleted_at` IS NOT NULL;
-- down: DROP INDEX `idx_ddl_countries_deleted_at`;

