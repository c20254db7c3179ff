import { describe, expect, it } from 'vitest'
import { hashRecoveryCode, inFours, randomRecoveryCode, readCode } from './recovery-codes.ts'

describe('a recovery code', () => {
  it('has 80 bits in four groups, and every letter comes up', () => {
    const codes = Array.from({ length: 200 }, randomRecoveryCode)
    for (const code of codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/)
    expect(new Set(codes).size).toBe(codes.length)
    // 3,200 letters of 32: that one of them is missing happens once in 10^42 runs.
    expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32)
  })

  it.each([
    'abcd-efgh-ijkl-mno2',
    'ABCDEFGHIJKLMNO2',
    ' abcd efgh ijkl mno2\n',
    'ａｂｃｄ–efgh—ijkl-mno2',
    'a8cd-efgh-1jkl-mn02',
  ])('is read from %j', async (typed) => {
    const code = 'abcdefghijklmno2'
    expect(readCode(typed)).toEqual({ recovery: code })
    expect(await hashRecoveryCode(inFours(code))).toBe(await hashRecoveryCode(code))
  })

  it.each([
    '',
    'abcd-efgh-ijkl-mno',
    'abcd-efgh-ijkl-mno22',
    'abcd-efgh-ijkl-mno9',
    '12345',
    'a'.repeat(100_000),
    '\u0000',
  ])('is not %j', (typed) => expect(readCode(typed)).toBeNull())
})

describe('six digits', () => {
  it.each(['123456', '123 456', ' 123-456 ', '１２３４５６'])('are read from %j', (typed) => {
    expect(readCode(typed)).toEqual({ digits: '123456' })
  })
})
