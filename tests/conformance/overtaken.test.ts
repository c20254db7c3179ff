/** Whoever is on their way in while they are put out: the password was right, the session stood, and a moment later neither holds. */
import { describe, expect, it } from 'vitest'
import { type Answer, cookieOf } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, type Person, registerByHttp } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import { houseOfThisFile } from './house-of-one-file.ts'

const house = houseOfThisFile({}, async ({ origin }) => {
  await registerByHttp(origin, ada)
  await registerByHttp(origin, bashir)
})

const numberOf = ({ phone }: Person) => phone.replaceAll(' ', '')
const theirs = 'member_id = (SELECT id FROM members WHERE phone = ?)'

async function countOf(table: 'sessions' | 'tokens'): Promise<number> {
  const [row] = await house.query<{ count: number }>(
    `SELECT COUNT(*) AS count FROM ${table} WHERE ${theirs}`,
    [numberOf(bashir)],
  )
  return row?.count ?? 0
}

/** The house asks for a member's row, which we hold. Not by `innodb_trx`: whoever looks there often sees what was there before. */
async function someoneWaits(): Promise<boolean> {
  const waiting = await house.query(
    `SELECT 1 FROM information_schema.processlist
      WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE 'select%members%for update%'`,
  )
  return waiting.length > 0
}

/** Asks while somebody holds the member's row, as who changes a password does, and lets go of it in the end. */
async function overtaken(
  ask: () => Promise<Answer>,
  change: () => Promise<unknown>,
  end: 'COMMIT' | 'ROLLBACK',
): Promise<Answer> {
  await house.query('START TRANSACTION')
  try {
    await change()
    let isAnswered = false
    const answer = ask().finally(() => {
      isAnswered = true
    })
    await waitFor(
      'the request to wait for the member, or to be answered',
      async () => isAnswered || someoneWaits(),
    )
    await house.query(end)
    return await answer
  } finally {
    await house.query('ROLLBACK')
  }
}

const newPassword = () =>
  house.query("UPDATE members SET password_hash = CONCAT(password_hash, 'x') WHERE phone = ?", [
    numberOf(bashir),
  ])
const oldPassword = () =>
  house.query("UPDATE members SET password_hash = TRIM(TRAILING 'x' FROM password_hash) WHERE phone = ?", [
    numberOf(bashir),
  ])
async function everyCredentialEnds(): Promise<void> {
  await newPassword()
  await house.query(`DELETE FROM sessions WHERE ${theirs}`, [numberOf(bashir)])
  await house.query(`DELETE FROM tokens WHERE ${theirs}`, [numberOf(bashir)])
}

const byPassword = (path: string) => () =>
  house.ask(path, {
    form: { phone: bashir.phone, password: bashir.password },
    headers: { Accept: 'application/json' },
  })

describe.each([
  { path: '/login', table: 'sessions', done: 200 },
  { path: '/tokens', table: 'tokens', done: 201 },
] as const)('a password that is changed while it opens $path', ({ path, table, done }) => {
  it('opens nothing', async () => {
    const before = await countOf(table)
    const answer = await overtaken(byPassword(path), newPassword, 'COMMIT')
    await oldPassword()
    expect([answer.status, cookieOf(answer), await countOf(table)]).toEqual([401, '', before])
  })

  it('opens what it is for when the change came to nothing', async () => {
    const before = await countOf(table)
    const answer = await overtaken(byPassword(path), newPassword, 'ROLLBACK')
    expect([answer.status, await countOf(table)]).toEqual([done, before + 1])
  })
})

describe.each<{ path: string; form: Record<string, string> }>([
  { path: '/tokens', form: { name: 'late' } },
  { path: '/account/tokens', form: { name: 'late', scopes: 'read', days: '7' } },
])('a session that ends while it makes a token at $path', ({ path, form }) => {
  const bySession = (cookie: string) => () =>
    house.ask(path, { form, headers: { Accept: 'application/json', Cookie: cookie, Origin: house.origin } })

  it('makes none', async () => {
    const cookie = await logInByHttp(house.origin, bashir)
    const answer = await overtaken(bySession(cookie), everyCredentialEnds, 'COMMIT')
    await oldPassword()
    expect([answer.status, await countOf('tokens')]).toEqual([401, 0])
  })

  it('makes one when it did not end', async () => {
    const cookie = await logInByHttp(house.origin, bashir)
    const before = await countOf('tokens')
    const answer = await overtaken(bySession(cookie), everyCredentialEnds, 'ROLLBACK')
    expect([answer.status, await countOf('tokens')]).toEqual([201, before + 1])
  })
})
