CREATE TABLE `audit` (
	`id` binary(16) NOT NULL,
	`at` datetime(3) NOT NULL,
	`actor_id` binary(16),
	`action` varchar(48) character set ascii collate ascii_bin NOT NULL,
	`member_id` binary(16),
	`room_id` binary(16),
	`address` varchar(64) character set ascii collate ascii_bin NOT NULL DEFAULT '',
	`details` text character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	CONSTRAINT `audit_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` binary(16) NOT NULL,
	`hash` binary(32) NOT NULL,
	`made_by` binary(16) NOT NULL,
	`note` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
	`uses` bigint unsigned NOT NULL,
	`uses_left` bigint unsigned NOT NULL,
	`withdrawn_at` datetime(3),
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `invitations_id` PRIMARY KEY(`id`),
	CONSTRAINT `invitations_hash` UNIQUE(`hash`)
);
--> statement-breakpoint
CREATE TABLE `one_time_secrets` (
	`id` binary(16) NOT NULL,
	`purpose` enum('phone','password','passkey') NOT NULL,
	`subject` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`hash` binary(32) NOT NULL,
	`tries` tinyint NOT NULL DEFAULT 0,
	`used_at` datetime(3),
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `one_time_secrets_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` binary(32) NOT NULL,
	`member_id` binary(16) NOT NULL,
	`credential_id` varchar(1400) character set ascii collate ascii_bin NOT NULL,
	`public_key` varchar(2048) character set ascii collate ascii_bin NOT NULL,
	`counter` bigint unsigned NOT NULL DEFAULT 0,
	`transports` varchar(128) character set ascii collate ascii_bin NOT NULL DEFAULT '',
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`last_used_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `passkeys_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`member_id` binary(16) NOT NULL,
	`hash` binary(32) NOT NULL,
	`used_at` datetime(3),
	CONSTRAINT `recovery_codes_member_id_hash_pk` PRIMARY KEY(`member_id`,`hash`)
);
--> statement-breakpoint
ALTER TABLE `members` MODIFY COLUMN `phone` varchar(16) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `members` MODIFY COLUMN `name_key` varchar(191) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `members` ADD `phone_verified_at` datetime(3);--> statement-breakpoint
ALTER TABLE `members` ADD `totp_secret` varchar(64) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `members` ADD `totp_step` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `suspended_at` datetime(3);--> statement-breakpoint
ALTER TABLE `members` ADD `left_at` datetime(3);--> statement-breakpoint
ALTER TABLE `sessions` ADD `device` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `address` varchar(64) character set ascii collate ascii_bin DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `last_seen_at` datetime(3);--> statement-breakpoint
ALTER TABLE `tokens` ADD `last_used_at` datetime(3);--> statement-breakpoint
CREATE INDEX `audit_member` ON `audit` (`member_id`);--> statement-breakpoint
CREATE INDEX `invitations_created` ON `invitations` (`created_at`);--> statement-breakpoint
CREATE INDEX `one_time_secrets_subject` ON `one_time_secrets` (`purpose`,`subject`);--> statement-breakpoint
CREATE INDEX `one_time_secrets_expiry` ON `one_time_secrets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `passkeys_member` ON `passkeys` (`member_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `tokens_expiry` ON `tokens` (`expires_at`);