CREATE TABLE `message_versions` (
	`room_id` binary(16) NOT NULL,
	`number` bigint unsigned NOT NULL,
	`version` bigint unsigned NOT NULL,
	`body` text character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`written_at` datetime(3) NOT NULL,
	CONSTRAINT `message_versions_room_id_number_version_pk` PRIMARY KEY(`room_id`,`number`,`version`)
);
--> statement-breakpoint
CREATE TABLE `reactions` (
	`room_id` binary(16) NOT NULL,
	`number` bigint unsigned NOT NULL,
	`member_id` binary(16) NOT NULL,
	`emoji` varchar(32) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `reactions_room_id_number_member_id_emoji_pk` PRIMARY KEY(`room_id`,`number`,`member_id`,`emoji`)
);
--> statement-breakpoint
ALTER TABLE `messages` ADD `deleted_by` binary(16);--> statement-breakpoint
ALTER TABLE `messages` ADD `reactions` text character set utf8mb4 collate utf8mb4_unicode_520_ci;--> statement-breakpoint
CREATE INDEX `reactions_member` ON `reactions` (`member_id`);