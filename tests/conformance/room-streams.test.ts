/** The streams of rooms that not everyone may enter, in every framing: what is done to a room arrives, and a right that ends, ends them. */
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from '../tools/http-client.ts'
import { ada, bashir, meiLin, tomas } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import { type Item, openReader, pushing, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf } from './house-of-one-file.ts'

const rightsEndWithin = 2_000
let host: Visitor
let guest: Visitor
let outsider: Visitor

const house = houseOfThisFile({}, async (made) => {
  for (const person of [ada, bashir, meiLin, tomas]) await newMember(made, person)
  host = await programOf(made, bashir)
  guest = await programOf(made, meiLin)
  outsider = await programOf(made, tomas)
})

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

async function act({ origin, headers }: Visitor, path: string, form: Record<string, string>) {
  const answer = await ask(origin, path, { form, headers: { ...headers, Accept: 'application/json' } })
  if (answer.status > 201) throw new Error(`${path}: ${answer.status} ${answer.body}`)
  return answer.json() as { slug: string }
}

async function room(kind: 'open' | 'private'): Promise<string> {
  const { slug } = await act(host, '/rooms', { name: 'Back room', kind })
  if (kind === 'private') await act(host, `/rooms/${slug}/invite`, { name: meiLin.name })
  return slug
}

const isReady = ({ kind }: Item) => kind === 'ready'
const isMessage = (body: string) => (item: Item) => item.kind === 'message' && item.body === body

describe.each(pushing.map((framing) => [framing.name, framing] as const))('%s', (_name, framing) => {
  async function listening(reader: Visitor, slug: string, query = '') {
    const opened = await openReader(framing, reader, query, {}, slug)
    open.push(opened)
    return opened
  }
  const closed = framing.contentType ? 0 : 1008

  it('brings what is done to the room, in its place among the messages', async () => {
    const slug = await room('private')
    const reader = await listening(guest, slug)
    await reader.until('ready', isReady)
    await act(host, `/rooms/${slug}/messages`, { body: 'one' })
    await act(host, `/rooms/${slug}/settings`, { topic: 'Tea' })
    await act(host, `/rooms/${slug}/messages`, { body: 'two' })
    await reader.until('the last', isMessage('two'))
    expect(reader.messages().map(({ number, body }) => [number, body])).toEqual([
      [2, 'one'],
      [3, 'Bashir changed the topic to “Tea”.'],
      [4, 'two'],
    ])
  })

  it('ends within 2 seconds of being removed, and does not open again', async () => {
    const slug = await room('private')
    const reader = await listening(guest, slug)
    await reader.until('ready', isReady)
    await act(host, `/rooms/${slug}/remove`, { member: meiLin.name })
    expect(await reader.ended(rightsEndWithin)).toBe(closed)
    await act(host, `/rooms/${slug}/messages`, { body: 'among us' })
    expect(reader.messages().filter(isMessage('among us'))).toEqual([])
    await expect(listening(guest, slug).then(({ status }) => status)).resolves.toBe(404)
  })

  it('ends within 2 seconds of a membership that no news told of', async () => {
    const slug = await room('private')
    const reader = await listening(guest, slug)
    await reader.until('ready', isReady)
    await house.query(
      `DELETE memberships FROM memberships JOIN rooms ON rooms.id = room_id JOIN members ON members.id = member_id
       WHERE rooms.slug = ? AND members.name = ?`,
      [slug, meiLin.name],
    )
    expect(await reader.ended(rightsEndWithin)).toBe(closed)
  })

  it('ends for whoever only read when an open room becomes private, and goes on for its members', async () => {
    const slug = await room('open')
    await act(guest, `/rooms/${slug}/join`, {})
    const [member, passer] = await Promise.all([listening(guest, slug), listening(outsider, slug)])
    await Promise.all([member, passer].map((one) => one.until('ready', isReady)))
    await act(host, `/rooms/${slug}/settings`, { kind: 'private' })
    expect(await passer.ended(rightsEndWithin)).toBe(closed)
    await act(host, `/rooms/${slug}/messages`, { body: 'among us' })
    await member.until('what is said now', isMessage('among us'))
    expect(passer.messages().filter(isMessage('among us'))).toEqual([])
  })
})

describe('a long poll', () => {
  it('is answered with 404 when the right to read ends while it waits', async () => {
    const slug = await room('private')
    const first = await ask(house.origin, `/rooms/${slug}/events?wait=0`, { headers: guest.headers })
    const { cursor } = first.json() as { cursor: string }
    const poll = ask(house.origin, `/rooms/${slug}/events?wait=25&after=${cursor}`, {
      headers: guest.headers,
    })
    let status = 0
    poll.then((answer) => {
      status = answer.status
    })
    // Once it waits it is one of the streams that are counted; until then the removal would only be seen earlier.
    await act(host, `/rooms/${slug}/remove`, { member: meiLin.name })
    await waitFor('the poll to end', () => status, rightsEndWithin)
    // The news of the removal itself may be quicker than the end.
    expect([200, 404]).toContain(status)
    const again = await ask(house.origin, `/rooms/${slug}/events?wait=1`, { headers: guest.headers })
    expect(again.status).toBe(404)
  })
})
