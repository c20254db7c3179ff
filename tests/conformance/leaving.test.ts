/** Taking one's data along, and leaving: what stays, what goes, and what ends. */
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { type Answer, beginAnswer, cookieOf } from '../tools/http-client.ts'
import { ada, bashir, type Person } from '../tools/people.ts'
import { unzip } from '../tools/unzip.ts'
import { waitFor } from '../tools/wait-for.ts'
import { accountOf, auditOf, faces, openStreams, post } from './account-page.ts'
import { openReader, polling, pushing, type Visitor } from './framings.ts'
import { anotherSession, houseOfThisFile, newMember, programOf, roomNow, say } from './house-of-one-file.ts'
import { faultsOfPage } from './html-document.ts'

let owner: Visitor
let onlooker: Visitor
const house = houseOfThisFile({}, async (started) => {
  owner = await newMember(started, ada)
  onlooker = await newMember(started, bashir)
})

interface Guest extends Visitor {
  person: Person
  program: Visitor
}

let strangers = 0
async function someone(more: Partial<Person> = {}): Promise<Guest> {
  strangers += 1
  const person = {
    name: `Guest ${strangers}`,
    phone: `+31 6 ${32_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
    ...more,
  }
  const visitor = await newMember(house, person)
  return { ...visitor, person, program: await programOf(house, person) }
}

const leave = (me: Guest, messages: string, accept?: string) =>
  post(house, me, '/leave', { messages, password: me.person.password }, accept)

const readAs = (who: Visitor, path: string, Accept: string) =>
  house.ask(path, { headers: { ...who.headers, Accept } })

const besideOf = ({ body }: Answer, id: string) =>
  new RegExp(`id="${id}-error"[^>]*>([^<]+)<`).exec(body)?.[1] ?? ''

describe('leaving', () => {
  it('is not for the owner, and the page says so', async () => {
    const page = await readAs(owner, '/account', 'text/html')
    expect(page.body).toContain(en.account.leave.owner)
    expect(page.body).not.toContain('action="/account/leave"')
    for (const accept of faces) {
      const answer = await post(house, owner, '/leave', { messages: 'erase', password: ada.password }, accept)
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining(en.errors.ownerStays.title)])
    }
    expect((await accountOf(house, owner)).name).toBe(ada.name)
  })

  it.each([
    ['without a password', { messages: 'keep' }, 'password', en.fields.passwordMissing],
    ['with a wrong one', { messages: 'erase', password: 'not-mine-1' }, 'password', en.fields.confirmWrong],
    ['without a choice', { password: 'seven-grey-geese-12' }, 'messages', en.fields.leaveMessages],
    [
      'with another one',
      { messages: 'x', password: 'seven-grey-geese-12' },
      'messages',
      en.fields.leaveMessages,
    ],
  ])('is refused %s, and nothing has gone', async (_what, typed, field, sentence) => {
    const me = await someone()
    const number = await say(me.program, 'still here')
    const form = typed as unknown as Record<string, string>
    const page = await post(house, me, '/leave', form)
    expect([page.status, besideOf(page, `leave-${field}`)]).toEqual([422, sentence])
    expect(faultsOfPage(page.body)).toEqual([])
    const json = await post(house, me, '/leave', form, 'application/json')
    expect(json.json()).toMatchObject({ status: 422, fields: { [field]: sentence } })
    expect((await post(house, me, '/leave', form, 'text/plain')).body).toContain(sentence)
    expect((await accountOf(house, me)).name).toBe(me.person.name)
    expect((await readAs(onlooker, `/rooms/lobby/messages/${number}`, 'text/plain')).body).toContain(
      'still here',
    )
  })

  it.each(['keep', 'erase'])(
    '(%s) ends every session, token and stream within 2 seconds',
    async (messages) => {
      const me = await someone()
      const other = await anotherSession(house, me.person)
      const streams = [
        await openStreams(house, me),
        await openStreams(house, other),
        await openStreams(house, me.program),
      ]
      const answer = await leave(me, messages)
      expect([answer.status, answer.headers.location]).toEqual([303, '/'])
      expect(cookieOf(answer)).toMatch(/teahouse_session=(;|$)/)
      for (const one of streams) await one.haveEnded()
      for (const path of ['/login', '/tokens']) {
        const { phone, password } = me.person
        const { status } = await house.ask(path, {
          form: { phone, password },
          headers: { Accept: 'text/html' },
        })
        expect([path, status]).toEqual([path, path === '/login' ? 422 : 401])
      }
    },
  )

  it('frees the number and the name, for an account that has nothing of the old one', async () => {
    const me = await someone()
    const number = await say(me.program, 'of the first')
    const { id } = await accountOf(house, me)
    expect((await leave(me, 'keep', 'application/json')).json()).toEqual({ left: true })
    const again = await someone(me.person)
    const account = await accountOf(house, again)
    expect(account.id).not.toBe(id)
    expect([account.name, account.tokens.length]).toEqual([me.person.name, 1])
    const { author } = (
      await readAs(again, `/rooms/lobby/messages/${number}`, 'application/json')
    ).json() as {
      author: { id: string; name: string }
    }
    expect(author).toEqual({ id, name: en.message.formerMember })
    const [row] = await house.query<Record<string, unknown>>('SELECT * FROM members WHERE id = UNHEX(?)', [
      id.replaceAll('-', ''),
    ])
    expect(row).toMatchObject({ phone: null, name: '', name_key: null, password_hash: '', totp_secret: null })
  })

  it('keeping them, shows the messages as a former member’s, in every face, to kept pages and to replays', async () => {
    const me = await someone()
    const number = await say(me.program, 'these words stay')
    const before = await readAs(onlooker, '/rooms/lobby', 'text/html')
    expect(before.body).toContain(me.person.name)
    await leave(me, 'keep')
    const shows = (body: string) => {
      expect(body).toContain('these words stay')
      expect(body).toContain(en.message.formerMember)
      expect(body).not.toMatch(new RegExp(`${me.person.name}\\b`))
    }
    for (const Accept of faces) {
      shows((await readAs(onlooker, '/rooms/lobby', Accept)).body)
      shows((await readAs(onlooker, `/rooms/lobby/messages/${number}`, Accept)).body)
      shows((await readAs(onlooker, '/rooms/lobby/history', Accept)).body)
    }
    shows((await readAs(onlooker, '/rooms/lobby/history?format=csv', '*/*')).body)
    const kept = { ...onlooker.headers, Accept: 'text/html', 'If-None-Match': before.headers.etag ?? '' }
    shows((await house.ask('/rooms/lobby', { headers: kept })).body)
    const { version } = await roomNow(onlooker)
    shows(
      (await readAs(onlooker, `/rooms/lobby/events?wait=1&after=${version - 1}`, 'application/json')).body,
    )
  })

  it('erasing them, tells every reader of each as it goes, and holds no word of them any more', async () => {
    const me = await someone()
    const said = [await say(me.program, 'these words go'), await say(me.program, 'and *these* too')]
    const others = await say(await programOf(house, bashir), 'mine stay')
    const start = await roomNow(onlooker)
    const pushed = await Promise.all(pushing.map((framing) => openReader(framing, onlooker)))
    await Promise.all(pushed.map((one) => one.until('ready', ({ kind }) => kind === 'ready')))
    const polled = polling.map((framing) => openReader(framing, onlooker, `after=${start.cursor}`))
    await leave(me, 'erase')

    for (const [place, framing] of pushing.entries()) {
      const reader = pushed[place]
      for (const number of said) {
        const item = await reader?.until(
          `the tombstone of #${number} by ${framing.name}`,
          (one) => one.kind === 'message' && one.number === number,
        )
        expect([framing.name, item?.body]).toEqual([
          framing.name,
          expect.not.stringMatching(/these|words|go/),
        ])
        if (framing.face === 'html') expect(item?.body).toContain(en.message.formerMember)
        if (framing.face === 'text') expect(item?.body).toBe(en.message.deletedLine)
      }
      reader?.close()
    }
    for (const poll of polled) {
      const reader = await poll
      const item = await reader.until('a tombstone by long poll', ({ kind }) => kind === 'message')
      expect([said.includes(item.number), /these|words/.test(item.body)]).toEqual([true, false])
    }
    const after = await roomNow(onlooker)
    expect(after.version).toBe(start.version + said.length)
    // Also to whoever was away all the time, and to one who was away for a moment only.
    for (const from of [0, start.version - 3, start.version]) {
      for (const Accept of ['application/json', 'text/plain']) {
        const { body } = await readAs(onlooker, `/rooms/lobby/events?wait=1&after=${from}`, Accept)
        expect(body).not.toMatch(/these words go|and \*these\*/)
      }
    }
    for (const number of said) {
      const message = (await readAs(onlooker, `/rooms/lobby/messages/${number}`, 'application/json')).json()
      expect(message).toMatchObject({ number, body: '', html: '', deleted: true })
    }
    const page = await readAs(onlooker, '/rooms/lobby', 'text/html')
    expect(page.body).toContain(`id="m${said[0]}"`)
    expect(page.body).toContain('deleted this message at')
    expect(faultsOfPage(page.body)).toEqual([])
    const stored = await house.stored()
    expect(stored.map(({ number }) => number)).toEqual(stored.map((_, place) => place + 1))
    expect(
      stored.filter(({ body }) => /these words go|\*these\*/.test(body)).map(({ number }) => number),
    ).toEqual([])
    expect(stored[others - 1]?.body).toBe('mine stay')
  })

  it('that the database cannot finish says so, and goes on when asked again', async () => {
    const me = await someone()
    const number = await say(me.program, 'caught half way')
    // Whoever holds the room's row keeps everyone else from changing the room.
    await house.query('START TRANSACTION')
    await house.query("SELECT id FROM rooms WHERE slug = 'lobby' FOR UPDATE")
    try {
      const answer = await leave(me, 'erase')
      expect([answer.status, answer.body]).toEqual([
        503,
        expect.stringContaining(en.errors.leavingUnfinished.title),
      ])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    } finally {
      await house.query('ROLLBACK')
    }
    expect((await accountOf(house, me)).name).toBe(me.person.name)
    expect((await leave(me, 'erase')).status).toBe(303)
    expect((await house.stored())[number - 1]?.body).toBe('')
  })

  it('takes along what was sent while the messages went', async () => {
    const me = await someone()
    const { id } = await accountOf(house, me)
    const first = await say(me.program, 'sent before')
    const bodyOf = async (number: number) =>
      (
        (await readAs(onlooker, `/rooms/lobby/messages/${number}`, 'application/json')).json() as {
          body: string
        }
      ).body
    // Whoever holds the member's row keeps them from leaving, but not their messages from going.
    await house.query('START TRANSACTION')
    await house.query('SELECT id FROM members WHERE id = UNHEX(?) FOR UPDATE', [id.replaceAll('-', '')])
    const left = leave(me, 'erase')
    const late = await waitFor('the messages to go', async () => (await bodyOf(first)) === '')
      .then(() => say(me.program, 'sent meanwhile'))
      .finally(() => house.query('ROLLBACK'))
    expect((await left).status).toBe(303)
    expect(late).toBeGreaterThan(first)
    expect(await bodyOf(late)).toBe('')
    // Who speaks joins: they are in no room all the same.
    expect(
      await house.query('SELECT * FROM memberships WHERE member_id = UNHEX(?)', [id.replaceAll('-', '')]),
    ).toEqual([])
    expect(await auditOf(house, id, 'left')).toMatchObject([{ details: { erased: 2 } }])
  })

  it('asked for by several requests at the same moment happens once, and what was being sent goes too', async () => {
    const me = await someone()
    const { id } = await accountOf(house, me)
    for (let count = 0; count < 20; count += 1) await say(me.program, `word ${count} of many`)
    const sends = Array.from({ length: 20 }, (_, i) =>
      house.ask('/rooms/lobby/messages', {
        json: { body: `late word ${i} of many` },
        headers: me.program.headers,
      }),
    )
    const answers = await Promise.all([1, 2, 3, 4].map(() => leave(me, 'erase')))
    await Promise.all(sends)
    expect(answers.filter(({ status }) => status === 303).length).toBeGreaterThan(0)
    for (const { status } of answers) expect([303, 401]).toContain(status)
    expect(await auditOf(house, id, 'left')).toEqual([
      { byMe: true, hasAddress: true, details: { erased: expect.any(Number) } },
    ])
    const stored = await house.stored()
    expect(stored.map(({ number }) => number)).toEqual(stored.map((_, place) => place + 1))
    expect(stored.filter(({ body }) => body.includes('of many'))).toEqual([])
    const versions = stored.map(({ version }) => version).sort((a, b) => a - b)
    expect(new Set(versions).size).toBe(versions.length)
  })
})

describe('one’s own data', () => {
  async function download(who: Visitor): Promise<{ headers: Answer['headers']; files: Map<string, string> }> {
    const response = await beginAnswer(house.origin, '/account/download', {
      form: {},
      headers: { ...who.headers, Origin: house.origin },
    })
    expect(response.statusCode).toBe(200)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    return { headers: response.headers, files: unzip(Buffer.concat(chunks)) }
  }

  it('comes as one archive, to read and for programs, with everything and no secret', async () => {
    const me = await someone()
    const said = ['first & <b>foremost</b>', '茶 🍵', ...Array.from({ length: 40 }, (_, i) => `word ${i}`)]
    for (const body of said) await say(me.program, body)
    await say(await programOf(house, bashir), 'not mine')
    const { id } = await accountOf(house, me)
    const { headers, files } = await download(me)
    expect(headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="teahouse.zip"',
      'cache-control': 'no-store',
    })
    expect([...files.keys()]).toEqual([
      'teahouse/index.html',
      'teahouse/account.json',
      'teahouse/messages/lobby.html',
      'teahouse/messages/lobby.json',
    ])
    const file = (name: string) => files.get(`teahouse/${name}`) ?? ''
    const account = JSON.parse(file('account.json')) as { acts: { action: string; byMe: boolean }[] }
    expect(account).toMatchObject({
      id,
      name: me.person.name,
      phone: me.person.phone.replaceAll(' ', ''),
      role: 'member',
      sessions: [{ current: true, address: expect.any(String) }],
      tokens: [{ name: 'curl', scopes: ['read', 'send'] }],
    })
    expect(account.acts.map(({ action }) => action)).toEqual(['token-made', 'logged-in', 'registered'])
    const { messages } = JSON.parse(file('messages/lobby.json')) as { messages: { body: string }[] }
    expect(messages.map(({ body }) => body)).toEqual(said)
    expect(file('index.html')).toContain('href="messages/lobby.html"')
    expect(file('messages/lobby.html')).toContain('first &amp; &lt;b&gt;foremost&lt;/b&gt;')
    for (const name of ['index.html', 'messages/lobby.html']) {
      expect(file(name)).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/)
    }
    const cells = await house.query<{ secret: string }>(
      'SELECT password_hash AS secret FROM members WHERE id = UNHEX(?) UNION SELECT HEX(id) FROM sessions UNION SELECT HEX(id) FROM tokens',
      [id.replaceAll('-', '')],
    )
    const all = [...files.values()].join('\n').toLowerCase()
    for (const { secret } of cells) expect(all).not.toContain(secret.toLowerCase())
    expect(all).not.toContain('not mine')
    expect(await auditOf(house, id, 'data-downloaded')).toHaveLength(1)
  })

  it('is read by pages, however much it is', async () => {
    const me = await someone()
    const { id } = await accountOf(house, me)
    const first = (await house.countStored()) + 1
    // More than two pages, and more numbers than are looked through at once, most of them by nobody.
    const numbers = [...Array.from({ length: 1_100 }, (_, i) => first + i), first + 24_000]
    const [room] = await house.query<{ id: Buffer }>("SELECT id FROM rooms WHERE slug = 'lobby'")
    await house.query(
      'INSERT INTO messages (room_id, number, version, author_id, send_key, body, created_at) VALUES ?',
      [
        numbers.map((number) => [
          room?.id,
          number,
          number + 1_000,
          Buffer.from(id.replaceAll('-', ''), 'hex'),
          Buffer.from(number.toString(16).padStart(32, '0'), 'hex'),
          `stored ${number}`,
          new Date(),
        ]),
      ],
    )
    await house.query("UPDATE rooms SET last_number = ?, version = ? WHERE slug = 'lobby'", [
      first + 24_000,
      first + 25_000,
    ])
    const { files } = await download(me)
    const { messages } = JSON.parse(files.get('teahouse/messages/lobby.json') ?? '') as {
      messages: { number: number }[]
    }
    expect(messages.map(({ number }) => number)).toEqual(numbers)
    expect(files.get('teahouse/messages/lobby.html')?.split('<article').length).toBe(numbers.length + 1)
    await leave(me, 'erase')
    expect((await house.stored()).filter(({ body }) => body.startsWith('stored '))).toEqual([])
  })

  const limited = houseOfThisFile({ RATE_LIMITS: 'on' })
  it('is given five times an hour', async () => {
    const me = await newMember(limited, ada)
    const statuses: number[] = []
    for (let count = 0; count < 6; count += 1) statuses.push((await post(limited, me, '/download')).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })
})
