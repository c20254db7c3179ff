import { Hono } from 'hono'
import { peopleUrl, roomUrl } from '../../templates/addresses.ts'
import { PeopleColumn } from '../../templates/people-column.tsx'
import { PeoplePage } from '../../templates/room-people.tsx'
import type {
  FieldErrors,
  PageContext,
  PeopleColumnView,
  PeoplePageView,
  PersonView,
} from '../../templates/views.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { Problem, problem } from '../http/errors.ts'
import { chooseFace, wantsFragment } from '../http/faces.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { onOneLine } from '../messages/format.ts'
import { LEVELS } from '../rooms/memberships.ts'
import type { Person, Room } from '../rooms/rooms.ts'
import { answerAct } from './act.ts'
import { enterRoom, enterToKeep, keeps } from './door.ts'
import { recordRoomAct, tellRoom } from './notices.ts'
import { peopleTyped } from './people-typed.ts'
import { idParameter } from './query.ts'
import { refuseForm } from './session.ts'

/** People on one page. */
const PAGE = 200
/** People who are brought in at once. */
const MOST_INVITED = 20

/** Who is in a room, and how they come into it and out of it. */
export const roomPeople = new Hono<Env>()
  .get('/rooms/:room/people', async (c) => {
    const face = chooseFace(c.req.raw)
    const room = await enterRoom(c)
    if (face === 'html' && wantsFragment(c.req.raw)) {
      return renderFragment(c, <PeopleColumn view={await columnView(c, room)} />)
    }
    const view = await peopleView(c, room)
    if (face === 'json') return c.json({ people: view.people, count: view.count, next: view.next })
    if (face === 'text')
      return c.text(view.people.map(({ name, role }) => `${role}\t${onOneLine(name)}\n`).join(''))
    return renderPage(c, <PeoplePage page={await pageContext(c)} view={view} />)
  })

  .post('/rooms/:room/join', async (c) => {
    const room = await enterToAct(c)
    const { member } = signedIn(c)
    if (await c.get('house').memberships.join(room.id, member.id)) {
      await tellRoom(c, room.id, { type: 'joined' })
    }
    return answer(c, room, { joined: true })
  })

  .post('/rooms/:room/leave', async (c) => {
    const room = await enterToAct(c)
    if (room.kind === 'direct') throw problem('directStays')
    const { member } = signedIn(c)
    if (await c.get('house').memberships.end(room.id, member.id)) {
      await tellRoom(c, room.id, { type: 'left' })
    }
    return answer(c, room, { joined: false }, '/rooms')
  })

  .post('/rooms/:room/invite', async (c) => {
    const room = await enterToAct(c)
    if (room.kind === 'direct') throw problem('directStays')
    if (!room.membership && !keeps(c, room)) throw problem('forbidden')
    try {
      const invited = await invite(c, room)
      return answer(c, room, { invited })
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid') throw error
      return refuseOnPeople(c, room, error)
    }
  })

  .post('/rooms/:room/remove', async (c) => {
    const room = await enterToKeepPeople(c)
    const person = await personIn(c, room)
    if (await c.get('house').memberships.end(room.id, person.id)) {
      await tellRoom(c, room.id, { type: 'removed', member: person })
      await recordRoomAct(c, 'room-removed', room, { memberId: person.id })
    }
    return answer(c, room, { removed: person })
  })

  .post('/rooms/:room/hosts', async (c) => {
    const room = await enterToKeepPeople(c)
    const { role } = c.get('fields')
    if (role !== 'host' && role !== 'member') {
      throw problem('invalid', { fields: { role: (words) => words.roomRole } })
    }
    const person = await personIn(c, room)
    const { memberships, listing } = c.get('house')
    if (await memberships.changeRole(room.id, person.id, role)) {
      await tellRoom(c, room.id, { type: role === 'host' ? 'host' : 'no-host', member: person })
      await recordRoomAct(c, 'room-host', room, { memberId: person.id, role })
    } else if ((await listing.roleIn(room.id, person.id)) !== role) {
      const refusal = problem('invalid', { fields: { role: (words) => words.lastHost } })
      return refuseOnPeople(c, room, refusal)
    }
    return answer(c, room, { ...person, role })
  })

  .post('/rooms/:room/level', async (c) => {
    chooseFace(c.req.raw)
    const room = await enterRoom(c)
    const level = LEVELS.find((one) => one === c.get('fields').level)
    if (!level) throw problem('invalid', { fields: { level: (words) => words.level } })
    await c.get('house').memberships.chooseLevel(room.id, signedIn(c).member.id, level)
    return answer(c, room, { level })
  })

/** The room of an act that everyone in it will read of. @throws Problem 403, 404, 429 */
async function enterToAct(c: AppContext): Promise<Room> {
  chooseFace(c.req.raw)
  const room = await enterRoom(c)
  await c.get('house').limits.take('actsOfMember', signedIn(c).member.id)
  return room
}

/** As `enterToAct`, for those who look after the room. @throws Problem 403, 404, 429 */
async function enterToKeepPeople(c: AppContext): Promise<Room> {
  chooseFace(c.req.raw)
  const room = await enterToKeep(c)
  await c.get('house').limits.take('actsOfMember', signedIn(c).member.id)
  return room
}

/** The person that the field `member` names, who must be in the room. @throws Problem 404, 422 */
async function personIn(c: AppContext, room: Room): Promise<Person> {
  const [person] = await peopleTyped(c, 'member', 1)
  if (!person || !(await c.get('house').listing.roleIn(room.id, person.id))) throw problem('nobody')
  return person
}

async function invite(c: AppContext, room: Room): Promise<Person[]> {
  const { memberships } = c.get('house')
  const people = await peopleTyped(c, 'name', MOST_INVITED)
  const [first] = people
  if (!first) throw problem('invalid', { fields: { name: (words) => words.peopleMissing } })
  const invited: Person[] = []
  for (const person of people) {
    if (!(await memberships.join(room.id, person.id, { isInvited: true }))) continue
    invited.push(person)
    await tellRoom(c, room.id, { type: 'invited', member: person })
    await recordRoomAct(c, 'room-invited', room, { memberId: person.id })
  }
  if (invited.length === 0) {
    throw problem('invalid', { fields: { name: (words) => words.alreadyIn(first.name) } })
  }
  return invited
}

function answer(
  c: AppContext,
  { slug }: Room,
  facts: Record<string, unknown>,
  path = peopleUrl(slug),
): Response {
  const isJoin = c.req.path.endsWith('/join')
  return answerAct(c, { path: isJoin ? roomUrl(slug) : path, facts: { room: slug, ...facts }, line: slug })
}

async function peopleView(c: AppContext, room: Room): Promise<PeoplePageView> {
  const { listing } = c.get('house')
  const after = idParameter(c, 'after')
  const [people, count] = await Promise.all([
    listing.peopleOf(room.id, { after, limit: PAGE + 1 }),
    listing.countPeople(room.id),
  ])
  const shown = people.slice(0, PAGE).map(({ id, name, role }) => ({ id, name, role }))
  return {
    room,
    rights: { isMember: room.membership !== null, keeps: keeps(c, room), kind: room.kind },
    people: shown,
    count,
    next: people.length > PAGE ? (shown.at(-1)?.id ?? null) : null,
    level: room.membership?.level ?? 'everything',
    name: c.get('fields').name ?? '',
    errors: {},
  }
}

/** Beside the talk: whoever reads along is here, too. */
async function columnView(c: AppContext, room: Room): Promise<PeopleColumnView> {
  const { listing, live } = c.get('house')
  const people = await listing.peopleOf(room.id, { limit: PAGE })
  const seen = await listing.lastSeen(people.map(({ id }) => id))
  const away = people.map(({ id, name }) => ({ id, name, seenAt: seen.get(id) ?? null }))
  const bySight = (one: PersonView, other: PersonView) => Number(other.seenAt ?? 0) - Number(one.seenAt ?? 0)
  return { slug: room.slug, here: live.presence.hereIn(room.id), away: away.sort(bySight), now: new Date() }
}

async function refuseOnPeople(c: AppContext, room: Room, refusal: Problem): Promise<Response> {
  const view = await peopleView(c, room)
  const render = (errors: FieldErrors, page: PageContext) => (
    <PeoplePage page={page} view={{ ...view, errors }} />
  )
  return refuseForm(c, refusal, render, render)
}
