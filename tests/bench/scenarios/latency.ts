import { Audience } from '../audience.ts'
import { type Burst, feed, type Measured, measure } from '../load.ts'
import { closing, inRounds, linesOf, type Scenario, tell } from '../rounds.ts'
import { asBrowser } from '../sender.ts'
import { startRawJoined, startTeahouse, startWsLoop, toLoop, toRawSocket, toSocket } from '../targets.ts'

const READERS = 1_000
const MESSAGES_A_SECOND = 20
const SENDERS = 10
/** A round has so many times more seconds than others: each has few messages. */
const LONGER = 5
/** Every reader's times count. */
const SAMPLE_EVERY = 1

/** How long a message takes to a reader in a room that is not busy. */
export const latency: Scenario = (settings) =>
  closing(async (opened) => {
    tell(`latency: ${READERS} readers, ${MESSAGES_A_SECOND} messages a second ...`)
    const house = await opened.program(startTeahouse({ guests: SENDERS }))
    const ours = opened.also(new Audience(house.origin, toSocket(house), SAMPLE_EVERY))
    const senders = house.guests.map(({ cookie }) => asBrowser(house.origin, 'lobby', cookie, 'htmx'))
    await ours.grow(READERS)
    const { messageBytes } = await measure(house, senders, ours, { seconds: 1, warmUpSeconds: 0 })
    const loop = await opened.program(startWsLoop(messageBytes))
    const raw = await opened.program(startRawJoined())
    const toTheLoop = opened.also(new Audience(loop.origin, toLoop, SAMPLE_EVERY))
    const toRaw = opened.also(new Audience(raw.origin, toRawSocket, SAMPLE_EVERY))
    for (const audience of [toTheLoop, toRaw]) await audience.grow(READERS)

    const measured = await inRounds({ ...settings, seconds: settings.seconds * LONGER }, async (plan) => {
      const paced = { ...plan, rate: MESSAGES_A_SECOND }
      return {
        teahouse: await measure(house, senders, ours, paced),
        loop: await measure(loop, senders, toTheLoop, paced),
        raw: await feed(raw, toRaw, singles(plan.seconds), messageBytes),
      }
    })
    const { lines, add } = linesOf(
      `latency: ${MESSAGES_A_SECOND} messages a second to ${READERS} WebSocket readers`,
    )
    const p = (of: 'p50' | 'p99', rounds: Measured[]) => rounds.map(({ delivery }) => delivery[of])
    for (const [name, rounds] of [
      ['ws-loop', measured.loop],
      ['raw-joined', measured.raw],
    ] as const) {
      add('send to reader p50, ms', p('p50', measured.teahouse), { beside: [name, p('p50', rounds)] })
      add('send to reader p99, ms', p('p99', measured.teahouse), {
        beside: [name, p('p99', rounds)],
        aim: { atMost: 1.5 },
      })
    }
    return lines
  })

/** One message at a time, evenly spread. */
const singles = (seconds: number): Burst[] =>
  Array.from({ length: Math.ceil(seconds * MESSAGES_A_SECOND) }, (_, place) => ({
    messages: 1,
    at: (place * 1000) / MESSAGES_A_SECOND,
  }))
