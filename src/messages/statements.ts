import type { Statement } from '../database/together.ts'

/** What every transaction of the log begins and ends with. */

export const begin: Statement = { sql: 'START TRANSACTION', params: [] }
export const commit: Statement = { sql: 'COMMIT', params: [] }

export interface RoomRow {
  life: string
  last_number: number
  version: number
}

export const lockRoom = (room: unknown): Statement => ({
  sql: 'select life, last_number, version from rooms where id = ? for update',
  params: [room],
})

/**
 * Locks it too, and keeps where it stands for the statements that go with it in one round trip. Emptied first: a room that is gone would leave
 * what the last one was, and so NULL fails the insert.
 */
export const lockRoomAndKeepPlace = (room: unknown): Statement[] => [
  { sql: 'set @life = null, @number = null, @version = null', params: [] },
  {
    sql: 'select life, last_number, version into @life, @number, @version from rooms where id = ? for update',
    params: [room],
  },
]

/** Answers with a `RoomRow`. */
export const tellKeptPlace: Statement = {
  sql: 'select @life as life, @number as last_number, @version as version',
  params: [],
}

export const raiseVersion = (room: unknown, by: number): Statement => ({
  sql: 'update rooms set version = version + ? where id = ?',
  params: [by, room],
})
