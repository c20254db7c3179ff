import { Audience } from '../audience.ts'
import { feed, type Measured, measure } from '../load.ts'
import { closing, inRounds, linesOf, of, type Scenario, tell } from '../rounds.ts'
import { asBrowser } from '../sender.ts'
import {
  startRawJoined,
  startSocketIo,
  startTeahouse,
  startWsLoop,
  toLoop,
  toRawSocket,
  toSocket,
  toSocketIo,
} from '../targets.ts'

const READERS = [1_000, 5_000]
const SENDERS = 10

/**
 * Messages that are stored and pushed to WebSockets: ten senders who each send again when everyone has their last, and one who does. The raw
 * yardstick gets bursts as ours were.
 */
export const fanOut: Scenario = (settings) =>
  closing(async (opened) => {
    const house = await opened.program(startTeahouse({ guests: SENDERS }))
    const ours = opened.also(new Audience(house.origin, toSocket(house)))
    // The same bytes for all of them.
    const senders = house.guests.map(({ cookie }) => asBrowser(house.origin, 'lobby', cookie, 'htmx'))

    await ours.grow(100)
    const { messageBytes } = await measure(house, senders, ours, { seconds: 1, warmUpSeconds: 1 })
    const raw = await opened.program(startRawJoined())
    const loop = await opened.program(startWsLoop(messageBytes))
    const socketIo = await opened.program(startSocketIo(messageBytes))
    const toRaw = opened.also(new Audience(raw.origin, toRawSocket))
    const toTheLoop = opened.also(new Audience(loop.origin, toLoop))
    const toIo = opened.also(new Audience(socketIo.origin, toSocketIo))

    const lines = []
    for (const readers of READERS) {
      tell(`fan-out: ${readers} readers ...`)
      for (const audience of [ours, toRaw, toTheLoop]) await audience.grow(readers)
      if (readers === READERS[0]) await toIo.grow(readers)
      const many = await inRounds(settings, async (plan) => {
        const teahouse = await measure(house, senders, ours, plan)
        return {
          teahouse,
          raw: await feed(raw, toRaw, teahouse.bursts, teahouse.messageBytes),
          loop: await measure(loop, senders, toTheLoop, plan),
          ...(toIo.readers.length > 0 && { io: await measure(socketIo, senders, toIo, plan) }),
        }
      })
      lines.push(...manyAtOnce(readers, many))
      const single = await inRounds(settings, async (plan) => ({
        teahouse: await measure(house, senders.slice(0, 1), ours, plan),
        loop: await measure(loop, senders.slice(0, 1), toTheLoop, plan),
      }))
      lines.push(...oneAtATime(readers, single))
      // The descriptors of one process are not enough for four times five thousand.
      toIo.close()
    }
    return lines
  })

const CPU = 'server CPU per delivery, µs'

function manyAtOnce(
  readers: number,
  { teahouse, raw, loop, io }: Record<'teahouse' | 'raw' | 'loop', Measured[]> & { io?: Measured[] },
) {
  const { lines, add } = linesOf(`fan-out: ${SENDERS} senders, ${readers} WebSocket readers`)
  const cpu = (measured: Measured[]) => of(measured, 'cpuPerDelivery')
  add(CPU, cpu(teahouse), { beside: ['raw-joined', cpu(raw)], aim: { atMost: 1.5 } })
  add(CPU, cpu(teahouse), { beside: ['ws-loop', cpu(loop)], aim: { atMost: 0.5 } })
  if (io) add(CPU, cpu(teahouse), { beside: ['Socket.IO', cpu(io)] })
  add('deliveries per write', of(teahouse, 'deliveriesPerWrite'), {
    beside: ['raw-joined', of(raw, 'deliveriesPerWrite')],
  })
  add('deliveries a second', of(teahouse, 'deliveriesPerSecond'), {
    beside: ['ws-loop', of(loop, 'deliveriesPerSecond')],
  })
  add('load generator, cores', of(teahouse, 'clientCpu'), { beside: ['ws-loop', of(loop, 'clientCpu')] })
  return lines
}

function oneAtATime(readers: number, { teahouse, loop }: Record<'teahouse' | 'loop', Measured[]>) {
  const { lines, add } = linesOf(`fan-out: one message at a time, ${readers} WebSocket readers`)
  add(CPU, of(teahouse, 'cpuPerDelivery'), {
    beside: ['ws-loop', of(loop, 'cpuPerDelivery')],
    aim: { atMost: 1.1 },
  })
  add('deliveries a second', of(teahouse, 'deliveriesPerSecond'), {
    beside: ['ws-loop', of(loop, 'deliveriesPerSecond')],
  })
  return lines
}
