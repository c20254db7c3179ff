/** A member's own stream: their rooms and what is unread in them, at `/events` and beside a room's messages. */
import { afterEach, describe, expect, it } from 'vitest'
import { ask, openEvents, openLines, openSocket } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, meiLin } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import type { Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf } from './house-of-one-file.ts'

const rightsEndWithin = 2_000
let host: Visitor
let guest: Visitor

const house = houseOfThisFile({}, async (made) => {
  for (const person of [ada, bashir, meiLin]) await newMember(made, person)
  host = await programOf(made, bashir)
  guest = await programOf(made, meiLin)
})

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})
function held<Opened extends { close(): void }>(opened: Opened): Opened {
  open.push(opened)
  return opened
}

async function act({ origin, headers }: Visitor, path: string, form: Record<string, string>) {
  const answer = await ask(origin, path, { form, headers: { ...headers, Accept: 'application/json' } })
  if (answer.status > 201) throw new Error(`${path}: ${answer.status} ${answer.body}`)
  return answer.json() as { slug: string }
}

/** An open room that both are in, where everything is read. */
async function sharedRoom(): Promise<string> {
  const { slug } = await act(host, '/rooms', { name: 'Pantry' })
  await act(guest, `/rooms/${slug}/join`, {})
  await act(guest, `/rooms/${slug}/read`, { number: '1' })
  return slug
}

interface Told {
  type: string
  rooms?: { slug: string; unread: number }[]
  room?: { slug: string; unread: number; lastNumber: number }
}
const parsed = (line: string) => JSON.parse(line) as Told
const about = (slug: string, unread: number) => (told: Told) =>
  told.type === 'room' && told.room?.slug === slug && told.room.unread === unread

describe('/events', () => {
  it('tells all rooms first, then what is said, read and left', async () => {
    const slug = await sharedRoom()
    const stream = held(
      await openLines(house.origin, '/events', { Accept: 'application/x-ndjson', ...guest.headers }),
    )
    expect(stream.headers['content-type']).toMatch(/^application\/x-ndjson/)
    const until = (what: string, matches: (told: Told) => boolean) =>
      stream.until(what, (line) => matches(parsed(line)))
    await until('all rooms', ({ type }) => type === 'rooms')
    const first = parsed(stream.received[0] ?? '')
    expect(first.rooms?.map((room) => room.slug)).toContain('lobby')
    expect(first.rooms?.find((room) => room.slug === slug)).toMatchObject({ unread: 0 })
    await act(host, `/rooms/${slug}/messages`, { body: 'one' })
    await until('one unread message', about(slug, 1))
    await act(guest, `/rooms/${slug}/read`, { number: '2' })
    await waitFor('it to be read', () => about(slug, 0)(parsed(stream.received.at(-1) ?? '{}')))
    await act(guest, `/rooms/${slug}/leave`, {})
    await until('the room to go', (told) => told.type === 'gone' && String(told.room) === slug)
    expect(stream.text()).not.toMatch(/"version"|"cursor"/)
  })

  it('speaks SSE without ids, and text lines that are no messages', async () => {
    const slug = await sharedRoom()
    const events = held(await openEvents(house.origin, '/events?format=json', guest.headers))
    const lines = held(await openLines(house.origin, '/events', { Accept: 'text/plain', ...guest.headers }))
    await events.until('all rooms', ({ data }) => parsed(data).type === 'rooms')
    await lines.until('all rooms', (line) => line === `* room ${slug} 0`)
    await act(host, `/rooms/${slug}/messages`, { body: 'one' })
    const told = await events.until('the count', ({ data }) => about(slug, 1)(parsed(data)))
    expect(told).toMatchObject({ event: 'me', id: '' })
    await lines.until('the count', (line) => line === `* room ${slug} 1`)
    expect(lines.received.filter((line) => !line.startsWith('* '))).toEqual([])
  })

  it('answers a program that only looks', async () => {
    const slug = await sharedRoom()
    await act(host, `/rooms/${slug}/messages`, { body: 'one' })
    const answer = await ask(house.origin, '/events?wait=0', { headers: guest.headers })
    const { type, rooms } = answer.json() as Told
    expect(type).toBe('rooms')
    expect(rooms?.find((room) => room.slug === slug)).toMatchObject({ unread: 1 })
  })

  it('ends within 2 seconds of logging out', async () => {
    const cookie = await logInByHttp(house.origin, meiLin)
    const stream = held(await openEvents(house.origin, '/events', { Cookie: cookie }))
    await stream.until('the rooms', ({ event }) => event === 'me')
    await ask(house.origin, '/logout', { form: {}, headers: { Cookie: cookie, Origin: house.origin } })
    await waitFor('the stream to end', () => stream.hasEnded(), rightsEndWithin)
  })
})

describe('a room’s stream with ?me=1', () => {
  it('says where it begins first, tells of the other rooms beside its messages, and not of its own', async () => {
    const slug = await sharedRoom()
    const stream = held(await openEvents(house.origin, '/rooms/lobby/events?format=json&me=1', guest.headers))
    await stream.until('all rooms', ({ event }) => event === 'me')
    await act(host, `/rooms/${slug}/messages`, { body: 'one' })
    await act(host, '/rooms/lobby/messages', { body: 'here' })
    await stream.until('the count', ({ event, data }) => event === 'me' && about(slug, 1)(parsed(data)))
    await stream.until('the message', ({ event, data }) => event === '' && data.includes('"here"'))
    expect(stream.received[0]?.event).toBe('ready')
    const own = stream.received.filter(({ event }) => event === 'me').map(({ data }) => parsed(data))
    expect(own[0]?.type).toBe('rooms')
    expect(own.filter(({ room }) => room?.slug === 'lobby')).toEqual([])
  })

  it('brings a WebSocket the lines of the sidebar, and without it nothing', async () => {
    const slug = await sharedRoom()
    const [own, plain] = await Promise.all(
      ['?me=1', ''].map((query) => openSocket(house.origin, `/rooms/lobby/socket${query}`, guest.headers)),
    )
    if (!own || !plain) throw new Error('no sockets')
    for (const one of [own, plain]) held(one)
    await own.until('all rooms', (frame) => frame.includes('data-event="rooms"'))
    await act(host, `/rooms/${slug}/messages`, { body: 'one' })
    await own.until(
      'the line',
      (frame) => frame.includes(`href="/rooms/${slug}"`) && frame.includes('data-event="room"'),
    )
    const { version } = (
      await ask(house.origin, '/rooms/lobby?format=json', { headers: guest.headers })
    ).json() as { version: number }
    await act(host, '/rooms/lobby/messages', { body: 'later' })
    await plain.until('the message', (frame) => frame.includes(`data-version="${version + 1}"`))
    expect(plain.received.filter((frame) => frame.includes('data-room='))).toEqual([])
  })
})
