/** Guessing, from one place and from many: it is slowed, and whoever guesses keeps nobody out for good. */
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/http/limits.ts'
import { en } from '../../src/words/en.ts'
import { type Answer, cookieOf } from '../tools/http-client.ts'
import { ada, bashir, type Person, registerByHttp } from '../tools/people.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import { faultsOfPage } from './html-document.ts'

type Headers = Record<string, string>
const wrong = 'not-my-password-1'
const newPassword = 'nine-blue-herons-34'
const { failedLoginsOfAccount, failedLoginsOfAddress, takenNumbersOfAddress } = LIMITS
let strangers = 0
function stranger(): Person {
  strangers += 1
  return {
    name: `Stranger ${strangers}`,
    phone: `+31 6 ${32_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
  }
}

const logIn = (house: SharedHouse, { phone, password }: Partial<Person>, headers: Headers = {}) =>
  house.ask('/login', {
    form: { phone: phone ?? '', password: password ?? '' },
    headers: { Accept: 'text/html', ...headers },
  })
const from = (address: string) => ({ 'X-Forwarded-For': address })
const deviceOf = (cookie: string) => /teahouse_device=[^;]+/.exec(cookie)?.[0] ?? ''

/** One wrong password after another, each as from another place. @returns the statuses */
async function guess(house: SharedHouse, phone: string, times: number, headers: (count: number) => Headers) {
  const statuses: number[] = []
  for (let count = 0; count < times; count += 1) {
    statuses.push((await logIn(house, { phone, password: wrong }, headers(count))).status)
  }
  return statuses
}

function expectTooMany(answer: Answer, seconds: number): void {
  expect(answer.status).toBe(429)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(seconds)
  expect(faultsOfPage(answer.body)).toEqual([])
  expect(answer.body).toContain(en.errors.tooMany.title)
}

const owned = async ({ origin }: SharedHouse) => {
  await registerByHttp(origin, ada, {})
}
const behind = houseOfThisFile({ RATE_LIMITS: 'on', TRUST_PROXY: '1' }, owned)
const alone = houseOfThisFile({ RATE_LIMITS: 'on' }, owned)

const everywhere = {
  'addresses of IPv4': (count: number) => from(`203.0.113.${count + 1}`),
  'subscribers of IPv6': (count: number) => from(`2001:db8:${count + 1}::1`),
  'ports of one proxy that writes them': (count: number) => from(`203.0.113.99:${50_000 + count}`),
  'places that are made up': (count: number) => from(`${count}.1.1.1, 198.51.100.${count + 1}`),
}

describe.each(Object.entries(everywhere))('guessing at an account from many %s', (_what, places) => {
  it('is over after ten, whoever has the number, and tells in the same words', async () => {
    const member = stranger()
    await registerByHttp(behind.origin, member)
    const nobody = stranger()
    const most = failedLoginsOfAccount.points
    const pages: string[] = []
    for (const { phone } of [member, nobody]) {
      const statuses = await guess(behind, phone, most + 1, places)
      expect(statuses).toEqual([...Array(most).fill(422), 429])
      const refused = await logIn(behind, { phone, password: member.password }, places(most + 1))
      expectTooMany(refused, failedLoginsOfAccount.seconds)
      pages.push(refused.body.replace(/name="form_token" value="[^"]*"/g, ''))
    }
    expect(pages[0]).toBe(pages[1])
  })
})

describe('whoever guesses keeps the owner of an account out', () => {
  const attack = (phone: string) =>
    guess(behind, phone, failedLoginsOfAccount.points + 5, (count) => from(`2001:db8:ffff:${count}::1`))

  it('of no browser that has logged in before, not even one that has logged out', async () => {
    const me = stranger()
    const cookie = await registerByHttp(behind.origin, me)
    await behind.ask('/logout', { form: {}, headers: { Cookie: cookie, Origin: behind.origin } })
    expect((await attack(me.phone)).at(-1)).toBe(429)
    expect((await logIn(behind, me)).status).toBe(429)
    const known = { Cookie: deviceOf(cookie) }
    expect((await logIn(behind, { ...me, password: wrong }, known)).status).toBe(422)
    const entered = await logIn(behind, me, known)
    expect(entered.status).toBe(303)
    // It is known already: another cookie would be another ten guesses.
    expect(cookieOf(entered)).not.toContain('teahouse_device')
  })

  it('but such a browser has ten tries as well, counted apart from others and from another account', async () => {
    const [me, other] = [stranger(), stranger()]
    const cookie = await registerByHttp(behind.origin, me)
    const otherBrowser = { Cookie: deviceOf(cookieOf(await logIn(behind, me))) }
    await registerByHttp(behind.origin, other)
    const known = { Cookie: deviceOf(cookie) }
    const statuses = await guess(behind, me.phone, failedLoginsOfAccount.points + 1, () => known)
    expect(statuses.at(-1)).toBe(429)
    expectTooMany(await logIn(behind, me, known), LIMITS.failedLoginsOfKnownDevice.seconds)
    expect((await logIn(behind, me, otherBrowser)).status).toBe(303)
    // What is known of one account gives no more tries at another.
    const tries = await guess(behind, other.phone, failedLoginsOfAccount.points, () => ({}))
    expect(tries.at(-1)).toBe(422)
    expect((await logIn(behind, other, known)).status).toBe(429)
  })

  it('nor one that a link for a new password was opened in; the browsers of before are strangers then', async () => {
    const me = stranger()
    const cookie = await registerByHttp(behind.origin, me)
    const { id } = (
      await behind.ask('/account', {
        headers: { Cookie: cookie, Accept: 'application/json' },
      })
    ).json() as { id: string }
    const keeper = cookieOf(await logIn(behind, ada))
    const made = await behind.ask(`/admin/members/${id}/password-link`, {
      form: {},
      headers: { Cookie: keeper, Origin: behind.origin, Accept: 'text/plain' },
    })
    await attack(me.phone)
    const renewed = await behind.ask(new URL(made.body.trim()).pathname, {
      form: { password: newPassword },
      headers: { Origin: behind.origin, Accept: 'text/html' },
    })
    expect(renewed.status).toBe(303)
    const now = { ...me, password: newPassword }
    expect((await logIn(behind, now)).status).toBe(429)
    expect((await logIn(behind, now, { Cookie: deviceOf(cookie) })).status).toBe(429)
    expect((await logIn(behind, now, { Cookie: deviceOf(cookieOf(renewed)) })).status).toBe(303)
  })

  it.each(['', 'x', '0'.repeat(75), `${'0'.repeat(32)}${'A'.repeat(43)}`])(
    'a made-up browser %j is a stranger',
    async (device) => {
      const me = stranger()
      await registerByHttp(behind.origin, me)
      await attack(me.phone)
      expect((await logIn(behind, me, { Cookie: `teahouse_device=${device}` })).status).toBe(429)
    },
  )
})

describe('an address', () => {
  it('has a hundred failures, its /64 together, for whatever accounts; whoever is known there still gets in', async () => {
    const me = stranger()
    const known = { Cookie: deviceOf(await registerByHttp(behind.origin, me)) }
    const statuses: number[] = []
    for (let count = 0; count <= failedLoginsOfAddress.points; count += 1) {
      const place = from(`2001:db8:7:7:${count.toString(16)}::1`)
      statuses.push((await logIn(behind, { ...stranger(), password: wrong }, place)).status)
    }
    expect(statuses.slice(0, -1)).toEqual(Array(failedLoginsOfAddress.points).fill(422))
    expect(statuses.at(-1)).toBe(429)
    expectTooMany(await logIn(behind, me, from('2001:db8:7:7:ffff::9')), failedLoginsOfAddress.seconds)
    expect((await logIn(behind, me, { ...from('2001:db8:7:7:ffff::9'), ...known })).status).toBe(303)
    expect((await logIn(behind, me, from('2001:db8:7:8::1'))).status).toBe(303)
  })

  it('is the one of the socket without TRUST_PROXY, whatever headers say', async () => {
    const spoofed = (count: number): Headers => ({
      'X-Forwarded-For': `203.0.113.${count}`,
      'X-Real-IP': `203.0.113.${count}`,
      Forwarded: `for=203.0.113.${count}`,
      'CF-Connecting-IP': `203.0.113.${count}`,
      'True-Client-IP': `203.0.113.${count}`,
    })
    const statuses: number[] = []
    for (let count = 0; count <= failedLoginsOfAddress.points; count += 1) {
      statuses.push((await logIn(alone, { ...stranger(), password: wrong }, spoofed(count))).status)
    }
    expect(statuses.at(-2)).toBe(422)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('past its limit an address', () => {
  const first = from('192.0.2.40')
  const exhaust = async () => {
    for (let count = 0; count < failedLoginsOfAddress.points; count += 1)
      await logIn(behind, { ...stranger(), password: wrong }, first)
  }

  it('uses up the tries of no account more', async () => {
    const me = stranger()
    await registerByHttp(behind.origin, me)
    await exhaust()
    const refused = await guess(behind, me.phone, failedLoginsOfAccount.points + 5, () => first)
    expect(new Set(refused)).toEqual(new Set([429]))
    expect((await logIn(behind, me, from('192.0.2.41'))).status).toBe(303)
  })

  it('writes no more refused passkeys into the record', async () => {
    const send = () =>
      behind.ask('/login/passkey', {
        form: { credential: '{}' },
        headers: { Accept: 'application/json', Origin: behind.origin, ...from('192.0.2.42') },
      })
    const recorded = async () =>
      (await behind.query("SELECT 1 FROM audit WHERE address = '192.0.2.42' AND action = 'login-refused'"))
        .length
    const { points } = LIMITS.refusedPasskeysOfAddress
    for (let count = 0; count < points; count += 1) expect((await send()).status).toBe(422)
    expect(await recorded()).toBe(points)
    expect((await send()).status).toBe(429)
    expect(await recorded()).toBe(points)
  })

  it('has no more passwords checked, not even right ones', async () => {
    const me = stranger()
    const known = { Cookie: deviceOf(await registerByHttp(behind.origin, me)), ...from('192.0.2.43') }
    const statuses: number[] = []
    for (let count = 0; count <= LIMITS.passwordsOfAddress.points; count += 1)
      statuses.push((await logIn(behind, me, known)).status)
    expect(statuses.slice(0, -1)).toEqual(Array(LIMITS.passwordsOfAddress.points).fill(303))
    expect(statuses.at(-1)).toBe(429)
    expect((await logIn(behind, me, { ...known, ...from('192.0.2.44') })).status).toBe(303)
  })
})

describe('asking which numbers are taken, where they are not verified', () => {
  const register = (person: Partial<Person>, address: string) =>
    behind.ask('/register', {
      form: { name: '', password: '', phone: '', ...person },
      headers: { Accept: 'text/html', ...from(address) },
    })

  it('tells nothing until everything else would do', async () => {
    for (const { phone } of [ada, bashir]) {
      const answer = await register({ ...stranger(), phone, password: 'short' }, '192.0.2.20')
      expect(answer.status).toBe(422)
      expect(answer.body).not.toContain('id="phone-error"')
    }
  })

  it('is over after ten from an address; then free numbers get the same answer', async () => {
    const most = takenNumbersOfAddress.points
    for (let told = 0; told < most; told += 1) {
      const answer = await register({ ...stranger(), phone: ada.phone }, '192.0.2.21')
      expect(answer.status).toBe(422)
      expect(answer.body).toContain(en.fields.phoneTaken)
    }
    const refusals = await Promise.all([
      register({ ...stranger(), phone: ada.phone }, '192.0.2.21'),
      register(stranger(), '192.0.2.21'),
    ])
    for (const refusal of refusals) expectTooMany(refusal, takenNumbersOfAddress.seconds)
    expect((await register(stranger(), '192.0.2.22')).status).toBe(303)
  })

  it('of numbers that are free is not counted: each has become an account', async () => {
    for (let joined = 0; joined <= takenNumbersOfAddress.points; joined += 1) {
      expect((await register(stranger(), '192.0.2.23')).status).toBe(303)
    }
  })
})
