import { describe, inject, it } from 'vitest'
import type { Tool } from './debian-packages.ts'

/** The path of a program that a suite of `describeWith` has asked for. */
export function toolPath(name: string): string {
  const tool = toolFor(name)
  if (!tool.path) throw new Error(tool.missing)
  return tool.path
}

/**
 * A suite that needs programs: without them it is a skip that says why, and with CI set a failure.
 */
export function describeWith(names: string[], title: string, suite: () => void): void {
  const missing = names.map((name) => toolFor(name).missing).find((reason) => reason !== undefined)
  if (!missing) {
    describe(title, suite)
  } else if (process.env.CI) {
    it(title, () => {
      throw new Error(missing)
    })
  } else {
    describe.skip(`${title} (${missing})`, suite)
  }
}

function toolFor(name: string): Tool {
  const tool = inject('tools')[name]
  if (!tool) throw new Error(`${name} is not in the list of this project in tests/tools/global-setup.ts`)
  return tool
}
