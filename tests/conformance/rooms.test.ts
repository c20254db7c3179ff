/** Rooms and who is in them: made, found, joined, left, kept, in every face and without scripts. */
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { type Answer, openLines } from '../tools/http-client.ts'
import {
  ada,
  bashir,
  logInByHttp,
  meiLin,
  type Person,
  registerByHttp,
  tokenFor,
  tomas,
  xiaoyu,
} from '../tools/people.ts'
import { houseOfThisFile } from './house-of-one-file.ts'
import { faultsOfPage } from './html-document.ts'

type Headers = Record<string, string>
const asPage = { Accept: 'text/html' }
const asJson = { Accept: 'application/json' }
const asText = { Accept: 'text/plain' }

/** Ada owns the house, so she is an admin; the others are members. */
const who: Record<'ada' | 'bashir' | 'mei' | 'xiaoyu' | 'tomas', Headers> = {
  ada: {},
  bashir: {},
  mei: {},
  xiaoyu: {},
  tomas: {},
}
const cast: [keyof typeof who, Person][] = [
  ['ada', ada],
  ['bashir', bashir],
  ['mei', meiLin],
  ['xiaoyu', xiaoyu],
  ['tomas', tomas],
]
const house = houseOfThisFile({}, async ({ origin }) => {
  for (const [name, person] of cast) who[name] = { Cookie: await registerByHttp(origin, person) }
})

const get = (path: string, headers: Headers, face: Headers = asJson) =>
  house.ask(path, { headers: { ...face, ...headers } })
/** As a browser does from one of our pages. */
const post = (path: string, form: Headers, headers: Headers, face: Headers = asJson) =>
  house.ask(path, { form, headers: { ...face, ...headers, Origin: house.origin } })

let made = 0
/** A room that no test has met, of whoever makes it. */
async function roomOf(host: Headers, kind: 'open' | 'private' = 'open'): Promise<string> {
  made += 1
  const answer = await post('/rooms', { name: `Salon ${made}`, kind }, host)
  expect(answer.status).toBe(201)
  return (answer.json() as { slug: string }).slug
}

interface RoomMessage {
  number: number
  version: number
  body: string
  html: string
  author: { name: string }
  notice: { type: string; member?: { name: string } } | null
}

async function messagesOf(slug: string, reader: Headers): Promise<RoomMessage[]> {
  const answer = await get(`/rooms/${slug}`, reader)
  return (answer.json() as { messages: RoomMessage[] }).messages
}
const bodiesOf = async (slug: string, reader: Headers) =>
  (await messagesOf(slug, reader)).map(({ body }) => body)
const statuses = (answers: Answer[]) => answers.map(({ status }) => status)

interface Listed {
  slug: string
  name: string
  kind: string
  joined: boolean
  unread: number
}
const directory = async (reader: Headers, query = '') =>
  (await get(`/rooms${query}`, reader)).json() as { rooms: Listed[]; next: string | null }
/** As the directory shows a room, however many others there are. */
const listed = async (reader: Headers, slug: string) => {
  const query = /^salon-\d+$/.test(slug) ? `?q=${slug.replace('-', '+')}` : ''
  return (await directory(reader, query)).rooms.find((room) => room.slug === slug)
}

describe('making a room', () => {
  it('leads into it, and makes its maker host', async () => {
    const answer = await post(
      '/rooms',
      { name: '  The  Kitchen ', topic: 'Tea', kind: 'open' },
      who.bashir,
      asPage,
    )
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/the-kitchen'])
    const people = (await get('/rooms/the-kitchen/people', who.bashir)).json()
    expect(people).toMatchObject({ people: [{ name: 'Bashir', role: 'host' }], count: 1 })
    const page = await get('/rooms/the-kitchen', who.bashir, asPage)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).toContain('<h1>The Kitchen</h1>')
  })

  it('gives rooms of one name addresses of their own, and names in other scripts a plain one', async () => {
    const slugs: string[] = []
    for (const name of ['Café à 5', 'cafe a 5', '后院', '茶']) {
      const answer = await post('/rooms', { name }, who.bashir, asText)
      expect(answer.status).toBe(201)
      slugs.push(answer.body.trim())
    }
    expect(slugs).toEqual(['cafe-a-5', 'cafe-a-5-2', 'room', 'room-2'])
  })

  it.each([
    ['no name', { name: ' \u200b ' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(49) }, 'name'],
    ['a topic that is too long', { name: 'x', topic: 'y'.repeat(241) }, 'topic'],
    ['a kind that there is not', { name: 'x', kind: 'secret' }, 'kind'],
  ])('refuses %s, and gives the form back as it was typed', async (_what, form: Headers, field) => {
    const answer = await post('/rooms', form, who.bashir)
    expect(answer.status).toBe(422)
    expect(Object.keys((answer.json() as { fields: object }).fields)).toEqual([field])
    const page = await post('/rooms', { ...form, topic: form.topic ?? 'kept topic' }, who.bashir, asPage)
    expect(page.status).toBe(422)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).toContain(form.topic ?? 'kept topic')
  })

  it('takes a form from lynx by its token, and none from another site', async () => {
    const foreign = await house.ask('/rooms', {
      form: { name: 'Trap' },
      headers: { ...asJson, ...who.bashir, Origin: 'https://evil.example' },
    })
    expect(foreign.status).toBe(403)
    expect((await directory(who.bashir, '?q=Trap')).rooms).toEqual([])
  })
})

describe('the directory', () => {
  it('shows mine first, then those that I may join, and is searched by name', async () => {
    const mine = await roomOf(who.mei)
    const other = await roomOf(who.bashir)
    const hidden = await roomOf(who.bashir, 'private')
    expect(await listed(who.mei, mine)).toMatchObject({ joined: true, kind: 'open' })
    expect(await listed(who.mei, other)).toMatchObject({ joined: false })
    expect(await listed(who.mei, hidden)).toBeUndefined()
    const found = await directory(who.mei, `?q=${other.replace('-', '%20')}`)
    expect(found.rooms.map(({ slug }) => slug)).toContain(other)
    expect(found.rooms.map(({ slug }) => slug)).not.toContain('lobby')
    const text = await get('/rooms', who.mei, asText)
    expect(text.body).toMatch(/^lobby\tLobby\t\d+$/m)
    expect(text.body).toMatch(new RegExp(`^${other}\t.*\t-$`, 'm'))
  })

  it('goes by pages', async () => {
    for (let one = 0; one < 55; one += 1) await roomOf(who.tomas)
    const first = await directory(who.xiaoyu)
    const others = first.rooms.filter(({ joined }) => !joined)
    expect([others.length, first.next]).toEqual([50, others.at(-1)?.slug])
    const second = await directory(who.xiaoyu, `?after=${first.next}`)
    expect(second.rooms.length).toBeGreaterThan(0)
    const seen = new Set(first.rooms.map(({ slug }) => slug))
    expect(second.rooms.filter(({ slug }) => seen.has(slug))).toEqual([])
    const page = await get('/rooms', who.xiaoyu, asPage)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).toContain(`/rooms?after=${first.next}`)
  })
})

describe('joining and leaving an open room', () => {
  it('can be read without joining; joining and leaving are told in the room, and twice is once', async () => {
    const slug = await roomOf(who.bashir)
    expect((await get(`/rooms/${slug}`, who.mei)).status).toBe(200)
    expect(await bodiesOf(slug, who.mei)).toEqual([])
    for (const act of ['join', 'join', 'leave', 'leave']) {
      expect((await post(`/rooms/${slug}/${act}`, {}, who.mei)).status).toBe(200)
    }
    expect(await bodiesOf(slug, who.mei)).toEqual(['Mei Lin came in.', 'Mei Lin left.'])
    const [first] = await messagesOf(slug, who.bashir)
    expect(first).toMatchObject({
      number: 1,
      version: 1,
      author: { name: 'Mei Lin' },
      notice: { type: 'joined' },
      html: '<p>Mei Lin came in.</p>',
    })
  })

  it('as a form leads to the room, and back to the rooms', async () => {
    const slug = await roomOf(who.bashir)
    const page = await get(`/rooms/${slug}`, who.mei, asPage)
    expect(page.body).toContain(en.people.join)
    const joined = await post(`/rooms/${slug}/join`, {}, who.mei, asPage)
    expect([joined.status, joined.headers.location]).toEqual([303, `/rooms/${slug}`])
    expect((await get(`/rooms/${slug}`, who.mei, asPage)).body).not.toContain(en.people.join)
    const left = await post(`/rooms/${slug}/leave`, {}, who.mei, asPage)
    expect([left.status, left.headers.location]).toEqual([303, '/rooms'])
  })

  it('happens by speaking', async () => {
    const slug = await roomOf(who.bashir)
    const sent = await post(`/rooms/${slug}/messages`, { body: 'hello' }, who.mei)
    expect(sent.status).toBe(201)
    expect(await bodiesOf(slug, who.mei)).toEqual(['Mei Lin came in.', 'hello'])
    expect(await listed(who.mei, slug)).toMatchObject({ joined: true })
  })

  it('makes whoever has been there longest host when the last host goes', async () => {
    const slug = await roomOf(who.bashir)
    for (const one of [who.mei, who.tomas]) await post(`/rooms/${slug}/join`, {}, one)
    await post(`/rooms/${slug}/leave`, {}, who.bashir)
    const { people } = (await get(`/rooms/${slug}/people`, who.mei)).json() as {
      people: { name: string; role: string }[]
    }
    expect(people.filter(({ role }) => role === 'host').map(({ name }) => name)).toEqual(['Mei Lin'])
  })
})

describe('a private room', () => {
  const paths = ['', '/people', '/history', '/messages/1', '/events?wait=1', '/composer', '/settings']

  it('is not there for anyone outside, the owner of the house included, whichever way they ask', async () => {
    const slug = await roomOf(who.bashir, 'private')
    await post(`/rooms/${slug}/messages`, { body: 'a secret' }, who.bashir)
    // The premise: it is there for whoever is in it.
    expect((await get(`/rooms/${slug}/messages/1`, who.bashir)).status).toBe(200)
    for (const outside of [who.mei, who.ada]) {
      const answers = await Promise.all(paths.map((path) => get(`/rooms/${slug}${path}`, outside)))
      expect(statuses(answers)).toEqual(paths.map(() => 404))
      const acts = ['messages', 'join', 'leave', 'invite', 'remove', 'hosts', 'settings', 'level']
      const acted = await Promise.all(
        acts.map((act) =>
          post(`/rooms/${slug}/${act}`, { body: 'x', name: 'Ada', level: 'nothing' }, outside),
        ),
      )
      expect(statuses(acted)).toEqual(acts.map(() => 404))
      const nothing = await get('/rooms/no-such-room', outside)
      const hidden = await get(`/rooms/${slug}`, outside)
      const told = ({ body }: Answer) => body.replace(/"reference":"[^"]*"/, '')
      expect(told(hidden)).toBe(told(nothing))
    }
  })

  it('is entered by invitation of anyone in it, who are told apart by name', async () => {
    const slug = await roomOf(who.bashir, 'private')
    const invited = await post(`/rooms/${slug}/invite`, { name: 'mei lin, @Tomás' }, who.bashir, asPage)
    expect([invited.status, invited.headers.location]).toEqual([303, `/rooms/${slug}/people`])
    expect((await get(`/rooms/${slug}`, who.mei)).status).toBe(200)
    expect((await post(`/rooms/${slug}/invite`, { name: '林小雨' }, who.mei)).status).toBe(200)
    expect((await get(`/rooms/${slug}`, who.xiaoyu)).status).toBe(200)
    const notices = await messagesOf(slug, who.xiaoyu)
    expect(notices.map(({ notice }) => notice?.member?.name).sort()).toEqual(
      ['Mei Lin', 'Tomás', '林小雨'].sort(),
    )
    const again = await post(`/rooms/${slug}/invite`, { name: 'Mei Lin' }, who.bashir)
    expect([again.status, Object.keys((again.json() as { fields: object }).fields)]).toEqual([422, ['name']])
    const nobody = await post(`/rooms/${slug}/invite`, { name: 'Nobody At All' }, who.bashir, asPage)
    expect(nobody.status).toBe(422)
    expect(faultsOfPage(nobody.body)).toEqual([])
    expect(nobody.body).toContain('value="Nobody At All"')
  })

  it('is closed again to whoever is removed, or leaves', async () => {
    const slug = await roomOf(who.bashir, 'private')
    await post(`/rooms/${slug}/invite`, { name: 'Mei Lin, Tomás' }, who.bashir)
    expect((await post(`/rooms/${slug}/messages`, { body: 'here' }, who.mei)).status).toBe(201)
    const removed = await post(`/rooms/${slug}/remove`, { member: 'Mei Lin' }, who.bashir)
    expect(removed.status).toBe(200)
    expect((await post(`/rooms/${slug}/messages`, { body: 'still here' }, who.mei)).status).toBe(404)
    expect((await get(`/rooms/${slug}`, who.mei)).status).toBe(404)
    await post(`/rooms/${slug}/leave`, {}, who.tomas)
    expect((await get(`/rooms/${slug}`, who.tomas)).status).toBe(404)
    expect((await bodiesOf(slug, who.bashir)).slice(-2)).toEqual(['Bashir removed Mei Lin.', 'Tomás left.'])
  })
})

describe('a direct room', () => {
  const openDirect = (people: string, by: Headers, face = asJson) => post('/direct', { people }, by, face)
  const slugOf = (answer: Answer) => (answer.json() as { slug: string }).slug

  it('is the same for the same people, whoever asks and however often', async () => {
    const first = await openDirect('Mei Lin', who.bashir)
    expect(first.status).toBe(201)
    const again = await openDirect('bashir', who.mei)
    expect([again.status, slugOf(again)]).toEqual([200, slugOf(first)])
    const three = await openDirect('Mei Lin, Tomás', who.bashir)
    expect(slugOf(three)).not.toBe(slugOf(first))
    const race = await Promise.all(
      [who.mei, who.tomas, who.mei].map((one) => openDirect('Mei Lin, Tomás', one)),
    )
    expect(new Set(race.map(slugOf)).size).toBe(1)
  })

  it('is called by the others in it, and is there for nobody else', async () => {
    const slug = slugOf(await openDirect('Mei Lin', who.xiaoyu))
    expect(await listed(who.xiaoyu, slug)).toMatchObject({ name: 'Mei Lin', kind: 'direct' })
    expect(await listed(who.mei, slug)).toMatchObject({ name: '林小雨' })
    expect((await get(`/rooms/${slug}`, who.mei, asPage)).body).toContain('<h1>林小雨</h1>')
    expect(statuses([await get(`/rooms/${slug}`, who.bashir), await get(`/rooms/${slug}`, who.ada)])).toEqual(
      [404, 404],
    )
  })

  it('has no host, and nobody comes into it or goes', async () => {
    const slug = slugOf(await openDirect('Ada', who.bashir))
    const acts = ['leave', 'invite', 'settings', 'remove', 'hosts']
    for (const one of [who.bashir, who.ada]) {
      const answers = await Promise.all(
        acts.map((act) => post(`/rooms/${slug}/${act}`, { name: 'Tomás', member: 'Ada', role: 'host' }, one)),
      )
      expect(statuses(answers)).toEqual(acts.map(() => 403))
    }
  })

  it.each([
    ['nobody', ''],
    ['oneself', 'Bashir'],
    ['someone who is not here', 'Mei Lin, Nobody'],
  ])('is not made with %s, and what was typed is kept', async (_whom, people) => {
    const answer = await openDirect(people, who.bashir, asPage)
    expect(answer.status).toBe(422)
    expect(faultsOfPage(answer.body)).toEqual([])
    expect(answer.body).toContain(`value="${people}"`)
  })
})

describe('keeping a room', () => {
  const change = (slug: string, form: Headers, by = who.bashir, face: Headers = asJson) =>
    post(`/rooms/${slug}/settings`, form, by, face)

  it('is for its hosts and the admins', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    const acts = ['settings', 'remove', 'hosts']
    const refused = await Promise.all(
      acts.map((act) => post(`/rooms/${slug}/${act}`, { topic: 'x' }, who.mei)),
    )
    expect(statuses([...refused, await get(`/rooms/${slug}/settings`, who.mei)])).toEqual([
      403, 403, 403, 403,
    ])
    expect((await change(slug, { topic: 'by an admin' }, who.ada)).status).toBe(200)
    expect((await post(`/rooms/${slug}/hosts`, { member: 'Mei Lin', role: 'host' }, who.bashir)).status).toBe(
      200,
    )
    expect((await change(slug, { topic: 'by a new host' }, who.mei)).status).toBe(200)
    expect(await bodiesOf(slug, who.mei)).toEqual([
      'Mei Lin came in.',
      'Ada changed the topic to “by an admin”.',
      'Bashir made Mei Lin a host.',
      'Mei Lin changed the topic to “by a new host”.',
    ])
  })

  it('leaves a room one host', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    const refused = await post(
      `/rooms/${slug}/hosts`,
      { member: 'Bashir', role: 'member' },
      who.bashir,
      asPage,
    )
    expect(refused.status).toBe(422)
    expect(refused.body).toContain(en.fields.lastHost)
    await post(`/rooms/${slug}/hosts`, { member: 'Mei Lin', role: 'host' }, who.bashir)
    const stepped = await post(`/rooms/${slug}/hosts`, { member: 'Bashir', role: 'member' }, who.bashir)
    expect(stepped.status).toBe(200)
    expect((await change(slug, { topic: 'x' })).status).toBe(403)
  })

  it('changes what was sent and nothing else, and tells each change once', async () => {
    const slug = await roomOf(who.bashir)
    const all = { name: 'Deploys', topic: 'Green <b>only</b>', slow: '10', locked: 'yes' }
    expect((await change(slug, all)).json()).toMatchObject({ ...all, slug, kind: 'open', archived: 'no' })
    expect((await change(slug, all)).status).toBe(200)
    expect(await bodiesOf(slug, who.bashir)).toEqual([
      'Bashir named this room “Deploys”.',
      'Bashir changed the topic to “Green <b>only</b>”.',
      'Bashir turned slow mode on: one message in 10 s.',
      'Bashir locked this room: only its hosts speak.',
    ])
    const page = await get(`/rooms/${slug}`, who.bashir, asPage)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).not.toContain('<b>only</b>')
    const settings = await get(`/rooms/${slug}/settings`, who.bashir, asPage)
    expect(faultsOfPage(settings.body)).toEqual([])
  })

  it('moves a room to another address, and old links go on leading there', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/messages`, { body: 'first' }, who.bashir)
    for (const next of [`${slug}-b`, `${slug}-c`])
      expect((await change(slug, { slug: next })).status).toBe(200)
    const moved = await get(`/rooms/${slug}/messages/1?format=json`, who.mei)
    expect([moved.status, moved.headers.location]).toEqual([308, `/rooms/${slug}-c/messages/1?format=json`])
    expect((await get(`/rooms/${slug}-b`, who.mei)).headers.location).toBe(`/rooms/${slug}-c`)
    expect((await post(`/rooms/${slug}/messages`, { body: 'by the old way' }, who.bashir)).status).toBe(201)
    expect((await get(`/rooms/${slug}/events?wait=1&after=0`, who.mei)).status).toBe(200)
    // Nobody else can take an old address; the room itself may go back to it.
    const thief = await roomOf(who.mei)
    const refused = await change(thief, { slug }, who.mei)
    expect([refused.status, Object.keys((refused.json() as { fields: object }).fields)]).toEqual([
      422,
      ['slug'],
    ])
    expect((await change(`${slug}-c`, { slug })).status).toBe(200)
    expect((await get(`/rooms/${slug}`, who.mei)).status).toBe(200)
  })

  it.each([
    ['name', ''],
    ['slug', 'Not A Slug'],
    ['topic', 'y'.repeat(241)],
    ['kind', 'direct'],
    ['slow', '21601'],
    ['slow', '-1'],
    ['locked', 'perhaps'],
    ['archived', ''],
  ])('refuses %s of %j beside the field, and changes nothing', async (field, value) => {
    const slug = await roomOf(who.bashir)
    const refused = await change(slug, { topic: 'not taken', [field]: value })
    expect([refused.status, Object.keys((refused.json() as { fields: object }).fields)]).toEqual([
      422,
      [field],
    ])
    const page = await change(slug, { [field]: value }, who.bashir, asPage)
    expect(page.status).toBe(422)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(await bodiesOf(slug, who.bashir)).toEqual([])
  })

  it('makes an open room private for whoever is not in it', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    expect((await get(`/rooms/${slug}`, who.tomas)).status).toBe(200)
    await change(slug, { kind: 'private' })
    expect(statuses([await get(`/rooms/${slug}`, who.tomas), await get(`/rooms/${slug}`, who.mei)])).toEqual([
      404, 200,
    ])
    expect((await post(`/rooms/${slug}/messages`, { body: 'x' }, who.tomas)).status).toBe(404)
  })

  it('is written down, with the room', async () => {
    const slug = await roomOf(who.bashir, 'private')
    await post(`/rooms/${slug}/invite`, { name: 'Tomás' }, who.bashir)
    await change(slug, { topic: 'x' })
    const { entries } = (await get('/admin/audit', who.ada)).json() as {
      entries: { action: string; details: { room?: string } }[]
    }
    const acts = entries.filter(({ details }) => details.room === slug).map(({ action }) => action)
    expect(acts).toEqual(['room-changed', 'room-invited', 'room-made'])
  })
})

describe('speaking', () => {
  it('ends in an archived room for everyone, with the text given back, and begins again when it is reopened', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/settings`, { archived: 'yes' }, who.bashir)
    const refused = await post(`/rooms/${slug}/messages`, { body: 'too late' }, who.bashir, asPage)
    expect(refused.status).toBe(403)
    expect(refused.body).toContain('too late')
    expect((await get(`/rooms/${slug}`, who.bashir, asPage)).body).toContain(en.closed.archived)
    expect(await listed(who.mei, slug)).toBeUndefined()
    await post(`/rooms/${slug}/settings`, { archived: 'no' }, who.bashir)
    expect((await post(`/rooms/${slug}/messages`, { body: 'again' }, who.bashir)).status).toBe(201)
  })

  it('is for hosts and admins in a locked room', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/settings`, { locked: 'yes' }, who.bashir)
    const answers = await Promise.all(
      [who.mei, who.bashir, who.ada].map((one) => post(`/rooms/${slug}/messages`, { body: 'hello' }, one)),
    )
    expect(statuses(answers)).toEqual([403, 201, 201])
    expect(answers[0]?.json()).toMatchObject({ code: 'roomLocked' })
    expect((await get(`/rooms/${slug}`, who.mei, asPage)).body).toContain(en.closed.locked)
    expect(await listed(who.mei, slug)).toMatchObject({ joined: false })
  })

  it('waits its turn in slow mode; a repeat is no second message, and hosts do not wait', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/settings`, { slow: '3600' }, who.bashir)
    const say = (body: string, one: Headers) =>
      post(`/rooms/${slug}/messages`, { body, nonce: `nonce-${body}` }, one)
    expect((await say('one', who.mei)).status).toBe(201)
    expect((await say('one', who.mei)).status).toBe(200)
    const early = await say('two', who.mei)
    expect(early.status).toBe(429)
    const wait = Number(early.headers['retry-after'])
    expect(wait).toBeGreaterThan(3_500)
    expect(wait).toBeLessThanOrEqual(3_600)
    expect(early.body).toContain(`${wait} s`)
    expect(statuses([await say('a', who.bashir), await say('b', who.bashir)])).toEqual([201, 201])
    // Another member has a turn of their own.
    expect((await say('three', who.tomas)).status).toBe(201)
  })
})

describe('unread messages', () => {
  it('are counted from what was said after one joined', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/messages`, { body: 'before' }, who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    for (const body of ['one', 'two']) await post(`/rooms/${slug}/messages`, { body }, who.bashir)
    // Her own coming in is told in the room as well.
    expect(await listed(who.mei, slug)).toMatchObject({ unread: 3 })
    expect((await get('/rooms/lobby', who.mei, asPage)).body).toContain(en.rooms.unread(3))
  })

  it('are read up to a number, on every device, and never fewer by reading back', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    for (const body of ['two', 'three', 'four']) await post(`/rooms/${slug}/messages`, { body }, who.bashir)
    const read = (number: string, by = who.mei) => post(`/rooms/${slug}/read`, { number }, by)
    expect((await read('3')).json()).toEqual({ room: slug, readNumber: 3 })
    expect((await read('2')).json()).toEqual({ room: slug, readNumber: 3 })
    const phone = { Cookie: await logInByHttp(house.origin, meiLin) }
    expect(await listed(phone, slug)).toMatchObject({ unread: 1 })
    expect(statuses([await read('5'), await read('0'), await read('x'), await read('1', who.tomas)])).toEqual(
      [422, 422, 422, 403],
    )
  })

  it('begin at a line that says since when, or lead to it from a page that begins later', async () => {
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    for (let number = 2; number <= 60; number += 1) {
      await post(`/rooms/${slug}/messages`, { body: `line ${number}` }, who.bashir)
    }
    const page = async () => (await get(`/rooms/${slug}`, who.mei, asPage)).body
    const far = await page()
    expect(far).toContain(`href="/rooms/${slug}?around=1#m1"`)
    expect(far).toContain(en.room.toFirstNew(60))
    await post(`/rooms/${slug}/read`, { number: '40' }, who.mei)
    const near = await page()
    expect(faultsOfPage(near)).toEqual([])
    expect(near.indexOf('id="new"')).toBeGreaterThan(near.indexOf('id="m40"'))
    expect(near.indexOf('id="new"')).toBeLessThan(near.indexOf('id="m41"'))
    // Nothing is read by a browser that may still say so itself.
    expect(await listed(who.mei, slug)).toMatchObject({ unread: 20 })
    await post(`/rooms/${slug}/read`, { number: '60' }, who.mei)
    expect(await page()).not.toContain('id="new"')
  })

  it('are read by a text browser that is shown the newest, and by the endless page', async () => {
    const lynx = { Accept: 'text/html, text/plain, text/css, */*;q=0.01' }
    const slug = await roomOf(who.bashir)
    await post(`/rooms/${slug}/join`, {}, who.mei)
    await get(`/rooms/${slug}?before=1`, who.mei, lynx)
    expect(await listed(who.mei, slug)).toMatchObject({ unread: 1 })
    expect((await get(`/rooms/${slug}`, who.mei, lynx)).body).toContain('id="new"')
    expect(await listed(who.mei, slug)).toMatchObject({ unread: 0 })
    await post(`/rooms/${slug}/messages`, { body: 'more' }, who.bashir)
    const frame = await openLines(house.origin, `/rooms/${slug}/events`, { Accept: 'text/html', ...who.mei })
    frame.close()
    expect(await listed(who.mei, slug)).toMatchObject({ unread: 0 })
  })

  it('are unread again from a message on', async () => {
    const slug = await roomOf(who.bashir)
    for (const body of ['one', 'two', 'three']) await post(`/rooms/${slug}/messages`, { body }, who.bashir)
    await post(`/rooms/${slug}/read`, { number: '3' }, who.bashir)
    const permalink = await get(`/rooms/${slug}/messages/2`, who.bashir, asPage)
    expect(permalink.body).toContain(`action="/rooms/${slug}/unread"`)
    const answer = await post(`/rooms/${slug}/unread`, { number: '2' }, who.bashir, asPage)
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms'])
    expect(await listed(who.bashir, slug)).toMatchObject({ unread: 2 })
  })

  it('choose by level what calls for attention', async () => {
    const slug = await roomOf(who.bashir)
    expect((await post(`/rooms/${slug}/level`, { level: 'mentions' }, who.bashir)).status).toBe(200)
    const page = await get(`/rooms/${slug}/people`, who.bashir, asPage)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).toMatch(/value="mentions" checked/)
    expect((await post(`/rooms/${slug}/level`, { level: 'loud' }, who.bashir)).status).toBe(422)
  })
})

describe('programs', () => {
  it('need the scope for what they do', async () => {
    const token = await tokenFor(house.origin, tomas)
    const bearer = { Authorization: `Bearer ${token}` }
    const answer = await house.ask('/rooms', {
      json: { name: 'By a program' },
      headers: { ...asJson, ...bearer },
    })
    expect([answer.status, answer.headers.location]).toEqual([201, '/rooms/by-a-program'])
    const second = await tokenFor(house.origin, tomas)
    await house.query("UPDATE tokens SET scopes = 'read' WHERE scopes = 'read send'")
    const reader = { Authorization: `Bearer ${second}` }
    const acts = ['join', 'leave', 'invite', 'remove', 'hosts', 'settings', 'level']
    const refused = await Promise.all(
      acts.map((act) =>
        house.ask(`/rooms/by-a-program/${act}`, { form: {}, headers: { ...asJson, ...reader } }),
      ),
    )
    expect(statuses(refused)).toEqual(acts.map(() => 403))
    expect((await get('/rooms/by-a-program/people', reader)).status).toBe(200)
  })
})
