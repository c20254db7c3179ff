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

export const raiseVersion = (room: unknown, by: number): Statement => ({
  sql: 'update rooms set version = version + ? where id = ?',
  params: [by, room],
})
