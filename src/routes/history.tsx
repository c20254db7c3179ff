import { Hono } from 'hono'
import { historyUrl } from '../../templates/addresses.ts'
import { HistoryList, HistoryPage } from '../../templates/history.tsx'
import { dayOf } from '../../templates/time.ts'
import type { HistoryPageView, LogView } from '../../templates/views.ts'
import type { AppContext, Env } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { chooseFace, wantsFragment } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { csvLine } from '../messages/csv.ts'
import { toTextLine } from '../messages/format.ts'
import type { Message, RoomState } from '../messages/message.ts'
import { PAGE } from '../messages/read.ts'
import { jsonLine, toJson, toView } from '../messages/view.ts'
import type { Words } from '../words/en.ts'
import { saidIn } from '../words/notice.ts'
import { enterRoom } from './door.ts'
import { numberParameter } from './query.ts'
import { logView, plainLog, stretchOf } from './rooms.tsx'

/** Messages read at once for a download: a long transcript goes out in pieces as the reader takes them. */
const DOWNLOAD_PAGE = 500

interface Day {
  date: string
  from: Date
  until: Date
}

/** A day of the server's own zone, which the page names. @throws Problem 422 for what is no day */
function dayParameter(c: AppContext): Day | null {
  const date = c.req.query('on')
  if (!date) return null
  const [year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? []).slice(1).map(Number)
  if (year !== undefined && month !== undefined && day !== undefined) {
    const from = new Date(year, month - 1, day)
    if (dayOf(from) === date) return { date, from, until: new Date(year, month - 1, day + 1) }
  }
  throw problem('invalid', { fields: { on: (words) => words.day } })
}

/** The transcript: by page, by day, by search, and as a download. */
export const history = new Hono<Env>().get('/rooms/:room/history', async (c) => {
  const face = c.req.query('format') === 'csv' ? 'csv' : chooseFace(c.req.raw)
  const room = await enterRoom(c)
  const query = (c.req.query('q') ?? '').trim().slice(0, 200)
  const day = query ? null : dayParameter(c)
  if (face !== 'html' && (face === 'csv' || (!query && !isOnePage(c)))) return transcript(c, face, room, day)
  const found = query
    ? await search(c, room, query)
    : { log: await stretch(c, room, day), searchedBackTo: null }
  if (face !== 'html') return plainLog(c, face, found.log)

  const view: HistoryPageView = {
    ...found,
    query,
    day: day && (await neighbours(c, room, day)),
    downloads: { text: downloadUrl(c, room, 'text'), json: downloadUrl(c, room, 'json') },
    errors: {},
  }
  c.header('Teahouse-Version', String(room.version))
  const page = await pageContext(c)
  return wantsFragment(c.req.raw)
    ? renderFragment(c, <HistoryList view={view} />)
    : renderPage(c, <HistoryPage page={page} view={view} />)
})

/** One page was asked for, not the transcript. */
const isOnePage = (c: AppContext) => ['before', 'after', 'around'].some((name) => c.req.query(name))

async function stretch(c: AppContext, room: RoomState, day: Day | null): Promise<LogView> {
  const { reader } = c.get('house')
  if (!day) return logView(room, await reader.stretch(room.id, stretchOf(c)), stretchOf(c))
  const before = numberParameter(c, 'before')
  const after = numberParameter(c, 'after') ?? 0
  const span = { from: day.from, until: day.until }
  const messages = await reader.ofDay(room.id, span, before === undefined ? { after } : { before }, PAGE + 1)
  const more = messages.length > PAGE
  if (before !== undefined) {
    const shown = more ? messages.slice(1) : messages
    return { ...logView(room, shown, { before }), hasOlder: more, hasNewer: true }
  }
  return { ...logView(room, messages.slice(0, PAGE), { after }), hasOlder: after > 0, hasNewer: more }
}

async function search(c: AppContext, room: RoomState, query: string) {
  const before = numberParameter(c, 'before') ?? room.lastNumber + 1
  const { hits, searchedBackTo } = await c.get('house').reader.search(room.id, query, before)
  const log = { ...logView(room, hits, 'newest'), hasOlder: searchedBackTo > 1, hasNewer: false }
  return { log, searchedBackTo: searchedBackTo > 1 ? searchedBackTo : null }
}

async function neighbours(c: AppContext, room: RoomState, { date, from, until }: Day) {
  const { reader } = c.get('house')
  const [previous, next] = await Promise.all([
    reader.nearestTalk(room.id, from, 'before'),
    reader.nearestTalk(room.id, until, 'from'),
  ])
  return { date, previous: previous && dayOf(previous), next: next && dayOf(next) }
}

function downloadUrl(c: AppContext, room: RoomState, format: 'text' | 'json'): string {
  const query = new URLSearchParams({ format })
  for (const name of ['on', 'q', 'before']) {
    const value = c.req.query(name)
    if (value && (name !== 'before' || c.req.query('q'))) query.set(name, value)
  }
  return `${historyUrl(room.slug)}?${query}`
}

/** The whole transcript, or a whole day of it, as a download: read page by page as the reader takes it. */
function transcript(c: AppContext, face: keyof typeof DOWNLOADS, room: RoomState, day: Day | null): Response {
  c.header('Teahouse-Version', String(room.version))
  if (c.req.query('format')) {
    const name = `${room.slug}${day ? `-${day.date}` : ''}.${DOWNLOADS[face].ending}`
    c.header('Content-Disposition', `attachment; filename="${name}"`)
  }
  const pages = pagesOf(c, room, day)
  const { type, write } = DOWNLOADS[face]
  return c.body(toStream(write(room, pages, wordsFor(c))), 200, { 'content-type': type })
}

type Pages = AsyncGenerator<Message[]>

async function* pagesOf(c: AppContext, room: RoomState, day: Day | null): Pages {
  const { reader } = c.get('house')
  for (let after = 0; ; ) {
    const page = day
      ? await reader.ofDay(room.id, day, { after }, DOWNLOAD_PAGE)
      : await reader.stretch(room.id, { after }, DOWNLOAD_PAGE)
    // What was said after the version in the header is for the next download.
    yield page.filter((message) => message.number <= room.lastNumber)
    const last = page.at(-1)
    if (page.length < DOWNLOAD_PAGE || !last || last.number >= room.lastNumber) return
    after = last.number
  }
}

async function* asText(room: RoomState, pages: Pages, words: Words): AsyncGenerator<string> {
  for await (const page of pages)
    yield page.map((message) => `${toTextLine(toView(message, room.slug), words)}\n`).join('')
}

async function* asJson(room: RoomState, pages: Pages): AsyncGenerator<string> {
  yield `{"room":${JSON.stringify(room.slug)},"version":${room.version},"messages":[`
  let separator = ''
  for await (const page of pages) {
    yield page
      .map((message) => {
        const line = separator + jsonLine(toJson(toView(message, room.slug)))
        separator = ',\n'
        return line
      })
      .join('')
  }
  yield ']}\n'
}

async function* asCsv(room: RoomState, pages: Pages, { message: words }: Words): AsyncGenerator<string> {
  yield csvLine(['number', 'createdAt', 'author', 'replyTo', 'body'])
  for await (const page of pages) {
    yield page
      .map((message) => toView(message, room.slug))
      .map((message) => {
        const { number, createdAt, author, replyTo } = message
        const name = author.name || words.formerMember
        return csvLine([number, createdAt.toISOString(), name, replyTo ?? '', saidIn(message, words)])
      })
      .join('')
  }
}

const DOWNLOADS = {
  json: { ending: 'json', type: 'application/json', write: asJson },
  text: { ending: 'txt', type: 'text/plain; charset=utf-8', write: asText },
  csv: { ending: 'csv', type: 'text/csv; charset=utf-8', write: asCsv },
}

function toStream(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await chunks.return(undefined)
    },
  })
}
