import { Argon2id } from 'oslo/password'
import { describe, expect, it } from 'vitest'
import { findPasswordFault, hashPassword, needsRehash, verifyPassword } from './passwords.ts'

const mei = { name: 'Mei-Lin de Vries', phone: '+31612345678' }

describe('a password', () => {
  it.each([
    ['', 'missing'],
    ['tea-pot', 'short'],
    ['x'.repeat(129), 'long'],
    ['password', 'common'],
    ['PassWord1', 'common'],
    // The hash is of the same letters.
    ['ｐａｓｓｗｏｒｄ', 'common'],
    ['mei-lin de vries', 'known'],
    ['MeiLinDeVries1', 'known'],
    ['vries202', 'known'],
    ['Mei Lin 12345', 'known'],
    ['0612345678', 'known'],
    ['+31 6 12345678', 'known'],
    ['31-6-12345678', 'known'],
    ['teahouse', 'known'],
    ['Teahouse123', 'known'],
    ['teahouse-mei', 'known'],
  ])('%j is refused as %s', (password, fault) => {
    expect(findPasswordFault(password, mei)).toMatchObject({ fault })
  })

  it.each([
    'a line from a poem',
    'tealeaf7',
    'mei-lin likes jasmine',
    'the teahouse opens at nine',
    '林小雨的茶馆有白鹤',
  ])('%j is taken', (password) => expect(findPasswordFault(password, mei)).toBeNull())

  it('of one is known for that one alone', () => {
    expect(findPasswordFault('MeiLinDeVries1', {})).toBeNull()
    expect(findPasswordFault('jan-2024', { name: 'Jan' })).toBeNull()
  })

  it('in a script without capitals or spaces is known by its owner’s name too', () => {
    expect(findPasswordFault('林小雨林小雨123', { name: '林小雨' })).toEqual({ fault: 'known' })
  })
})

describe('a hash', () => {
  it('is made with Argon2id, 19 MiB, two passes and one lane, as OWASP asks, with a salt of its own', async () => {
    const [one, other] = await Promise.all([
      hashPassword('a line from a poem'),
      hashPassword('a line from a poem'),
    ])
    for (const hash of [one, other]) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(other)
    expect(needsRehash(one ?? '')).toBe(false)
    expect(await verifyPassword(one ?? '', 'a line from a poem')).toBe(true)
    expect(await verifyPassword(one ?? '', 'a line from a poet')).toBe(false)
  })

  it.each([
    { memorySize: 19_455, iterations: 2 },
    { memorySize: 19_456, iterations: 1 },
  ])('with less work is to be made anew: %j', async (less) => {
    expect(needsRehash(await new Argon2id({ ...less, parallelism: 1 }).hash('a line from a poem'))).toBe(true)
  })

  it('that is none fits nothing, not even nothing', async () => {
    for (const hash of [null, '']) {
      expect(await verifyPassword(hash, '')).toBe(false)
      expect(await verifyPassword(hash, 'a line from a poem')).toBe(false)
    }
  })
})
