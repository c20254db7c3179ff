/** Reactions: given and taken back by programs and by plain forms, told in every face, and the same bytes for every reader. */
import { describe, expect, it } from 'vitest'
import { type Answer, ask } from '../tools/http-client.ts'
import { ada, bashir } from '../tools/people.ts'
import { type FramingUnderTest, openReader, poll, polling, pushing, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, roomNow, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfFragment, faultsOfPage, hiddenField } from './html-document.ts'

let adas: Visitor
let program: Visitor
let bashirs: Visitor
const house = houseOfThisFile({}, async (opened) => {
  adas = await newMember(opened, ada)
  await newMember(opened, bashir)
  program = await programOf(opened, ada)
  bashirs = await programOf(opened, bashir)
})

const inJson = { Accept: 'application/json' }
const inHtml = { Accept: 'text/html' }
const path = (number: number, emoji?: string) =>
  `/rooms/lobby/messages/${number}/reactions${emoji === undefined ? '' : `/${encodeURIComponent(emoji)}`}`

interface Told {
  number: number
  version: number
  reactions: { emoji: string; count: number; members: { id: string; name: string }[] }[]
}
const told = (answer: Answer) => answer.json() as Told
const reacted = (answer: Answer) =>
  told(answer).reactions.map(({ emoji, count, members }) => [emoji, count, members.map(({ name }) => name)])

const put = (number: number, emoji: string, by = program, headers: Record<string, string> = inJson) =>
  ask(by.origin, path(number, emoji), { method: 'PUT', headers: { ...by.headers, ...headers } })
const take = (number: number, emoji: string, by = program) =>
  ask(by.origin, path(number, emoji), { method: 'DELETE', headers: { ...by.headers, ...inJson } })
const get = (where: string, headers: Record<string, string>, by = program) =>
  ask(by.origin, where, { headers: { ...by.headers, ...headers } })
const press = (number: number, emoji: string, headers: Record<string, string> = inHtml) =>
  house.ask(path(number), { form: { emoji }, headers: { ...adas.headers, Origin: house.origin, ...headers } })

describe('a reaction', () => {
  it('is given once and taken back once, each under the next version', async () => {
    const number = await say(program, 'tea?')
    const { version } = await roomNow(program)
    const answers = [await put(number, '🍵'), await put(number, '🍵'), await put(number, '🍵', bashirs)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers.map((answer) => told(answer).version)).toEqual([version + 1, version + 1, version + 2])
    expect(reacted(answers[2] as Answer)).toEqual([['🍵', 2, ['Ada', 'Bashir']]])
    const taken = [await take(number, '🍵'), await take(number, '🍵')]
    expect(taken.map((answer) => told(answer).version)).toEqual([version + 3, version + 3])
    expect(reacted(taken[1] as Answer)).toEqual([['🍵', 1, ['Bashir']]])
    expect((await roomNow(program)).version).toBe(version + 3)
  })

  it.each([
    ['👍', '👍'],
    ['❤', '❤️'],
    ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
    ['🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['👍🏽', '👍🏽'],
  ])('may be %s', async (typed, emoji) => {
    const number = await say(program, 'which?')
    expect(reacted(await put(number, typed))).toEqual([[emoji, 1, ['Ada']]])
  })

  it.each(['a', 'no', '1', '👍👍', ':tea:', '<b>', '%'])('may not be %s', async (typed) => {
    const number = await say(program, 'which?')
    const answer = await put(number, typed)
    expect([answer.status, answer.headers['content-type']]).toEqual([422, 'application/problem+json'])
    expect(answer.json()).toMatchObject({ fields: { emoji: expect.any(String) } })
    expect((await press(number, typed)).status).toBe(422)
  })

  it('is refused of what is not there, of what is gone, and of a 21st kind', async () => {
    expect((await put(999_999, '👍')).status).toBe(404)
    const number = await say(program, 'crowded')
    const kinds = Array.from({ length: 21 }, (_, place) => String.fromCodePoint(0x1f600 + place))
    const answers = await Promise.all(kinds.map((emoji) => put(number, emoji)))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(20).fill(200), 422])
    await ask(program.origin, `/rooms/lobby/messages/${number}`, {
      method: 'DELETE',
      headers: program.headers,
    })
    expect((await put(number, '👍')).status).toBe(410)
  })

  it('of 40 at the same moment by two people counts two', async () => {
    const number = await say(program, 'popular')
    await Promise.all(
      Array.from({ length: 40 }, (_, place) => put(number, '👍', place % 2 ? program : bashirs)),
    )
    const { reactions } = told(await get(`/rooms/lobby/messages/${number}`, inJson))
    const given = reactions.map(({ count, members }) => [count, members.map(({ name }) => name).sort()])
    expect(given).toEqual([[2, ['Ada', 'Bashir']]])
  })
})

describe('who has reacted', () => {
  it('is told in text, in JSON and on the buttons of pages, which are the same for everyone', async () => {
    const number = await say(program, 'line one\nline two')
    await put(number, '🍵')
    await put(number, '🍵', bashirs)
    await put(number, '👍')
    const text = await get(`/rooms/lobby/messages/${number}`, { Accept: 'text/plain' })
    expect(text.body).toMatch(/: line one\n {4}line two\n {4}\[🍵 2: Ada, Bashir\] \[👍 1: Ada\]\n$/)
    const page = await get('/rooms/lobby', inHtml, adas)
    expect(faultsOfPage(page.body)).toEqual([])
    const buttons = elementsOf(page.body).filter(
      ({ attributes }) => attributes.get('formaction') === path(number),
    )
    expect(buttons.map(({ attributes }) => [attributes.get('value'), attributes.get('title')])).toEqual([
      ['🍵', 'Ada, Bashir'],
      ['👍', 'Ada'],
    ])
    // The form that they belong to stands on the page once, and says who presses.
    const form = buttons.map(({ attributes }) => attributes.get('form'))[0]
    expect(elementsOf(page.body).filter(({ attributes }) => attributes.get('id') === form)).toHaveLength(1)
    const fragments = await Promise.all(
      [adas, bashirs].map((by) =>
        get(
          `/rooms/lobby/messages/${number}`,
          { ...inHtml, 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
          by,
        ),
      ),
    )
    expect(fragments[0]?.body).toBe(fragments[1]?.body)
    expect(faultsOfFragment(String(fragments[0]?.body))).toEqual([])
  })

  it('is marked as mine by my own stylesheet', async () => {
    const number = await say(program, 'mine')
    const { members } = told(await put(number, '🍵')).reactions[0] ?? { members: [] }
    const { body } = await house.ask('/account/own.css', { headers: adas.headers })
    expect(body).toContain(`.reaction[data-by~="${members[0]?.id}"]`)
  })
})

describe('with scripts off', () => {
  it('the button of a page gives a reaction and, pressed again, takes it back', async () => {
    const number = await say(program, 'press')
    const first = await press(number, '🍵')
    expect([first.status, first.headers.location]).toEqual([303, `/rooms/lobby#m${number}`])
    expect(reacted(await get(`/rooms/lobby/messages/${number}`, inJson))).toEqual([['🍵', 1, ['Ada']]])
    expect((await press(number, '🍵')).status).toBe(303)
    expect(reacted(await get(`/rooms/lobby/messages/${number}`, inJson))).toEqual([])
  })

  it('a text browser finds a form for it on the message’s own page', async () => {
    const number = await say(program, 'in lynx')
    const page = await get(`/rooms/lobby/messages/${number}`, inHtml, adas)
    expect(faultsOfPage(page.body)).toEqual([])
    const form = { form_token: hiddenField(page.body, 'form_token'), emoji: '🙏' }
    expect((await house.ask(path(number), { form, headers: { ...adas.headers, ...inHtml } })).status).toBe(
      303,
    )
    expect(reacted(await get(`/rooms/lobby/messages/${number}`, inJson))).toEqual([['🙏', 1, ['Ada']]])
  })
})

describe.each([...pushing, ...polling])('over $name', (framing: FramingUnderTest) => {
  it('comes to whoever reads, and to whoever was away', async () => {
    const number = await say(program, 'watched')
    const start = await roomNow(program)
    await put(number, '🍵')
    const { version } = told(await put(number, '🍵', bashirs))
    if (framing.isPoll) {
      const { items } = await poll(bashirs, framing.face, `wait=5&after=${start.cursor}`)
      expect(items.map((one) => one.number)).toEqual([number])
      return
    }
    const reader = await openReader(framing, bashirs, `after=${start.cursor}`)
    await reader.until('the reaction', (one) => one.number === number)
    const taken = told(await take(number, '🍵')).version
    await reader.until('its end', ({ cursor }) => Number(cursor?.split('.')[0]) === taken)
    const heard = reader.messages().map((one) => [one.number, one.version])
    const isText = framing.name === 'text lines'
    expect(heard).toEqual([version, taken].map((one) => [number, isText ? null : one]))
    reader.close()
  })
})
