import { Hono } from 'hono'
import { isDatabaseAway } from '../database/errors.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { dropCookie, SESSION_COOKIE } from '../http/cookies.ts'
import { problem, type Refused } from '../http/errors.ts'
import { refuseOnPage } from './account.tsx'
import { archiveOf } from './archive.tsx'
import { confirmPerson } from './confirm.ts'
import { endCredentials } from './credentials.ts'
import { redirectTo } from './session.ts'

/** Taking one's data along, and going. */
export const leaving = new Hono<Env>()
  .post('/account/download', async (c) => {
    const { member } = signedIn(c)
    await c.get('house').limits.take('downloadsOfMember', member.id)
    const archive = await archiveOf(c)
    await recordAct(c, 'data-downloaded', { memberId: member.id })
    c.header('Cache-Control', 'no-store')
    c.header('Content-Disposition', 'attachment; filename="teahouse.zip"')
    return c.body(archive, 200, { 'content-type': 'application/zip' })
  })

  .post('/account/leave', async (c) => {
    const { member } = signedIn(c)
    if (member.role === 'owner') throw problem('ownerStays')
    const { messages } = c.get('fields')
    const refused: Refused = { ...(await confirmPerson(c))?.fields }
    if (messages !== 'keep' && messages !== 'erase') refused.messages = (words) => words.leaveMessages
    if (Object.keys(refused).length > 0) return refuseOnPage(c, 'leave', refused)
    try {
      await leave(c, { erasing: messages === 'erase' })
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      throw problem('leavingUnfinished', { cause: error, headers: { 'Retry-After': '10' } })
    }
    dropCookie(c, SESSION_COOKIE)
    return redirectTo(c, '/', { left: true })
  })

/**
 * The messages and the memberships go first, while there is still someone who can ask again if the database goes away in between. What was sent
 * while they went is erased at the end, when nothing more can be sent, and so are the rooms that were joined by sending it.
 * @throws Problem 403 for who has become the owner meanwhile; what the driver throws when the database is away
 */
async function leave(c: AppContext, { erasing }: { erasing: boolean }): Promise<void> {
  const { member } = signedIn(c)
  const { members, memberships, bus, report } = c.get('house')
  let erased = erasing ? await eraseEverywhere(c) : 0
  await memberships.endAllOf(member.id)
  // Told whatever the answer: it may have been lost after the commit, and to forget a name in vain does no harm.
  const ended = await members
    .depart(member.id, new Date())
    .finally(() => bus.publish({ type: 'member-changed', memberId: member.id }))
  if (!ended) {
    // Another request of theirs was quicker, or they were given the house.
    if (await members.account(member.id)) throw problem('ownerStays')
    return
  }
  endCredentials(c, member.id, ended)
  try {
    await memberships.endAllOf(member.id)
    if (erasing) erased += await eraseEverywhere(c)
  } catch (error) {
    // They have left, and nobody could ask again: the keeper is told.
    report(error, { part: 'leaving', memberId: member.id })
  }
  await recordAct(c, 'left', { memberId: member.id, details: erasing ? { erased } : {} })
}

async function eraseEverywhere(c: AppContext): Promise<number> {
  const { rooms, log } = c.get('house')
  let erased = 0
  for await (const room of rooms.everyRoom()) {
    erased += await log.erase(room.id, { id: signedIn(c).member.id, name: '' })
  }
  return erased
}
