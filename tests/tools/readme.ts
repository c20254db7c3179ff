import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The port in the addresses that the README prints. */
export const portOfReadme = 8080

/** What its fenced sh blocks say, in order. */
export function shellBlocks(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
}

/** A script of many lines that goes on for ever, rather than commands of a line each. */
export function isLoop(block: string): boolean {
  return block.startsWith('while ')
}
