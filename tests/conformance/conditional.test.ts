import { describe, expect, it } from 'vitest'
import { ada, bashir, registerByHttp } from '../tools/people.ts'
import { houseOfThisFile } from './house-of-one-file.ts'

describe('a conditional GET of a room', () => {
  let cookie = ''
  const house = houseOfThisFile({}, async ({ origin }) => {
    cookie = await registerByHttp(origin, ada)
  })
  const room = (headers: Record<string, string> = {}, path = '/rooms/lobby') =>
    house.ask(path, { headers: { Cookie: cookie, Accept: 'text/html', ...headers } })
  const say = (body: string) =>
    house.ask('/rooms/lobby/messages', {
      form: { body },
      headers: { Cookie: cookie, Origin: house.origin },
    })

  it('is answered 304 without reading messages', async () => {
    const { headers } = await room()
    expect(headers.etag).toMatch(/^W\/"/)
    expect(headers['cache-control']).toBe('private, no-cache')
    // With the table out of reach, only an answer that does not read it can succeed.
    await house.query('RENAME TABLE messages TO out_of_reach')
    try {
      expect((await room()).status).toBe(500)
      const answer = await room({ 'If-None-Match': `"other", ${headers.etag}` })
      expect(answer).toMatchObject({ status: 304, body: '' })
    } finally {
      await house.query('RENAME TABLE out_of_reach TO messages')
    }
  })

  it('is answered anew when something was said, for another member, another session, another page', async () => {
    const { headers } = await room()
    const fresh = { 'If-None-Match': headers.etag ?? '' }
    expect((await room(fresh)).status).toBe(304)
    // Which gets no frames.
    const textBrowser = { Accept: 'text/html, text/plain' }
    expect((await room({ ...fresh, ...textBrowser })).status).toBe(200)
    const another = await registerByHttp(house.origin, bashir)
    expect((await room({ ...fresh, Cookie: another })).status).toBe(200)
    const again = await house.ask('/login', { form: { phone: ada.phone, password: ada.password } })
    const session = String(again.headers['set-cookie']).split(';')[0] ?? ''
    expect((await room({ ...fresh, Cookie: session })).status).toBe(200)
    expect((await room(fresh, '/rooms/lobby?before=1')).status).toBe(200)
    expect((await say('news')).status).toBe(303)
    expect((await room(fresh)).status).toBe(200)
  })
})
