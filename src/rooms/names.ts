import { codePoints } from '../unicode.ts'

/** A slug as it can stand in an address. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/

/** In code points. */
export const LONGEST_ROOM_NAME = 48
export const LONGEST_TOPIC = 240
export const LONGEST_ABOUT = 160
/** Longer slugs make no better links; the rest is room for a number. */
const LONGEST_SLUG_FROM_NAME = 40

/** Controls and marks that turn the direction of what follows: on a line with others they would disturb these. */
const UNRULY = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** What was typed as one line: a name of a room, a topic, or what somebody is. */
export function oneLine(typed: string): string {
  return typed.toWellFormed().normalize('NFC').replace(UNRULY, ' ').replace(/\s+/g, ' ').trim()
}

/** Whether this can be what a room is called: something that is seen, and not too much of it. */
export function isRoomName(name: string): boolean {
  return !/^[\p{C}\p{Z}\p{M}]*$/u.test(name) && codePoints(name) <= LONGEST_ROOM_NAME
}

export function isAbout(about: string): boolean {
  return codePoints(about) <= LONGEST_ABOUT
}

export function isTopic(topic: string): boolean {
  return codePoints(topic) <= LONGEST_TOPIC
}

/**
 * The address that a name suggests: its Latin letters and digits, without their marks. Other scripts are not spelled out in Latin, which would
 * be right for one language and wrong for another: a name that is all of them gets `room`.
 */
export function slugFromName(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain.replace(/[^a-z0-9]+/g, '-').slice(0, LONGEST_SLUG_FROM_NAME)
  return slug.replace(/^-+|-+$/g, '') || 'room'
}

/** What to try one after another for a new room, until one is free: the last always is. */
export function* slugsFor(name: string): Generator<string> {
  const slug = slugFromName(name)
  yield slug
  for (let number = 2; number < 10; number += 1) yield `${slug}-${number}`
  for (;;) yield `${slug}-${crypto.randomUUID().slice(0, 8)}`
}
