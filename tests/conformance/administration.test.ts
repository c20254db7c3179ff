/** Invitations, roles, suspension, links for a new password, and the record of it all: in every face, without scripts. */
import { beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { type Answer, cookieOf, openEvents } from '../tools/http-client.ts'
import {
  ada,
  bashir,
  everyone,
  logInByHttp,
  meiLin,
  type Person,
  registerByHttp,
  salma,
  tokenFor,
  tomas,
  xiaoyu,
} from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import { elementsOf, faultsOfPage, formsToFillIn, hiddenField } from './html-document.ts'

type Headers = Record<string, string>
const asPage = { Accept: 'text/html' }
const asJson = { Accept: 'application/json' }
const asText = { Accept: 'text/plain' }
const password = 'seven-grey-geese-12'
let strangers = 0
/** Somebody whom no test has met. */
function stranger(): Person {
  strangers += 1
  return { name: `Stranger ${strangers}`, phone: `+31 6 ${40_000_000 + strangers}`, password }
}

const house = houseOfThisFile({ REGISTRATION: 'invite' }, async ({ origin }) => {
  owner = { Cookie: await registerByHttp(origin, ada) }
})
let owner: Headers = {}

const get = (path: string, who: Headers = {}, face: Headers = asPage) =>
  house.ask(path, { headers: { ...face, ...who } })
/** As a browser does from one of our pages. */
const post = (path: string, form: Headers = {}, who: Headers = {}, face: Headers = asPage) =>
  house.ask(path, { form, headers: { ...face, ...who, Origin: house.origin } })

async function inviteLink(fields: Headers = {}, who = owner): Promise<string> {
  const answer = await post('/admin/invitations', { uses: '1', hours: '1', ...fields }, who, asText)
  expect(answer.status).toBe(201)
  return new URL(answer.body.trim()).pathname
}
const secretOf = (link: string) => link.replace('/invite/', '')

/** A member, as whatever role. */
async function join(
  person: Person,
  role: 'admin' | 'member' = 'member',
): Promise<{ id: string; who: Headers }> {
  const invite = secretOf(await inviteLink())
  const who = { Cookie: await registerByHttp(house.origin, person, { invite }) }
  const [found] = await house.query<{ id: Buffer }>('SELECT id FROM members WHERE name = ?', [person.name])
  const id = (found?.id.toString('hex') ?? '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (role === 'admin') expect((await post(`/admin/members/${id}/role`, { role }, owner)).status).toBe(303)
  return { id, who }
}

const usesLeft = async (note: string) =>
  (await house.query<{ uses_left: number }>('SELECT uses_left FROM invitations WHERE note = ?', [note]))[0]
    ?.uses_left

/** What is said beside a field of a form that came back. */
const sentenceBeside = ({ body }: Answer, field: string) =>
  new RegExp(`id="${field}-error"[^>]*>([^<]+)<`).exec(body)?.[1]

describe('registering by invitation', () => {
  it('asks for one, and says beside its field what is wrong with it', async () => {
    const page = await get('/register')
    expect(page.status).toBe(200)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(hiddenField(page.body, 'invite')).toBe('')
    for (const [invite, sentence] of [
      ['', en.fields.inviteMissing],
      ['not-an-invitation', en.fields.invite],
    ] as const) {
      const person = stranger()
      const answer = await post('/register', { ...person, invite })
      expect(answer.status).toBe(422)
      expect(faultsOfPage(answer.body)).toEqual([])
      expect(sentenceBeside(answer, 'invite')).toBe(sentence)
      expect(hiddenField(answer.body, 'name')).toBe(person.name)
      const json = await post('/register', { ...person, invite }, {}, asJson)
      expect([json.status, (json.json() as { fields: object }).fields]).toEqual([422, { invite: sentence }])
      const text = await post('/register', { ...person, invite }, {}, asText)
      expect([text.status, text.body]).toEqual([422, expect.stringContaining(sentence)])
    }
  })

  it('is read in a moment, however long it is and whatever stands in it', async () => {
    // Read by the square of its length, the larger of these takes minutes in which nobody else is served.
    for (const invite of [`${'?'.repeat(240_000)}\nx`, '/invite/'.repeat(30_000)]) {
      const answer = await house.ask('/register', { json: { ...stranger(), invite }, headers: asJson })
      expect([answer.status, (answer.json() as { fields: object }).fields]).toEqual([
        422,
        { invite: expect.any(String) },
      ])
    }
  })

  it('is a link that is shown once, as text and as a QR code, with how long it lasts', async () => {
    const answer = await post(
      '/admin/invitations',
      { uses: '2', hours: '24', note: 'For the choir <b>' },
      owner,
    )
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(faultsOfPage(answer.body)).toEqual([])
    const link = /<code[^>]*>([^<]+)</.exec(answer.body)?.[1] ?? ''
    expect(link).toMatch(new RegExp(`^${house.origin}/invite/[\\w-]{43}$`))
    const drawing = elementsOf(answer.body).filter(
      ({ name, attributes }) => name === 'svg' && attributes.get('role') === 'img',
    )
    expect(drawing.map(({ attributes }) => attributes.get('aria-label'))).toEqual([en.admin.qrCode])

    const list = await get('/admin/invitations', owner)
    expect(faultsOfPage(list.body)).toEqual([])
    expect(list.body).toContain('For the choir &lt;b&gt;')
    expect(list.body).toContain(en.admin.invitations.usesLeft(2, 2))
    expect(list.body).toContain(ada.name)
    expect(list.body).not.toContain(secretOf(new URL(link).pathname))
    const json = await post('/admin/invitations', { note: 'by a program' }, owner, asJson)
    expect(json.status).toBe(201)
    const made = json.json() as { id: string; link: string; expiresAt: string }
    expect(made.link).toContain('/invite/')
    const listed = (await get('/admin/invitations', owner, asJson)).json() as { invitations: object[] }
    expect(listed.invitations[0]).toMatchObject({
      id: made.id,
      note: 'by a program',
      uses: 1,
      usesLeft: 1,
      state: 'open',
      expiresAt: made.expiresAt,
      madeBy: { name: ada.name },
    })
    expect((await get('/admin/invitations', owner, asText)).body).toMatch(
      new RegExp(`^${made.id} Open 1 of 1 left \\S+ \\S+ by a program\n`),
    )
  })

  it('shows the form at its link, uses nothing by looking, and lets in as many as it is for', async () => {
    const link = await inviteLink({ note: 'looked at', uses: '2' })
    for (const face of [asPage, asPage, asJson]) expect((await get(link, {}, face)).status).toBe(200)
    expect((await house.ask(link, { method: 'HEAD' })).status).toBe(200)
    expect(await usesLeft('looked at')).toBe(2)
    const page = await get(link)
    expect(faultsOfPage(page.body)).toEqual([])
    const field = elementsOf(page.body).find(({ attributes }) => attributes.get('name') === 'invite')
    expect([field?.attributes.get('type'), field?.attributes.get('value')]).toEqual([
      'hidden',
      secretOf(link),
    ])

    const form_token = hiddenField(page.body, 'form_token')
    const answer = await house.ask('/register', {
      form: { ...stranger(), invite: hiddenField(page.body, 'invite'), form_token },
      headers: { ...asPage, Cookie: cookieOf(page) },
    })
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/lobby'])
    expect(await usesLeft('looked at')).toBe(1)
    // The whole link pasted into the field opens as well, and what was refused has used nothing.
    expect((await post('/register', { ...stranger(), name: '', invite: link })).status).toBe(422)
    expect((await post('/register', { ...stranger(), invite: `${house.origin}${link}` })).status).toBe(303)
    expect(await usesLeft('looked at')).toBe(0)
    expect((await get(link)).status).toBe(404)
  })

  it('gives its last use to one of two at the same moment; the other loses nothing typed', async () => {
    const invite = secretOf(await inviteLink())
    const people = [stranger(), stranger()]
    const answers = await Promise.all(people.map((person) => post('/register', { ...person, invite })))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    const late = answers.findIndex(({ status }) => status === 422)
    const page = answers[late] as Answer
    expect(sentenceBeside(page, 'invite')).toBe(en.fields.invite)
    expect(hiddenField(page.body, 'name')).toBe(people[late]?.name)
    expect(hiddenField(page.body, 'phone')).toBe(people[late]?.phone)
    expect(hiddenField(page.body, 'invite')).toBe(invite)
  })

  it('answers alike for links that are unknown, used up, expired and withdrawn', async () => {
    const unknown = `/invite/${'A'.repeat(43)}`
    const usedUp = await inviteLink()
    await post('/register', { ...stranger(), invite: secretOf(usedUp) })
    const expired = await inviteLink({ note: 'expired' })
    await house.query("UPDATE invitations SET expires_at = '2020-01-01' WHERE note = 'expired'")
    const withdrawn = await inviteLink({ note: 'withdrawn' })
    const { invitations } = (await get('/admin/invitations', owner, asJson)).json() as {
      invitations: { id: string; note: string; state: string }[]
    }
    const { id } = invitations.find(({ note }) => note === 'withdrawn') ?? { id: '' }
    expect((await post(`/admin/invitations/${id}/withdraw`, {}, owner)).status).toBe(303)
    for (const face of [asPage, asJson, asText]) {
      const answers = await Promise.all(
        [unknown, usedUp, expired, withdrawn].map((link) => get(link, {}, face)),
      )
      const told = answers.map(({ status, body }) => ({
        status,
        body: body.replace(/"reference":"\w+"/, ''),
      }))
      expect(told.map(({ status }) => status)).toEqual([404, 404, 404, 404])
      expect(new Set(told.map(({ body }) => body)).size).toBe(1)
      if (face === asPage) expect(faultsOfPage(told[0]?.body ?? '')).toEqual([])
    }
    const told = await Promise.all(
      [unknown, usedUp, expired, withdrawn].map(async (link) => {
        const { status, body } = await post(
          '/register',
          { ...stranger(), invite: secretOf(link) },
          {},
          asText,
        )
        return [status, body]
      }),
    )
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
    const { body } = await get('/admin/invitations', owner)
    for (const state of Object.values(en.admin.invitations.states)) expect(body).toContain(state)
  })

  it.each([
    ['uses', '0'],
    ['uses', '1001'],
    ['uses', '1e2'],
    ['uses', 'many'],
    ['hours', '0'],
    ['hours', '2161'],
    ['hours', '-1'],
    ['note', 'x'.repeat(201)],
  ])('is not made with %s=%s, and the form comes back', async (field, value) => {
    const answer = await post('/admin/invitations', { note: 'kept', [field]: value }, owner)
    expect(answer.status).toBe(422)
    expect(faultsOfPage(answer.body)).toEqual([])
    expect(sentenceBeside(answer, field)).toBe(en.fields[field as 'uses' | 'hours' | 'note'])
    if (field !== 'note') expect(hiddenField(answer.body, 'note')).toBe('kept')
    const json = await post('/admin/invitations', { [field]: value }, owner, asJson)
    expect(Object.keys((json.json() as { fields: object }).fields)).toEqual([field])
  })

  it('may be for a thousand people and ninety days', async () => {
    await inviteLink({ uses: '1000', hours: '2160', note: '茶'.repeat(200) })
  })
})

describe('roles', () => {
  let admin: { id: string; who: Headers }
  let member: { id: string; who: Headers }
  let ownerId = ''

  beforeAll(async () => {
    admin = await join(bashir, 'admin')
    member = await join(meiLin)
    const { members } = (await get('/admin/members?q=ada', owner, asJson)).json() as {
      members: { id: string; role: string }[]
    }
    ownerId = members.find(({ role }) => role === 'owner')?.id ?? ''
  })

  const pages = () => [
    '/admin',
    '/admin/members',
    `/admin/members/${member.id}`,
    '/admin/invitations',
    '/admin/audit',
  ]
  const acts = () => [
    '/admin/invitations',
    `/admin/invitations/${member.id}/withdraw`,
    ...['role', 'owner', 'suspend', 'reinstate', 'password-link'].map(
      (act) => `/admin/members/${member.id}/${act}`,
    ),
  ]

  it('strangers log in first, members and narrow tokens get 403, whatever the face', async () => {
    const token = async (person: Person) => ({
      Authorization: `Bearer ${await tokenFor(house.origin, person)}`,
    })
    const narrow = [member.who, await token(meiLin), await token(ada)]
    for (const path of pages()) {
      expect((await get(path)).headers.location).toBe(`/login?next=${encodeURIComponent(path)}`)
      expect((await get(path, {}, asJson)).status).toBe(401)
      for (const who of narrow) {
        for (const face of [asPage, asJson, asText]) expect((await get(path, who, face)).status).toBe(403)
      }
    }
    for (const path of acts()) {
      expect((await post(path)).status).toBe(401)
      for (const who of narrow) expect((await post(path, { role: 'admin' }, who)).status).toBe(403)
    }
    expect(await stateOf(member.id)).toMatchObject({ role: 'member', suspendedAt: null })
  })

  const stateOf = async (id: string) => (await get(`/admin/members/${id}`, owner, asJson)).json()

  it('an admin looks after members, and touches neither roles nor the owner nor other admins', async () => {
    const other = await join(tomas, 'admin')
    for (const id of [ownerId, other.id, admin.id]) {
      for (const act of ['suspend', 'reinstate', 'password-link']) {
        expect((await post(`/admin/members/${id}/${act}`, {}, admin.who)).status).toBe(403)
      }
    }
    for (const id of [ownerId, other.id, admin.id, member.id]) {
      for (const role of ['admin', 'member', 'owner']) {
        expect((await post(`/admin/members/${id}/role`, { role }, admin.who)).status).toBe(403)
      }
      const form = { password: bashir.password }
      expect((await post(`/admin/members/${id}/owner`, form, admin.who)).status).toBe(403)
    }
    expect(await stateOf(other.id)).toMatchObject({ role: 'admin', suspendedAt: null })
    expect(await stateOf(ownerId)).toMatchObject({ role: 'owner', suspendedAt: null })
    // Neither does the owner touch themselves.
    for (const [act, form] of [['suspend'], ['role', { role: 'member' }], ['password-link']] as const) {
      expect((await post(`/admin/members/${ownerId}/${act}`, form ?? {}, owner)).status).toBe(403)
    }
    const page = await get(`/admin/members/${other.id}`, admin.who)
    expect(elementsOf(page.body).filter(({ name }) => name === 'form')).toHaveLength(1)
  })

  it('changes of role hold at once', async () => {
    const { id, who } = await join(stranger(), 'admin')
    expect((await get('/admin/members', who)).status).toBe(200)
    expect((await post(`/admin/members/${id}/role`, { role: 'member' }, owner)).status).toBe(303)
    expect((await get('/admin/members', who)).status).toBe(403)
    expect((await post(`/admin/members/${id}/role`, { role: 'owner' }, owner)).status).toBe(422)
    const json = await post(`/admin/members/${id}/role`, { role: 'admin' }, owner, asJson)
    expect([json.status, json.json()]).toEqual([200, { id, role: 'admin' }])
    expect((await get('/admin/members', who)).status).toBe(200)
  })

  it('members are listed, found by name and shown, never with a phone number', async () => {
    for (const [path, who] of [
      ['/admin/members', owner],
      ['/admin/members?q=mei', admin.who],
      [`/admin/members/${member.id}`, owner],
      [`/admin/members/${admin.id}`, owner],
      [`/admin/members/${ownerId}`, owner],
      ['/admin/audit', owner],
    ] as const) {
      for (const face of [asPage, asJson, asText]) {
        const { status, body } = await get(path, who, face)
        expect(status).toBe(200)
        if (face === asPage) expect(faultsOfPage(body)).toEqual([])
        for (const { phone } of everyone) expect(body).not.toContain(phone.replaceAll(' ', '').slice(1))
      }
    }
    const found = (await get('/admin/members?q=MEI%20l', owner, asJson)).json() as { members: object[] }
    expect(found.members).toEqual([
      { id: member.id, name: meiLin.name, role: 'member', joinedAt: expect.any(String), suspendedAt: null },
    ])
    expect((await get('/admin/members?q=nobody-like-this', owner)).body).toContain(en.admin.members.nobody)
    for (const path of ['/admin/members/x', `/admin/members/${crypto.randomUUID()}`]) {
      expect((await get(path, owner)).status).toBe(404)
    }
    expect((await get('/admin/members?before=x', owner)).status).toBe(422)
  })

  it('the house is handed over with the password, and by its owner alone', async () => {
    const heir = await join(salma)
    const path = `/admin/members/${heir.id}/owner`
    for (const [typed, sentence] of [
      ['', en.fields.passwordMissing],
      [bashir.password, en.fields.confirmWrong],
    ] as const) {
      const wrong = await post(path, { password: typed }, owner)
      expect(wrong.status).toBe(422)
      expect(faultsOfPage(wrong.body)).toEqual([])
      expect(sentenceBeside(wrong, 'password')).toBe(sentence)
    }
    expect((await post(path, { password: ada.password }, owner)).status).toBe(303)
    expect((await post(path, { password: ada.password }, owner)).status).toBe(403)
    expect((await get(`/admin/members/${heir.id}`, owner, asJson)).json()).toMatchObject({ role: 'owner' })
    const { entries } = (await get('/admin/audit', owner, asJson)).json() as { entries: unknown[] }
    expect(entries.slice(0, 2)).toMatchObject([
      { action: 'role-changed', actor: { id: ownerId }, member: { id: ownerId }, details: { role: 'admin' } },
      { action: 'role-changed', actor: { id: ownerId }, member: { id: heir.id }, details: { role: 'owner' } },
    ])
    // And back, for the tests that follow.
    const back = await post(`/admin/members/${ownerId}/owner`, { password: salma.password }, heir.who)
    expect(back.status).toBe(303)
    expect(await stateOf(ownerId)).toMatchObject({ role: 'owner' })
    expect(await stateOf(heir.id)).toMatchObject({ role: 'admin' })
  })
})

describe.each([
  ['is suspended', 'suspend', {}],
  ['becomes a member again', 'role', { role: 'member' }],
])('an admin who %s', (_what, act, form) => {
  it('has no key left: no link for a new password of anyone, no invitation', async () => {
    const keeper = await join(stranger(), 'admin')
    const victim = await join(stranger())
    const made = await post(`/admin/members/${victim.id}/password-link`, {}, keeper.who, asText)
    const invited = await post('/admin/invitations', { uses: '9' }, keeper.who, asText)
    const paths = [made, invited].map(({ body }) => new URL(body.trim()).pathname)
    const kept = await inviteLink()
    for (const path of paths) expect((await get(path)).status).toBe(200)
    expect((await post(`/admin/members/${keeper.id}/${act}`, form, owner)).status).toBe(303)
    for (const path of paths) expect((await get(path)).status).toBe(404)
    expect((await get(kept)).status).toBe(200)
  })
})

describe('suspending', () => {
  it('ends sessions and streams within two seconds, puts tokens to rest, and tells who comes back', async () => {
    const { id, who } = await join(xiaoyu)
    const token = { Authorization: `Bearer ${await tokenFor(house.origin, xiaoyu)}` }
    const streams = await Promise.all(
      [who, token].map((headers) => openEvents(house.origin, '/rooms/lobby/events', headers)),
    )
    for (const stream of streams) await stream.until('ready', ({ event }) => event === 'ready')

    expect((await post(`/admin/members/${id}/suspend`, {}, owner)).status).toBe(303)
    await waitFor('the streams to end', () => streams.every((stream) => stream.hasEnded()), 2_000)
    for (const headers of [who, token]) expect((await get('/rooms/lobby', headers, asJson)).status).toBe(401)
    expect((await get(`/admin/members/${id}`, owner)).body).toContain(en.admin.members.suspended)

    const { phone } = xiaoyu
    for (const path of ['/login', '/tokens']) {
      for (const face of [asPage, asJson, asText]) {
        const told = await post(path, { phone, password: xiaoyu.password }, {}, face)
        expect([path, told.status]).toEqual([path, 403])
        expect(told.body).toContain(en.errors.suspended.title)
        expect(cookieOf(told)).not.toContain('teahouse_session')
      }
    }
    // Whoever does not know the password does not hear of it.
    const wrong = await post('/login', { phone, password })
    expect([wrong.status, wrong.body.includes(en.errors.suspended.title)]).toEqual([422, false])

    expect((await post(`/admin/members/${id}/reinstate`, {}, owner)).status).toBe(303)
    expect((await get('/rooms/lobby', who, asJson)).status).toBe(401)
    expect((await get('/rooms/lobby', token, asJson)).status).toBe(200)
    await logInByHttp(house.origin, xiaoyu)
  })
})

describe('a forgotten password, where no code can be sent', () => {
  it('is the business of an admin', async () => {
    const page = await get('/forgot')
    expect(page.status).toBe(200)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).toContain(en.forgot.askAdmin)
    expect(formsToFillIn(page.body)).toEqual([])
    expect((await post('/forgot', { phone: ada.phone })).status).toBe(403)
    expect((await get('/login')).body).toContain('href="/forgot"')
    expect((await get('/register')).body).toContain(en.register.phoneHint)
  })

  it('is renewed by a link that works once, and ends every session, stream and token', async () => {
    const person = stranger()
    const { id, who } = await join(person)
    const token = { Authorization: `Bearer ${await tokenFor(house.origin, person)}` }
    const stream = await openEvents(house.origin, '/rooms/lobby/events', who)
    await stream.until('ready', ({ event }) => event === 'ready')
    const made = await post(`/admin/members/${id}/password-link`, {}, owner)
    expect([made.status, made.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(faultsOfPage(made.body)).toEqual([])
    const link = new URL(/<code[^>]*>([^<]+)</.exec(made.body)?.[1] ?? '').pathname

    for (const face of [asPage, asPage, asJson]) expect((await get(link, {}, face)).status).toBe(200)
    expect((await get('/rooms/lobby', who, asJson)).status).toBe(200)
    const page = await get(link)
    expect(faultsOfPage(page.body)).toEqual([])
    const form_token = hiddenField(page.body, 'form_token')
    const send = (typed: string) =>
      house.ask(link, {
        form: { password: typed, form_token },
        headers: { ...asPage, Cookie: cookieOf(page) },
      })
    const short = await send('short')
    expect([short.status, sentenceBeside(short, 'password')]).toEqual([422, en.fields.passwordShort(5, 3)])
    expect(faultsOfPage(short.body)).toEqual([])
    // Another site's form does nothing.
    const foreign = { ...asPage, Origin: 'https://evil.example' }
    expect((await house.ask(link, { form: { password }, headers: foreign })).status).toBe(403)

    const renewed = 'nine-blue-herons-34'
    const answers = await Promise.all([send(renewed), send('nine-red-herons-56')])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404])
    const [first, second] = answers.map(({ status }) => status === 303)
    expect(first).not.toBe(second)
    await waitFor('the stream to end', () => stream.hasEnded(), 2_000)
    for (const headers of [who, token]) expect((await get('/rooms/lobby', headers, asJson)).status).toBe(401)
    await expect(logInByHttp(house.origin, person)).rejects.toThrow()
    await logInByHttp(house.origin, { ...person, password: first ? renewed : 'nine-red-herons-56' })
    const unknown = `/reset/${'0'.repeat(32)}${'A'.repeat(43)}`
    const [used, never] = await Promise.all([get(link), get(unknown)])
    expect([used.status, never.status, used.body === never.body]).toEqual([404, 404, true])
    expect((await post(link, { password: renewed }, {}, asJson)).status).toBe(404)
  })
})

describe('what was done', () => {
  it('is written down: who, to whom, from where; newest first, page by page, without secrets', async () => {
    const person = stranger()
    const { id } = await join(person, 'admin')
    await post(`/admin/members/${id}/suspend`, {}, owner)
    await post(`/admin/members/${id}/reinstate`, {}, owner)
    const link = (await post(`/admin/members/${id}/password-link`, {}, owner, asText)).body.trim()
    await post(new URL(link).pathname, { password: 'nine-blue-herons-34' })
    const { entries } = (await get(`/admin/audit?member=${id}`, owner, asJson)).json() as {
      entries: { action: string; actor: { name: string } | null; address: string; at: string }[]
    }
    expect(entries.map(({ action, actor }) => [action, actor?.name])).toEqual([
      ['password-reset', person.name],
      ['password-reset-offered', ada.name],
      ['reinstated', ada.name],
      ['suspended', ada.name],
      ['role-changed', ada.name],
      ['logged-in', person.name],
      ['registered', person.name],
    ])
    for (const { address, at } of entries) {
      expect(address).toMatch(/127\.0\.0\.1|::1/)
      expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000)
    }
    const page = await get(`/admin/audit?member=${id}`, owner)
    expect(faultsOfPage(page.body)).toEqual([])
    const said = (await get('/admin/audit', owner, asText)).body
    expect(said.split('\n')[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d .* chose a new password, by a link\. \S+$/,
    )
    expect(said).toContain(`${ada.name} suspended ${person.name}.`)
    expect(page.body).toContain(`${ada.name} suspended ${person.name}.`)
    expect(said).toContain(`${person.name} registered.`)
    const rows = JSON.stringify(await house.query('SELECT * FROM audit'))
    for (const secret of [link.replace(/.*\//, ''), 'nine-blue-herons-34']) expect(rows).not.toContain(secret)
  })

  it('is shown to its end', async () => {
    for (let count = 0; count < 51; count += 1) await inviteLink()
    const all = await house.query('SELECT id FROM audit')
    const ids: string[] = []
    for (let before = ''; ; ) {
      const page = (await get(`/admin/audit?before=${before}`, owner, asJson)).json() as {
        entries: { id: string }[]
        before: string | null
      }
      ids.push(...page.entries.map(({ id }) => id))
      if (!page.before) break
      before = page.before
    }
    expect(ids.length).toBe(all.length)
    expect(ids.length).toBeGreaterThan(50)
    expect(new Set(ids).size).toBe(all.length)
    expect((await get('/admin/audit', owner)).body).toContain('rel="next"')
  })
})

describe('a closed house', () => {
  const closed = houseOfThisFile({ REGISTRATION: 'closed' }, async (opened) => {
    keeper = { Cookie: await registerByHttp(opened.origin, ada), Origin: opened.origin }
  })
  let keeper: Headers = {}
  const register = (house: SharedHouse, fields: object) =>
    house.ask('/register', { form: { ...fields }, headers: asPage })

  it('is opened by no invitation, and tells whoever makes one', async () => {
    const made = await closed.ask('/admin/invitations', {
      form: {},
      headers: { ...keeper, ...asText },
    })
    const link = new URL(made.body.trim()).pathname
    for (const answer of [
      await closed.ask(link, { headers: asPage }),
      await register(closed, { ...stranger(), invite: secretOf(link) }),
    ]) {
      expect(answer.status).toBe(403)
      expect(answer.body).toContain(en.register.closedHeading)
      expect(formsToFillIn(answer.body)).toEqual([])
    }
    const page = await closed.ask('/admin/invitations', { headers: { ...keeper, ...asPage } })
    expect(page.body).toContain(en.admin.invitations.closed)
  })
})
