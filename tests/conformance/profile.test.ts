/** Who somebody is, what they say of themselves, and whose words fold away for whom. */
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { ada, bashir, meiLin, registerByHttp, tomas } from '../tools/people.ts'
import { houseOfThisFile } from './house-of-one-file.ts'
import { faultsOfPage, hiddenField } from './html-document.ts'

type Headers = Record<string, string>
const asPage = { Accept: 'text/html' }
const asJson = { Accept: 'application/json' }

const who: Record<'ada' | 'bashir' | 'mei' | 'tomas', Headers> = { ada: {}, bashir: {}, mei: {}, tomas: {} }
const house = houseOfThisFile({}, async ({ origin }) => {
  for (const [name, person] of [
    ['ada', ada],
    ['bashir', bashir],
    ['mei', meiLin],
    ['tomas', tomas],
  ] as const) {
    who[name] = { Cookie: await registerByHttp(origin, person) }
  }
})
const get = (path: string, headers: Headers, face: Headers = asJson) =>
  house.ask(path, { headers: { ...face, ...headers } })
const post = (path: string, form: Headers, headers: Headers, face: Headers = asJson) =>
  house.ask(path, { form, headers: { ...face, ...headers, Origin: house.origin } })

interface Profile {
  id: string
  name: string
  about: string
  rooms: { name: string }[]
  blocked: boolean
}
async function idOf(name: string): Promise<string> {
  const { people } = (await get('/rooms/lobby/people', who.ada)).json() as { people: Profile[] }
  return people.find((person) => person.name === name)?.id ?? ''
}
const profile = async (name: string, by: Headers) =>
  (await get(`/people/${await idOf(name)}`, by)).json() as Profile

describe('a profile', () => {
  it('shows a name, a line that its person wrote, and the rooms that both are in, never a phone number', async () => {
    for (const name of ['Pantry', 'Attic']) {
      const { slug } = (await post('/rooms', { name, kind: 'private' }, who.bashir)).json() as {
        slug: string
      }
      if (name === 'Pantry') await post(`/rooms/${slug}/invite`, { name: meiLin.name }, who.bashir)
    }
    expect((await post('/account/about', { about: ' Tea \n and trains ' }, who.bashir)).status).toBe(200)
    const seen = await profile('Bashir', who.mei)
    expect(seen).toMatchObject({ name: 'Bashir', about: 'Tea and trains', blocked: false })
    expect(seen.rooms.map(({ name }) => name).sort()).toEqual(['Lobby', 'Pantry'])
    const page = await get(`/people/${seen.id}`, who.mei, asPage)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(page.body).not.toContain('12345602')
    const own = await get(`/people/${seen.id}`, who.bashir, asPage)
    expect(faultsOfPage(own.body)).toEqual([])
    expect(own.body).toContain('value="Tea and trains"')
  })

  it('gives a line that is too long back, and leads to the room of both', async () => {
    const long = 'x'.repeat(161)
    const refused = await post('/account/about', { about: long }, who.mei, asPage)
    expect(refused.status).toBe(422)
    expect(refused.body).toContain(long)
    const page = await get(`/people/${await idOf('Bashir')}`, who.mei, asPage)
    const people = hiddenField(page.body, 'people')
    expect((await post('/direct', { people }, who.mei)).json()).toMatchObject({
      people: [{ name: 'Bashir' }],
    })
  })

  it('is there for nobody who is not, and goes with its person', async () => {
    const id = await idOf(tomas.name)
    expect((await get(`/people/${crypto.randomUUID()}`, who.ada)).status).toBe(404)
    expect((await get('/people/nobody', who.ada)).status).toBe(404)
    await post('/account/about', { about: 'On the way out' }, who.tomas)
    await post('/rooms', { name: 'Deserted' }, who.tomas)
    const left = await post('/account/leave', { messages: 'keep', password: tomas.password }, who.tomas)
    expect(left.status).toBe(200)
    expect((await get(`/people/${id}`, who.ada)).status).toBe(404)
    expect(await house.query("SELECT 1 FROM members WHERE about = 'On the way out'")).toEqual([])
    const rows = await house.query('SELECT 1 FROM memberships WHERE member_id = UNHEX(?)', [
      id.replaceAll('-', ''),
    ])
    expect(rows).toEqual([])
  })
})

describe('blocking', () => {
  it('folds someone’s words away for whoever blocked them, until they are unblocked', async () => {
    const id = await idOf('Bashir')
    const rules = async (by: Headers) => (await get('/account/own.css', by)).body
    expect(await rules(who.mei)).not.toContain(id)
    for (const _twice of [1, 2]) expect((await post(`/people/${id}/block`, {}, who.mei)).status).toBe(200)
    expect(await rules(who.mei)).toContain(`.message[data-author="${id}"]) .text{display:none}`)
    expect(await profile('Bashir', who.mei)).toMatchObject({ blocked: true })
    expect((await get(`/people/${id}`, who.mei, asPage)).body).toContain(en.profile.unblock)
    // Nobody else sees it, nor the one who is blocked.
    expect(await rules(who.ada)).not.toContain(id)
    expect(await rules(who.bashir)).not.toContain('display:none')
    await post(`/people/${id}/unblock`, {}, who.mei)
    expect(await rules(who.mei)).not.toContain(id)
    expect((await post(`/people/${id}/block`, {}, who.bashir)).status).toBe(403)
  })
})
