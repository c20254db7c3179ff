/** A start that cannot go on. The message is for the person at the terminal: what was missing, what to type. */
export class StartFailure extends Error {
  override name = 'StartFailure'
}

/** The sentence of an unknown error, without its stack. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a system error (`ENOENT`, `EACCES`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
