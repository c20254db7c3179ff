/** Many talk in a room, many read it, and what happened is kept: the whole conformance run, or a part of a test that does harm meanwhile. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Person } from '../../tools/people.ts'
import { between, type Random, randomFrom } from '../../tools/random.ts'
import { type FramingUnderTest, polling, pushing, type Visitor } from '../framings.ts'
import type { Change, History, ReaderHistory, Send } from './history.ts'
import { Reader } from './reader.ts'
import { loadPage, loadTruth } from './room.ts'
import { floodTheStuck, logOutWhileReading, outliveEveryStream } from './scenarios.ts'
import { Sender } from './sender.ts'
import { Stage } from './stage.ts'

export interface TalkOptions {
  /** The nodes, or one: each connection and each send goes to any of them. */
  origins: string[]
  room?: string
  tokens: string[]
  /** Who log in and out while they read. Nobody does when this is empty. */
  people?: Person[]
  seed: number
  sends: number
  senders?: number
  readers?: number
  framings?: FramingUnderTest[]
  /** Also what takes much data (readers that stop taking it) ... */
  flood?: boolean
  /** ... or twelve minutes (streams that nobody leaves). */
  life?: boolean
  /** False when servers are killed meanwhile. */
  isCalm?: boolean
  /** How long, in milliseconds, a send is tried, and readers that hear nothing are waited for. */
  patience?: number
}

export interface Talk {
  readonly stage: Stage
  /** Lets no send begin any more. */
  hush(): void
  /** Waits until all was said and heard. */
  finish(): Promise<History>
}

const PATIENCE_MS = 20_000

export const everyFraming = [...pushing, ...polling]

export async function startTalk(options: TalkOptions): Promise<Talk> {
  const {
    origins,
    room = 'lobby',
    tokens,
    people = [],
    seed,
    patience = PATIENCE_MS,
    isCalm = true,
  } = options
  const { senders: senderCount = 20, readers: readerCount = 50, framings = everyFraming } = options
  const random = randomFrom(seed)
  const stage = new Stage(options.sends)
  const [origin = ''] = origins
  const programOf = (place: number, dice: Random) => (): Visitor => ({
    origin: origins[between(dice, 0, origins.length - 1)] ?? origin,
    headers: { Authorization: `Bearer ${tokens[place % tokens.length]}` },
  })
  const someone = programOf(0, random)
  const startVersion = (await loadPage(someone(), room)).version
  stage.newest = startVersion

  const mark = `kit-${Date.now().toString(36)}${seed.toString(36)}`
  const sends: Send[] = []
  const changes: Change[] = []
  const senders = Array.from({ length: senderCount }, (_, place) => {
    const dice = randomFrom(random() * 2 ** 32)
    const visitor = programOf(place, dice)
    const kept = { sends, changes }
    return new Sender({ mark: `${mark}-${place}`, room, stage, random: dice, visitor, patience, kept })
  })

  const readers: ReaderHistory[] = []
  const texts = new Map<string, string>()
  const keep = (text: string) => {
    if (!texts.has(text)) texts.set(text, text)
    return texts.get(text) ?? text
  }
  const open = (name: string, framing: FramingUnderTest, as?: () => Visitor): Reader => {
    const dice = randomFrom(random() * 2 ** 32)
    const visitor = as ?? programOf(readers.length, dice)
    const reader = new Reader({ name, framing, room, stage, random: dice, visitor, keep })
    readers.push(reader.history)
    return reader
  }

  const listening = Array.from({ length: readerCount }, (_, place) => framings[place % framings.length]).map(
    (framing, place) => framing && open(`reader ${place + 1}`, framing).wander(),
  )
  const leaving = Promise.all(
    framings.map((framing, place) => {
      const person = people[place % people.length]
      return person && logOutWhileReading(origin, person, framing, stage, open)
    }),
  )
  // What fails before it is waited for is told then.
  leaving.catch(() => {})
  const talking = Promise.all(senders.map((sender) => sender.talk()))

  /** Asks until someone answers: a node may be down. */
  async function versionNow(): Promise<number> {
    for (const deadline = performance.now() + patience; ; await pause(100)) {
      try {
        return (await loadPage(someone(), room)).version
      } catch (error) {
        if (performance.now() > deadline) throw error
      }
    }
  }

  /** Readers that hear nothing for so long never will. */
  function giveUpTheSilent(): NodeJS.Timeout {
    let heard = -1
    return setInterval(() => {
      if (stage.goal !== null && heard === stage.heard) {
        stage.isOver = true
        stage.changed()
      }
      heard = stage.goal === null ? -1 : stage.heard
    }, patience)
  }

  async function finish(): Promise<History> {
    await talking
    await leaving
    const watch = giveUpTheSilent()
    try {
      stage.goal = await versionNow()
      stage.changed()
      await Promise.all(listening)
      const streams = framings.filter(({ isPoll }) => !isPoll)
      if (options.flood) await floodTheStuck({ framings: streams, senders, stage, open, versionNow })
      if (options.life) await outliveEveryStream(framings, stage, open)
    } finally {
      clearInterval(watch)
    }
    const truth = await loadTruth(someone(), room)
    return { mark, startVersion, sends, changes, readers, truth, isCalm, nodes: origins.length }
  }

  return {
    stage,
    hush() {
      stage.isHushed = true
    },
    finish,
  }
}
