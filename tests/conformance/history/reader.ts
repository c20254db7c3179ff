/** Reads a room by one framing, and keeps its cursor as the contract says. What it is asked to do on a connection is its plan. */
import { setTimeout as pause } from 'node:timers/promises'
import { between, type Random } from '../../tools/random.ts'
import type { Item } from '../events.ts'
import { type FramingUnderTest, type Line, type Visitor, versionOf } from '../framings.ts'
import type { Connection, Cursor, Heard, LoadedPage, Manner, ReaderHistory } from './history.ts'
import { loadPage } from './room.ts'
import type { Stage } from './stage.ts'

export interface Plan {
  manner: Manner
  cursor: Cursor['kind']
  /** Breaks off after so many bytes. */
  cutAfter?: number
  leaveWhen?: () => boolean
  /** Goes on from an older cursor than its last, and hears again what came since. */
  goesBack?: boolean
  /** Takes nothing, from its first event until this. */
  stopReadingUntil?: () => boolean
}

export interface ReaderOptions {
  name: string
  framing: FramingUnderTest
  room: string
  stage: Stage
  random: Random
  /** Whom it reads as, and from which node: asked for each connection. */
  visitor: () => Visitor
  /** The same text is kept once, however many hear it. */
  keep: (text: string) => string
}

/** After nobody answered: a server that was killed is not asked in a busy loop. */
const COMES_BACK_AFTER_MS = 100

export class Reader {
  readonly history: ReaderHistory
  private cursor: string | null = null
  /** Those from which it went on before. */
  private readonly older: string[] = []
  /** The second part of the cursors that it was given. */
  private life = ''
  private loading: Promise<void> = Promise.resolve()

  constructor(private readonly options: ReaderOptions) {
    const { name, framing } = options
    this.history = {
      name: `${name} (${framing.name})`,
      framing: framing.name,
      face: framing.face,
      isPoll: framing.isPoll,
      isSocket: framing.name.startsWith('WebSocket'),
      connections: [],
      pages: [],
      held: new Map(),
      after: 0,
      upTo: 0,
      revokedAt: null,
      isStranded: false,
    }
  }

  get hasArrived(): boolean {
    const { goal } = this.options.stage
    return goal !== null && this.history.upTo >= goal
  }

  /** Connects, sleeps, drops and resumes at random until it has heard everything. */
  async wander(): Promise<void> {
    const { stage, random } = this.options
    // Some come late.
    if (random() < 0.2) await stage.untilSaid(between(random, 1, 100))
    while (!this.hasArrived && !stage.isOver) {
      await this.connect(this.anyPlan())
      if (random() < 0.5) await stage.untilSaid(between(random, 1, 120))
      // Long enough to miss more than an HTML reader is replayed.
      else if (random() < 0.02) await stage.untilSaid(between(random, 1_050, 1_400))
    }
    await this.arrive()
  }

  /** Reads on without leaving until it has heard everything. */
  async catchUp(manner: Manner = 'wanderer'): Promise<void> {
    while (!this.hasArrived && !this.options.stage.isOver) await this.connect({ manner, cursor: 'honest' })
    await this.arrive()
  }

  private async arrive(): Promise<void> {
    await this.loading
    this.history.isStranded = !this.hasArrived
  }

  private anyPlan(): Plan {
    const { random, stage } = this.options
    const leaving = stage.said + between(random, 1, 400)
    const dice = random()
    const bad = (['from the future', 'of another life', 'unreadable'] as const)[between(random, 0, 2)]
    // Everyone tries one that cannot be honoured, and some another.
    const isBad = bad && (this.history.connections.length === 2 || dice < 0.01)
    const plan: Plan = {
      manner: 'wanderer',
      cursor: isBad ? bad : dice < 0.03 ? 'none' : 'honest',
      leaveWhen: () => stage.said >= leaving,
    }
    if (random() < 0.08) plan.goesBack = true
    // Within the head, an event or a character; after some events; or when it likes.
    const drop = random()
    if (drop < 0.25) plan.cutAfter = between(random, 1, 600)
    else if (drop < 0.6) plan.cutAfter = between(random, 600, 40_000)
    if (random() < 0.15) {
      const said = stage.said + between(random, 10, 150)
      plan.stopReadingUntil = () => stage.said >= said || stage.goal !== null
    }
    return plan
  }

  /** One connection, from its opening to its end. */
  async connect(plan: Plan): Promise<void> {
    const { framing, stage, room, visitor } = this.options
    if (this.cursor === null && plan.cursor === 'honest' && !(await this.start())) return
    this.goBack(plan.goesBack === true)
    const as = visitor()
    const connection = this.begin(plan)
    const { query, headers } = this.spell(connection.cursor)
    await new Promise<void>((resolve) => {
      const end = (how: Connection['end'], code = 0) => {
        if (connection.end !== 'open') return
        Object.assign(connection, { end: how, endedAt: performance.now(), code })
        line.close()
        resolve()
        // Whoever waits for more to be said on this connection waits no longer.
        stage.changed()
      }
      const line = framing.listen(as, {
        room,
        query,
        headers,
        ...(plan.cutAfter !== undefined && { cutAfter: plan.cutAfter }),
        answersPings: plan.manner !== 'silent',
        item: (item) => {
          if (connection.end !== 'open') return
          this.hear(connection, item)
          if (connection.heard.length === 1 && plan.stopReadingUntil)
            this.stopReading(line, plan.stopReadingUntil)
          if (this.hasArrived) end('left')
        },
        ended: (code) => (code === 'cut' ? end('left') : end('by the server', code)),
      })
      line.opened.then(
        ({ status }) => {
          connection.status = status
        },
        () => end('by the server'),
      )
      // A poll's cursor may have arrived before the goal was known.
      const isLeaving = () => plan.leaveWhen?.() || this.hasArrived || connection.end !== 'open'
      stage.until(isLeaving).then(() => end('left'))
    })
    const isRefused = connection.status === 0 || connection.status >= 400
    if (connection.end === 'by the server' && isRefused) await pause(COMES_BACK_AFTER_MS)
  }

  private goBack(really: boolean): void {
    const older = this.older[between(this.options.random, 0, this.older.length - 1)]
    if (this.cursor !== null) this.older.push(this.cursor)
    if (!really || !older) return
    this.cursor = older
    this.history.upTo = versionOf(older)
  }

  private stopReading(line: Line, until: () => boolean): void {
    line.pause()
    this.options.stage.until(until).then(() => line.resume())
  }

  private begin({ manner, cursor }: Plan): Connection {
    const connection: Connection = {
      cursor:
        cursor === 'honest' ? { kind: cursor, version: versionOf(this.cursor ?? '') } : { kind: cursor },
      manner,
      openedAt: performance.now(),
      newestBefore: this.options.stage.newest,
      status: 0,
      heard: [],
      end: 'open',
      endedAt: 0,
      code: 0,
    }
    this.history.connections.push(connection)
    return connection
  }

  /** The cursor in the address, in the header, or in both: then the header is believed. */
  private spell({ kind }: Cursor): { query: string; headers: Record<string, string> } {
    const { stage, random } = this.options
    const text = {
      none: '',
      honest: this.anySpelling(),
      'from the future': `${stage.newest + 1_000_000}`,
      'of another life': `${this.history.upTo}.elsewhere`,
      unreadable: 'yesterday',
    }[kind]
    if (!text) return { query: '', headers: {} }
    const dice = random()
    if (dice < 0.5) return { query: `after=${text}`, headers: {} }
    return { query: dice < 0.7 ? 'after=0' : '', headers: { 'Last-Event-ID': text } }
  }

  /** A bare version is a cursor, and an HTML reader that knows the life may add it. */
  private anySpelling(): string {
    const { random } = this.options
    const [version, life = this.life] = (this.cursor ?? '').split('.')
    return random() < 0.2 || !life ? `${version}` : `${version}.${life}`
  }

  private hear(connection: Connection, item: Item): void {
    const { stage, keep } = this.options
    const heard: Heard = { ...item, body: keep(item.body), at: performance.now() }
    connection.heard.push(heard)
    const startsAnew =
      item.kind === 'reset' || (connection.cursor.kind === 'none' && connection.heard.length === 1)
    if (startsAnew) this.history.after = item.version ?? 0
    if (item.kind === 'reset') this.reload()
    if (item.kind === 'message') {
      stage.heard += 1
      this.put(heard.number, heard.version, heard.body)
    } else if (item.cursor) this.life = item.cursor.split('.')[1] ?? this.life
    if (item.cursor) {
      this.cursor = item.cursor
      this.history.upTo = item.version ?? 0
      stage.newest = Math.max(stage.newest, this.history.upTo)
    }
  }

  private put(number: number, version: number | null, body: string): void {
    const mine = this.history.held.get(number)
    // A page may have brought a newer one than the stream is at.
    if (mine && version !== null && mine.version !== null && mine.version > version) return
    this.history.held.set(number, { version, body })
  }

  /** Loads the room, and goes on from its version. @returns false when nobody answered */
  private async start(): Promise<boolean> {
    const page = await this.load()
    if (!page) return false
    this.cursor = String(page.version)
    this.history.after = page.version
    this.history.upTo = page.version
    return true
  }

  /** After a reset the page is loaded again, while the stream goes on. */
  private reload(): void {
    this.loading = Promise.all([this.loading, this.load()]).then(() => {})
  }

  private async load(): Promise<LoadedPage | null> {
    const { visitor, room } = this.options
    try {
      const page = await loadPage(visitor(), room)
      this.history.pages.push(page)
      for (const { number, version, body } of page.messages) this.put(number, version, body)
      return page
    } catch {
      await pause(COMES_BACK_AFTER_MS)
      return null
    }
  }
}
