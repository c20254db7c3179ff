import { makeZip } from 'client-zip'
import type { Child } from 'hono/jsx'
import { ArchivedMessage, ArchivedMessages, ArchivePage, type ArchiveView } from '../../templates/archive.tsx'
import type { ActView } from '../../templates/views.ts'
import { deviceOf } from '../accounts/devices.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { wordsFor } from '../http/language.ts'
import { inWords } from '../http/page.tsx'
import type { Message, RoomState } from '../messages/message.ts'
import { toJson, toView } from '../messages/view.ts'

/** Messages, or entries, read at once: the archive goes out in pieces as it is taken. */
const AT_ONCE = 500
/** Entries of what was done to one account. */
const MOST_ACTS = 10_000

/**
 * Everything that the house keeps of whoever asks, as a zip that is made while it is taken: `index.html` and `account.json`, and for each room
 * what they have said there, to read and for programs. Neither passwords nor hashes nor tokens are in it.
 */
export async function archiveOf(c: AppContext): Promise<ReadableStream<Uint8Array>> {
  const account = await accountOf(c)
  const rooms: RoomState[] = []
  const { direct } = wordsFor(c).rooms
  for await (const room of c.get('house').rooms.everyRoom()) {
    if (await hasSpoken(c, room)) rooms.push({ ...room, name: room.name || direct.room })
  }
  return makeZip(filesOf(c, account, rooms))
}

async function accountOf(c: AppContext): Promise<ArchiveView> {
  const { member, credential } = signedIn(c)
  const { members, sessions, tokens } = c.get('house')
  const [account, listed, tokensListed, acts] = await Promise.all([
    members.account(member.id),
    sessions.listOf(member.id),
    tokens.listOf(member.id),
    actsOf(c),
  ])
  if (!account) throw problem('notSignedIn')
  return {
    ...account,
    madeAt: new Date(),
    // Their ids are hashes of secrets, which are for nobody to keep.
    sessions: listed.map(({ id, device, ...session }) => ({
      ...session,
      ...deviceOf(device),
      current: id === credential.id,
    })),
    tokens: tokensListed.map(({ id: _hash, ...token }) => token),
    acts,
  }
}

/** The newest first. */
async function actsOf(c: AppContext): Promise<ActView[]> {
  const { member } = signedIn(c)
  const acts: ActView[] = []
  for (let before: string | undefined; acts.length < MOST_ACTS; ) {
    const page = await c
      .get('house')
      .audit.list({ memberId: member.id, limit: AT_ONCE, ...(before ? { before } : {}) })
    for (const { at, action, actorId, address, details } of page) {
      const byMe = actorId === member.id
      // From where someone else did it is theirs, unless nobody knows who it was.
      const from = byMe || actorId === null ? address : ''
      acts.push({ at, action, address: from, byMe, details: JSON.parse(details) })
    }
    before = page.at(-1)?.id
    if (page.length < AT_ONCE) break
  }
  return acts
}

async function hasSpoken(c: AppContext, room: RoomState): Promise<boolean> {
  for await (const _page of pagesOf(c, room, 1)) return true
  return false
}

async function* pagesOf(c: AppContext, room: RoomState, limit = AT_ONCE): AsyncGenerator<Message[]> {
  const { reader } = c.get('house')
  const { member } = signedIn(c)
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof reader.saidBy>> = await reader.saidBy(
      room.id,
      member.id,
      after,
      room.lastNumber,
      limit,
    )
    if (page.said.length > 0) yield page.said
    after = page.goOnAfter
  }
}

async function* filesOf(c: AppContext, account: ArchiveView, rooms: RoomState[]) {
  const { archive } = wordsFor(c).account
  const links = rooms.flatMap(({ slug, name }) => [
    { path: `messages/${slug}.html`, label: archive.messages(name) },
    { path: `messages/${slug}.json`, label: `${archive.messages(name)}, ${archive.forPrograms}` },
  ])
  const files = [{ path: 'account.json', label: `${archive.profile}, ${archive.forPrograms}` }, ...links]
  const file = (name: string, input: string | AsyncGenerator<string>) => ({
    name: `teahouse/${name}`,
    lastModified: account.madeAt,
    input,
  })
  yield file('index.html', document(c, <ArchivePage view={account} files={files} />))
  yield file('account.json', `${JSON.stringify(account, null, 2)}\n`)
  for (const room of rooms) {
    yield file(`messages/${room.slug}.html`, asHtml(c, room))
    yield file(`messages/${room.slug}.json`, asJson(c, room))
  }
}

const document = (c: AppContext, page: Child) => `<!doctype html>\n${inWords(c, page)}\n`

/** The page is rendered around a mark, and cut there. */
async function* asHtml(c: AppContext, room: RoomState): AsyncGenerator<string> {
  const mark = crypto.randomUUID()
  const [before = '', after = ''] = document(
    c,
    <ArchivedMessages room={room.name}>{mark}</ArchivedMessages>,
  ).split(mark)
  yield before
  for await (const page of pagesOf(c, room)) {
    yield page
      .map((message) => inWords(c, <ArchivedMessage message={toView(message, room.slug)} />))
      .join('\n')
  }
  yield after
}

async function* asJson(c: AppContext, room: RoomState): AsyncGenerator<string> {
  yield `{"room":${JSON.stringify(room.slug)},"messages":[`
  let separator = ''
  for await (const page of pagesOf(c, room)) {
    yield separator + page.map((message) => JSON.stringify(toJson(toView(message, room.slug)))).join(',\n')
    separator = ',\n'
  }
  yield ']}\n'
}
