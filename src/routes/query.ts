import type { AppContext } from '../http/context.ts'
import { problem } from '../http/errors.ts'

/** A message number as typed: from 1 up, or undefined. */
export function wholeNumber(typed: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(typed) ? Number(typed) : undefined
}

/**
 * A number in the address, such as `?before=57`. An empty one is none; 0 stands before the first message.
 * @throws Problem 422 for anything else
 */
export function numberParameter(c: AppContext, name: string): number | undefined {
  const typed = c.req.query(name)
  if (!typed) return undefined
  if (!/^\d{1,15}$/.test(typed)) throw problem('invalid', { fields: { [name]: (words) => words.number } })
  return Number(typed)
}

/** Whether this is spelled as an id of ours. */
export function isId(typed: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(typed)
}

/** An id in the address, such as `?before=`. An empty one is none. @throws Problem 422 for anything else */
export function idParameter(c: AppContext, name: string): string | undefined {
  const typed = c.req.query(name)
  if (!typed) return undefined
  if (!isId(typed)) throw problem('invalid', { fields: { [name]: (words) => words.id } })
  return typed
}
