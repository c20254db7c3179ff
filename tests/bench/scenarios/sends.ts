import { measure } from '../load.ts'
import { closing, inRounds, linesOf, of, type Scenario, tell } from '../rounds.ts'
import { asBrowser, asProgram } from '../sender.ts'
import { startTeahouse, startYardstick } from '../targets.ts'

const SENDERS = 100
const ROOMS = [1, 50]

/** Acknowledged sends with nobody reading, by browsers (session, proof of intent, a rendered answer) and by programs. */
export const sends: Scenario = (settings) =>
  closing(async (opened) => {
    tell(`sends: ${SENDERS} guests register ...`)
    const house = await opened.program(startTeahouse({ guests: SENDERS, rooms: Math.max(...ROOMS) }))
    const env = { DATABASE_SOCKET: house.databaseSocket }
    const group = await opened.program(startYardstick(new URL('../bare-group.ts', import.meta.url), env))
    const insert = await opened.program(startYardstick(new URL('../bare-insert.ts', import.meta.url), env))

    const lines = []
    for (const rooms of ROOMS) {
      tell(`sends: ${SENDERS} senders, ${rooms} ${rooms === 1 ? 'room' : 'rooms'} ...`)
      const roomOf = (place: number) => house.rooms[place % rooms] ?? 'lobby'
      const browsing = (kind: 'htmx' | 'form') =>
        house.guests.map(({ cookie }, place) => asBrowser(house.origin, roomOf(place), cookie, kind))
      const byHtmx = browsing('htmx')
      const byForm = browsing('form')
      const byProgram = house.guests.map(({ token }, place) => asProgram(roomOf(place), token))

      const selects: number[] = []
      const measured = await inRounds(settings, async (plan, isKept) => {
        const before = await house.selects()
        const htmx = await measure(house, byHtmx, null, plan)
        const asked = (await house.selects()) - before
        // The warm-up sent too, at about the same pace.
        const sent = htmx.sendsPerSecond * (plan.seconds + plan.warmUpSeconds)
        if (isKept) selects.push(asked / sent)
        return {
          htmx,
          group: await measure(group, byHtmx, null, plan),
          insert: await measure(insert, byHtmx, null, plan),
          form: await measure(house, byForm, null, plan),
          program: await measure(house, byProgram, null, plan),
        }
      })

      const { lines: listed, add } = linesOf(
        `sends: ${SENDERS} senders, ${rooms === 1 ? 'one room' : `${rooms} rooms`}`,
      )
      const perSecond = (name: keyof typeof measured) => of(measured[name], 'sendsPerSecond')
      const cpu = (name: keyof typeof measured) => of(measured[name], 'cpuPerSend')
      const beside = (values: (name: keyof typeof measured) => number[]) => ({
        group: ['bare-group', values('group')] as [string, number[]],
        insert: ['bare-insert', values('insert')] as [string, number[]],
      })
      add('by htmx, a second', perSecond('htmx'), {
        beside: beside(perSecond).group,
        aim: { atLeast: 0.45 },
      })
      add('by htmx, a second', perSecond('htmx'), { beside: beside(perSecond).insert, aim: { atLeast: 1 } })
      add('by form, a second', perSecond('form'), { beside: beside(perSecond).group })
      add('by program (token, text), a second', perSecond('program'), { beside: beside(perSecond).group })
      add('server CPU per send by htmx, µs', cpu('htmx'), { beside: beside(cpu).group })
      add('server CPU per send by htmx, µs', cpu('htmx'), { beside: beside(cpu).insert })
      add('server CPU per send by program, µs', cpu('program'), { beside: beside(cpu).group })
      add('SELECTs per send', selects)
      add(
        'htmx, send to acknowledgement p99, ms',
        measured.htmx.map(({ acknowledgement }) => acknowledgement.p99),
        { beside: ['bare-group', measured.group.map(({ acknowledgement }) => acknowledgement.p99)] },
      )
      add('load generator, cores', of(measured.htmx, 'clientCpu'), {
        beside: ['bare-group', of(measured.group, 'clientCpu')],
      })
      lines.push(...listed)
    }
    return lines
  })
