/** The second factor: authenticator, recovery codes, passkeys without a browser; the log-in that asks for them (contract, section 2). */
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { type Authenticator, codeNow, turnOnAuthenticator, wrongCode } from '../tools/authenticator.ts'
import { type Answer, cookieOf } from '../tools/http-client.ts'
import { ada, logInByHttp, type Person, registerByHttp, tokenFor } from '../tools/people.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import { elementsOf, faultsOfPage, hiddenField } from './html-document.ts'

const SETTINGS = '/account/second-factor'
const AUTHENTICATOR = `${SETTINGS}/authenticator`
const CODES = `${SETTINGS}/recovery-codes`
const PASSKEYS = '/account/passkeys'

const types = { html: 'text/html', json: 'application/json', text: 'text/plain' }
type Face = keyof typeof types
const faces = Object.keys(types) as Face[]

let strangers = 0
function stranger(): Person {
  strangers += 1
  return {
    name: `Careful ${strangers}`,
    phone: `+31 6 ${40_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
  }
}

const house = houseOfThisFile({}, async ({ origin }) => {
  await registerByHttp(origin, ada)
})

interface Somebody extends Person {
  cookie: string
}
async function somebody(at: SharedHouse = house): Promise<Somebody> {
  const person = stranger()
  return { ...person, cookie: await registerByHttp(at.origin, person) }
}
async function careful(at: SharedHouse = house): Promise<Somebody & Authenticator> {
  const person = await somebody(at)
  const authenticator = await turnOnAuthenticator(at.origin, person.cookie, person)
  await letCodesPass(at, authenticator)
  return { ...person, ...authenticator }
}

/** As if a minute had gone by: no code was taken lately. */
async function letCodesPass(at: SharedHouse, { secret }: { secret: string }): Promise<void> {
  await at.query('UPDATE members SET totp_step = 0 WHERE totp_secret = ?', [secret])
}

const get = ({ cookie }: { cookie: string }, path: string, face: Face = 'html', at: SharedHouse = house) =>
  at.ask(path, { headers: { Cookie: cookie, Accept: types[face] } })
const post = (
  { cookie }: { cookie: string },
  path: string,
  form: Record<string, string>,
  face: Face = 'html',
  at: SharedHouse = house,
) => at.ask(path, { form, headers: { Cookie: cookie, Accept: types[face], Origin: at.origin } })
const logIn = (form: Record<string, string>, face: Face = 'html', headers = {}, at: SharedHouse = house) =>
  at.ask('/login', { form, headers: { Accept: types[face], ...headers } })

async function idOf({ phone }: Person, at: SharedHouse = house): Promise<string> {
  const [row] = await at.query<{ id: Buffer }>('SELECT id FROM members WHERE phone = ?', [
    phone.replaceAll(' ', ''),
  ])
  return row?.id.toString('hex') ?? ''
}
/** What was written down about someone, in its order. */
async function actsOn(person: Person): Promise<string[]> {
  const rows = await house.query<{ action: string }>(
    'SELECT action FROM audit WHERE member_id = UNHEX(?) ORDER BY id',
    [await idOf(person)],
  )
  return rows.map(({ action }) => action)
}
async function storedFactor(person: Person): Promise<{ secret: string | null; codes: number }> {
  const [row] = await house.query<{ secret: string | null; codes: number }>(
    `SELECT totp_secret AS secret, (SELECT COUNT(*) FROM recovery_codes WHERE member_id = members.id AND used_at IS NULL) AS codes
       FROM members WHERE id = UNHEX(?)`,
    [await idOf(person)],
  )
  if (!row) throw new Error('Nobody')
  return row
}
/** A key that no authenticator has: enough for what happens around the ceremony. */
async function givePasskey(person: Person, name = 'Key'): Promise<string> {
  const credential = randomBytes(32).toString('base64url')
  const id = createHash('sha256').update(credential).digest('hex')
  await house.query(
    'INSERT INTO passkeys (id, member_id, credential_id, public_key, name, created_at) VALUES (UNHEX(?), UNHEX(?), ?, ?, ?, NOW(3))',
    [id, await idOf(person), credential, 'pQECAyYgASFYIA', name],
  )
  return id
}

function expectSignedIn(answer: Answer): string {
  expect([answer.status, cookieOf(answer)]).toEqual([303, expect.stringContaining('teahouse_session=')])
  return cookieOf(answer)
}
function expectRefused(answer: Answer, field: string, sentence: string): void {
  expect(answer.status).toBe(422)
  expect(cookieOf(answer)).not.toContain('teahouse_session')
  expect(answer.headers['cache-control']).toContain('no-store')
  expect(faultsOfPage(answer.body)).toEqual([])
  const said = new RegExp(`id="${field}-error"[^>]*>([^<]+)<`).exec(answer.body)?.[1] ?? ''
  expect([field, plain(said)]).toEqual([field, sentence])
}
/** The second step, asked for the first time: nothing is wrong yet. */
function expectAsked(answer: Answer): void {
  expect([answer.status, cookieOf(answer)]).toEqual([422, expect.not.stringContaining('teahouse_session')])
  expect(answer.headers['cache-control']).toContain('no-store')
  expect(faultsOfPage(answer.body)).toEqual([])
  expect(answer.body).toContain(en.login.stepNotice)
  expect(answer.body).not.toContain('aria-invalid')
}
const plain = (html: string) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"')
const namesOfFields = ({ body }: Answer) =>
  elementsOf(body)
    .filter(({ name }) => name === 'input')
    .map(({ attributes }) => attributes.get('name'))

describe('turning the authenticator on', () => {
  it('offers a secret as QR code, text and link, and keeps nothing yet', async () => {
    const person = await somebody()
    const page = await get(person, AUTHENTICATOR)
    expect(page.status).toBe(200)
    expect(page.headers['cache-control']).toBe('no-store')
    expect(faultsOfPage(page.body)).toEqual([])
    expect(elementsOf(page.body).some(({ attributes }) => attributes.get('class') === 'qr')).toBe(true)
    const typed = /class="secret">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? ''
    expect(typed).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    const links = elementsOf(page.body).map(({ attributes }) => attributes.get('href') ?? '')
    const link = new URL(links.find((href) => href.startsWith('otpauth:')) ?? '')
    expect(link.searchParams.get('secret')).toBe(typed.replaceAll(' ', ''))
    expect(decodeURIComponent(link.pathname)).toBe(`/Teahouse:${person.name} @ localhost`)
    expect(link.href).not.toContain(person.phone.slice(-8))
    expect(await storedFactor(person)).toEqual({ secret: null, codes: 0 })
    const again = await get(person, AUTHENTICATOR)
    expect(hiddenField(again.body, 'seed')).not.toBe(hiddenField(page.body, 'seed'))
  })

  it('needs the password and a code, keeps its secret until both are right, then gives ten codes once', async () => {
    const person = await somebody()
    const offered = (await get(person, AUTHENTICATOR, 'json')).json() as { seed: string; secret: string }
    const { seed } = offered
    const code = await codeNow(offered)
    const wrong = await wrongCode(offered)
    const { password } = person
    const attempts: [Record<string, string>, string, string][] = [
      [{ seed, code, password: '' }, 'password', en.fields.passwordMissing],
      [{ seed, code, password: 'not-my-password' }, 'password', en.fields.confirmWrong],
      [{ seed, code: wrong, password }, 'code', en.fields.firstCodeWrong],
      [{ seed, code: '', password }, 'code', en.fields.firstCodeWrong],
      [{ seed: 'A'.repeat(43), code, password }, 'code', en.fields.firstCodeWrong],
      [{ code, password }, 'code', en.fields.firstCodeWrong],
      [{ seed: '../"><', code, password }, 'code', en.fields.firstCodeWrong],
    ]
    for (const [form, field, sentence] of attempts) {
      const answer = await post(person, AUTHENTICATOR, form)
      expectRefused(answer, field, sentence)
      expect(answer.body).not.toContain(password)
      if (form.seed === seed) expect(hiddenField(answer.body, 'seed')).toBe(seed)
      expect(await storedFactor(person)).toEqual({ secret: null, codes: 0 })
    }
    const other = { cookie: await logInByHttp(house.origin, person) }
    expectRefused(
      await post(other, AUTHENTICATOR, { seed, code, password }),
      'code',
      en.fields.firstCodeWrong,
    )

    const done = await post(person, AUTHENTICATOR, { seed, code, password })
    expect(done.status).toBe(201)
    expect(done.headers['cache-control']).toBe('no-store')
    expect(faultsOfPage(done.body)).toEqual([])
    const codes = done.body.match(/[a-z2-7]{4}(-[a-z2-7]{4}){3}/g) ?? []
    expect(new Set(codes).size).toBe(10)
    expect(await storedFactor(person)).toEqual({ secret: offered.secret, codes: 10 })
    expect(await actsOn(person)).toEqual(expect.arrayContaining(['second-factor-on', 'recovery-codes-made']))
    // The other session stays: it was opened by whoever knew the password.
    expect((await get(other, SETTINGS)).status).toBe(200)
    expectRefused(
      await post(person, AUTHENTICATOR, { seed, code, password }),
      'code',
      en.fields.authenticatorIsOn,
    )
  })

  it('works in a browser that sends no Origin, by the form token', async () => {
    const person = await somebody()
    const page = await get(person, AUTHENTICATOR)
    const secret = /class="secret">([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
    const form = {
      form_token: hiddenField(page.body, 'form_token'),
      seed: hiddenField(page.body, 'seed'),
      code: await codeNow({ secret }),
      password: person.password,
    }
    const answer = await house.ask(AUTHENTICATOR, {
      form,
      headers: { Cookie: person.cookie, Accept: 'text/html;q=0.9, text/plain' },
    })
    expect(answer.status).toBe(201)
    expect((await storedFactor(person)).secret).toBe(secret)
  })

  it.each([
    ['json', 201, /^\{"recoveryCodes":\[("[a-z2-7-]{19}",?){10}\]\}$/],
    ['text', 201, /^([a-z2-7-]{19}\n){10}$/],
  ] as const)('answers programs in %s', async (face, status, shape) => {
    const person = await somebody()
    const offered = (await get(person, AUTHENTICATOR, 'json')).json() as { seed: string; secret: string }
    const refused = await post(
      person,
      AUTHENTICATOR,
      { seed: offered.seed, code: '1', password: person.password },
      face,
    )
    expect(refused.status).toBe(422)
    expect(refused.body).toContain('code')
    const form = { seed: offered.seed, code: await codeNow(offered), password: person.password }
    const answer = await post(person, AUTHENTICATOR, form, face)
    expect([answer.status, answer.body]).toEqual([status, expect.stringMatching(shape)])
  })
})

describe('logging in with an authenticator', () => {
  it('asks for the code in a second step, and never gives the password back', async () => {
    const person = await careful()
    const { phone, password } = person
    const asked = await logIn({ phone, password, next: '/rooms' })
    expectAsked(asked)
    expect(asked.body).not.toContain(password)
    expect(namesOfFields(asked)).toEqual(['form_token', 'next', 'half', 'code'])
    const form = {
      half: hiddenField(asked.body, 'half'),
      next: hiddenField(asked.body, 'next'),
      form_token: hiddenField(asked.body, 'form_token'),
    }
    const headers = { Cookie: cookieOf(asked) }

    expectRefused(await logIn({ ...form, code: ' ' }, 'html', headers), 'code', en.fields.codeMissing)
    const wrong = await logIn({ ...form, code: await wrongCode(person) }, 'html', headers)
    expectRefused(wrong, 'code', en.fields.codeWrong)
    expect(hiddenField(wrong.body, 'half')).toBe(form.half)
    const done = await logIn({ ...form, code: await codeNow(person) }, 'html', headers)
    const session = expectSignedIn(done)
    expect(done.headers.location).toBe('/rooms')
    expect((await get({ cookie: session }, SETTINGS)).status).toBe(200)
    expect((await actsOn(person)).slice(-2)).toEqual(['login-refused', 'logged-in'])

    // Once: not again, and not with a code that was never used.
    const replayed = await logIn({ ...form, code: person.recoveryCodes[0] ?? '' }, 'html', headers)
    expectRefused(replayed, 'password', en.fields.stepExpired)
    expect(await storedFactor(person)).toMatchObject({ codes: 10 })
  })

  it('keeps the second step to the browser of the first, and to five minutes', async () => {
    const person = await careful()
    const { phone, password } = person
    const asked = await logIn({ phone, password })
    const half = hiddenField(asked.body, 'half')
    const code = await codeNow(person)
    const stranger = await house.ask('/login', { headers: { Accept: 'text/html' } })
    for (const headers of [{}, { Cookie: cookieOf(stranger) }]) {
      expectRefused(await logIn({ half, code }, 'html', headers), 'password', en.fields.stepExpired)
    }
    for (const guess of [
      '',
      'x',
      `${half}x`,
      `${half.split('.')[0]}.${randomBytes(32).toString('base64url')}`,
    ]) {
      const answer = await logIn({ half: guess, code }, 'html', { Cookie: cookieOf(asked) })
      expectRefused(answer, 'password', en.fields.stepExpired)
    }
    await house.query(
      "UPDATE one_time_secrets SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE purpose = 'passkey'",
    )
    const late = await logIn({ half, code }, 'html', { Cookie: cookieOf(asked) })
    expectRefused(late, 'password', en.fields.stepExpired)
    expect(namesOfFields(late)).toEqual(['form_token', 'next', 'phone', 'password'])
    // None of it has used the code up.
    expectSignedIn(await logIn({ phone, password, code }))
  })

  it('takes no second step once the password of the first is another', async () => {
    const person = await careful()
    const { phone, password } = person
    const [one, other] = [await logIn({ phone, password }), await logIn({ phone, password })]
    const secondStep = async (asked: Answer, place: number) =>
      logIn({ half: hiddenField(asked.body, 'half'), code: person.recoveryCodes[place] ?? '' }, 'html', {
        Cookie: cookieOf(asked),
      })
    expectSignedIn(await secondStep(one, 0))
    const form = { password, new_password: 'nine-new-lanterns-31', code: person.recoveryCodes[1] ?? '' }
    expect((await post(person, '/account/password', form)).status).toBe(303)
    expectRefused(await secondStep(other, 2), 'password', en.fields.stepExpired)
  })

  it('takes phone, password and code at once, in every face', async () => {
    const person = await careful()
    const { phone, password } = person
    const json = await logIn({ phone, password }, 'json')
    expect(json.status).toBe(422)
    expect(json.json()).toMatchObject({ status: 422, fields: { code: en.fields.codeMissing } })
    const text = await logIn({ phone, password, code: '12345' }, 'text')
    expect([text.status, text.body]).toEqual([422, expect.stringMatching(/^422 .*code: .+\n$/)])
    const answer = await logIn({ phone, password, code: await codeNow(person) }, 'json')
    expect([answer.status, cookieOf(answer)]).toEqual([200, expect.stringContaining('teahouse_session=')])
    const [recovery = ''] = person.recoveryCodes
    expectSignedIn(await logIn({ phone, password, code: recovery }, 'text'))
  })

  it('lets the same code in once, of 20 at once', async () => {
    const person = await careful()
    const { phone, password } = person
    for (const code of [await codeNow(person), person.recoveryCodes[3] ?? '']) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => logIn({ phone, password, code })))
      expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(19).fill(422)])
    }
  })

  it('takes a recovery code once, in any spelling, and says how many are left', async () => {
    const person = await careful()
    const { phone, password, recoveryCodes } = person
    const [first = '', second = ''] = recoveryCodes
    const session = expectSignedIn(
      await logIn({ phone, password, code: first.toUpperCase().replaceAll('-', ' ') }),
    )
    expectRefused(await logIn({ phone, password, code: first }), 'code', en.fields.codeWrong)
    const page = await get({ cookie: session }, SETTINGS)
    expect(page.body).toContain(en.secondFactor.recoveryLeft(9, 10))
    expect(await actsOn(person)).toContain('recovery-code-used')
    const [stored] = await house.query<{ count: number }>(
      'SELECT COUNT(*) AS count FROM recovery_codes WHERE hash = UNHEX(SHA2(?, 256))',
      [`recovery ${second.replaceAll('-', '')}`],
    )
    expect(stored?.count).toBe(1)
  })

  it('tells nobody who lacks the password that there is a second factor', async () => {
    const person = await careful()
    const without = await somebody()
    const password = 'not-my-password-1'
    const asked = [person.phone, without.phone, '+31 6 49999999'].flatMap((phone) => [
      logIn({ phone, password }),
      logIn({ phone, password, code: '123456' }),
    ])
    const bodies = (await Promise.all(asked)).map(({ status, body }) =>
      `${status} ${body}`.replace(/value="[^"]*"/g, 'value'),
    )
    expect(new Set(bodies).size).toBe(1)
  })

  it('ends the session that the browser had before', async () => {
    const person = await careful()
    const { phone, password, cookie } = person
    const answer = await logIn({ phone, password, code: await codeNow(person) }, 'html', {
      Cookie: cookie,
      Origin: house.origin,
    })
    const session = expectSignedIn(answer)
    expect(session).not.toBe(cookie)
    expect((await get(person, SETTINGS, 'json')).status).toBe(401)
    expect((await get({ cookie: session }, SETTINGS, 'json')).status).toBe(200)
  })

  it('leaves who has none with the password alone, whatever code is sent', async () => {
    const { phone, password } = await somebody()
    expectSignedIn(await logIn({ phone, password, code: 'anything' }))
  })
})

describe('a token by phone and password', () => {
  const tokenBy = (form: Record<string, string>) =>
    house.ask('/tokens', { form, headers: { Accept: 'application/json' } })

  it('needs the code too', async () => {
    const person = await careful()
    const { phone, password } = person
    for (const [code, sentence] of [
      ['', en.fields.codeMissing],
      [await wrongCode(person), en.fields.codeWrong],
    ] as const) {
      const more: Record<string, string> = code ? { code } : {}
      const answer = await tokenBy({ phone, password, ...more })
      expect(answer.status).toBe(401)
      expect(answer.json()).toMatchObject({ code: 'wrongCode', fields: { code: sentence } })
    }
    const wrong = await tokenBy({ phone, password: 'not-my-password-1', code: await codeNow(person) })
    expect(wrong.json()).toMatchObject({ status: 401, code: 'wrongLogin' })
    const code = await codeNow(person)
    const answers = await Promise.all(Array.from({ length: 10 }, () => tokenBy({ phone, password, code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(401)])
  })

  it('is not to be had where a passkey is the only second factor', async () => {
    const person = await somebody()
    await givePasskey(person)
    const { phone, password } = person
    const answer = await tokenBy({ phone, password, code: '123456' })
    expect([answer.status, (answer.json() as { code: string }).code]).toEqual([403, 'passkeyOnly'])
    expect((await tokenBy({ phone, password: 'not-my-password-1' })).status).toBe(401)
    expect((await post(person, '/tokens', {}, 'json')).status).toBe(201)
  })
})

describe('guessing codes', () => {
  const limited = houseOfThisFile({ RATE_LIMITS: 'on' }, async ({ origin }) => {
    await registerByHttp(origin, ada)
  })

  it('is over after 10 in an hour for an account, not for passwords, recovery codes or anyone else', async () => {
    const person = await careful(limited)
    const other = await careful(limited)
    const { phone, password } = person
    const wrong = await wrongCode(person)
    const asked = await logIn({ phone, password }, 'html', {}, limited)
    const guess = { half: hiddenField(asked.body, 'half'), code: wrong }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => logIn(guess, 'html', { Cookie: cookieOf(asked) }, limited)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array(10).fill(422),
      ...Array(10).fill(429),
    ])
    const right = await logIn({ phone, password, code: await codeNow(person) }, 'html', {}, limited)
    expect([right.status, Number(right.headers['retry-after']) > 0]).toEqual([429, true])
    expect(faultsOfPage(right.body)).toEqual([])
    const inSettings = await post(person, CODES, { password, code: await codeNow(person) }, 'json', limited)
    expect(inSettings.status).toBe(429)
    expect((await logIn({ phone, password: 'not-my-password-1' }, 'html', {}, limited)).status).toBe(422)
    expect((await logIn({ phone, password }, 'html', {}, limited)).status).toBe(422)
    expectSignedIn(await logIn({ phone, password, code: person.recoveryCodes[0] ?? '' }, 'html', {}, limited))
    const theirs = { phone: other.phone, password: other.password, code: await codeNow(other) }
    expectSignedIn(await logIn(theirs, 'html', {}, limited))
  })

  it('does not count codes that fit', async () => {
    const person = await careful(limited)
    const { phone, password } = person
    for (let time = 0; time < 12; time += 1) {
      await letCodesPass(limited, person)
      expectSignedIn(await logIn({ phone, password, code: await codeNow(person) }, 'html', {}, limited))
    }
  })

  it('and so are log-ins by passkey that are begun from one address, after 300 in ten minutes', async () => {
    const page = await limited.ask('/login', { headers: { Accept: 'text/html' } })
    const begin = () =>
      limited.ask('/login/passkey/options', {
        form: { form_token: hiddenField(page.body, 'form_token') },
        headers: { Cookie: cookieOf(page), Accept: 'application/json' },
      })
    const answers: Answer[] = []
    for (let round = 0; round < 16; round += 1)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, begin))))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(300)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20)
  })

  it('counts the password that is asked once more', async () => {
    const person = await careful(limited)
    const guess = () =>
      post(person, CODES, { password: 'not-my-password-1', code: '123456' }, 'json', limited)
    const answers = await Promise.all(Array.from({ length: 15 }, guess))
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5)
  })
})

describe('turning it off', () => {
  it('needs password and code, and then the password alone opens the door', async () => {
    const person = await careful()
    const { phone, password } = person
    const path = `${AUTHENTICATOR}/off`
    const page = await get(person, AUTHENTICATOR)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(namesOfFields(page)).toEqual(['form_token', 'form_token', 'password', 'code'])
    const code = await codeNow(person)
    expectRefused(await post(person, path, { code }), 'password', en.fields.passwordMissing)
    expectRefused(
      await post(person, path, { code, password: 'wrong-one-1' }),
      'password',
      en.fields.confirmWrong,
    )
    expectRefused(await post(person, path, { password }), 'code', en.fields.codeMissing)
    expectRefused(
      await post(person, path, { password, code: await wrongCode(person) }),
      'code',
      en.fields.codeWrong,
    )
    expect(await storedFactor(person)).toEqual({ secret: person.secret, codes: 10 })
    const done = await post(person, path, { password, code })
    expect([done.status, done.headers.location]).toEqual([303, SETTINGS])
    expect(await storedFactor(person)).toEqual({ secret: null, codes: 0 })
    expect((await actsOn(person)).at(-1)).toBe('second-factor-off')
    expectSignedIn(await logIn({ phone, password }))
    // A new one has a new secret.
    const again = await turnOnAuthenticator(house.origin, person.cookie, person)
    expect(again.secret).not.toBe(person.secret)
  })
})

describe('new recovery codes', () => {
  it.each(faces)('kill the old ones (%s)', async (face) => {
    const person = await careful()
    const { phone, password } = person
    expectRefused(await post(person, CODES, { password }), 'code', en.fields.codeMissing)
    const answer = await post(person, CODES, { password, code: await codeNow(person) }, face)
    expect(answer.status).toBe(201)
    expect(answer.headers['cache-control']).toBe('no-store')
    const codes = answer.body.match(/[a-z2-7]{4}(-[a-z2-7]{4}){3}/g) ?? []
    expect(codes).toHaveLength(10)
    const [old = ''] = person.recoveryCodes
    expectRefused(await logIn({ phone, password, code: old }), 'code', en.fields.codeWrong)
    expectSignedIn(await logIn({ phone, password, code: codes[9] ?? '' }))
  })

  it('are for who has a second factor', async () => {
    const person = await somebody()
    const page = await get(person, CODES)
    expect(page.body).toContain(en.secondFactor.noFactor)
    expect(namesOfFields(page)).toEqual(['form_token'])
    const answer = await post(person, CODES, { password: person.password }, 'json')
    expect([answer.status, await storedFactor(person)]).toEqual([422, { secret: null, codes: 0 }])
  })
})

describe('passkeys', () => {
  it('are listed, and removed by password; the last one takes the recovery codes with it', async () => {
    const person = await somebody()
    const { password } = person
    const id = await givePasskey(person, 'Ring & <key>')
    expect((await post(person, CODES, { password }, 'json')).status).toBe(201)
    const list = (await get(person, PASSKEYS, 'json')).json()
    expect(list).toEqual({
      passkeys: [{ id, name: 'Ring & <key>', createdAt: expect.stringMatching(/Z$/), lastUsedAt: null }],
    })
    expect((await get(person, PASSKEYS, 'text')).body).toBe(`${id}\tRing & <key>\n`)
    const path = `${PASSKEYS}/${id}`
    expect(faultsOfPage((await get(person, PASSKEYS)).body)).toEqual([])
    expect(faultsOfPage((await get(person, path)).body)).toEqual([])
    expectRefused(
      await post(person, `${path}/remove`, { password: 'wrong-one-1' }),
      'password',
      en.fields.confirmWrong,
    )

    const other = await somebody()
    for (const foreign of [
      await get(other, path, 'json'),
      await post(other, `${path}/remove`, { password }, 'json'),
    ]) {
      expect(foreign.status).toBe(404)
    }
    expect(await storedFactor(person)).toMatchObject({ codes: 10 })
    const done = await post(person, `${path}/remove`, { password })
    expect([done.status, done.headers.location]).toEqual([303, PASSKEYS])
    expect(await storedFactor(person)).toMatchObject({ codes: 0 })
    expect((await actsOn(person)).at(-1)).toBe('passkey-removed')
    expect((await post(person, `${path}/remove`, { password }, 'json')).status).toBe(404)
    expect((await get(person, `${PASSKEYS}/nonsense`, 'json')).status).toBe(404)
  })

  it('alone still leave a way in for a browser without scripts: a recovery code', async () => {
    const person = await somebody()
    const { phone, password } = person
    await givePasskey(person)
    const made = (await post(person, CODES, { password }, 'json')).json() as { recoveryCodes: string[] }
    const asked = await logIn({ phone, password })
    expectAsked(asked)
    expect(asked.body).toContain(en.login.recoveryCode)
    expect(asked.body).toContain(en.passkeys.noScript)
    const form = { half: hiddenField(asked.body, 'half'), code: made.recoveryCodes[0] ?? '' }
    expectSignedIn(await logIn(form, 'html', { Cookie: cookieOf(asked) }))
  })

  it('from before a forgotten password was renewed are named in the account page', async () => {
    const person = await somebody()
    const { phone, password } = person
    await givePasskey(person, 'Whose <key>')
    const { recoveryCodes } = (await post(person, CODES, { password }, 'json')).json() as {
      recoveryCodes: string[]
    }
    expect((await get(person, '/account')).body).not.toContain(en.passkeys.keptHeading)

    const keeper = { cookie: await logInByHttp(house.origin, ada) }
    const { id } = (await get(person, '/account', 'json')).json() as { id: string }
    const link = await post(keeper, `/admin/members/${id}/password-link`, {}, 'text')
    const renewed = { phone, password: 'nine-blue-herons-34', code: recoveryCodes[0] ?? '' }
    const { pathname } = new URL(link.body.trim())
    expect((await post({ cookie: '' }, pathname, { password: renewed.password })).status).toBe(303)
    const cookie = expectSignedIn(await logIn(renewed))
    await givePasskey(person, 'After it')

    const page = await get({ cookie }, '/account')
    expect(faultsOfPage(page.body)).toEqual([])
    const [notice = ''] = /<section[^>]*passkeys-kept.*?<\/section>/s.exec(page.body) ?? []
    expect(notice).toContain('Whose &lt;key&gt;')
    expect(notice).toContain(`href="${PASSKEYS}"`)
    expect(notice).not.toContain('After it')
    expect((await get({ cookie }, '/account', 'json')).json()).toMatchObject({
      passkeysKept: ['Whose <key>'],
    })
    expect((await get({ cookie }, '/account', 'text')).body).toContain('passkey-kept\tWhose <key>\n')
  })

  it('begin with the password', async () => {
    const person = await careful()
    const { password } = person
    const options = (form: Record<string, string>) => post(person, `${PASSKEYS}/options`, form, 'json')
    expect((await options({})).json()).toMatchObject({
      status: 422,
      fields: { password: en.fields.passwordMissing },
    })
    expect((await options({ password })).json()).toMatchObject({ fields: { code: en.fields.codeMissing } })
    const answer = await options({ password, code: await codeNow(person) })
    expect(answer.json()).toMatchObject({
      rp: { id: 'localhost', name: 'Teahouse' },
      user: { name: person.name },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    expect(answer.body).not.toContain(person.phone.slice(-8))
  })

  it('are at most twenty', async () => {
    const person = await somebody()
    for (let count = 0; count < 20; count += 1) await givePasskey(person)
    const answer = await post(person, `${PASSKEYS}/options`, { password: person.password }, 'json')
    expect(answer.json()).toMatchObject({ fields: { name: en.fields.passkeysFull(20) } })
  })

  it('are asked for with another challenge each time, and named only after the password', async () => {
    const person = await somebody()
    const { phone, password } = person
    await givePasskey(person)
    const page = await house.ask('/login', { headers: { Accept: 'text/html' } })
    const ask = (more = {}, cookie = cookieOf(page), token = hiddenField(page.body, 'form_token')) =>
      house.ask('/login/passkey/options', {
        form: { form_token: token, ...more },
        headers: { Cookie: cookie, Accept: 'application/json' },
      })
    const [one, two] = (await Promise.all([ask(), ask()])).map(
      (answer) => answer.json() as { challenge: string; allowCredentials?: unknown[] },
    )
    expect(one?.challenge).not.toBe(two?.challenge)
    expect([one?.allowCredentials ?? [], two?.allowCredentials ?? []]).toEqual([[], []])
    const asked = await logIn({ phone, password })
    const half = hiddenField(asked.body, 'half')
    const token = hiddenField(asked.body, 'form_token')
    const named = await ask({ half }, cookieOf(asked), token)
    expect((named.json() as { allowCredentials: unknown[] }).allowCredentials).toHaveLength(1)
    expect((await ask({ half })).status).toBe(422)
  })

  it.each(rubbish())('refuse %s, and nothing breaks', async (_what, credential) => {
    const person = await somebody()
    const asked = await post(person, `${PASSKEYS}/options`, { password: person.password }, 'json')
    const { challenge } = asked.json() as { challenge: string }
    const filled = credential.replaceAll('CHALLENGE', clientData(challenge, 'webauthn.create'))
    const added = await post(person, PASSKEYS, { credential: filled, name: 'Mine' })
    expectRefused(added, 'name', en.fields.newPasskeyRefused)
    const page = await house.ask('/login', { headers: { Accept: 'text/html' } })
    const entered = await house.ask('/login/passkey', {
      form: { credential: filled, form_token: hiddenField(page.body, 'form_token') },
      headers: { Cookie: cookieOf(page), Accept: 'text/html' },
    })
    expect([entered.status, cookieOf(entered)]).toEqual([422, ''])
    expect(entered.body).toContain(en.fields.passkeyRefused)
    expect(faultsOfPage(entered.body)).toEqual([])
    expect(house.server.output()).not.toContain('something broke')
  })
})

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function clientData(challenge: string, type: string): string {
  return encoded({ type, challenge, origin: house.origin, crossOrigin: false })
}
/** What is sent in place of a passkey, by what is wrong with it. */
function rubbish(): [string, string][] {
  const shortData = 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUEA'
  const with_ = (response: object, more: object = {}) =>
    JSON.stringify({
      id: 'AAAA',
      rawId: 'AAAA',
      type: 'public-key',
      clientExtensionResults: {},
      response,
      ...more,
    })
  // A CBOR map: fmt "packed" with a certificate, so that whoever checks it would have to follow its addresses.
  const withCertificate = Buffer.from(
    'a363666d74667061636b65646761747453746d74a16378356381410068617574684461746141',
    'hex',
  )
  const object = Buffer.concat([withCertificate, Buffer.from('00', 'hex')]).toString('base64url')
  const long = 'A'.repeat(2000)
  return [
    ['nothing', ''],
    ['no JSON', 'x'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['a number for an id', '{"id":1}'],
    ['an empty response', with_({})],
    ['client data that are none', with_({ clientDataJSON: 'AAAA', attestationObject: 'AAAA' })],
    ['an attestation that is none', with_({ clientDataJSON: 'CHALLENGE', attestationObject: 'AAAA' })],
    ['certificates', with_({ clientDataJSON: 'CHALLENGE', attestationObject: object })],
    ['too short data', with_({ clientDataJSON: 'CHALLENGE', attestationObject: shortData })],
    [
      'a signature of nothing',
      with_({ clientDataJSON: 'CHALLENGE', authenticatorData: 'AAAA', signature: 'AAAA' }),
    ],
    [
      'half a byte',
      with_({ clientDataJSON: 'CHALLENGE', authenticatorData: 'A', signature: 'A', userHandle: 'A' }),
    ],
    [
      'what is no base64url',
      with_({ clientDataJSON: '====', attestationObject: '/+' }, { id: long, rawId: long }),
    ],
    [
      'a number for a transport',
      with_({ clientDataJSON: 'CHALLENGE', attestationObject: 'AAAA', transports: [1] }),
    ],
    ['20,000 brackets', '['.repeat(20_000)],
  ]
}

describe('every page of it', () => {
  const pages = [SETTINGS, AUTHENTICATOR, CODES, PASSKEYS]

  it.each(pages)('%s has three faces and is kept by nobody', async (path) => {
    for (const person of [await somebody(), await careful()]) {
      const html = await get(person, path)
      expect([html.status, faultsOfPage(html.body)]).toEqual([200, []])
      for (const face of faces) {
        const answer = await get(person, path, face)
        expect([answer.status, answer.headers['content-type']]).toEqual([
          200,
          expect.stringContaining(types[face]),
        ])
        expect(answer.headers['cache-control']).toBe('no-store')
      }
      expect((await get(person, path, 'json')).json()).toBeTypeOf('object')
    }
  })

  const writes = [
    `${AUTHENTICATOR}`,
    `${AUTHENTICATOR}/off`,
    CODES,
    PASSKEYS,
    `${PASSKEYS}/options`,
    `${PASSKEYS}/${'0'.repeat(64)}/remove`,
  ]
  it.each([...pages.map((path) => ['GET', path]), ...writes.map((path) => ['POST', path])] as [
    string,
    string,
  ][])('%s %s is for its person in a browser: not for visitors, not for tokens', async (method, path) => {
    const token = await tokenFor(house.origin, ada)
    const ask = (headers: Record<string, string>) =>
      house.ask(path, {
        method,
        ...(method === 'POST' && { form: { password: ada.password } }),
        headers: { Accept: 'application/json', ...headers },
      })
    expect((await ask({ Origin: house.origin })).status).toBe(401)
    expect((await ask({ Authorization: `Bearer ${token}` })).status).toBe(403)
  })

  it.each([...writes, '/login/passkey', '/login/passkey/options'])(
    'POST %s needs proof that it was meant',
    async (path) => {
      const cookie = await logInByHttp(house.origin, ada)
      const ask = (headers: Record<string, string>) =>
        house.ask(path, {
          form: { password: ada.password },
          headers: { Accept: 'application/json', Cookie: cookie, ...headers },
        })
      for (const headers of [
        {},
        { Origin: 'https://evil.example' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { Origin: 'null' },
      ]) {
        const answer = await ask(headers as Record<string, string>)
        expect([headers, answer.status]).toEqual([headers, 403])
      }
    },
  )

  it('a refused passkey leads back to the log-in', async () => {
    const answer = await house.ask('/login/passkey')
    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })
})
