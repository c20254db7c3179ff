CREATE TABLE `blocks` (
	`member_id` binary(16) NOT NULL,
	`blocked_id` binary(16) NOT NULL,
	CONSTRAINT `blocks_member_id_blocked_id_pk` PRIMARY KEY(`member_id`,`blocked_id`)
);
--> statement-breakpoint
ALTER TABLE `members` ADD `about` varchar(160) character set utf8mb4 collate utf8mb4_unicode_520_ci DEFAULT '' NOT NULL;