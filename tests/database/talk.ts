/** What the tests of the log share: two people, rooms of their own, and a log over any store. */
import { beforeAll } from 'vitest'
import { createMembers } from '../../src/accounts/members.ts'
import type { OpenDatabase } from '../../src/database/connection.ts'
import { rooms } from '../../src/database/schema.ts'
import { createRoomLog, type Send } from '../../src/messages/append.ts'
import type { Message } from '../../src/messages/message.ts'
import { createMessageStore, type MessageStore } from '../../src/messages/store.ts'
import { migrated, type TestDatabase } from './both-servers.ts'

interface Talker {
  id: string
  name: string
}

/** @param fresh a database that is there when the tests run */
export function talkOn(fresh: () => TestDatabase) {
  const talk = {} as { opened: OpenDatabase; mei: Talker; bashir: Talker }

  beforeAll(async () => {
    talk.opened = await migrated(fresh())
    const members = createMembers(talk.opened.database)
    const join = async (name: string, phone: string) => {
      const member = await members.register(
        { name, nameKey: name, phone, passwordHash: 'none' },
        { onlyFirst: false },
      )
      if (typeof member === 'string') throw new Error(member)
      return member
    }
    talk.mei = await join('Mei', '+31612345678')
    talk.bashir = await join('Bashir', '+31612345679')
  })

  return {
    people: talk as Omit<typeof talk, 'opened'>,
    opened: () => talk.opened,

    /** A room of its own for each test. */
    async freshRoom(): Promise<string> {
      const id = crypto.randomUUID()
      await talk.opened.database
        .insert(rooms)
        .values({ id, slug: id, name: 'Room', life: 'k3', createdAt: new Date() })
      return id
    },

    send: (body: string, nonce: string = crypto.randomUUID(), from = talk.mei): Send => ({
      authorId: from.id,
      authorName: from.name,
      nonce,
      body,
      replyTo: null,
      replied: null,
    }),

    openLog(store = createMessageStore(talk.opened), retryForMs = 3_000) {
      const published: Message[] = []
      const log = createRoomLog({
        store,
        retryForMs,
        onCommit: (_room, changes) => void published.push(...changes),
      })
      return { log, published }
    },
  }
}

/** The store with something that happens after each COMMIT, before its answer is known: a connection that breaks there. */
export function afterEachTransaction(
  { append, erase, change }: MessageStore,
  then: () => void,
): MessageStore {
  const after =
    <Options, Result>(transact: (options: Options) => Promise<Result>) =>
    async (options: Options) => {
      const result = await transact(options)
      then()
      return result
    }
  return { append: after(append), erase: after(erase), change: after(change) }
}

export const lostConnection = () =>
  Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true })
