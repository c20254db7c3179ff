import { base32 } from 'oslo/encoding'
import { describe, expect, it } from 'vitest'
import { authenticatorLink, codeOfStep, findStep, offeredSecret, stepAt } from './totp.ts'

/** RFC 6238, appendix B: the key of its SHA-1 rows, and the last six of their eight digits. */
const secret = base32.encode(new TextEncoder().encode('12345678901234567890'), { includePadding: false })
const vectors: [seconds: number, step: number, code: string][] = [
  [59, 0x1, '287082'],
  [1111111109, 0x23523ec, '081804'],
  [1111111111, 0x23523ed, '050471'],
  [1234567890, 0x273ef07, '005924'],
  [2000000000, 0x3f940aa, '279037'],
  [20000000000, 0x27bc86aa, '353130'],
]
const at = (seconds: number) => new Date(seconds * 1000)

describe('codes of an authenticator', () => {
  it.each(vectors)('at %i s are those of RFC 6238', async (seconds, step, code) => {
    expect(stepAt(at(seconds))).toBe(step)
    expect(await codeOfStep(secret, step)).toBe(code)
    expect(await findStep(secret, code, { now: at(seconds), after: 0 })).toBe(step)
  })

  it('count one step either way, to the second', async () => {
    const code = await codeOfStep(secret, 100)
    const find = (seconds: number) => findStep(secret, code, { now: at(seconds), after: 0 })
    const moments = [2969.999, 2970, 3000, 3029, 3059.999, 3060]
    expect(await Promise.all(moments.map(find))).toEqual([null, 100, 100, 100, 100, null])
  })

  it('count once, and none before one that counted', async () => {
    const find = async (step: number, after: number) =>
      findStep(secret, await codeOfStep(secret, step), { now: at(3000), after })
    expect(await find(100, 99)).toBe(100)
    expect(await find(100, 100)).toBeNull()
    expect(await find(100, 101)).toBeNull()
    expect(await find(101, 100)).toBe(101)
    expect(await find(99, 100)).toBeNull()
  })

  it.each(['', '00000', '0000000', ' 287082', '28708２'])('are not %j', async (typed) => {
    expect(await findStep(secret, typed, { now: at(59), after: 0 })).toBeNull()
  })
})

describe('an offered secret', () => {
  it('has 160 bits and comes from session and seed together', async () => {
    const offered = await offeredSecret('session', 'seed')
    expect(base32.decode(offered, { strict: false })).toHaveLength(20)
    expect(await offeredSecret('session', 'seed')).toBe(offered)
    expect(await offeredSecret('session', 'other seed')).not.toBe(offered)
    expect(await offeredSecret('other session', 'seed')).not.toBe(offered)
  })

  it('is in a link as authenticators read it', () => {
    const link = new URL(authenticatorLink('Teahouse', '林小雨 & co @ tea.example.org', secret))
    expect([link.protocol, link.host]).toEqual(['otpauth:', 'totp'])
    expect(decodeURIComponent(link.pathname)).toBe('/Teahouse:林小雨 & co @ tea.example.org')
    expect(Object.fromEntries(link.searchParams)).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      issuer: 'Teahouse',
      digits: '6',
      period: '30',
    })
  })
})
