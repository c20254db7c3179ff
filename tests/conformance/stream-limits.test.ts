/** How many streams may be open at once: for a member, for an address, and what happens when they end. */
import { expect, it } from 'vitest'
import { MOST_STREAMS } from '../../src/http/limits.ts'
import { ask, beginAnswer, openSocket } from '../tools/http-client.ts'
import { ada, bashir, type Person, registerByHttp, tokenFor } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import { browserAccept } from './framings.ts'
import { houseOfThisFile } from './house-of-one-file.ts'
import { faultsOfPage } from './html-document.ts'

const house = houseOfThisFile({ RATE_LIMITS: 'on', TRUST_PROXY: '1' }, async ({ origin }) => {
  await registerByHttp(origin, ada)
  await registerByHttp(origin, bashir)
})
const events = '/rooms/lobby/events'

/** A program of this person, at this address. */
async function reader(person: Person, address: string) {
  const headers = {
    Authorization: `Bearer ${await tokenFor(house.origin, person)}`,
    'X-Forwarded-For': address,
  }
  const leaving: AbortController[] = []
  const open = async (accept = 'text/event-stream', path = events) => {
    const gone = new AbortController()
    const asked = { headers: { ...headers, Accept: accept }, signal: gone.signal }
    const answer = await beginAnswer(house.origin, path, asked)
    answer.on('error', () => {})
    answer.resume()
    if (answer.statusCode === 200) leaving.push(gone)
    return { status: answer.statusCode ?? 0, headers: answer.headers }
  }
  return {
    headers,
    open,
    fill: (times: number) => Promise.all(Array.from({ length: times }, () => open())),
    leaveOne: () => leaving.pop()?.abort(),
    leave: () => {
      for (const gone of leaving.splice(0)) gone.abort()
    },
  }
}

it('a member has sixty, of every kind together; one more is 429 before it opens, and there is room when one ends', async () => {
  const { headers, open, fill, leaveOne, leave } = await reader(ada, '192.0.2.1')
  const socket = await openSocket(house.origin, '/rooms/lobby/socket', headers)
  const opened = await fill(MOST_STREAMS.ofMember - 1)
  expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([200]))

  for (const accept of ['text/event-stream', 'application/x-ndjson', 'text/plain', browserAccept]) {
    const refused = await open(accept)
    expect([accept, refused.status]).toEqual([accept, 429])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  }
  expect((await open('*/*', `${events}?wait=1`)).status).toBe(429)
  await expect(openSocket(house.origin, '/rooms/lobby/socket', headers)).rejects.toThrow('429')
  const page = await ask(house.origin, events, { headers: { ...headers, Accept: 'text/html' } })
  expect(page.status).toBe(429)
  expect(faultsOfPage(page.body)).toEqual([])
  // Nobody else is kept out, and neither are they from anything else.
  const other = await reader(bashir, '192.0.2.2')
  expect((await other.open()).status).toBe(200)
  other.leave()
  expect((await ask(house.origin, '/rooms/lobby', { headers })).status).toBe(200)

  // Each way of leaving gives its place to the next: a stream that is dropped, a socket that closes, a poll that was answered.
  leaveOne()
  await waitFor('room for a stream', async () => (await open()).status === 200)
  expect((await open()).status).toBe(429)
  socket.close()
  await waitFor('room after the socket', async () => (await open()).status === 200)
  leaveOne()
  const poll = () => open('*/*', `${events}?wait=0`)
  await waitFor('room for a poll', async () => (await poll()).status === 200)
  for (let asked = 0; asked < 5; asked += 1) expect((await poll()).status).toBe(200)
  const handshakes = Array.from({ length: 5 }, () => open('*/*', '/rooms/lobby/socket'))
  for (const { status } of await Promise.all(handshakes)) expect([426, 429]).toContain(status)
  const heads = Array.from({ length: 5 }, () =>
    ask(house.origin, events, { method: 'HEAD', headers: { ...headers, Accept: 'text/event-stream' } }),
  )
  for (const { status } of await Promise.all(heads)) expect([200, 429]).toContain(status)
  await waitFor('room for the last', async () => (await open()).status === 200)
  expect((await open()).status).toBe(429)

  leave()
  await waitFor('all of it to be forgotten', async () => {
    const again = await fill(MOST_STREAMS.ofMember)
    leave()
    return again.every(({ status }) => status === 200)
  })
})

it('an address, or a /64, has three hundred', async () => {
  const people = Array.from({ length: 6 }, (_, i) => ({
    name: `Neighbour ${i}`,
    phone: `+31 6 ${60_000_000 + i}`,
    password: 'seven-grey-geese-12',
  }))
  const readers = []
  for (const [i, person] of people.entries()) {
    await registerByHttp(house.origin, person)
    readers.push(await reader(person, `2001:db8:1:2::${i + 1}`))
  }
  const share = MOST_STREAMS.ofAddress / 5
  for (const one of readers.slice(0, 5)) {
    expect(new Set((await one.fill(share)).map(({ status }) => status))).toEqual(new Set([200]))
  }
  const last = people.at(-1) as Person
  expect((await readers[5]?.open())?.status).toBe(429)
  const elsewhere = await reader(last, '2001:db8:1:3::1')
  expect((await elsewhere.open()).status).toBe(200)
  for (const one of [...readers, elsewhere]) one.leave()
})
