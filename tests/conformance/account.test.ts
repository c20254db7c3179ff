/** The account page: what a member sees and changes of their own, by forms, JSON and text, without scripts. */
import { Argon2id } from 'oslo/password'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { type Answer, cookieOf } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, type Person, registerByHttp } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import { accountOf, auditOf, faces, openStreams, post } from './account-page.ts'
import type { Visitor } from './framings.ts'
import { anotherSession, houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfPage, hiddenField } from './html-document.ts'

let owner: Visitor
const house = houseOfThisFile({}, async (started) => {
  owner = await newMember(started, ada)
})

let strangers = 0
/** Somebody new, for each test that changes an account. */
async function someone(): Promise<Visitor & { person: Person }> {
  strangers += 1
  const person = {
    name: `Guest ${strangers}`,
    phone: `+31 6 ${31_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
  }
  return { ...(await newMember(house, person)), person }
}

const logIn = (person: { phone: string; password: string }) =>
  house.ask('/login', {
    form: { phone: person.phone, password: person.password },
    headers: { Accept: 'text/html' },
  })

/** The sentence beside a field, by the field's id. */
const besideOf = ({ body }: Answer, id: string) =>
  (new RegExp(`id="${id}-error"[^>]*>([^<]+)<`).exec(body)?.[1] ?? '').replaceAll('&#39;', "'")

describe('the account page', () => {
  it('is a whole page, with everything of its member and a link to it on every other', async () => {
    const me = await someone()
    const page = await house.ask('/account', { headers: { ...me.headers, Accept: 'text/html' } })
    expect(page.status).toBe(200)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.body).toContain(me.person.phone.replaceAll(' ', ''))
    for (const path of ['/rooms', '/rooms/lobby', '/rooms/lobby/history', '/nowhere']) {
      const { body } = await house.ask(path, { headers: { ...me.headers, Accept: 'text/html' } })
      const links = elementsOf(body).filter(
        ({ name, attributes }) => name === 'a' && attributes.get('href') === '/account',
      )
      expect([path, links.length]).toEqual([path, 1])
    }
  })

  it('says the same as JSON and as text', async () => {
    const me = await someone()
    const phone = me.person.phone.replaceAll(' ', '')
    expect(await accountOf(house, me)).toMatchObject({
      name: me.person.name,
      phone,
      role: 'member',
      transport: 'auto',
      sessions: [{ current: true }],
      tokens: [],
      newDevices: [],
    })
    const text = await house.ask('/account', { headers: { ...me.headers, Accept: 'text/plain' } })
    expect(text.body).toContain(`name\t${me.person.name}\nphone\t${phone}\n`)
  })

  it('is for its person in a browser: never for a token, nor for a visitor', async () => {
    const program = await programOf(house, ada)
    const get = (headers: Record<string, string>) => house.ask('/account', { headers })
    expect((await get(program.headers)).status).toBe(403)
    expect((await get({ Accept: 'application/json' })).status).toBe(401)
    const visitor = await get({ Accept: 'text/html' })
    expect([visitor.status, visitor.headers.location]).toEqual([303, '/login?next=%2Faccount'])
    const { id = '' } = (await accountOf(house, owner)).sessions[0] ?? {}
    for (const path of [
      '/name',
      '/password',
      '/tokens',
      `/tokens/${id}/revoke`,
      `/sessions/${id}/end`,
      '/sessions/end-others',
      '/download',
      '/leave',
    ]) {
      expect([path, (await post(house, program, path)).status]).toEqual([path, 403])
      const unproven = await house.ask(`/account${path}`, {
        form: {},
        headers: { ...owner.headers, Accept: 'text/html' },
      })
      expect([path, unproven.status]).toEqual([path, 403])
    }
  })

  it('shows a phone number to its owner alone', async () => {
    const me = await someone()
    const phone = me.person.phone.replaceAll(' ', '')
    await post(house, me, '/transport', { transport: 'sse' })
    for (const path of ['/account', '/rooms/lobby', '/rooms/lobby/history', '/rooms']) {
      for (const Accept of faces) {
        const { body } = await house.ask(path, { headers: { ...owner.headers, Accept } })
        expect(body).not.toContain(phone)
      }
    }
  })

  it('takes the preferred transport, and comes back', async () => {
    const me = await someone()
    const { body } = await house.ask('/account', { headers: { ...me.headers, Accept: 'text/html' } })
    const next = '/account?done=transport'
    expect(body).toContain(`name="next" value="${next}"`)
    const answer = await post(house, me, '/transport', { transport: 'poll', next })
    expect([answer.status, answer.headers.location]).toEqual([303, next])
    expect(await accountOf(house, me)).toMatchObject({ transport: 'poll' })
  })
})

describe('another name', () => {
  it.each(faces)('is taken, told and written down, asked for in %s', async (accept) => {
    const me = await someone()
    const name = `${me.person.name} of ${accept.replace(/\W/g, ' ')}`
    const answer = await post(house, me, '/name', { name: `  ${name} ` }, accept)
    if (accept === 'application/json') expect(answer.json()).toEqual({ name })
    else expect([answer.status, answer.headers.location]).toEqual([303, '/account?done=name'])
    const { id, name: now } = await accountOf(house, me)
    expect(now).toBe(name)
    expect(await auditOf(house, id, 'name-changed')).toEqual([
      { byMe: true, hasAddress: true, details: { from: me.person.name, to: name } },
    ])
    const { body } = await house.ask('/account?done=name', {
      headers: { ...me.headers, Accept: 'text/html' },
    })
    expect(body).toContain(en.account.done.name)
  })

  it.each([
    ['', en.fields.nameMissing],
    ['x', en.fields.nameLength(1)],
    ['a\u202eb', en.fields.nameCharacters],
    ['ADA', en.fields.nameTaken('ADA')],
    ['Ａｄａ', en.fields.nameTaken('Ａｄａ')],
    ['A former Member', en.fields.nameTaken('A former Member')],
  ])('is not %j', async (name, sentence) => {
    const me = await someone()
    const page = await post(house, me, '/name', { name })
    expect([page.status, besideOf(page, 'new-name')]).toEqual([422, sentence])
    expect(faultsOfPage(page.body)).toEqual([])
    expect(hiddenFree(page, 'new-name')).toBe(name)
    expect((await post(house, me, '/name', { name }, 'application/json')).json()).toMatchObject({
      status: 422,
      fields: { name: sentence },
    })
    expect((await post(house, me, '/name', { name }, 'text/plain')).body).toMatch(/^422 .*name: /)
    expect((await accountOf(house, me)).name).toBe(me.person.name)
  })

  it('is not that of someone who left, when registering either', async () => {
    const answer = await house.ask('/register', {
      form: { name: 'a former member', phone: '+31 6 31999999', password: 'seven-grey-geese-12' },
      headers: { Accept: 'application/json' },
    })
    expect(answer.json()).toMatchObject({ status: 422, fields: { name: expect.any(String) } })
  })

  it('may be the same in other letters', async () => {
    const me = await someone()
    const name = me.person.name.toUpperCase()
    expect((await post(house, me, '/name', { name })).status).toBe(303)
    expect((await accountOf(house, me)).name).toBe(name)
  })

  it('that several want at the same moment is given to one', async () => {
    const several = await Promise.all([someone(), someone(), someone(), someone()])
    const answers = await Promise.all(several.map((one) => post(house, one, '/name', { name: 'Wanted' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422, 422])
  })

  it('shows from the next load on, also to a browser that asks whether its page is still good', async () => {
    const me = await someone()
    const program = await programOf(house, me.person)
    await say(program, 'who said this')
    const headers = { ...owner.headers, Accept: 'text/html' }
    const before = await house.ask('/rooms/lobby', { headers })
    const again = { ...headers, 'If-None-Match': before.headers.etag ?? '' }
    expect((await house.ask('/rooms/lobby', { headers: again })).status).toBe(304)
    await post(house, me, '/name', { name: `Renamed ${strangers}` })
    const after = await house.ask('/rooms/lobby', { headers: again })
    expect(after.status).toBe(200)
    expect(after.body).toContain(`Renamed ${strangers}`)
    expect(after.body).not.toContain(me.person.name)
    // Who comes back to the stream reads it by the new name too.
    const poll = await house.ask('/rooms/lobby/events?wait=1&after=0', {
      headers: { ...program.headers, Accept: 'application/json' },
    })
    expect(poll.body).toContain(`Renamed ${strangers}`)
    expect(poll.body).not.toContain(`"${me.person.name}"`)
  })
})

/** What stands in a field, by its id. */
const hiddenFree = ({ body }: Answer, id: string) =>
  elementsOf(body)
    .find(({ attributes }) => attributes.get('id') === id)
    ?.attributes.get('value')

describe('another password', () => {
  const next = 'a line from another poem'

  it('ends all other sessions with their streams within 2 seconds, gives this one another token, and leaves programs theirs', async () => {
    const me = await someone()
    const program = await programOf(house, me.person)
    const other = await anotherSession(house, me.person)
    const [mine, theirs, programs] = [
      await openStreams(house, me),
      await openStreams(house, other),
      await openStreams(house, program),
    ]
    const form = { password: me.person.password, new_password: next }
    const answer = await post(house, me, '/password', form)
    expect([answer.status, answer.headers.location]).toEqual([303, '/account?done=password'])
    await theirs.haveEnded()
    // Whoever had got hold of this browser's cookie is out as well.
    await mine.haveEnded()
    programs.stand()
    programs.close()
    const renewed = { ...me, headers: { ...me.headers, Cookie: cookieOf(answer) } }
    const { id, sessions } = await accountOf(house, renewed)
    expect(sessions.map(({ current }) => current)).toEqual([true])
    expect((await logIn(me.person)).status).toBe(422)
    expect((await logIn({ ...me.person, password: next })).status).toBe(303)
    expect(await auditOf(house, id, 'password-changed')).toEqual([
      { byMe: true, hasAddress: true, details: { ended: 1 } },
    ])
  })

  it.each([
    ['without the one of now', {}, 'change-password', en.fields.passwordMissing],
    ['with a wrong one', { password: 'not-my-password-1' }, 'change-password', en.fields.confirmWrong],
    ['that is common', { new_password: 'password' }, 'change-new_password', en.fields.passwordCommon],
    ['that is the house', { new_password: 'Teahouse-123' }, 'change-new_password', en.fields.passwordKnown],
    ['that is short', { new_password: 'tea' }, 'change-new_password', en.fields.passwordShort(3, 5)],
    ['that is none', { new_password: '' }, 'change-new_password', en.fields.passwordMissing],
  ])('is refused %s', async (_what, typed, field, sentence) => {
    const me = await someone()
    const other = await anotherSession(house, me.person)
    const whole = field === 'change-password' ? { new_password: next } : { password: me.person.password }
    const form = { ...whole, ...typed } as Record<string, string>
    const page = await post(house, me, '/password', form)
    expect([page.status, besideOf(page, field)]).toEqual([422, sentence])
    expect(faultsOfPage(page.body)).toEqual([])
    for (const secret of Object.values(form))
      if (secret.length > 3) expect(page.body).not.toContain(`value="${secret}"`)
    const json = await post(house, me, '/password', form, 'application/json')
    expect(json.json()).toMatchObject({ status: 422, fields: { [field.replace('change-', '')]: sentence } })
    expect((await post(house, me, '/password', form, 'text/plain')).body).toContain(sentence)
    expect((await accountOf(house, other)).sessions.length).toBe(2)
    expect((await logIn(me.person)).status).toBe(303)
  })

  it('of several at the same moment is one', async () => {
    const me = await someone()
    const wanted = [1, 2, 3, 4].map((one) => `${next} ${one}`)
    const answers = await Promise.all(
      wanted.map((new_password) =>
        post(house, me, '/password', { password: me.person.password, new_password }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422, 422])
    const opens = await Promise.all(wanted.map((password) => logIn({ ...me.person, password })))
    expect(opens.map(({ status }) => status)).toEqual(answers.map(({ status }) => status))
  })
})

it('a password that was hashed with less work is hashed anew when it is next typed, and only the right one', async () => {
  const me = await someone()
  const { id } = await accountOf(house, me)
  const weak = await new Argon2id({ memorySize: 8_192, iterations: 1, parallelism: 1 }).hash(
    me.person.password,
  )
  const key = id.replaceAll('-', '')
  await house.query('UPDATE members SET password_hash = ? WHERE id = UNHEX(?)', [weak, key])
  const hash = async () =>
    (
      await house.query<{ hash: string }>('SELECT password_hash AS hash FROM members WHERE id = UNHEX(?)', [
        key,
      ])
    )[0]?.hash
  expect((await logIn({ ...me.person, password: 'not-my-password-1' })).status).toBe(422)
  expect(await hash()).toBe(weak)
  expect((await logIn(me.person)).status).toBe(303)
  const strong = await hash()
  expect(strong).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect((await logIn(me.person)).status).toBe(303)
  expect(await hash()).toBe(strong)
})

describe('sessions', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
  const from = async (person: Person, userAgent: string): Promise<Visitor> => {
    const answer = await house.ask('/login', {
      form: { phone: person.phone, password: person.password },
      headers: { 'User-Agent': userAgent },
    })
    const cookie = (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
    return { origin: house.origin, headers: { Cookie: cookie } }
  }

  it('are listed by device, address and when they were last seen', async () => {
    const me = await someone()
    const other = await from(me.person, firefox)
    const { sessions } = await accountOf(house, other)
    expect(sessions).toMatchObject([
      { device: 'Firefox on Linux', address: expect.stringMatching(/127\.0\.0\.1|::1/), current: true },
      { current: false },
    ])
    for (const { lastSeenAt } of sessions) expect(Date.now() - Date.parse(lastSeenAt)).toBeLessThan(60_000)
    const { body } = await house.ask('/account', { headers: { ...other.headers, Accept: 'text/html' } })
    expect(body).toContain('Firefox on Linux')
    expect(body.split(en.account.sessions.current).length).toBe(2)
  })

  it('say when they were last used, to the minute', async () => {
    const me = await someone()
    const token = await programOf(house, me.person)
    const { id } = await accountOf(house, me)
    const key = id.replaceAll('-', '')
    const long = new Date(Date.now() - 3_600_000)
    await house.query('UPDATE sessions SET last_seen_at = ? WHERE member_id = UNHEX(?)', [long, key])
    await waitFor('the session to be seen', async () => {
      const [session] = (await accountOf(house, me)).sessions
      return Date.parse(session?.lastSeenAt ?? '') > long.getTime()
    })
    await waitFor('the token to be seen', async () => {
      await house.ask('/rooms/lobby', token)
      return (await accountOf(house, me)).tokens[0]?.lastUsedAt
    })
  })

  it.each(faces)(
    'are ended one by one with their streams within 2 seconds, asked for in %s',
    async (accept) => {
      const me = await someone()
      const [other, third] = [await from(me.person, firefox), await anotherSession(house, me.person)]
      const [mine, theirs, thirds] = [
        await openStreams(house, me),
        await openStreams(house, other),
        await openStreams(house, third),
      ]
      const account = await accountOf(house, me)
      const ended = account.sessions.find(({ device }) => device === 'Firefox on Linux')
      const twice = await Promise.all(
        [1, 2].map(() => post(house, me, `/sessions/${ended?.id}/end`, {}, accept)),
      )
      if (accept === 'application/json') {
        expect(twice.map((answer) => (answer.json() as { ended: number }).ended).sort()).toEqual([0, 1])
      } else
        expect(twice.map(({ headers }) => headers.location)).toEqual(Array(2).fill('/account?done=session'))
      await theirs.haveEnded()
      for (const one of [mine, thirds]) {
        one.stand()
        one.close()
      }
      expect((await accountOf(house, me)).sessions.length).toBe(2)
      expect(await auditOf(house, account.id, 'session-ended')).toHaveLength(1)
    },
  )

  it('of others are out of reach', async () => {
    const me = await someone()
    const { id = '' } = (await accountOf(house, owner)).sessions[0] ?? {}
    for (const target of [id, 'f'.repeat(64), 'nonsense', "'%20or%201=1"]) {
      const answer = await post(house, me, `/sessions/${target}/end`, {}, 'application/json')
      expect([answer.status, answer.json()]).toEqual([200, { ended: 0 }])
    }
    expect((await accountOf(house, owner)).sessions.some((one) => one.id === id)).toBe(true)
  })

  it.each(faces)('are ended all but this one, asked for in %s', async (accept) => {
    const me = await someone()
    const others = [await from(me.person, firefox), await anotherSession(house, me.person)]
    const mine = await openStreams(house, me)
    const theirs = await Promise.all(others.map((one) => openStreams(house, one)))
    const answer = await post(house, me, '/sessions/end-others', {}, accept)
    if (accept === 'application/json') expect(answer.json()).toEqual({ ended: 2 })
    else expect([answer.status, answer.headers.location]).toEqual([303, '/account?done=sessions'])
    for (const one of theirs) await one.haveEnded()
    mine.stand()
    mine.close()
    const { id, sessions } = await accountOf(house, me)
    expect(sessions.map(({ current }) => current)).toEqual([true])
    expect(await auditOf(house, id, 'other-sessions-ended')).toMatchObject([{ details: { ended: 2 } }])
  })

  it('of a new device are told to whoever was logged in before, and not to the new one', async () => {
    const me = await someone()
    expect((await accountOf(house, me)).newDevices).toEqual([])
    const other = await from(me.person, firefox)
    const { newDevices } = await accountOf(house, me)
    expect(newDevices).toMatchObject([{ device: 'Firefox on Linux' }])
    const page = async (who: Visitor) =>
      (await house.ask('/account', { headers: { ...who.headers, Accept: 'text/html' } })).body
    expect(await page(me)).toContain(en.account.sessions.newHeading)
    expect(await page(other)).not.toContain(en.account.sessions.newHeading)
    // It has been here before.
    const again = await from(me.person, firefox)
    expect((await accountOf(house, other)).newDevices).toEqual([])
    expect((await accountOf(house, again)).newDevices).toEqual([])
  })
})

describe('tokens', () => {
  it('are not made for an answer in a face that we do not speak', async () => {
    const me = await someone()
    const answer = await house.ask('/tokens', {
      form: {},
      headers: { ...me.headers, Origin: house.origin, Accept: 'image/png' },
    })
    expect(answer.status).toBe(406)
    expect((await accountOf(house, me)).tokens).toEqual([])
  })

  const form = { name: 'kettle watch', scopes: 'read', days: '7' }
  const make = async (who: Visitor, more: Partial<typeof form> = {}) => {
    const answer = await post(house, who, '/tokens', { ...form, ...more }, 'application/json')
    expect(answer.status, answer.body).toBe(201)
    const { token } = answer.json() as { token: string }
    return { token, program: { origin: house.origin, headers: { Authorization: `Bearer ${token}` } } }
  }
  const reads = async ({ headers }: Visitor) => (await house.ask('/rooms/lobby', { headers })).status
  const sends = async ({ headers }: Visitor) =>
    (await house.ask('/rooms/lobby/messages', { form: { body: 'by token' }, headers })).status

  it('are made by a form, shown on the answer alone, with an example', async () => {
    const me = await someone()
    const page = await post(house, me, '/tokens', form)
    expect(page.status).toBe(201)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.headers['cache-control']).toBe('no-store')
    const token = /value="(th_[\w-]+)"/.exec(page.body)?.[1] ?? ''
    expect(page.body).toContain(`Authorization: Bearer ${token}&#39; ${house.origin}/rooms/lobby<`)
    expect(await reads({ origin: house.origin, headers: { Authorization: `Bearer ${token}` } })).toBe(200)
    for (const Accept of faces) {
      const { body } = await house.ask('/account', { headers: { ...me.headers, Accept } })
      expect(body).toContain(form.name)
      expect(body).not.toContain(token)
    }
    const text = await post(house, me, '/tokens', form, 'text/plain')
    expect([text.status, text.body]).toEqual([201, expect.stringMatching(/^th_[\w-]{43}\n$/)])
    const { id } = await accountOf(house, me)
    const made = { byMe: true, hasAddress: true, details: { name: form.name, scopes: 'read' } }
    expect(await auditOf(house, id, 'token-made')).toEqual([made, made])
  })

  it.each([
    ['read', 200, 403],
    ['send', 403, 200],
    ['read send', 200, 200],
  ])('for %s do that and no more', async (scopes, read, send) => {
    const { program } = await make(await someone(), { scopes })
    expect(await reads(program)).toBe(read)
    expect(Math.min(await sends(program), 403) === 403 ? 403 : 200).toBe(send)
  })

  it.each(['7', '30', '90', '365'])('for %s days last so long', async (days) => {
    const me = await someone()
    await make(me, { days })
    const [token] = (await accountOf(house, me)).tokens
    const left = Date.parse(token?.expiresAt ?? '') - Date.now()
    expect(Math.abs(left - Number(days) * 86_400_000)).toBeLessThan(60_000)
  })

  it('that look after the house are offered to those who do, and refused to others', async () => {
    const offered = async (who: Visitor) =>
      (await house.ask('/account', { headers: { ...who.headers, Accept: 'text/html' } })).body.includes(
        'value="read send admin"',
      )
    const me = await someone()
    expect([await offered(owner), await offered(me)]).toEqual([true, false])
    await make(owner, { scopes: 'read send admin' })
    const answer = await post(house, me, '/tokens', { ...form, scopes: 'admin' })
    expect([answer.status, besideOf(answer, 'token-scopes')]).toEqual([422, en.fields.scopes])
    expect((await accountOf(house, me)).tokens).toEqual([])
  })

  it.each([
    [{ name: ' ' }, 'name', en.fields.tokenName],
    [{ name: 'x'.repeat(65) }, 'name', en.fields.tokenName],
    [{ scopes: '' }, 'scopes', en.fields.scopes],
    [{ scopes: 'read fly' }, 'scopes', en.fields.scopes],
    [{ days: '400' }, 'days', en.fields.days],
    [{ days: '' }, 'days', en.fields.days],
  ])('are refused with %j', async (more, field, sentence) => {
    const me = await someone()
    const page = await post(house, me, '/tokens', { ...form, ...more })
    expect([page.status, besideOf(page, `token-${field}`)]).toEqual([422, sentence])
    expect(faultsOfPage(page.body)).toEqual([])
    const json = await post(house, me, '/tokens', { ...form, ...more }, 'application/json')
    expect(json.json()).toMatchObject({ status: 422, fields: { [field]: sentence } })
    expect((await post(house, me, '/tokens', { ...form, ...more }, 'text/plain')).body).toMatch(/^422 /)
    expect((await accountOf(house, me)).tokens).toEqual([])
  })

  it.each(faces)('are revoked with their streams within 2 seconds, once, asked for in %s', async (accept) => {
    const me = await someone()
    const { program } = await make(me)
    const kept = await make(me, { name: 'kept' })
    const [streams, others] = [await openStreams(house, program), await openStreams(house, kept.program)]
    const account = await accountOf(house, me)
    const token = account.tokens.find(({ name }) => name === form.name)
    const twice = await Promise.all(
      [1, 2].map(() => post(house, me, `/tokens/${token?.id}/revoke`, {}, accept)),
    )
    if (accept === 'application/json') {
      expect(twice.map((answer) => (answer.json() as { revoked: number }).revoked).sort()).toEqual([0, 1])
    } else expect(twice.map(({ headers }) => headers.location)).toEqual(Array(2).fill('/account?done=token'))
    await streams.haveEnded()
    others.stand()
    others.close()
    expect((await accountOf(house, me)).tokens.map(({ name }) => name)).toEqual(['kept'])
    expect(await auditOf(house, account.id, 'token-revoked')).toMatchObject([
      { details: { name: form.name } },
    ])
  })

  it('of others are out of reach', async () => {
    const [me, other] = [await someone(), await someone()]
    const { program } = await make(other)
    const [token] = (await accountOf(house, other)).tokens
    const answer = await post(house, me, `/tokens/${token?.id}/revoke`, {}, 'application/json')
    expect(answer.json()).toEqual({ revoked: 0 })
    expect(await reads(program)).toBe(200)
  })

  it('count in the header alone, never in an address or a form', async () => {
    const { token, program } = await make(await someone(), { scopes: 'read send' })
    expect(await reads(program)).toBe(200)
    for (const name of ['token', 'access_token', 'bearer', 'authorization']) {
      for (const path of ['/rooms/lobby', '/rooms/lobby/events', '/rooms/lobby/history', '/account']) {
        const { status } = await house.ask(`${path}?${name}=${token}`, {
          headers: { Accept: 'application/json' },
        })
        expect([name, path, status]).toEqual([name, path, 401])
      }
      const sent = await house.ask('/rooms/lobby/messages', {
        form: { body: 'by a form', [name]: token },
        headers: { Accept: 'application/json' },
      })
      expect([name, sent.status]).toEqual([name, 401])
    }
  })
})

it('everything works with the form token alone, as from a browser that sends no Origin', async () => {
  const cookie = await logInByHttp(house.origin, await registered(bashir))
  const headers = { Cookie: cookie, Accept: 'text/html' }
  const page = await house.ask('/account', { headers })
  const form_token = hiddenField(page.body, 'form_token')
  const answer = await house.ask('/account/sessions/end-others', { form: { form_token }, headers })
  expect([answer.status, answer.headers.location]).toEqual([303, '/account?done=sessions'])
})

async function registered(person: Person): Promise<Person> {
  await registerByHttp(house.origin, person)
  return person
}
