/** Numbers that are proved by a code, with a gateway that really takes the texts: registering, and a forgotten password. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/http/limits.ts'
import { en } from '../../src/words/en.ts'
import { type Answer, cookieOf, openEvents } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, type Person, tokenFor } from '../tools/people.ts'
import { openSmsGateway } from '../tools/sms-gateway.ts'
import { waitFor } from '../tools/wait-for.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import { elementsOf, faultsOfPage, hiddenField } from './html-document.ts'

type Fields = Record<string, string>
const asPage = { Accept: 'text/html' }
const asJson = { Accept: 'application/json' }
const gateway = await openSmsGateway()
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.answer = 204
})

const withGateway = { SMS_WEBHOOK_URL: gateway.url, SMS_WEBHOOK_TOKEN: 'th-gateway-key' }
const newPassword = 'nine-blue-herons-34'
let strangers = 0
function stranger(): Person {
  strangers += 1
  return {
    name: `Stranger ${strangers}`,
    phone: `+31 6 ${50_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
  }
}

const post = (house: SharedHouse, path: string, form: Fields, headers: Fields = asPage) =>
  house.ask(path, { form, headers: { ...headers, Origin: house.origin } })
const register = (house: SharedHouse, fields: object, headers: Fields = asPage) =>
  house.ask('/register', { form: { ...fields }, headers })
const wrongOf = (code: string) => (code === '000000' ? '111111' : '000000')
const sentenceBeside = ({ body }: Answer, field: string) =>
  new RegExp(`id="${field}-error"[^>]*>([^<]+)<`).exec(body)?.[1]

/** The first page filled in: what the second one carries, and the code that came. */
async function begin(house: SharedHouse, person: Person, more: Fields = {}) {
  let page: Answer | undefined
  const code = await gateway.codeOf(person.phone, async () => {
    page = await register(house, { ...person, ...more })
  })
  if (page?.status !== 200) throw new Error(`No second page: ${page?.status} ${page?.body}`)
  return { page, code, pending: hiddenField(page.body, 'pending') }
}

async function registerWithCode(house: SharedHouse, person: Person): Promise<string> {
  const { code, pending } = await begin(house, person)
  const answer = await register(house, { pending, code })
  expect(answer.status).toBe(303)
  return cookieOf(answer)
}

const countMembers = async (house: SharedHouse) =>
  (await house.query<{ count: number }>('SELECT COUNT(*) AS count FROM members'))[0]?.count

const house = houseOfThisFile(withGateway, async (opened) => {
  await registerWithCode(opened, ada)
})

describe('registering where numbers are verified', () => {
  it('is two pages without scripts, and an account only after the code', async () => {
    const person = stranger()
    const form = await house.ask('/register', { headers: asPage })
    expect(form.body).toContain(en.register.phoneHintVerified)
    const before = await countMembers(house)
    const { page, code, pending } = await begin(house, person)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.body).toContain(person.phone.replaceAll(' ', ''))
    expect(cookieOf(page)).not.toContain('teahouse_session')
    expect(await countMembers(house)).toBe(before)
    // What waits in the page is nobody's to read.
    const carried = Buffer.from(pending, 'base64url').toString('latin1')
    for (const hidden of [person.password, person.name, '$argon2']) expect(carried).not.toContain(hidden)

    // By the page's own form, as a browser that sends no Origin.
    const answer = await house.ask('/register', {
      form: {
        pending,
        code: `${code.slice(0, 3)} ${code.slice(3)}`,
        form_token: hiddenField(page.body, 'form_token'),
      },
      headers: { ...asPage, Cookie: cookieOf(page) },
    })
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/lobby'])
    await logInByHttp(house.origin, person)
    const [stored] = await house.query<{ phone_verified_at: Date | null }>(
      'SELECT phone_verified_at FROM members WHERE name = ?',
      [person.name],
    )
    expect(stored?.phone_verified_at).toBeInstanceOf(Date)
    // The same code once more.
    const again = await register(house, { pending, code })
    expect([again.status, sentenceBeside(again, 'code')]).toEqual([422, en.fields.codeSpent])
  })

  it('asks the gateway as the README says', async () => {
    const person = stranger()
    const { code } = await begin(house, person)
    const { method, headers, body } = gateway.requests.at(-1) ?? { method: '', headers: {}, body: '{}' }
    expect([method, headers['content-type'], headers.authorization]).toEqual([
      'POST',
      'application/json',
      'Bearer th-gateway-key',
    ])
    expect(JSON.parse(body)).toEqual({
      to: person.phone.replaceAll(' ', ''),
      text: en.sms.registerCode(code),
    })
  })

  it('takes JSON and text as well', async () => {
    const person = stranger()
    let answer: Answer | undefined
    const code = await gateway.codeOf(person.phone, async () => {
      answer = await house.ask('/register', { json: person, headers: asJson })
    })
    expect(answer?.status).toBe(202)
    const { pending, expiresAt } = (answer as unknown as Answer).json() as {
      pending: string
      expiresAt: string
    }
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    const wrong = await house.ask('/register', { json: { pending, code: wrongOf(code) }, headers: asJson })
    expect([wrong.status, (wrong.json() as { fields: object }).fields]).toEqual([
      422,
      { code: en.fields.smsCodeWrong },
    ])
    const done = await house.ask('/register', { json: { pending, code }, headers: asJson })
    expect([done.status, done.json()]).toEqual([200, { id: expect.any(String), name: person.name }])
    const text = await register(house, stranger(), { Accept: 'text/plain' })
    expect([text.status, text.body]).toEqual([202, expect.stringMatching(/^[\w-]+\n$/)])
  })

  it('gives five tries, then another code for what was typed', async () => {
    const person = stranger()
    const { code, pending } = await begin(house, person)
    for (let wrong = 0; wrong < 5; wrong += 1) {
      const answer = await register(house, { pending, code: wrongOf(code) })
      expect([answer.status, sentenceBeside(answer, 'code')]).toEqual([422, en.fields.smsCodeWrong])
      expect(faultsOfPage(answer.body)).toEqual([])
    }
    const spent = await register(house, { pending, code })
    expect([spent.status, sentenceBeside(spent, 'code')]).toEqual([422, en.fields.codeSpent])
    let page: Answer | undefined
    const next = await gateway.codeOf(person.phone, async () => {
      page = await register(house, { pending: hiddenField(spent.body, 'pending'), again: 'yes' })
    })
    const answer = await register(house, { pending: hiddenField(page?.body ?? '', 'pending'), code: next })
    expect(answer.status).toBe(303)
    await logInByHttp(house.origin, person)
  })

  it('lets one of two in who send the same code at the same moment', async () => {
    const { code, pending } = await begin(house, stranger())
    const answers = await Promise.all([1, 2].map(() => register(house, { pending, code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
  })

  it('never tells that a number is taken: the page and the tries are alike, and its owner gets a text', async () => {
    const free = stranger()
    const { page: known, pending } = await begin(house, free)
    const texts = gateway.textsTo(ada.phone).length
    const taken = await register(house, { ...stranger(), phone: ada.phone })
    const plain = ({ body }: Answer) =>
      body
        .replace(/name="(pending|form_token)" value="[^"]*"/g, '$1')
        .replaceAll(free.phone.replaceAll(' ', ''), '')
        .replaceAll(ada.phone.replaceAll(' ', ''), '')
    expect([taken.status, plain(taken)]).toEqual([known.status, plain(known)])
    expect(gateway.textsTo(ada.phone).slice(texts)).toEqual([en.sms.numberTaken(house.origin)])
    const decoy = hiddenField(taken.body, 'pending')
    expect(decoy.length - pending.length).toBeLessThan(8)
    const [right, wrong] = [pending, decoy].map((one) => register(house, { pending: one, code: 'none' }))
    expect([(await right)?.status, sentenceBeside(await (right as Promise<Answer>), 'code')]).toEqual([
      (await wrong)?.status,
      sentenceBeside(await (wrong as Promise<Answer>), 'code'),
    ])
    // Nobody else's code opens it.
    const other = await begin(house, stranger())
    expect((await register(house, { pending: decoy, code: other.code })).status).toBe(422)
  })

  it('takes nothing for a first page that it did not make', async () => {
    const { pending, code } = await begin(house, stranger())
    const changed = pending.slice(0, -2) + (pending.endsWith('AA') ? 'BB' : 'AA')
    for (const one of [changed, '', 'AAAA', '=', '%', pending.slice(4)]) {
      const answer = await register(house, { pending: one, code })
      expect([one, answer.status]).toEqual([one, 422])
      expect(answer.body).toContain(en.fields.pendingOld)
      expect(faultsOfPage(answer.body)).toEqual([])
    }
    expect((await register(house, { pending, code })).status).toBe(303)
  })

  it.each([500, 302, 'nothing'] as const)(
    'says plainly when the gateway answers %s, keeps what was typed, and logs neither code nor number',
    async (answer) => {
      gateway.answer = answer
      const person = stranger()
      const before = await countMembers(house)
      const page = await register(house, person)
      expect(page.status).toBe(503)
      expect(sentenceBeside(page, 'phone')).toBe(en.fields.smsFailed)
      expect(faultsOfPage(page.body)).toEqual([])
      expect(hiddenField(page.body, 'name')).toBe(person.name)
      expect(await countMembers(house)).toBe(before)
      gateway.answer = 204
      await registerWithCode(house, person)
      const logged = house.server.output()
      expect(logged).toContain('The SMS gateway')
      for (const text of gateway.textsTo(person.phone)) {
        expect(logged).not.toContain(/\d{6}/.exec(text)?.[0] ?? 'a code')
      }
      expect(logged).not.toContain(person.phone.replaceAll(' ', '').slice(1))
    },
  )
})

describe('a forgotten password, where codes are sent', () => {
  it('needs the code that comes, and logs the member out everywhere', async () => {
    const person = stranger()
    const cookie = { Cookie: await registerWithCode(house, person) }
    const token = { Authorization: `Bearer ${await tokenFor(house.origin, person)}` }
    const stream = await openEvents(house.origin, '/rooms/lobby/events', token)
    await stream.until('ready', ({ event }) => event === 'ready')
    const form = await house.ask('/forgot', { headers: asPage })
    expect(faultsOfPage(form.body)).toEqual([])
    const form_token = hiddenField(form.body, 'form_token')
    const headers = { ...asPage, Cookie: cookieOf(form) }
    let page: Answer | undefined
    const code = await gateway.codeOf(person.phone, async () => {
      page = await house.ask('/forgot', { form: { phone: person.phone, form_token }, headers })
    })
    expect(page?.status).toBe(200)
    expect(faultsOfPage(page?.body ?? '')).toEqual([])
    const pending = hiddenField(page?.body ?? '', 'pending')
    const send = (fields: Fields) =>
      house.ask('/forgot/code', {
        form: { pending, phone: person.phone, form_token, password: newPassword, code, ...fields },
        headers,
      })
    const common = await send({ password: 'password1' })
    expect([common.status, sentenceBeside(common, 'password')]).toEqual([422, en.fields.passwordCommon])
    expect([hiddenField(common.body, 'code'), faultsOfPage(common.body)]).toEqual([code, []])
    const number = await send({ password: person.phone })
    expect([number.status, sentenceBeside(number, 'password')]).toEqual([422, en.fields.passwordKnown])
    // The name would tell whose number it is: it is looked at only once the code was right.
    const name = { password: `${person.name}!` }
    expect(sentenceBeside(await send({ ...name, code: wrongOf(code) }), 'code')).toBe(en.fields.smsCodeWrong)
    expect(sentenceBeside(await send(name), 'password')).toBe(en.fields.passwordKnown)
    const wrong = await send({ code: wrongOf(code) })
    expect([wrong.status, sentenceBeside(wrong, 'code')]).toEqual([422, en.fields.smsCodeWrong])
    await logInByHttp(house.origin, person)

    const answers = await Promise.all([send({}), send({})])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    await waitFor('the stream to end', () => stream.hasEnded(), 2_000)
    for (const who of [cookie, token]) {
      expect((await house.ask('/rooms/lobby', { headers: { ...asJson, ...who } })).status).toBe(401)
    }
    await expect(logInByHttp(house.origin, person)).rejects.toThrow()
    await logInByHttp(house.origin, { ...person, password: newPassword })
    expect((await send({})).status).toBe(422)
  })

  it('answers alike for numbers that nobody has, and sends them nothing', async () => {
    const nobody = stranger()
    const offers = async () =>
      (await house.query("SELECT id FROM audit WHERE action = 'password-reset-offered'")).length
    const offersBefore = await offers()
    const plain = ({ body }: Answer) =>
      body
        .replace(/value="[^"]*"/g, '')
        .replace(/\+\d+/g, '')
        .replace(/"pending":"[^"]+"|"expiresAt":"[^"]+"/g, '')
    for (const face of [asPage, asJson]) {
      const known = await post(house, '/forgot', { phone: ada.phone }, face)
      const unknown = await post(house, '/forgot', { phone: nobody.phone }, face)
      expect([unknown.status, plain(unknown)]).toEqual([known.status, plain(known)])
    }
    const asked = await post(house, '/forgot', { phone: nobody.phone }, asJson)
    const { pending } = asked.json() as { pending: string }
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const answer = await post(house, '/forgot/code', { pending, code: '123456', password: newPassword })
      const sentence = attempt < 5 ? en.fields.smsCodeWrong : en.fields.codeSpent
      expect([answer.status, sentenceBeside(answer, 'code')]).toEqual([422, sentence])
    }
    // Each is written down just before its text would go out.
    await waitFor('the offers', async () => (await offers()) === offersBefore + 5)
    await waitFor('the texts', () =>
      gateway
        .textsTo(ada.phone)
        .slice(-2)
        .every((text) => /^\d{6} is your code for a new password/.test(text)),
    )
    expect(gateway.textsTo(nobody.phone)).toEqual([])
  })

  it('answers without waiting for the gateway, so the time tells nothing either', async () => {
    gateway.answer = 'nothing'
    expect((await post(house, '/forgot', { phone: ada.phone })).status).toBe(200)
    // Had the house waited for it, it would have given up by now.
    await waitFor('the gateway to be asked', () => gateway.waiting > 0)
  })

  it.each(['', 'tea', '12345'])('refuses %j as a number', async (phone) => {
    const answer = await post(house, '/forgot', { phone })
    expect([answer.status, sentenceBeside(answer, 'phone')]).toEqual([
      422,
      phone ? en.fields.phoneInvalid : en.fields.phoneMissing,
    ])
    expect(faultsOfPage(answer.body)).toEqual([])
  })
})

describe('limits on codes', () => {
  const limited = houseOfThisFile({ ...withGateway, RATE_LIMITS: 'on', TRUST_PROXY: '1' })
  const from = (address: string) => ({ ...asPage, 'X-Forwarded-For': address })
  const ask = (phone: string, address: string) => post(limited, '/forgot', { phone }, from(address))

  it('a number, whoever has it, gets five an hour; then the page says when to come back', async () => {
    for (const { phone } of [stranger(), bashir]) {
      for (let sent = 0; sent < LIMITS.codesOfNumber.points; sent += 1) {
        expect((await ask(phone, `192.0.2.${sent + 1}`)).status).toBe(200)
      }
      const answer = await ask(phone, '192.0.2.99')
      expect(answer.status).toBe(429)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(3_600)
      expect(faultsOfPage(answer.body)).toEqual([])
      expect(elementsOf(answer.body).some(({ name }) => name === 'h1')).toBe(true)
    }
  })

  it('an address, or a /64, gets twenty an hour for whatever numbers', async () => {
    for (let sent = 0; sent < LIMITS.codesOfAddress.points; sent += 1) {
      expect((await ask(stranger().phone, `2001:db8:1:2::${sent + 1}`)).status).toBe(200)
    }
    expect((await ask(stranger().phone, '2001:db8:1:2:ffff::1')).status).toBe(429)
    expect((await ask(stranger().phone, '2001:db8:1:3::1')).status).toBe(200)
    // Nor does it use up those of a number from then on.
    const { phone } = stranger()
    for (let asked = 0; asked < LIMITS.codesOfNumber.points; asked += 1) {
      expect((await ask(phone, '2001:db8:1:2::1')).status).toBe(429)
    }
    expect((await ask(phone, '2001:db8:1:3::1')).status).toBe(200)
  })

  it('a country gets two hundred an hour, from whatever places; others still get theirs', async () => {
    const statuses: number[] = []
    for (let sent = 0; sent <= LIMITS.codesOfCountry.points; sent += 1) {
      statuses.push((await ask(`+4791${200_000 + sent}`, `198.51.100.${sent % 250}`)).status)
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMITS.codesOfCountry.points)
    expect(statuses.at(-1)).toBe(429)
    expect((await ask(stranger().phone, '203.0.113.5')).status).toBe(200)
  })
})
