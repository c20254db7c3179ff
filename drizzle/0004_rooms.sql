CREATE TABLE `memberships` (
	`room_id` binary(16) NOT NULL,
	`member_id` binary(16) NOT NULL,
	`role` enum('host','member') NOT NULL DEFAULT 'member',
	`level` enum('everything','mentions','nothing') NOT NULL DEFAULT 'everything',
	`read_number` bigint unsigned NOT NULL DEFAULT 0,
	`read_at` datetime(3),
	`spoke_at` datetime(3),
	`joined_at` datetime(3) NOT NULL,
	CONSTRAINT `memberships_room_id_member_id_pk` PRIMARY KEY(`room_id`,`member_id`)
);
--> statement-breakpoint
CREATE TABLE `room_slugs` (
	`slug` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`room_id` binary(16) NOT NULL,
	CONSTRAINT `room_slugs_slug` PRIMARY KEY(`slug`)
);
--> statement-breakpoint
ALTER TABLE `messages` ADD `notice` varchar(1024) character set utf8mb4 collate utf8mb4_unicode_520_ci;--> statement-breakpoint
ALTER TABLE `rooms` ADD `kind` enum('open','private','direct') DEFAULT 'open' NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `direct_key` binary(32);--> statement-breakpoint
ALTER TABLE `rooms` ADD `archived_at` datetime(3);--> statement-breakpoint
ALTER TABLE `rooms` ADD `locked_at` datetime(3);--> statement-breakpoint
ALTER TABLE `rooms` ADD `slow_seconds` smallint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `created_by` binary(16);--> statement-breakpoint
ALTER TABLE `rooms` ADD `active_at` datetime(3);--> statement-breakpoint
ALTER TABLE `rooms` ADD CONSTRAINT `rooms_direct` UNIQUE(`direct_key`);--> statement-breakpoint
CREATE INDEX `memberships_member` ON `memberships` (`member_id`);--> statement-breakpoint
CREATE INDEX `rooms_kind` ON `rooms` (`kind`,`slug`);--> statement-breakpoint
-- What every house had until now: rooms that all its members were in. A start that was killed half way runs these again.
UPDATE `rooms` SET `active_at` = COALESCE((SELECT MAX(`created_at`) FROM `messages` WHERE `messages`.`room_id` = `rooms`.`id`), `created_at`) WHERE `active_at` IS NULL;--> statement-breakpoint
INSERT IGNORE INTO `room_slugs` (`slug`, `room_id`) SELECT `slug`, `id` FROM `rooms`;--> statement-breakpoint
INSERT IGNORE INTO `memberships` (`room_id`, `member_id`, `read_number`, `joined_at`) SELECT `rooms`.`id`, `members`.`id`, `rooms`.`last_number`, `members`.`created_at` FROM `rooms` CROSS JOIN `members` WHERE `members`.`left_at` IS NULL;
