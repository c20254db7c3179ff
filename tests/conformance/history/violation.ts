export type Promised =
  | 'order'
  | 'completeness'
  | 'honesty'
  | 'rights'
  | 'slow readers'
  | 'life'
  | 'acknowledged is stored'
  | 'deleted is gone'
  | 'one send, one message'
  | 'numbers and versions'
  | 'form'

/** A promise that was not kept. */
export interface Violation {
  promise: Promised
  /** Who saw it. */
  where: string
  what: string
}

export const violated = (promise: Promised, where: string, what: string): Violation => ({
  promise,
  where,
  what,
})
