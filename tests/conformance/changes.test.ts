/** What is done to messages that were sent: edits and deletions, as a program, a form and a reader of every framing meet them. */
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { type Answer, ask } from '../tools/http-client.ts'
import { ada, bashir, meiLin } from '../tools/people.ts'
import { type FramingUnderTest, openReader, poll, polling, pushing, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, roomNow, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfFragment, faultsOfPage, hiddenField } from './html-document.ts'

/** Ada owns the house; Bashir and Mei Lin are members. */
let ownerProgram: Visitor
let bashirs: Visitor
let program: Visitor
let stranger: Visitor
const house = houseOfThisFile({}, async (opened) => {
  await newMember(opened, ada)
  bashirs = await newMember(opened, bashir)
  await newMember(opened, meiLin)
  ownerProgram = await programOf(opened, ada)
  program = await programOf(opened, bashir)
  stranger = await programOf(opened, meiLin)
})

const inJson = { Accept: 'application/json' }
const inHtml = { Accept: 'text/html' }
const path = (number: number, act = '') => `/rooms/lobby/messages/${number}${act && `/${act}`}`

interface Told {
  number: number
  version: number
  body: string
  html: string
  editedAt: string | null
  deleted: boolean
}
const told = (answer: Answer) => answer.json() as Told

const put = (number: number, json: object, by = program, headers = {}) =>
  ask(by.origin, path(number), { method: 'PUT', json, headers: { ...by.headers, ...inJson, ...headers } })
const remove = (number: number, by = program, headers: Record<string, string> = inJson) =>
  ask(by.origin, path(number), { method: 'DELETE', headers: { ...by.headers, ...headers } })
const get = (where: string, by = program, headers: Record<string, string> = inJson) =>
  ask(by.origin, where, { headers: { ...by.headers, ...headers } })
const postForm = (where: string, form: Record<string, string>, headers: Record<string, string> = inHtml) =>
  house.ask(where, { form, headers: { ...bashirs.headers, Origin: house.origin, ...headers } })

async function version(): Promise<number> {
  return (await roomNow(program)).version
}

/** It was refused in words, and the room stands where it stood. */
async function expectRefused(status: number, wish: () => Promise<Answer>): Promise<Answer> {
  const before = await version()
  const answer = await wish()
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json'])
  expect(await version()).toBe(before)
  return answer
}

describe('an edit', () => {
  it('takes the next version of the room, and is what every face shows from then on', async () => {
    const number = await say(program, 'firts')
    const before = await version()
    const answer = await put(number, { body: '*first*' })
    expect(answer.status).toBe(200)
    expect(told(answer)).toMatchObject({ number, version: before + 1, body: '*first*', deleted: false })
    expect(told(answer).html).toBe('<p><em>first</em></p>')
    expect(Date.parse(String(told(answer).editedAt))).not.toBeNaN()
    expect(answer.headers.etag).toBe(`"${before + 1}"`)
    expect(told(await get(path(number)))).toEqual(told(answer))
    expect((await get(path(number), program, { Accept: 'text/plain' })).body).toMatch(/Bashir: \*first\*\n$/)
    const page = await get('/rooms/lobby', bashirs, inHtml)
    expect(page.body).toContain('<em>first</em>')
    expect(page.body).not.toContain('firts')
    const note = elementsOf(page.body).find(
      ({ attributes }) => attributes.get('href') === path(number, 'versions'),
    )
    expect(note).toBeDefined()
    expect(faultsOfPage(page.body)).toEqual([])
  })

  it.each([
    ['text', { Accept: 'text/plain' }, (answer: Answer, number: number) => answer.body === `#${number}\n`],
    [
      'a fragment',
      { ...inHtml, 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
      ({ body }: Answer) => faultsOfFragment(body).length === 0 && body.includes('<p>second</p>'),
    ],
  ])('is answered as %s too', async (_face, headers, isRight) => {
    const number = await say(program, 'first')
    const answer = await put(number, { body: 'second' }, program, headers)
    expect([answer.status, isRight(answer, number)]).toEqual([200, true])
  })

  it('to the same text changes nothing, however often, so that whoever lost the answer asks again', async () => {
    const number = await say(program, 'one')
    const first = await put(number, { body: 'a\r\nb', version: 1 })
    const before = await version()
    const again = [await put(number, { body: 'a\nb' }), await put(number, { body: 'a\nb', version: 1 })]
    expect(again.map(({ status, body }) => [status, body])).toEqual(Array(2).fill([200, first.body]))
    expect(await version()).toBe(before)
  })

  it('by If-Match is refused where another came first, and so is one that names no version of ours', async () => {
    const number = await say(program, 'one')
    const { etag } = (await get(path(number))).headers
    expect((await put(number, { body: 'two' }, program, { 'If-Match': String(etag) })).status).toBe(200)
    const late = await expectRefused(412, () =>
      put(number, { body: 'three' }, program, { 'If-Match': String(etag) }),
    )
    expect(late.json()).toMatchObject({ code: 'editedMeanwhile' })
    await expectRefused(412, () => put(number, { body: 'three' }, program, { 'If-Match': '"a"' }))
    expect((await put(number, { body: 'three' }, program, { 'If-Match': '*' })).status).toBe(200)
  })

  it('is refused of what is not yours, not there, deleted, or nothing', async () => {
    const number = await say(program, 'mine')
    await expectRefused(403, () => put(number, { body: 'not yours' }, stranger))
    await expectRefused(403, () => put(number, { body: 'not the owner’s either' }, ownerProgram))
    await expectRefused(404, () => put(999_999, { body: 'x' }))
    await expectRefused(404, () => put(0, { body: 'x' }))
    const missing = await expectRefused(422, () => put(number, {}))
    expect(missing.json()).toMatchObject({ fields: { body: expect.any(String) } })
    await expectRefused(422, () => put(number, { body: ' \n ' }))
    await expectRefused(422, () => put(number, { body: 'x', version: 'last' }))
    await expectRefused(413, () => put(number, { body: 'x'.repeat(10_001) }))
    await remove(number)
    await expectRefused(410, () => put(number, { body: 'again' }))
  })

  it('of 20 at the same moment gives each a version, and the last one stands', async () => {
    const number = await say(program, 'start')
    const before = await version()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) => put(number, { body: `edit ${place}` })),
    )
    const versions = answers.map((answer) => told(answer).version).sort((a, b) => a - b)
    expect(versions).toEqual(Array.from({ length: 20 }, (_, place) => before + 1 + place))
    const last = answers.map(told).find((one) => one.version === before + 20)
    expect(told(await get(path(number)))).toEqual(last)
  })
})

describe('what a message said before', () => {
  it('is shown to whoever can read it, from the first, in every face', async () => {
    const number = await say(program, 'one')
    await put(number, { body: '**two**' })
    await put(number, { body: 'three' })
    const where = path(number, 'versions')
    const listed = (await get(where, stranger)).json() as { versions: { body: string; html: string }[] }
    expect(listed.versions.map(({ body }) => body)).toEqual(['one', '**two**', 'three'])
    expect(listed.versions[1]?.html).toBe('<p><strong>two</strong></p>')
    const { body } = await get(where, stranger, { Accept: 'text/plain' })
    expect(body.split('\n').map((line) => line.replace(/^#\d+ \S+ \S+ /, ''))).toEqual([
      'Bashir: one',
      'Bashir: **two**',
      'Bashir: three',
      '',
    ])
    const page = await get(where, bashirs, inHtml)
    expect(page.body).toContain('<strong>two</strong>')
    expect(faultsOfPage(page.body)).toEqual([])
  })

  it('goes with the message', async () => {
    const number = await say(program, 'secret')
    await put(number, { body: 'harmless' })
    await remove(number)
    expect((await get(path(number, 'versions'))).status).toBe(410)
    expect(await house.query('SELECT * FROM message_versions WHERE number = ?', [number])).toEqual([])
    expect((await get(path(999_999, 'versions'))).status).toBe(404)
  })
})

describe('a deletion', () => {
  it('leaves a tombstone under the next version; done again it is done', async () => {
    const number = await say(program, 'gone')
    const before = await version()
    const answers = [await remove(number), await remove(number)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers.map(told)).toEqual(
      Array(2).fill(
        expect.objectContaining({ number, version: before + 1, body: '', html: '', deleted: true }),
      ),
    )
    expect(await version()).toBe(before + 1)
    const [row] = await house.query<{ body: string }>('SELECT body FROM messages WHERE number = ?', [number])
    expect(row?.body).toBe('')
  })

  it('is for its author and for who keeps the house, whose deletions are written down', async () => {
    const number = await say(program, 'whose?')
    await expectRefused(403, () => remove(number, stranger))
    await expectRefused(404, () => remove(999_999))
    expect((await remove(number, ownerProgram)).status).toBe(200)
    const page = await get('/rooms/lobby', bashirs, inHtml)
    expect(page.body).toContain(en.message.deleted.byKeeper.split('{')[0])
    const acts = await house.query<{ details: string }>(
      "SELECT details FROM audit WHERE action = 'message-removed'",
    )
    expect(acts.map(({ details }) => JSON.parse(details))).toEqual([{ room: 'lobby', number }])
  })
})

describe('with scripts off', () => {
  it('an edit is a page with the text in its form, and leads back to the message', async () => {
    const number = await say(program, '\nfirst\n line')
    const where = path(number, 'edit')
    const page = await get(where, bashirs, inHtml)
    expect(page.status).toBe(200)
    expect(faultsOfPage(page.body)).toEqual([])
    // A browser drops the first line break of a textarea.
    expect(page.body).toContain('>\n\nfirst\n line</textarea>')
    const form_token = hiddenField(page.body, 'form_token')
    // As a text browser sends it, without an Origin.
    const done = await house.ask(where, {
      form: { form_token, version: hiddenField(page.body, 'version'), body: 'second' },
      headers: { ...bashirs.headers, ...inHtml },
    })
    expect([done.status, done.headers.location]).toEqual([303, `/rooms/lobby#m${number}`])
    expect(told(await get(path(number))).body).toBe('second')
  })

  it('where another edit came first, the page shows both texts, and sending again takes mine', async () => {
    const number = await say(program, 'first')
    const page = await get(path(number, 'edit'), bashirs, inHtml)
    await put(number, { body: 'from *elsewhere*' })
    const form = { version: hiddenField(page.body, 'version'), body: 'typed <here>' }
    const conflict = await postForm(path(number, 'edit'), form)
    expect(conflict.status).toBe(412)
    expect(conflict.body).toContain(en.errors.editedMeanwhile.title)
    expect(conflict.body).toContain('from <em>elsewhere</em>')
    expect(conflict.body).toContain('typed &lt;here&gt;</textarea>')
    expect(faultsOfPage(conflict.body)).toEqual([])
    const again = { ...form, version: hiddenField(conflict.body, 'version') }
    expect((await postForm(path(number, 'edit'), again)).status).toBe(303)
    expect(told(await get(path(number))).body).toBe('typed <here>')
  })

  it.each([
    ['nothing', '  ', 422],
    ['too much', 'x'.repeat(10_001), 413],
  ])('%s gives the form back with what was typed', async (_what, body, status) => {
    const number = await say(program, 'first')
    const answer = await postForm(path(number, 'edit'), { body })
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(`${body}</textarea>`)
    expect(faultsOfPage(answer.body)).toEqual([])
    expect(told(await get(path(number))).body).toBe('first')
  })

  it('what was typed for a message that is gone, or whose session is, is kept on the page that says so', async () => {
    const number = await say(program, 'first')
    await remove(number)
    const gone = await postForm(path(number, 'edit'), { body: 'a long thought' })
    expect(gone.status).toBe(410)
    expect(gone.body).toContain('a long thought</textarea>')
    const loggedOut = await house.ask(path(number, 'edit'), {
      form: { body: 'another thought' },
      headers: { ...inHtml, Origin: house.origin },
    })
    expect(loggedOut.status).toBe(401)
    expect(loggedOut.body).toContain('another thought</textarea>')
  })

  it('a deletion asks once more, and leads back to the tombstone', async () => {
    const number = await say(program, 'going')
    const page = await get(path(number, 'delete'), bashirs, inHtml)
    expect(page.status).toBe(200)
    expect(page.body).toContain('going')
    expect(faultsOfPage(page.body)).toEqual([])
    expect(told(await get(path(number))).deleted).toBe(false)
    const done = await postForm(path(number, 'delete'), {})
    expect([done.status, done.headers.location]).toEqual([303, `/rooms/lobby#m${number}`])
    expect(told(await get(path(number))).deleted).toBe(true)
    expect((await postForm(path(number, 'delete'), {})).status).toBe(303)
  })

  it('the message’s own page leads to what its reader may do, and to nothing else', async () => {
    const number = await say(program, 'whose?')
    const linksFor = async (by: Visitor) => {
      const { body } = await get(path(number), by, inHtml)
      return ['edit', 'delete', 'versions'].filter((act) => body.includes(`href="${path(number, act)}"`))
    }
    expect(await linksFor(bashirs)).toEqual(['edit', 'delete'])
    expect(await linksFor(stranger)).toEqual([])
    expect(await linksFor(ownerProgram)).toEqual(['delete'])
    await put(number, { body: 'mine' })
    expect(await linksFor(stranger)).toEqual(['versions'])
    for (const act of ['edit', 'delete']) {
      expect((await get(path(number, act), stranger)).status).toBe(403)
      expect((await get(path(number, act), stranger, inHtml)).status).toBe(403)
    }
  })
})

describe.each(pushing)('over $name', (framing: FramingUnderTest) => {
  it('an edit and a deletion come to whoever reads, and to whoever was away', async () => {
    const number = await say(program, 'first words')
    const start = await roomNow(program)
    const live = await openReader(framing, stranger, `after=${start.cursor}`)
    await live.until('the beginning', ({ kind }) => kind === 'alive')
    await put(number, { body: 'second words' })
    const edited = await live.until('the edit', (one) => one.number === number)
    expect(edited.body).toContain('second words')
    await remove(number)
    const isTombstone = (one: { number: number; body: string }) =>
      one.number === number && !one.body.includes('words')
    await live.until('the tombstone', isTombstone)
    live.close()
    const late = await openReader(framing, stranger, `after=${start.cursor}`)
    await late.until('the tombstone in the replay', isTombstone)
    expect(late.messages().some(({ body }) => body.includes('words'))).toBe(false)
    late.close()
  })
})

describe.each(polling)('over $name', ({ face }: FramingUnderTest) => {
  it('an edit and a deletion come to whoever asks', async () => {
    const number = await say(program, 'first words')
    const start = await roomNow(program)
    await put(number, { body: 'second words' })
    const edited = await poll(stranger, face, `wait=5&after=${start.cursor}`)
    expect(edited.items.map((one) => [one.number, one.body.includes('second words')])).toEqual([
      [number, true],
    ])
    await remove(number)
    const deleted = await poll(stranger, face, `wait=5&after=${edited.cursor}`)
    expect(deleted.items.map((one) => [one.number, one.body.includes('words')])).toEqual([[number, false]])
  })
})

describe('the answers to a message', () => {
  it('are listed on its page and for programs, 50 at a time, in their order', async () => {
    const asked = await say(program, 'Who comes on Thursday?')
    const reply = async (body: string) => {
      const json = { body, reply_to: asked }
      return told(
        await ask(stranger.origin, '/rooms/lobby/messages', {
          json,
          headers: { ...stranger.headers, ...inJson },
        }),
      )
    }
    expect((await get(path(asked, 'replies'))).json()).toMatchObject({ messages: [], goOnAfter: null })
    const numbers: number[] = []
    for (let place = 1; place <= 51; place += 1) numbers.push((await reply(`I do, ${place}`)).number)
    const listed = (answer: Answer) => answer.json() as { messages: Told[]; goOnAfter: number | null }
    const first = listed(await get(path(asked, 'replies')))
    expect(first.messages.map(({ number }) => number)).toEqual(numbers.slice(0, 50))
    expect(first.goOnAfter).toBe(numbers[49])
    const rest = listed(await get(`${path(asked, 'replies')}?after=${first.goOnAfter}`))
    expect([rest.messages.map(({ number }) => number), rest.goOnAfter]).toEqual([numbers.slice(50), null])
    const text = await get(`${path(asked, 'replies')}?after=${first.goOnAfter}`, program, {
      Accept: 'text/plain',
    })
    expect(text.body).toMatch(/^#\d+ .* Mei Lin: I do, 51\n$/)
    const page = await get(path(asked), bashirs, inHtml)
    expect(faultsOfPage(page.body)).toEqual([])
    expect([page.body.includes('I do, 50<'), page.body.includes('I do, 51<')]).toEqual([true, false])
    expect(page.body).toContain(`href="${path(asked)}?after=${first.goOnAfter}#replies"`)
    const inPage = await get(path(asked, 'replies'), bashirs, inHtml)
    expect([inPage.status, inPage.headers.location]).toEqual([303, `${path(asked)}#replies`])
    expect((await get(path(999_999, 'replies'))).status).toBe(404)
  })
})

describe('an answer', () => {
  it('shows the beginning of what it answers, in pages and pushes, as that now is', async () => {
    const asked = await say(program, 'Who wants **oolong**?')
    const { cursor } = await roomNow(program)
    const live = await openReader(pushing[0] as FramingUnderTest, stranger, `after=${cursor}`)
    const answer = await ask(stranger.origin, '/rooms/lobby/messages', {
      json: { body: 'I do', reply_to: asked },
      headers: { ...stranger.headers, ...inJson },
    })
    const { number } = told(answer)
    await live.until('the answer', (one) => one.number === number)
    live.close()
    const shown = async () => (await get(path(number), bashirs, inHtml)).body
    const fragment = async () => {
      const { body } = await get(`/rooms/lobby/events?wait=5&format=html&after=${cursor}`)
      return body
    }
    for (const html of [await shown(), await fragment()]) {
      expect(html).toContain('<bdi>Who wants oolong?</bdi>')
      expect(html).toContain(`href="${path(asked)}"`)
    }
    await put(asked, { body: 'Who wants green?' })
    for (const html of [await shown(), await fragment()])
      expect(html).toContain('<bdi>Who wants green?</bdi>')
    await remove(asked)
    for (const html of [await shown(), await fragment()]) {
      expect(html).not.toMatch(/oolong|green/)
      expect(html).toContain(en.message.deletedLine)
    }
  })
})
