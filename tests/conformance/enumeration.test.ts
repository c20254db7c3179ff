/**
 * Whose number is whose stays in the house: answers for numbers that somebody has and that nobody has are the same, to the byte, and so are
 * the times that they take, as far as chance lets anyone tell.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { turnOnAuthenticator } from '../tools/authenticator.ts'
import { type Answer, ask, cookieOf } from '../tools/http-client.ts'
import { ada, logInByHttp, type Person, registerByHttp } from '../tools/people.ts'
import { openSmsGateway } from '../tools/sms-gateway.ts'
import { ONE_FALSE_ALARM_IN_10_000 } from '../tools/statistics.ts'
import { compareTimes } from '../tools/timing.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import { hiddenField } from './html-document.ts'

type Fields = Record<string, string>
const faces = ['text/html', 'application/json', 'text/plain']
const wrong = 'not-my-password-1'
/**
 * Of each kind. Twenty show a hash more or less, which is what a careless log-in gives away; sixty may well miss a single short query, which is
 * lost in what everything else takes.
 */
const PAIRS = 60
const timeout = 300_000
const gateway = await openSmsGateway()
afterAll(() => gateway.close())

let strangers = 0
function stranger(): Person {
  strangers += 1
  // Where one digit more would be one byte more.
  return {
    name: `Stranger ${1_000 + strangers}`,
    phone: `+316${33_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
  }
}

const post = (house: SharedHouse, path: string, form: Fields, accept = 'text/html') =>
  house.ask(path, { form, headers: { Accept: accept, Origin: house.origin } })

/** An answer without what is made anew for each: tokens, references, moments, and the number that was typed. */
function bare({ status, headers, body }: Answer, phone: string) {
  const { date: _date, 'set-cookie': cookies = [], ...others } = headers
  return {
    status,
    headers: others,
    cookies: cookies.map((cookie) => cookie.replace(/=[^;]+/, '')),
    body: body
      .replaceAll(phone, 'NUMBER')
      .replace(/(name="(?:form_token|pending)" value=)"[^"]*"/g, '$1')
      .replace(/"(reference|pending|expiresAt)":"[^"]*"/g, '$1')
      .replace(/^[\w-]{36,}\n$/, 'PENDING'),
  }
}

const owned = async ({ origin }: SharedHouse) => {
  await registerByHttp(origin, ada)
}
const plain = houseOfThisFile({}, owned)

/** With the code that comes. */
async function registerWithCode(house: SharedHouse, person: Person, more: Fields = {}): Promise<string> {
  let page: Answer | undefined
  const code = await gateway.codeOf(person.phone, async () => {
    page = await post(house, '/register', { ...person, ...more })
  })
  const pending = hiddenField(page?.body ?? '', 'pending')
  return cookieOf(await post(house, '/register', { pending, code }))
}
const withCodes = houseOfThisFile({ SMS_WEBHOOK_URL: gateway.url }, async (house) => {
  await registerWithCode(house, ada)
})
let invite = ''
const byInvitation = houseOfThisFile(
  { SMS_WEBHOOK_URL: gateway.url, REGISTRATION: 'invite' },
  async (house) => {
    const Cookie = await registerWithCode(house, ada)
    const headers = { Cookie, Origin: house.origin, Accept: 'text/plain' }
    const link = await house.ask('/admin/invitations', { form: { uses: '1000' }, headers })
    invite = link.body.trim().replace(/.*\//, '')
  },
)

describe('logging in with a wrong password', () => {
  /** Everyone whose account could make a difference. */
  const members: Record<string, Person> = {
    'a member': stranger(),
    'a member with a second factor': stranger(),
    'a member who is suspended': stranger(),
    'a member who has left': stranger(),
  }
  beforeAll(async () => {
    const keeper = { Cookie: await logInByHttp(plain.origin, ada), Origin: plain.origin }
    for (const [what, person] of Object.entries(members)) {
      const Cookie = await registerByHttp(plain.origin, person)
      const mine = { Cookie, Origin: plain.origin, Accept: 'application/json' }
      if (what.includes('second')) await turnOnAuthenticator(plain.origin, Cookie, person)
      if (what.includes('left')) {
        const form = { password: person.password, messages: 'keep' }
        expect((await plain.ask('/account/leave', { form, headers: mine })).status).toBe(200)
      }
      if (what.includes('suspended')) {
        const { id } = (await plain.ask('/account', { headers: mine })).json() as { id: string }
        expect((await plain.ask(`/admin/members/${id}/suspend`, { form: {}, headers: keeper })).status).toBe(
          303,
        )
      }
    }
  })

  it.each(Object.keys(members))('is answered for %s as for nobody', async (what) => {
    const { phone } = members[what] as Person
    for (const path of ['/login', '/tokens']) {
      for (const face of faces) {
        const nobody = stranger()
        const known = bare(await post(plain, path, { phone, password: wrong }, face), phone)
        const unknown = bare(
          await post(plain, path, { phone: nobody.phone, password: wrong }, face),
          nobody.phone,
        )
        expect(known).toEqual(unknown)
        expect(known.status).toBe(path === '/tokens' ? 401 : 422)
      }
    }
  })
})

describe.each<[string, () => [SharedHouse, string], () => Fields]>([
  ['a forgotten password', () => [withCodes, '/forgot'], () => ({})],
  ['a registration', () => [withCodes, '/register'], () => ({ ...stranger() })],
  ['a registration by invitation', () => [byInvitation, '/register'], () => ({ ...stranger(), invite })],
])('where numbers are verified, %s', (_what, place, fields) => {
  it('is answered for a number that somebody has as for a free one', async () => {
    const [house, path] = place()
    const taken = ada.phone.replaceAll(' ', '')
    for (const face of faces) {
      const free = stranger().phone
      const known = bare(await post(house, path, { ...fields(), phone: taken }, face), taken)
      const unknown = bare(await post(house, path, { ...fields(), phone: free }, face), free)
      expect(known).toEqual(unknown)
      expect([200, 202]).toContain(known.status)
    }
  })
})

describe('the time of an answer does not tell whether somebody has the number', () => {
  const taken = ada.phone.replaceAll(' ', '')
  /** @param send a request for this number */
  const compare = (pairs: number, send: (phone: string) => Promise<Answer>) =>
    compareTimes(
      pairs,
      () => send(taken),
      () => send(stranger().phone),
    )
  const unseen = expect.objectContaining({ isSeen: false })
  const judge = ({ z, dominance }: { z: number; dominance: number }) => ({
    isSeen: Math.abs(z) > ONE_FALSE_ALARM_IN_10_000,
    z,
    dominance,
  })

  it('though a difference of one hash would be seen', async () => {
    const { isSeen } = judge(
      await compareTimes(
        20,
        () => post(plain, '/login', { phone: taken, password: wrong }),
        () => post(plain, '/forgot', { phone: taken }),
      ),
    )
    expect(isSeen).toBe(true)
  })

  it(
    'at the log-in',
    async () => {
      const compared = await compare(PAIRS, (phone) => post(plain, '/login', { phone, password: wrong }))
      expect(judge(compared)).toEqual(unseen)
    },
    timeout,
  )

  it(
    'for a forgotten password',
    async () => {
      // The texts go out later, beside whichever request is under way then: to wait for each would make what follows a member's number differ.
      const compared = await compare(4 * PAIRS, (phone) => post(withCodes, '/forgot', { phone }))
      expect(judge(compared)).toEqual(unseen)
    },
    timeout,
  )

  it(
    'when registering',
    async () => {
      const compared = await compare(PAIRS, (phone) => post(withCodes, '/register', { ...stranger(), phone }))
      expect(judge(compared)).toEqual(unseen)
    },
    timeout,
  )

  it(
    'when registering by invitation',
    async () => {
      const compared = await compare(PAIRS, (phone) =>
        post(byInvitation, '/register', { ...stranger(), phone, invite }),
      )
      expect(judge(compared)).toEqual(unseen)
    },
    timeout,
  )
})

describe('links', () => {
  it.each(['/invite/', '/reset/'])('%s of any kind that opens nothing are answered alike', async (path) => {
    const spellings = [
      'A'.repeat(43),
      'x',
      `${'0'.repeat(32)}${'A'.repeat(43)}`,
      '%00',
      '..%2f..%2f',
      'é'.repeat(9),
    ]
    for (const face of faces) {
      const answers = await Promise.all(
        spellings.map((secret) => ask(plain.origin, path + encodeURI(secret), { headers: { Accept: face } })),
      )
      const [first, ...others] = answers.map((answer) => bare(answer, 'none'))
      expect(first?.status).toBe(404)
      for (const other of others) expect(other).toEqual(first)
    }
  })
})
