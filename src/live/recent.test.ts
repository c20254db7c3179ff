import { expect, it } from 'vitest'
import type { Message } from '../messages/message.ts'
import { toView } from '../messages/view.ts'
import type { LiveEvent } from './framing.ts'
import { MOST_CHARACTERS, RecentChanges } from './recent.ts'

function change(version: number, body = 'hi', more: Partial<Message> = {}): LiveEvent {
  const message = {
    roomId: 'room-1',
    number: version,
    version,
    author: { id: 'mei', name: 'Mei' },
    body,
    notice: null,
    replyTo: null,
    createdAt: new Date(0),
    editedAt: null,
    deletedAt: null,
    deletedBy: null,
    replied: null,
    reactions: [],
    ...more,
  }
  return { version, cursor: `${version}.k3`, message: toView(message, 'lobby') }
}

const versions = (changes: readonly LiveEvent[] | null) => changes?.map(({ version }) => version)

it('has all changes after a version, the first of them first, or says that it has not', () => {
  const recent = new RecentChanges(5)
  recent.add([change(6), change(7)])
  recent.add([change(8)])
  expect(recent.since(4, 10)).toBeNull()
  expect(versions(recent.since(5, 10))).toEqual([6, 7, 8])
  expect(versions(recent.since(6, 1))).toEqual([7])
  expect(versions(recent.since(8, 10))).toEqual([])
})

it.each([
  ['many', 5_000, 2],
  ['long', 200, 60_000],
])('holds no more than its bound of what is %s, and says what it dropped', (_what, count, length) => {
  const recent = new RecentChanges(0)
  let held = 0
  for (let version = 1; version <= count; version += 1) {
    recent.add([change(version, 'x'.repeat(length))])
    const oldest = Array.from({ length: version + 1 }, (_, after) => after).find((after) =>
      recent.since(after, 1),
    )
    held = version - (oldest ?? version)
    if (version % 97 !== 0 && version !== count) continue
    expect(held).toBeLessThanOrEqual(1_500)
    expect(held * length).toBeLessThanOrEqual(MOST_CHARACTERS * 1.5)
    expect(versions(recent.since(version - held, held + 1))).toHaveLength(held)
  }
  // It is of use all the same.
  expect(held).toBeGreaterThanOrEqual(Math.min(1_000, Math.floor(MOST_CHARACTERS / length)) * 0.9)
})

it('keeps the end of a burst that alone is too much', () => {
  const recent = new RecentChanges(0)
  recent.add(Array.from({ length: 200 }, (_, place) => change(place + 1, 'x'.repeat(60_000))))
  expect(recent.since(150, 10)).toBeNull()
  expect(versions(recent.since(199, 10))).toEqual([200])
})

it('forgets', () => {
  const recent = new RecentChanges(0)
  recent.add([change(1), change(2)])
  recent.forget(2)
  expect(recent.since(1, 10)).toBeNull()
  recent.add([change(3)])
  expect(versions(recent.since(2, 10))).toEqual([3])
})

it('has each message as it now is: what a change has replaced is given to nobody', () => {
  const recent = new RecentChanges(5)
  recent.add([change(6, 'secret'), change(7)])
  recent.add([change(8, 'harmless', { number: 6, editedAt: new Date(1) })])
  expect(recent.since(5, 10)?.map(({ message }) => message.body)).toEqual(['hi', 'harmless'])
  expect(recent.since(4, 10)).toBeNull()
})

it('has no answer any more that quotes what was deleted: who was away reads it anew', () => {
  const recent = new RecentChanges(5)
  recent.add([change(6, 'secret'), change(7, 'I see', { replyTo: 6 })])
  recent.add([change(8, '', { number: 6, deletedAt: new Date(1) }), change(9)])
  expect(recent.since(6, 10)).toBeNull()
  expect(versions(recent.since(7, 10))).toEqual([8, 9])
})
