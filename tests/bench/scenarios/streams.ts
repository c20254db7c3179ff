import { Audience } from '../audience.ts'
import { feed, measure } from '../load.ts'
import { closing, inRounds, linesOf, of, type Scenario, tell } from '../rounds.ts'
import { asBrowser } from '../sender.ts'
import { type StreamFraming, startRawSse, startTeahouse, toRawStream, toStream } from '../targets.ts'

const FRAMINGS: StreamFraming[] = ['SSE', 'NDJSON', 'text', 'endless page']
const READERS = 1_000
const SENDERS = 10

/**
 * Messages pushed to readers without a WebSocket, beside as many bytes of bare server-sent events in the same bursts: a reader of text, which is
 * told where each ends, bears witness.
 */
export const streams: Scenario = (settings) =>
  closing(async (opened) => {
    const house = await opened.program(startTeahouse({ guests: SENDERS }))
    const raw = await opened.program(startRawSse())
    const toRaw = opened.also(new Audience(raw.origin, toRawStream))
    await toRaw.grow(READERS)
    const witness = opened.also(new Audience(house.origin, toStream(house, 'text')))
    await witness.grow(1)
    const senders = house.guests.map(({ cookie }) => asBrowser(house.origin, 'lobby', cookie, 'htmx'))

    const { lines, add } = linesOf(`streams: ${SENDERS} senders, ${READERS} readers`)
    for (const framing of FRAMINGS) {
      tell(`streams: ${READERS} readers by ${framing} ...`)
      const ours = opened.also(new Audience(house.origin, toStream(house, framing)))
      await ours.grow(READERS)
      const measured = await inRounds(settings, async (plan) => {
        const teahouse = await measure(house, senders, ours, plan, witness)
        return { teahouse, raw: await feed(raw, toRaw, teahouse.bursts, teahouse.messageBytes) }
      })
      ours.close()
      add(`${framing}, server CPU per delivery, µs`, of(measured.teahouse, 'cpuPerDelivery'), {
        beside: ['raw-sse', of(measured.raw, 'cpuPerDelivery')],
        aim: { atMost: 1.3 },
      })
      add(`${framing}, deliveries per write`, of(measured.teahouse, 'deliveriesPerWrite'), {
        beside: ['raw-sse', of(measured.raw, 'deliveriesPerWrite')],
      })
    }
    return lines
  })
