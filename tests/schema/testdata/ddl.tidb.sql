-- ddl_teams: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_teams` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `deleted_at` IS NULL THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_teams` DROP COLUMN `softdelete_live`;

-- ddl_teams: no two live rows agree in name
ALTER TABLE `ddl_teams` ADD UNIQUE INDEX `idx_ddl_teams_name` (`name`,`softdelete_live`);
-- down: ALTER TABLE `ddl_teams` DROP INDEX `idx_ddl_teams_name`;

-- ddl_teams: no two live rows agree in slug
ALTER TABLE `ddl_teams` ADD UNIQUE INDEX `idx_ddl_teams_slug_new` (`slug`,`softdelete_live`);
-- down: ALTER TABLE `ddl_teams` DROP INDEX `idx_ddl_teams_slug_new`;

-- ddl_teams: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_slug` TO `idx_ddl_teams_slug_former`;
-- down: ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_slug_former` TO `idx_ddl_teams_slug`;

-- ddl_teams: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_slug_new` TO `idx_ddl_teams_slug`;
-- down: ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_slug` TO `idx_ddl_teams_slug_new`;

-- ddl_teams: it kept the values of trashed rows taken; one of live rows takes its place
ALTER TABLE `ddl_teams` DROP INDEX `idx_ddl_teams_slug_former`;
-- down: ALTER TABLE `ddl_teams` ADD UNIQUE INDEX `idx_ddl_teams_slug_former` (`slug`);

-- ddl_teams: trashed rows are found by when they were trashed
ALTER TABLE `ddl_teams` ADD INDEX `idx_ddl_teams_deleted_at_new` (`deleted_at`,`id`);
-- down: ALTER TABLE `ddl_teams` DROP INDEX `idx_ddl_teams_deleted_at_new`;

-- ddl_teams: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_deleted_at` TO `idx_ddl_teams_deleted_at_former`;
-- down: ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_deleted_at_former` TO `idx_ddl_teams_deleted_at`;

-- ddl_teams: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_deleted_at_new` TO `idx_ddl_teams_deleted_at`;
-- down: ALTER TABLE `ddl_teams` RENAME INDEX `idx_ddl_teams_deleted_at` TO `idx_ddl_teams_deleted_at_new`;

-- ddl_teams: the index idx_ddl_teams_deleted_at takes its place
ALTER TABLE `ddl_teams` DROP INDEX `idx_ddl_teams_deleted_at_former`;
-- down: ALTER TABLE `ddl_teams` ADD INDEX `idx_ddl_teams_deleted_at_former` (`deleted_at`);

-- ddl_users: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_users` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `deleted_at` IS NULL THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_users` DROP COLUMN `softdelete_live`;

-- ddl_users: no two live rows agree in login, tenant
ALTER TABLE `ddl_users` ADD UNIQUE INDEX `ddl_login` (`login`,`tenant`,`softdelete_live`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `ddl_login`;

-- ddl_users: no two live rows agree in email
ALTER TABLE `ddl_users` ADD UNIQUE INDEX `idx_ddl_users_email` (`email`,`softdelete_live`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `idx_ddl_users_email`;

-- ddl_users: live rows are found by email
ALTER TABLE `ddl_users` ADD INDEX `ddl_mail` (`deleted_at`,`email`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `ddl_mail`;

-- ddl_users: live rows are found by ddl_team_id
ALTER TABLE `ddl_users` ADD INDEX `idx_ddl_users_ddl_team_id` (`deleted_at`,`ddl_team_id`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `idx_ddl_users_ddl_team_id`;

-- ddl_users: live rows are found by boss_id
ALTER TABLE `ddl_users` ADD INDEX `idx_ddl_users_boss_id_new` (`deleted_at`,`boss_id`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `idx_ddl_users_boss_id_new`;

-- ddl_users: a foreign key cannot be without it
ALTER TABLE `ddl_users` RENAME INDEX `idx_ddl_users_boss_id` TO `idx_ddl_users_boss_id_fk`;
-- down: ALTER TABLE `ddl_users` RENAME INDEX `idx_ddl_users_boss_id_fk` TO `idx_ddl_users_boss_id`;

-- ddl_users: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_users` RENAME INDEX `idx_ddl_users_boss_id_new` TO `idx_ddl_users_boss_id`;
-- down: ALTER TABLE `ddl_users` RENAME INDEX `idx_ddl_users_boss_id` TO `idx_ddl_users_boss_id_new`;

-- ddl_users: live rows are found by home_city
ALTER TABLE `ddl_users` ADD INDEX `idx_ddl_users_city` (`deleted_at`,`home_city`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `idx_ddl_users_city`;

-- ddl_users: trashed rows are found by when they were trashed
ALTER TABLE `ddl_users` ADD INDEX `idx_ddl_users_deleted_at` (`deleted_at`,`id`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `idx_ddl_users_deleted_at`;

-- ddl_users: the rows of one operation are found by its id
ALTER TABLE `ddl_users` ADD INDEX `idx_ddl_users_deletion_id` (`deletion_id`);
-- down: ALTER TABLE `ddl_users` DROP INDEX `idx_ddl_users_deletion_id`;

-- ddl_user_tags: trashed rows are found by when they were trashed
ALTER TABLE `ddl_user_tags` ADD INDEX `idx_ddl_user_tags_deleted_at` (`deleted_at`,`ddl_user_id`,`ddl_tag_id`);
-- down: ALTER TABLE `ddl_user_tags` DROP INDEX `idx_ddl_user_tags_deleted_at`;

-- ddl_user_tags: the rows of one operation are found by its id
ALTER TABLE `ddl_user_tags` ADD INDEX `idx_ddl_user_tags_deletion_id` (`deletion_id`);
-- down: ALTER TABLE `ddl_user_tags` DROP INDEX `idx_ddl_user_tags_deletion_id`;

-- ddl_flaggeds: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_flaggeds` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `is_deleted` = false THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_flaggeds` DROP COLUMN `softdelete_live`;

-- ddl_flaggeds: no two live rows agree in code
ALTER TABLE `ddl_flaggeds` ADD UNIQUE INDEX `idx_ddl_flaggeds_code` (`code`,`softdelete_live`);
-- down: ALTER TABLE `ddl_flaggeds` DROP INDEX `idx_ddl_flaggeds_code`;

-- ddl_flaggeds: trashed rows are found by when they were trashed
ALTER TABLE `ddl_flaggeds` ADD INDEX `idx_ddl_flaggeds_removed_at` (`is_deleted`,`removed_at`,`id`);
-- down: ALTER TABLE `ddl_flaggeds` DROP INDEX `idx_ddl_flaggeds_removed_at`;

-- ddl_bare_flags: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_bare_flags` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `is_deleted` = false THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_bare_flags` DROP COLUMN `softdelete_live`;

-- ddl_bare_flags: no two live rows agree in code
ALTER TABLE `ddl_bare_flags` ADD UNIQUE INDEX `idx_ddl_bare_flags_code` (`code`,`softdelete_live`);
-- down: ALTER TABLE `ddl_bare_flags` DROP INDEX `idx_ddl_bare_flags_code`;

-- ddl_bare_flags: live rows are found by code
ALTER TABLE `ddl_bare_flags` ADD INDEX `ddl_codes` (`is_deleted`,`code`);
-- down: ALTER TABLE `ddl_bare_flags` DROP INDEX `ddl_codes`;

-- ddl_bare_flags: trashed rows are found by when they were trashed
ALTER TABLE `ddl_bare_flags` ADD INDEX `idx_ddl_bare_flags_is_deleted` (`is_deleted`,`id`);
-- down: ALTER TABLE `ddl_bare_flags` DROP INDEX `idx_ddl_bare_flags_is_deleted`;

-- ddl_seconds: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_seconds` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `removed_at` = 0 THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_seconds` DROP COLUMN `softdelete_live`;

-- ddl_seconds: no two live rows agree in other, more
ALTER TABLE `ddl_seconds` ADD UNIQUE INDEX `ddl_seconds_key` (`other`,`more`,`softdelete_live`);
-- down: ALTER TABLE `ddl_seconds` DROP INDEX `ddl_seconds_key`;

-- ddl_seconds: trashed rows are found by when they were trashed
ALTER TABLE `ddl_seconds` ADD INDEX `idx_ddl_seconds_deleted_at` (`removed_at`,`code`);
-- down: ALTER TABLE `ddl_seconds` DROP INDEX `idx_ddl_seconds_deleted_at`;

-- ddl_mixeds: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_mixeds` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `is_del` = 0 THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_mixeds` DROP COLUMN `softdelete_live`;

-- ddl_mixeds: no two live rows agree in kode
ALTER TABLE `ddl_mixeds` ADD UNIQUE INDEX `idx_ddl_mixeds_code` (`kode`,`softdelete_live`);
-- down: ALTER TABLE `ddl_mixeds` DROP INDEX `idx_ddl_mixeds_code`;

-- ddl_mixeds: trashed rows are found by when they were trashed
ALTER TABLE `ddl_mixeds` ADD INDEX `idx_ddl_mixeds_deleted_at` (`is_del`,`deleted_at`,`id`);
-- down: ALTER TABLE `ddl_mixeds` DROP INDEX `idx_ddl_mixeds_deleted_at`;

-- ddl_mixeds: the rows of one operation are found by its id
ALTER TABLE `ddl_mixeds` ADD INDEX `idx_ddl_mixeds_operation` (`operation`);
-- down: ALTER TABLE `ddl_mixeds` DROP INDEX `idx_ddl_mixeds_operation`;

-- ddl_things: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_things` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `gone_at` IS NULL THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_things` DROP COLUMN `softdelete_live`;

-- ddl_things: no two live rows agree in code
ALTER TABLE `ddl_things` ADD UNIQUE INDEX `idx_ddl_things_code` (`code`,`softdelete_live`);
-- down: ALTER TABLE `ddl_things` DROP INDEX `idx_ddl_things_code`;

-- ddl_things: trashed rows are found by when they were trashed
ALTER TABLE `ddl_things` ADD INDEX `ddl_gone_new` (`gone_at`,`id`);
-- down: ALTER TABLE `ddl_things` DROP INDEX `ddl_gone_new`;

-- ddl_things: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_things` RENAME INDEX `ddl_gone` TO `ddl_gone_former`;
-- down: ALTER TABLE `ddl_things` RENAME INDEX `ddl_gone_former` TO `ddl_gone`;

-- ddl_things: an index takes the name of the one whose place it takes
ALTER TABLE `ddl_things` RENAME INDEX `ddl_gone_new` TO `ddl_gone`;
-- down: ALTER TABLE `ddl_things` RENAME INDEX `ddl_gone` TO `ddl_gone_new`;

-- ddl_things: the index ddl_gone takes its place
ALTER TABLE `ddl_things` DROP INDEX `ddl_gone_former`;
-- down: ALTER TABLE `ddl_things` ADD INDEX `ddl_gone_former` (`gone_at`);

-- ddl_cities: it is 1 in live rows and NULL, equal to nothing, in trashed ones
ALTER TABLE `ddl_cities` ADD COLUMN `softdelete_live` tinyint GENERATED ALWAYS AS (CASE WHEN `deleted_at` IS NULL THEN 1 END) VIRTUAL;
-- down: ALTER TABLE `ddl_cities` DROP COLUMN `softdelete_live`;

-- ddl_cities: no two live rows agree in country_id, name
ALTER TABLE `ddl_cities` ADD UNIQUE INDEX `ddl_city` (`country_id`,`name`,`softdelete_live`);
-- down: ALTER TABLE `ddl_cities` DROP INDEX `ddl_city`;

-- ddl_cities: trashed rows are found by when they were trashed
ALTER TABLE `ddl_cities` ADD INDEX `idx_ddl_cities_deleted_at` (`deleted_at`,`id`);
-- down: ALTER TABLE `ddl_cities` DROP INDEX `idx_ddl_cities_deleted_at`;

-- ddl_countries: trashed rows are found by when they were trashed
ALTER TABLE `ddl_countries` ADD INDEX `idx_ddl_countries_deleted_at` (`deleted_at`,`id`);
-- down: ALTER TABLE `ddl_countries` DROP INDEX `idx_ddl_countries_deleted_at`;

