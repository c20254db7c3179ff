import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../messages/message.ts'
import type { News } from './bus.ts'
import { readLetter, writeLetter } from './letters.ts'

const change = { body: 'between us' } as Message
const room: News = {
  type: 'room',
  roomId: 'r',
  life: 'k',
  version: 7,
  newestNumber: 5,
  authorIds: ['m'],
  changes: [change],
}
const others: News[] = [
  { type: 'credential-ended', credentialId: 'c' },
  { type: 'member-changed', memberId: 'm' },
  { type: 'membership-changed', roomId: 'r', memberId: 'm', isMember: false },
  { type: 'room-changed', roomId: 'r' },
  { type: 'here', roomId: 'r', memberIds: ['m', 'n'] },
  { type: 'typing', roomId: 'r', memberId: 'm' },
  { type: 'missed' },
]

describe('a letter between nodes', () => {
  it.each(others)('carries $type as it is', (news) => {
    expect(readLetter(writeLetter({ from: 'n', news }))).toEqual({ from: 'n', news })
  })

  it('carries of a room all but what was said there', () => {
    const text = writeLetter({ from: 'n', news: room })
    expect(text).not.toContain('between us')
    expect(readLetter(text)).toEqual({ from: 'n', news: { ...room, changes: [] } })
  })

  it('may be a sign and no news', () => {
    expect(readLetter(writeLetter({ from: 'n', canary: 1.5 }))).toEqual({ from: 'n', canary: 1.5 })
  })

  it.each([
    ['no sender', { news: others[0] }],
    ['news that we have not', { from: 'n', news: { type: 'constructor' } }],
    ['words', { from: 'n', news: { ...room, changes: [change] } }],
    ['a version that counts nothing', { from: 'n', news: { ...room, changes: undefined, version: -1 } }],
    ['an id without end', { from: 'n', news: { type: 'member-changed', memberId: 'm'.repeat(65) } }],
    ['more than anyone writes', { from: 'n', news: others[0], more: ' '.repeat(100_000) }],
  ])('with %s is none', (_what, letter) => expect(readLetter(JSON.stringify(letter))).toBeNull())

  it('is null or one of ours, whatever arrives', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.anything().map((value) => String(JSON.stringify(value))),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const read = readLetter(text)
        if (read) expect(readLetter(writeLetter(read))).toEqual(read)
      }),
    )
  })
})
