import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf } from './failure.ts'
import { beginningOf } from './processes.ts'

/** A lock that is held, or the number of the process that holds it. */
export type LockAttempt = { release: () => void } | { heldBy: number }

interface Owner {
  pid: number
  began: string
}

/**
 * Takes the lock file at `path` for this process.
 * MUST be exclusive: of any number of processes that try at once, exactly one holds it.
 * MUST NOT be blocked by an owner that is dead, even when its number was given to another process.
 */
export function takeLock(path: string): LockAttempt {
  const mine = JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) ?? '' })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, mine, { mode: 0o600 })
  try {
    const heldBy = linkOrSucceed(draft, path)
    return heldBy === undefined ? { release: () => removeIfOurs(path, mine) } : { heldBy }
  } finally {
    rmSync(draft, { force: true })
  }
}

// A link appears whole or not at all, so nobody ever reads half an owner.
function linkOrSucceed(draft: string, path: string): number | undefined {
  try {
    linkSync(draft, path)
    return undefined
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const found = readOrEmpty(path)
  const owner = parseOwner(found)
  if (owner && isAlive(owner)) return owner.pid
  return succeed(draft, path, found)
}

/**
 * Replaces a dead owner. Two heirs could both see the dead one and the second remove the first one's lock;
 * so an heir first takes a lock named after that very owner, and looks again while it holds that.
 */
function succeed(draft: string, path: string, dead: string): number | undefined {
  const claim = takeLock(`${path}.after-${Buffer.from(dead).toString('base64url').slice(-24)}`)
  if ('heldBy' in claim) return claim.heldBy
  try {
    const now = readOrEmpty(path)
    if (now !== dead) return parseOwner(now)?.pid ?? linkOrSucceed(draft, path)
    renameSync(draft, path)
    return undefined
  } finally {
    claim.release()
  }
}

function isAlive(owner: Owner): boolean {
  return beginningOf(owner.pid) === owner.began
}

function removeIfOurs(path: string, mine: string): void {
  if (readOrEmpty(path) === mine) rmSync(path, { force: true })
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, began } = JSON.parse(text)
    return Number.isInteger(pid) && typeof began === 'string' ? { pid, began } : undefined
  } catch {
    return undefined
  }
}
