/** Where the words of `payloads.ts` stand in a house, each by itself and all together, among the same places with harmless words. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { SharedHouse } from '../conformance/house-of-one-file.ts'
import { type Payload, payloads } from '../tools/payloads.ts'

/** One text as everything at once: a member of that name, in a room of that name and topic, where they have said it. */
export interface Place extends Payload {
  slug: string
  memberId: string
  token: string
  cookie: string
}

const placeOf = ({ name, text }: Payload, index: number): Place => {
  const token = randomBytes(32).toString('base64url')
  const cookie = `teahouse_session=${token}`
  // Behind the owner wherever people are listed by their ids.
  const memberId = `f${randomUUID().slice(1)}`
  return { name, text, slug: `place-${index}`, memberId, token, cookie }
}

/** Nothing odd stands there: how every place should look. */
export const calm = placeOf({ name: 'harmless', text: 'Good morning' }, 0)
export const places = payloads.map((payload, index) => placeOf(payload, index + 1))
export const everyPlace = [calm, ...places]

/** A room where harmless lines, more than a page, are followed by every text, each said by the member of its name. */
export const gathering = 'gathering'
export const calmLines = 60
export const allLines = calmLines + places.length

export const idOf = ({ memberId }: Place) => Buffer.from(memberId.replaceAll('-', ''), 'hex')
/** As much of it as a column holds. */
export const cut = ({ text }: Place, length: number) => Array.from(text).slice(0, length).join('')

/** By SQL: the forms refuse most of these as names, and pages must hold even so. */
export async function furnish({ query }: SharedHouse): Promise<void> {
  const now = new Date()
  const later = new Date(now.getTime() + 86_400_000)
  const insert = (into: string, rows: unknown[][]) => query(`INSERT INTO ${into} VALUES ?`, [rows])
  await insert(
    'members (id, name, name_key, password_hash, created_at)',
    everyPlace.map((place) => [idOf(place), cut(place, 64), place.slug, 'none', now]),
  )
  await insert(
    'sessions (id, member_id, device, expires_at, created_at, last_seen_at)',
    everyPlace.map((place) => {
      const id = createHash('sha256').update(place.token).digest()
      return [id, idOf(place), cut(place, 255), later, now, now]
    }),
  )
  await insert(
    'tokens (id, member_id, name, scopes, expires_at, created_at)',
    everyPlace.map((place) => [randomBytes(32), idOf(place), cut(place, 64), 'read', later, now]),
  )
  await insert(
    'audit (id, at, actor_id, action, member_id, details)',
    everyPlace.map((place) => [randomBytes(16), now, idOf(place), 'suspended', idOf(place), '{}']),
  )
  const said = [...Array.from({ length: calmLines }, () => calm), ...places]
  const rooms = [
    ...everyPlace.map((place) => ({
      slug: place.slug,
      name: cut(place, 64),
      topic: cut(place, 255),
      said: [place],
    })),
    { slug: gathering, name: 'Gathering', topic: '', said },
  ].map((room) => ({ id: randomBytes(16), ...room }))
  await insert(
    'rooms (id, slug, name, topic, last_number, version, life, created_at)',
    rooms.map(({ id, slug, name, topic, said: { length } }) => [
      id,
      slug,
      name,
      topic,
      length,
      length,
      'x',
      now,
    ]),
  )
  await query('INSERT INTO room_slugs (slug, room_id) SELECT slug, id FROM rooms WHERE slug <> ?', ['lobby'])
  await insert(
    'memberships (room_id, member_id, role, joined_at)',
    everyPlace.map((place, index) => [rooms[index]?.id, idOf(place), 'host', now]),
  )
  // The owner of the house sits everywhere.
  await query(
    "INSERT INTO memberships (room_id, member_id, joined_at) SELECT rooms.id, members.id, ? FROM rooms, members WHERE slug <> 'lobby' AND members.role = 'owner'",
    [now],
  )
  await insert(
    'messages (room_id, number, version, author_id, send_key, body, created_at)',
    rooms.flatMap(({ id, said: lines }) =>
      lines.map((place, index) => [id, index + 1, index + 1, idOf(place), randomBytes(16), place.text, now]),
    ),
  )
}
