import { Hono } from 'hono'
import { personUrl } from '../../templates/addresses.ts'
import { ProfilePage } from '../../templates/profile.tsx'
import type { FieldErrors, PageContext, ProfileView } from '../../templates/views.ts'
import type { Profile } from '../accounts/members.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { onOneLine } from '../messages/format.ts'
import { isAbout, oneLine } from '../rooms/names.ts'
import { answerAct } from './act.ts'
import { isId } from './query.ts'
import { refuseForm } from './session.ts'

/** Rooms that two people share, on the page of one of them. */
const ROOMS_IN_COMMON = 50

/** Who somebody is, for those who live in the same house. */
export const people = new Hono<Env>()
  .get('/people/:member', async (c) => {
    const face = chooseFace(c.req.raw)
    const person = await personOf(c)
    const view = await profileView(c, person)
    const { id, name, about, rooms, isBlocked } = view
    if (face === 'json') return c.json({ id, name, about, rooms, blocked: isBlocked })
    if (face === 'text') return c.text(`${onOneLine(name)}\n${about ? `${onOneLine(about)}\n` : ''}`)
    return renderPage(c, <ProfilePage page={await pageContext(c)} view={view} />)
  })

  .post('/people/:member/block', async (c) => {
    const person = await personOf(c)
    const { member } = signedIn(c)
    if (person.id === member.id) throw problem('forbidden')
    if (!(await c.get('house').blocks.block(member.id, person.id))) throw problem('blocksFull')
    return answer(c, person, { blocked: true })
  })

  .post('/people/:member/unblock', async (c) => {
    const person = await personOf(c)
    await c.get('house').blocks.unblock(signedIn(c).member.id, person.id)
    return answer(c, person, { blocked: false })
  })

  .post('/account/about', async (c) => {
    const { id } = signedIn(c).member
    const about = oneLine(c.get('fields').about ?? '')
    if (!isAbout(about)) return refuseAbout(c)
    await c.get('house').members.describe(id, about)
    return answerAct(c, { path: personUrl(id), facts: { id, about }, line: about })
  })

/** @throws Problem 404 for whoever is not here, or not any more */
async function personOf(c: AppContext): Promise<Profile> {
  const id = c.req.param('member') ?? ''
  const found = isId(id) ? await c.get('house').members.profile(id) : null
  if (!found) throw problem('nobody')
  return found
}

function answer(c: AppContext, { id, name }: Profile, facts: Record<string, unknown>): Response {
  return answerAct(c, { path: personUrl(id), facts: { id, ...facts }, line: onOneLine(name) })
}

async function profileView(c: AppContext, person: Profile): Promise<ProfileView> {
  const { blocks, listing } = c.get('house')
  const { member } = signedIn(c)
  const isMe = person.id === member.id
  const [rooms, blocked] = await Promise.all([
    isMe ? [] : listing.roomsInCommon(member.id, person.id, ROOMS_IN_COMMON),
    blocks.blockedBy(member.id),
  ])
  return { ...person, isMe, rooms, isBlocked: blocked.includes(person.id), errors: {} }
}

async function refuseAbout(c: AppContext): Promise<Response> {
  const person = await c.get('house').members.profile(signedIn(c).member.id)
  if (!person) throw problem('notSignedIn')
  const view = { ...(await profileView(c, person)), about: c.get('fields').about ?? '' }
  const refusal = problem('invalid', { fields: { about: (words) => words.about } })
  const render = (errors: FieldErrors, page: PageContext) => (
    <ProfilePage page={page} view={{ ...view, errors }} />
  )
  return refuseForm(c, refusal, render, render)
}
