/** Where a reader stands in a room: everything up to `version` was received, in this life of the room. */
export interface Cursor {
  version: number
  /** null for a bare version, which is taken to be of this life. */
  life: string | null
}

/** `61.k3`. Opaque to clients. */
export function formatCursor(version: number, life: string): string {
  return `${version}.${life}`
}

/**
 * Reads a cursor as a client sends it back.
 * @returns null where there is none (an empty one is none), 'unreadable' for anything else
 */
export function parseCursor(text: string | null | undefined): Cursor | 'unreadable' | null {
  if (!text) return null
  const [, version, life] = /^(\d{1,15})(?:\.([A-Za-z0-9]{1,16}))?$/.exec(text) ?? []
  if (version === undefined) return 'unreadable'
  return { version: Number(version), life: life ?? null }
}
