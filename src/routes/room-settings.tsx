import { Hono } from 'hono'
import { settingsUrl } from '../../templates/addresses.ts'
import { RoomSettingsPage } from '../../templates/room-settings.tsx'
import type { FieldErrors, PageContext, RoomSettingsView } from '../../templates/views.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem, type Refused } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { onOneLine } from '../messages/format.ts'
import type { RoomChanges } from '../rooms/keeping.ts'
import { isRoomName, isTopic, oneLine, SLUG } from '../rooms/names.ts'
import type { Room } from '../rooms/rooms.ts'
import type { Notice } from '../words/notice.ts'
import { answerAct } from './act.ts'
import { enterToKeep } from './door.ts'
import { recordRoomAct, tellRoom } from './notices.ts'
import { refuseForm } from './session.ts'

/** The longest pause that slow mode asks for: 6 hours. */
const SLOWEST_SECONDS = 21_600

/** How a room is kept, by its hosts and the admins. A field that is left out stays as it is. */
export const roomSettings = new Hono<Env>()
  .get('/rooms/:room/settings', async (c) => {
    const face = chooseFace(c.req.raw)
    const room = await enterToKeep(c)
    const fields = fieldsOf(room)
    if (face === 'json') return c.json(fields)
    if (face === 'text') {
      return c.text(
        Object.entries(fields)
          .map(([name, value]) => `${name}\t${onOneLine(value)}\n`)
          .join(''),
      )
    }
    return renderPage(c, <RoomSettingsPage page={await pageContext(c)} view={{ room, fields, errors: {} }} />)
  })

  .post('/rooms/:room/settings', async (c) => {
    chooseFace(c.req.raw)
    const room = await enterToKeep(c)
    await c.get('house').limits.take('actsOfMember', signedIn(c).member.id)
    const checked = checkSettings(c, room)
    if ('refused' in checked) return refuseSettings(c, room, checked.refused)
    const { changes, notices } = checked
    if (Object.keys(changes).length > 0) {
      const { slug = '' } = changes
      if (!(await c.get('house').keeping.change(room.id, changes))) {
        return refuseSettings(c, room, { slug: (words) => words.slugTaken(slug) })
      }
      for (const notice of notices) await tellRoom(c, room.id, notice)
      await recordRoomAct(c, 'room-changed', room, { what: Object.keys(changes).join(', ') })
    }
    const changed = { ...room, ...changes }
    return answerAct(c, { path: settingsUrl(changed.slug), facts: fieldsOf(changed), line: changed.slug })
  })

type SettingFields = RoomSettingsView['fields']

const yesOrNo = (value: boolean) => (value ? 'yes' : 'no')

function fieldsOf(room: Room): SettingFields {
  const { name, slug, topic, kind, slowSeconds, lockedAt, archivedAt } = room
  return {
    ...{ name, slug, topic, kind },
    slow: String(slowSeconds),
    locked: yesOrNo(lockedAt !== null),
    archived: yesOrNo(archivedAt !== null),
  }
}

/** What is to be changed, and what the room is told of it; or what is wrong. What is as it was is no change. */
function checkSettings(
  c: AppContext,
  room: Room,
): { changes: RoomChanges; notices: Notice[] } | { refused: Refused } {
  const now = fieldsOf(room)
  const wanted = { ...now, ...pickTyped(c) }
  const refused: Refused = {}
  const changes: RoomChanges = {}
  const notices: Notice[] = []
  const name = oneLine(wanted.name)
  const topic = oneLine(wanted.topic)
  const slow = Number(wanted.slow)

  if (!isRoomName(name)) refused.name = (words) => words.roomName
  else if (name !== now.name) take({ name }, { type: 'name', name })
  if (!SLUG.test(wanted.slug)) refused.slug = (words) => words.slug
  else if (wanted.slug !== now.slug) take({ slug: wanted.slug })
  if (!isTopic(topic)) refused.topic = (words) => words.topic
  else if (topic !== now.topic) take({ topic }, { type: 'topic', topic })
  if (wanted.kind !== 'open' && wanted.kind !== 'private') refused.kind = (words) => words.roomKind
  else if (wanted.kind !== now.kind) take({ kind: wanted.kind }, { type: 'kind', kind: wanted.kind })
  if (!/^\d{1,5}$/.test(wanted.slow) || slow > SLOWEST_SECONDS) refused.slow = (words) => words.slow
  else if (slow !== room.slowSeconds) take({ slowSeconds: slow }, { type: 'slow', seconds: slow })
  for (const field of ['locked', 'archived'] as const) {
    if (wanted[field] !== 'yes' && wanted[field] !== 'no') refused[field] = (words) => words.yesOrNo
    else if (wanted[field] !== now[field]) take(...SWITCHES[field][wanted[field]]())
  }
  return Object.keys(refused).length > 0 ? { refused } : { changes, notices }

  function take(change: RoomChanges, notice?: Notice): void {
    Object.assign(changes, change)
    if (notice) notices.push(notice)
  }
}

/** What turning each of the two on and off means. */
const SWITCHES: Record<'locked' | 'archived', Record<'yes' | 'no', () => [RoomChanges, Notice]>> = {
  locked: {
    yes: () => [{ lockedAt: new Date() }, { type: 'locked' }],
    no: () => [{ lockedAt: null }, { type: 'unlocked' }],
  },
  archived: {
    yes: () => [{ archivedAt: new Date() }, { type: 'archived' }],
    no: () => [{ archivedAt: null }, { type: 'reopened' }],
  },
}

function pickTyped(c: AppContext): Partial<SettingFields> {
  const { name, slug, topic, kind, slow, locked, archived } = c.get('fields')
  const typed = { name, slug, topic, kind, slow, locked, archived }
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined))
}

async function refuseSettings(c: AppContext, room: Room, refused: Refused): Promise<Response> {
  const fields = { ...fieldsOf(room), ...pickTyped(c) }
  const render = (errors: FieldErrors, page: PageContext) => (
    <RoomSettingsPage page={page} view={{ room, fields, errors }} />
  )
  return refuseForm(c, problem('invalid', { fields: refused }), render, render)
}
