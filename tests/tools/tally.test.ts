import { describe, expect, it } from 'vitest'
import { summary, tallyOfFile } from './tally.ts'

describe('the sum of a run', () => {
  const file = (status: string, ...results: string[]) => ({
    name: 'a.test.ts',
    status,
    assertionResults: results.map((result) => ({ status: result })),
  })

  it('counts passed, failed and skipped tests', () => {
    const tally = tallyOfFile(file('failed', 'passed', 'failed', 'passed', 'skipped', 'todo'))
    expect(tally).toEqual({ passed: 2, failed: 1, skipped: 2 })
  })

  it('counts a file that does not load as one failure', () => {
    expect(tallyOfFile(file('failed'))).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('names the skipped only when there are any', () => {
    expect(summary({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
    expect(summary({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped')
  })
})
