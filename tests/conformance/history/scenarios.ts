/** What random talk does not bring about: sessions that end, readers that take nothing, connections that nobody leaves. */
import { ask } from '../../tools/http-client.ts'
import { logInByHttp, type Person } from '../../tools/people.ts'
import { waitFor } from '../../tools/wait-for.ts'
import type { FramingUnderTest } from '../framings.ts'
import type { Reader, ReaderOptions } from './reader.ts'
import { longWords, type Sender } from './sender.ts'
import type { Stage } from './stage.ts'

export type OpenReader = (
  name: string,
  framing: FramingUnderTest,
  visitor?: ReaderOptions['visitor'],
) => Reader

/** Longer than a session may be heard after its end. */
const WATCHED_FOR_MS = 2_500
/** More than the kernels and the server's own bound take together, some MiB each. */
const FLOOD = 400
/** A stream's longest life, and some more. */
const LIVES_AT_MOST_MS = 12 * 60_000 + 15_000

/** Logs in, reads while others talk, and logs out elsewhere. */
export async function logOutWhileReading(
  origin: string,
  person: Person,
  framing: FramingUnderTest,
  stage: Stage,
  open: OpenReader,
): Promise<void> {
  const session = { Cookie: await logInByHttp(origin, person) }
  const reader = open('who logs out', framing, () => ({ origin, headers: session }))
  const { connections } = reader.history
  let isLate = false
  const isRefused = () => (connections.at(-1)?.status ?? 0) >= 400
  const reading = (async () => {
    while (!isRefused() && !isLate) {
      await reader.connect({ manner: 'logged out', cursor: 'honest', leaveWhen: () => isLate })
    }
  })()
  // A poll that is held has not been answered.
  const isReading = () => connections.some(({ status }) => framing.isPoll || status > 0)
  await waitFor('who logs out to read', isReading)
  await ask(origin, '/logout', { form: {}, headers: { ...session, Origin: origin } })
  reader.history.revokedAt = performance.now()
  const watch = setTimeout(() => {
    isLate = true
    stage.changed()
  }, WATCHED_FOR_MS)
  await reading
  clearTimeout(watch)
}

/** Readers of every framing stop taking anything, much is said, and they come back by their cursors. Another reads all the while. */
export async function floodTheStuck(options: {
  framings: FramingUnderTest[]
  senders: Sender[]
  stage: Stage
  open: OpenReader
  versionNow: () => Promise<number>
}): Promise<void> {
  const { framings, senders, stage, open } = options
  stage.goal = null
  let isOver = false
  const stuck = framings.map((framing) => open('who stops reading', framing))
  const [watched] = framings
  const onlooker = watched && open('who reads on beside the stuck', watched)
  const readingOn = onlooker?.catchUp('onlooker')
  const cut = stuck.map((reader) =>
    reader.connect({ manner: 'stuck', cursor: 'honest', stopReadingUntil: () => isOver }),
  )
  const all = [...stuck, ...(onlooker ? [onlooker] : [])]
  await waitFor('all to read', () => all.every(({ history }) => history.connections[0]?.heard.length))
  for (let said = 0; said < FLOOD; said += senders.length) {
    await Promise.all(senders.map((sender) => sender.say(longWords)))
  }
  stage.goal = await options.versionNow()
  isOver = true
  stage.changed()
  await Promise.all(cut)
  await Promise.all([readingOn, ...stuck.map((reader) => reader.catchUp())])
}

/** Nobody leaves until the server ends each stream; a WebSocket that answers no ping is dropped. Takes twelve minutes. */
export async function outliveEveryStream(
  framings: FramingUnderTest[],
  stage: Stage,
  open: OpenReader,
): Promise<void> {
  stage.goal = null
  let isLate = false
  const streams = framings.filter(({ contentType }) => contentType)
  const sockets = framings.filter(({ contentType, isPoll }) => !contentType && !isPoll)
  const watch = setTimeout(() => {
    isLate = true
    stage.changed()
  }, LIVES_AT_MOST_MS)
  const leaveWhen = () => isLate
  await Promise.all([
    ...streams.map((one) =>
      open('who stays', one).connect({ manner: 'steadfast', cursor: 'honest', leaveWhen }),
    ),
    ...sockets.map((one) =>
      open('who is silent', one).connect({ manner: 'silent', cursor: 'honest', leaveWhen }),
    ),
  ])
  clearTimeout(watch)
}
