/** What came of a run, in tests. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
}

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[]
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 }

export function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** A file that failed without a failed test (it does not load, or a hook threw) counts as one failure: else it would pass unseen. */
export function tallyOfFile(file: VitestReport['testResults'][number]): Tally {
  const tally = { ...nothing }
  for (const { status } of file.assertionResults) {
    if (status === 'passed') tally.passed += 1
    else if (status === 'failed') tally.failed += 1
    else tally.skipped += 1
  }
  if (file.status === 'failed' && tally.failed === 0) tally.failed = 1
  return tally
}

/** The last line of a run. */
export function summary({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
