import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeOf, StartFailure } from './failure.ts'

/** The system's limit is 108 bytes (104 on macOS) with the end mark; the server also makes `<socket>.lock`. */
const LONGEST_SOCKET_PATH = 100

/** Where the server's socket goes: beside its data, or where that is too long, into a folder of ours in the temporary one. */
export function socketPathFor(home: string, temporary = tmpdir()): string {
  const usual = join(home, 'server.sock')
  if (Buffer.byteLength(usual) <= LONGEST_SOCKET_PATH) return usual
  const name = `teahouse-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const paths = [temporary, '/tmp'].map((folder) => join(folder, name, 'server.sock'))
  const short =
    paths.find((path) => Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) ?? join('/tmp', name, 'server.sock')
  makeOurs(dirname(short))
  return short
}

/** Removes the folder in the temporary one, if the socket was there; the server has removed the socket itself. */
export function leaveSocketPlace(home: string, socketPath: string): void {
  if (dirname(socketPath) === home) return
  try {
    rmdirSync(dirname(socketPath))
  } catch {} // not empty after a forced end: the next start uses it again
}

// Anyone may make folders in the temporary one: a folder, or a link, laid there by somebody else would let them in.
function makeOurs(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const found = lstatSync(folder)
  const isOurs = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)
  if (isOurs && (found.mode & 0o077) === 0) return
  throw new StartFailure(
    `${folder} is not a private folder of this user, so the database's socket cannot be there.\n` +
      'Remove it, or set DATA_DIR to a folder with a shorter path.',
  )
}
