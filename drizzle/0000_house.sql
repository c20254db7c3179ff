-- MySQL commits each statement by itself: a start that was killed half way must be able to run all of them again.
CREATE TABLE IF NOT EXISTS `house` (
	`id` tinyint NOT NULL,
	`owner_id` binary(16),
	`setup_code` varchar(32) character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `house_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `members` (
	`id` binary(16) NOT NULL,
	`phone` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`name_key` varchar(191) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`password_hash` varchar(191) character set ascii collate ascii_bin NOT NULL,
	`role` enum('owner','admin','member') NOT NULL DEFAULT 'member',
	`transport` enum('auto','websocket','sse','poll','page','none') NOT NULL DEFAULT 'auto',
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `members_id` PRIMARY KEY(`id`),
	CONSTRAINT `members_phone` UNIQUE(`phone`),
	CONSTRAINT `members_name` UNIQUE(`name_key`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `messages` (
	`room_id` binary(16) NOT NULL,
	`number` bigint unsigned NOT NULL,
	`version` bigint unsigned NOT NULL,
	`author_id` binary(16) NOT NULL,
	`send_key` binary(16) NOT NULL,
	`body` text character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`reply_to` bigint unsigned,
	`created_at` datetime(3) NOT NULL,
	`edited_at` datetime(3),
	`deleted_at` datetime(3),
	CONSTRAINT `messages_room_id_number_pk` PRIMARY KEY(`room_id`,`number`),
	CONSTRAINT `messages_send` UNIQUE(`room_id`,`send_key`),
	KEY `messages_version` (`room_id`,`version`),
	KEY `messages_created` (`room_id`,`created_at`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `rooms` (
	`id` binary(16) NOT NULL,
	`slug` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`topic` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
	`last_number` bigint unsigned NOT NULL DEFAULT 0,
	`version` bigint unsigned NOT NULL DEFAULT 0,
	`life` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `rooms_id` PRIMARY KEY(`id`),
	CONSTRAINT `rooms_slug` UNIQUE(`slug`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `sessions` (
	`id` binary(32) NOT NULL,
	`member_id` binary(16) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`),
	KEY `sessions_member` (`member_id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `tokens` (
	`id` binary(32) NOT NULL,
	`member_id` binary(16) NOT NULL,
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`scopes` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `tokens_id` PRIMARY KEY(`id`),
	KEY `tokens_member` (`member_id`)
);
