/** The language of an answer: by the account, by the choice in this browser, by Accept-Language; in every face and framing. */
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { zh } from '../../src/words/zh.ts'
import { cookieOf, openSocket } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, type Person, registerByHttp, tokenFor } from '../tools/people.ts'
import { faces, post } from './account-page.ts'
import { openReader, poll, polling, pushing, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfPage } from './html-document.ts'

const inChinese = { 'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.8' }
const inEnglish = { 'Accept-Language': 'en-GB,en;q=0.9' }

let reader: Visitor
let writer: Visitor
const house = houseOfThisFile({}, async (opened) => {
  await registerByHttp(opened.origin, ada)
  reader = await newMember(opened, bashir)
  writer = await programOf(opened, ada)
  await say(writer, 'will be deleted')
  // Before anyone reads, so that what stands in the database is what everyone is told.
  await opened.query('UPDATE messages SET deleted_at = NOW(3) WHERE number = 1')
})

const page = (path: string, headers: Record<string, string> = {}) =>
  house.ask(path, { headers: { Accept: 'text/html', ...headers } })
const languageOf = (html: string) => elementsOf(html)[0]?.attributes.get('lang')

describe('without a choice, Accept-Language', () => {
  it.each([
    ['zh', 'zh-Hans'],
    ['zh-CN,zh;q=0.9', 'zh-Hans'],
    ['zh-Hans', 'zh-Hans'],
    ['ZH-sg', 'zh-Hans'],
    ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-Hans'],
    ['zh-Hant-HK, en;q=0.1', 'zh-Hans'],
    ['cmn-Hans-CN', 'zh-Hans'],
    ['nl, zh;q=0.2, en;q=0.1', 'zh-Hans'],
    ['en;q=0.4, zh;q=0.5', 'zh-Hans'],
    ['en;q=0, *', 'zh-Hans'],
    ['en-US,en;q=0.9,zh;q=0.8', 'en'],
    ['zh;q=0, *;q=0.5', 'en'],
    ['zh;q=0', 'en'],
    ['nl', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [';;q=,, zh_CN, -', 'en'],
    [`${'x'.repeat(5_000)}, zh`, 'en'],
  ])('%j is answered in %s', async (accepted, lang) => {
    const { body, headers } = await page('/', { 'Accept-Language': accepted })
    expect(faultsOfPage(body)).toEqual([])
    expect([languageOf(body), headers['content-language']]).toEqual([lang, lang])
    expect(headers.vary).toContain('Accept-Language')
  })

  it.each(faces)('decides what a problem says in %s, and never its code', async (face) => {
    const asked = (language: Record<string, string>) =>
      house.ask('/rooms/nowhere', { headers: { ...reader.headers, Accept: face, ...language } })
    const [chinese, english] = [await asked(inChinese), await asked(inEnglish)]
    expect([chinese.status, english.status]).toEqual([404, 404])
    expect(chinese.body).toContain(zh.errors.noRoom.title)
    expect(english.body).toContain(en.errors.noRoom.title)
    expect(chinese.headers['content-language']).toBe('zh-Hans')
    if (face !== 'application/json') return
    expect([chinese.json(), english.json()]).toMatchObject([{ code: 'noRoom' }, { code: 'noRoom' }])
  })

  it('decides what stands beside a field', async () => {
    const typed = { name: 'x', phone: '12', password: 'short' }
    const answer = await house.ask('/register', {
      form: typed,
      headers: { Accept: 'text/html', ...inChinese },
    })
    expect(answer.status).toBe(422)
    expect(answer.body).toContain(zh.fields.nameLength(1))
    expect(answer.body).toContain(zh.fields.passwordShort(5, 3))
    expect(answer.body).toContain(zh.form.toPutRight(3))
  })

  it('decides what a refusal says that comes before anyone is known', async () => {
    const { status, body } = await page('/', { Host: 'elsewhere.example', ...inChinese })
    expect(status).toBe(421)
    expect(body).toContain(zh.errors.misdirected.title)
  })

  it('leaves messages in JSON as they are: programs read one language', async () => {
    const messages = (language: Record<string, string>) =>
      house.ask('/rooms/lobby/messages/1?format=json', { headers: { ...reader.headers, ...language } })
    expect((await messages(inChinese)).body).toBe((await messages(inEnglish)).body)
  })
})

describe('a choice', () => {
  const choose = async (language: string, headers: Record<string, string> = {}) =>
    house.ask('/language', {
      form: { language, next: '/login' },
      headers: { Accept: 'text/html', Origin: house.origin, ...headers },
    })

  it('of a visitor holds in their browser, whatever it asks for, and leads back', async () => {
    const answer = await choose('zh-Hans')
    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const chosen = { Cookie: cookieOf(answer) }
    expect(languageOf((await page('/login', { ...chosen, ...inEnglish })).body)).toBe('zh-Hans')
    const undone = await choose('auto', chosen)
    expect(undone.headers['set-cookie']?.[0]).toMatch(/^teahouse_language=;.*Expires=Thu, 01 Jan 1970/)
  })

  it('in the form of the page needs no Origin, as text browsers send none', async () => {
    const front = await page('/', inEnglish)
    const token = elementsOf(front.body).find(({ attributes }) => attributes.get('name') === 'form_token')
    const form = { language: 'zh-Hans', next: '/', form_token: token?.attributes.get('value') ?? '' }
    const headers = { Accept: 'text/html', Cookie: cookieOf(front) }
    expect((await house.ask('/language', { form, headers })).status).toBe(303)
    expect((await house.ask('/language', { form: { ...form, form_token: '' }, headers })).status).toBe(403)
  })

  it.each(['/language', '/account/language'])(
    'of no language of the house is refused at %s',
    async (path) => {
      for (const language of ['', 'nl', 'zh', 'zh-Hans ']) {
        const headers = { Accept: 'application/json', Origin: house.origin, ...reader.headers }
        const answer = await house.ask(path, { form: { language }, headers })
        expect([language, answer.status]).toEqual([language, 422])
        expect(answer.json()).toMatchObject({ fields: { language: en.fields.language('en, zh-Hans') } })
      }
    },
  )

  it('leads only to places of ours', async () => {
    const headers = { Accept: 'text/html', Origin: house.origin }
    const answer = await house.ask('/language', { form: { language: 'en', next: '//evil.example' }, headers })
    expect(answer.headers.location).toBe('/')
  })

  it('of an account holds wherever its person logs in, until they leave it to the browser again', async () => {
    const person: Person = { name: 'Wanderer', phone: '+31 6 22000001', password: 'seven-grey-geese-12' }
    const here = await newMember(house, person)
    const away = { origin: house.origin, headers: { Cookie: await logInByHttp(house.origin, person) } }
    const seen = async ({ headers }: Visitor) =>
      languageOf((await page('/account', { ...headers, ...inEnglish })).body)
    expect([await seen(here), await seen(away)]).toEqual(['en', 'en'])
    const answer = await post(house, here, '/language', {
      language: 'zh-Hans',
      next: '/account?done=language',
    })
    expect(answer.headers.location).toBe('/account?done=language')
    expect([await seen(here), await seen(away)]).toEqual(['zh-Hans', 'zh-Hans'])
    expect((await page('/account?done=language', away.headers)).body).toContain(zh.account.done.language)
    const shown = await house.ask('/account', { headers: { ...away.headers, Accept: 'application/json' } })
    expect(shown.json()).toMatchObject({ language: 'zh-Hans' })
    await post(house, away, '/language', { language: 'auto' })
    expect([await seen(here), await seen(away)]).toEqual(['en', 'en'])
  })

  it('made before registering goes into the account', async () => {
    const person: Person = { name: 'Newcomer', phone: '+31 6 22000002', password: 'seven-grey-geese-12' }
    const { name, phone, password } = person
    const headers = { Accept: 'text/html', Cookie: cookieOf(await choose('zh-Hans')) }
    expect((await house.ask('/register', { form: { name, phone, password }, headers })).status).toBe(303)
    const elsewhere = { Cookie: await logInByHttp(house.origin, person), ...inEnglish }
    expect(languageOf((await page('/account', elsewhere)).body)).toBe('zh-Hans')
  })

  it('of an account is not for a token to make, and holds for what a token reads', async () => {
    const person: Person = { name: 'Scripted', phone: '+31 6 22000003', password: 'seven-grey-geese-12' }
    const member = await newMember(house, person)
    const token = { Authorization: `Bearer ${await tokenFor(house.origin, person)}` }
    expect((await post(house, { ...member, headers: token }, '/language', { language: 'en' })).status).toBe(
      403,
    )
    await post(house, member, '/language', { language: 'zh-Hans' })
    const refused = await house.ask('/rooms/nowhere', { headers: token })
    expect(refused.body).toContain(zh.errors.noRoom.title)
  })

  it('gives a kept page of a room anew', async () => {
    const asked = { ...reader.headers, ...inEnglish }
    const { headers } = await page('/rooms/lobby', asked)
    const kept = { 'If-None-Match': headers.etag ?? '' }
    expect((await page('/rooms/lobby', { ...asked, ...kept })).status).toBe(304)
    const anew = await page('/rooms/lobby', { ...reader.headers, ...inChinese, ...kept })
    expect([anew.status, languageOf(anew.body)]).toEqual([200, 'zh-Hans'])
  })
})

describe('a live stream', () => {
  it.each(pushing)('by $name replays to each reader in their language', async (framing) => {
    const lines = await Promise.all(
      [inChinese, inEnglish].map((language) => openReader(framing, reader, 'after=0', language)),
    )
    const number = await say(writer, 'pushed')
    const bodies = await Promise.all(
      lines.map(async ({ until, messages }) => {
        await until('the message', (item) => item.number === number)
        return messages()
          .filter((item) => item.number === 1 || item.number === number)
          .map(({ body }) => body)
      }),
    )
    for (const { close } of lines) close()
    const [chinese, english] = bodies.map((told) => told.join('\n'))
    if (framing.face === 'json') expect(chinese).toBe(english)
    if (framing.face === 'text') {
      expect([chinese, english]).toEqual([
        expect.stringContaining(zh.message.deletedLine),
        expect.stringContaining(en.message.deletedLine),
      ])
    }
    if (framing.face === 'html') {
      expect([chinese, english]).toEqual([
        expect.stringContaining('删除了这条消息'),
        expect.stringContaining('deleted this message at'),
      ])
    }
  })

  it('pushes what happens now in the language of each reader', async () => {
    const sockets = await Promise.all(
      [inChinese, inEnglish].map((language) =>
        openSocket(house.origin, '/rooms/lobby/socket', {
          Origin: house.origin,
          ...reader.headers,
          ...language,
        }),
      ),
    )
    for (const { until } of sockets) await until('ready', (frame) => frame.includes('ready'))
    await say(writer, 'just now')
    const [chinese, english] = await Promise.all(
      sockets.map(({ until }) => until('the message', (frame) => frame.includes('just now'))),
    )
    for (const { close } of sockets) close()
    expect(chinese).toContain(`>${zh.message.reply}</a>`)
    expect(english).toContain(`>${en.message.reply}</a>`)
  })

  it.each(polling.map(({ face }) => face))('by long poll of %s too', async (face) => {
    const told = async (language: Record<string, string>) => {
      const { items } = await poll(reader, face, 'wait=0&after=0', language)
      return items.find(({ number }) => number === 1)?.body
    }
    const [chinese, english] = [await told(inChinese), await told(inEnglish)]
    if (face === 'json') expect(chinese).toBe(english)
    else expect(chinese).toContain(face === 'html' ? '删除了这条消息' : zh.message.deletedLine)
  })
})
