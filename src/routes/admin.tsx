import { Hono } from 'hono'
import {
  AuditPage,
  InvitationsPage,
  MemberPage,
  MembersPage,
  ShownOncePage,
  sentenceOf,
} from '../../templates/admin.tsx'
import type { AuditEntryView, InvitationView, MemberPageView } from '../../templates/views.ts'
import { type KnownMember, rolesBelow } from '../accounts/administration.ts'
import { type Invitation, LONGEST_NOTE, MOST_HOURS, MOST_USES } from '../accounts/invitations.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { type FieldSentence, problem } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { onOneLine } from '../messages/format.ts'
import { codePoints } from '../unicode.ts'
import { asksCode, confirmPerson } from './confirm.ts'
import { endCredentials } from './credentials.ts'
import { idParameter, isId } from './query.ts'
import { redirectTo, refuseForm } from './session.ts'

/** Rows on one page of a list. */
const PAGE = 50

/** For those who keep the house: its members, who may come, and what was done. */
export const admin = new Hono<Env>()
  .use(async (c, next) => {
    // What is shown here is nothing for a disk.
    c.header('Cache-Control', 'no-store')
    await next()
  })

  .get('/', (c) => c.redirect('/admin/members', 303))

  .get('/members', async (c) => {
    const face = chooseFace(c.req.raw)
    const query = (c.req.query('q') ?? '').trim().slice(0, 64)
    const { administration } = c.get('house')
    const rows = await administration.list({ name: query, ...beforeOf(c), limit: PAGE + 1 })
    const { shown, older } = pageOf(rows)
    if (face === 'json') return c.json({ members: shown.map(toJson), before: older })
    if (face === 'text') return c.text(shown.map((member) => `${lineOf(member)}\n`).join(''))
    const view = { members: shown, query, older }
    return renderPage(c, <MembersPage page={await pageContext(c)} view={view} />)
  })

  .get('/members/:member', async (c) => {
    const member = await memberOf(c)
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json(toJson(member))
    if (face === 'text') return c.text(`${lineOf(member)}\n`)
    return renderPage(c, <MemberPage page={await pageContext(c)} view={await memberView(c, member)} />)
  })

  .post('/members/:member/role', async (c) => {
    const member = await memberOf(c)
    const { administration, bus } = c.get('house')
    const { role } = c.get('fields')
    if (role !== 'admin' && role !== 'member') {
      throw problem('invalid', { fields: { role: (words) => words.role } })
    }
    if (!(await administration.changeRole(member.id, role))) throw problem('forbidden')
    bus.publish({ type: 'member-changed', memberId: member.id })
    await recordAct(c, 'role-changed', { memberId: member.id, details: { role } })
    return redirectTo(c, addressOfMember(member.id), { id: member.id, role })
  })

  .post('/members/:member/owner', async (c) => {
    const heir = await memberOf(c)
    const { administration, bus } = c.get('house')
    const { member: owner } = signedIn(c)
    const refusal = await confirmPerson(c)
    if (refusal) {
      const view = await memberView(c, heir)
      const refused = (errors: Partial<Record<string, string>>) => ({ ...view, errors })
      return refuseForm(
        c,
        refusal,
        (errors, page) => <MemberPage page={page} view={refused(errors)} />,
        (errors, page) => <MemberPage page={page} view={refused(errors)} />,
      )
    }
    if (!(await administration.handOver(owner.id, heir.id))) throw problem('forbidden')
    for (const memberId of [owner.id, heir.id]) bus.publish({ type: 'member-changed', memberId })
    await recordAct(c, 'role-changed', { memberId: heir.id, details: { role: 'owner' } })
    await recordAct(c, 'role-changed', { memberId: owner.id, details: { role: 'admin' } })
    return redirectTo(c, addressOfMember(heir.id), { id: heir.id, role: 'owner' })
  })

  .post('/members/:member/suspend', async (c) => {
    const { member, roles } = await memberBelow(c)
    const ended = await c.get('house').administration.suspend(member.id, roles)
    if (ended) {
      endCredentials(c, member.id, ended)
      await recordAct(c, 'suspended', { memberId: member.id })
    }
    return redirectTo(c, addressOfMember(member.id), { id: member.id, suspended: true })
  })

  .post('/members/:member/reinstate', async (c) => {
    const { member, roles } = await memberBelow(c)
    if (await c.get('house').administration.reinstate(member.id, roles)) {
      await recordAct(c, 'reinstated', { memberId: member.id })
    }
    return redirectTo(c, addressOfMember(member.id), { id: member.id, suspended: false })
  })

  .post('/members/:member/password-link', async (c) => {
    const { member } = await memberBelow(c)
    const face = chooseFace(c.req.raw)
    const { secret, expiresAt } = await c.get('house').oneTimeSecrets.makePasswordLink(member.id)
    await recordAct(c, 'password-reset-offered', { memberId: member.id, details: { by: 'link' } })
    const link = `${c.get('origin').origin}/reset/${secret}`
    if (face !== 'html') return shownOnce(c, face, { link, expiresAt })
    const words = wordsFor(c).admin.passwordLink
    const view = { words: words.made(member.name), link, expiresAt, back: addressOfMember(member.id) }
    return renderPage(c, <ShownOncePage page={await pageContext(c)} view={view} />)
  })

  .get('/invitations', async (c) => {
    const face = chooseFace(c.req.raw)
    const { shown, older } = await invitationsPage(c)
    if (face === 'json') return c.json({ invitations: shown, before: older })
    if (face === 'text') return c.text(shown.map((one) => `${invitationLine(c, one)}\n`).join(''))
    const view = { ...invitationsView(c, shown, older), errors: {} }
    return renderPage(c, <InvitationsPage page={await pageContext(c)} view={view} />)
  })

  .post('/invitations', async (c) => {
    const face = chooseFace(c.req.raw)
    const wanted = checkInvitation(c)
    if ('refused' in wanted) {
      const { shown, older } = await invitationsPage(c)
      const view = invitationsView(c, shown, older)
      return refuseForm(
        c,
        problem('invalid', { fields: wanted.refused }),
        (errors, page) => <InvitationsPage page={page} view={{ ...view, errors }} />,
        (errors, page) => <InvitationsPage page={page} view={{ ...view, errors }} />,
      )
    }
    const madeBy = signedIn(c).member.id
    const { id, secret, expiresAt } = await c.get('house').invitations.make({ ...wanted, madeBy })
    const { uses, hours } = wanted
    await recordAct(c, 'invitation-made', { details: { invitation: id, uses, hours } })
    const link = `${c.get('origin').origin}/invite/${secret}`
    if (face !== 'html') return shownOnce(c, face, { id, link, expiresAt })
    const words = wordsFor(c).admin.invitations.made(uses)
    const view = { words, link, expiresAt, back: '/admin/invitations' }
    return renderPage(c, <ShownOncePage page={await pageContext(c)} view={view} />)
  })

  .post('/invitations/:invitation/withdraw', async (c) => {
    const id = c.req.param('invitation')
    if (!isId(id)) throw problem('notFound')
    if (await c.get('house').invitations.withdraw(id)) {
      await recordAct(c, 'invitation-withdrawn', { details: { invitation: id } })
    }
    return redirectTo(c, '/admin/invitations', { id, state: 'withdrawn' })
  })

  .get('/audit', async (c) => {
    const face = chooseFace(c.req.raw)
    const memberId = idParameter(c, 'member')
    const rows = await c.get('house').audit.list({
      ...beforeOf(c),
      ...(memberId ? { memberId } : {}),
      limit: PAGE + 1,
    })
    const { shown, older } = pageOf(rows.map(entryView))
    if (face === 'json') return c.json({ entries: shown, before: older })
    if (face === 'text') {
      return c.text(
        shown
          .map(
            (entry) => `${stamp(entry.at)} ${onOneLine(sentenceOf(wordsFor(c), entry))} ${entry.address}\n`,
          )
          .join(''),
      )
    }
    const view = { entries: shown, older, memberId: memberId ?? '' }
    return renderPage(c, <AuditPage page={await pageContext(c)} view={view} />)
  })

const addressOfMember = (id: string) => `/admin/members/${id}`

/** @throws Problem 404 */
async function memberOf(c: AppContext): Promise<KnownMember> {
  const id = c.req.param('member') ?? ''
  const found = isId(id) ? await c.get('house').administration.member(id) : null
  if (!found) throw problem('notFound')
  return found
}

/** Admins look after members, the owner after admins too; nobody after the owner. @throws Problem 403, 404 */
async function memberBelow(c: AppContext) {
  const member = await memberOf(c)
  const roles = rolesBelow[signedIn(c).member.role]
  if (!roles.includes(member.role)) throw problem('forbidden')
  return { member, roles }
}

function beforeOf(c: AppContext): { before?: string } {
  const before = idParameter(c, 'before')
  return before ? { before } : {}
}

/** One row more than a page was read: it says that there are older ones. */
function pageOf<Row extends { id: string }>(rows: Row[]): { shown: Row[]; older: string | null } {
  const shown = rows.slice(0, PAGE)
  return { shown, older: rows.length > PAGE ? (shown.at(-1)?.id ?? null) : null }
}

const toJson = ({ id, name, role, createdAt, suspendedAt }: KnownMember) => ({
  id,
  name,
  role,
  joinedAt: createdAt,
  suspendedAt,
})

const stamp = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ')

/** For people at a terminal, and for `grep`. */
const lineOf = ({ id, name, role, createdAt, suspendedAt }: KnownMember) =>
  [id, stamp(createdAt), role, suspendedAt ? 'suspended' : '', onOneLine(name)].filter(Boolean).join(' ')

function invitationLine(c: AppContext, { id, state, usesLeft, uses, expiresAt, note }: Invitation): string {
  const words = wordsFor(c).admin.invitations
  return [id, words.states[state], words.usesLeft(usesLeft, uses), stamp(expiresAt), onOneLine(note)]
    .filter(Boolean)
    .join(' ')
}

async function memberView(c: AppContext, member: KnownMember): Promise<MemberPageView> {
  const viewer = signedIn(c).member
  const isOwner = viewer.role === 'owner' && member.id !== viewer.id
  return {
    member,
    mayLookAfter: rolesBelow[viewer.role].includes(member.role),
    mayChangeRole: isOwner,
    mayTakeHouse: isOwner && !member.suspendedAt,
    asksCode: isOwner && (await asksCode(c)),
    errors: {},
  }
}

async function invitationsPage(c: AppContext) {
  return pageOf(await c.get('house').invitations.list({ ...beforeOf(c), limit: PAGE + 1 }))
}

function invitationsView(c: AppContext, invitations: InvitationView[], older: string | null) {
  const { uses = '1', hours = '168', note = '' } = c.get('fields')
  const isClosed = c.get('house').config.REGISTRATION === 'closed'
  return { invitations, older, isClosed, fields: { uses, hours, note } }
}

/** @returns what was asked for, or what is wrong with it */
function checkInvitation(c: AppContext) {
  const { uses: typedUses = '1', hours: typedHours = '168', note: typedNote = '' } = c.get('fields')
  const refused: Record<string, FieldSentence> = {}
  const uses = wholeBetween(typedUses, MOST_USES)
  const hours = wholeBetween(typedHours, MOST_HOURS)
  // It is shown on terminals too.
  const note = typedNote
    .toWellFormed()
    .replace(/\p{C}+/gu, ' ')
    .trim()
  if (uses === null) refused.uses = (words) => words.uses
  if (hours === null) refused.hours = (words) => words.hours
  if (codePoints(note) > LONGEST_NOTE) refused.note = (words) => words.note
  if (uses === null || hours === null || refused.note) return { refused }
  return { uses, hours, note }
}

function wholeBetween(typed: string, most: number): number | null {
  const number = /^[1-9]\d{0,5}$/.test(typed.trim()) ? Number(typed) : null
  return number !== null && number <= most ? number : null
}

function shownOnce(
  c: AppContext,
  face: 'json' | 'text',
  made: { link: string; expiresAt: Date; id?: string },
): Response {
  return face === 'json' ? c.json(made, 201) : c.text(`${made.link}\n`, 201)
}

type AuditRow = Awaited<ReturnType<AppContext['var']['house']['audit']['list']>>[number]

function entryView(row: AuditRow): AuditEntryView {
  const { id, at, action, actorId, actorName, memberId, memberName, address, details } = row
  return {
    id,
    at,
    action,
    actor: actorId ? { id: actorId, name: actorName ?? '' } : null,
    member: memberId ? { id: memberId, name: memberName ?? '' } : null,
    address,
    details: JSON.parse(details) as AuditEntryView['details'],
  }
}
