import { existsSync, readFileSync } from 'node:fs'

/** What dev/test-counts.mjs writes. */
interface TestCounts {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numRuntimeErrorTestSuites: number
}

/** How a run of the tests ended beside its counts. */
export interface RunEnd {
  jestCode: number
  /** How many of the checks beside the tests found something. */
  failedChecks: number
}

/**
 * The closing line of a run, `N passed, N failed`, and whether all of it is good: whatever failed counts in the line, a run that
 * ended without its counts or otherwise than by its tests as one.
 * @param countsFile what dev/test-counts.mjs has written, if the run came so far
 */
export function closingOf(countsFile: string, { jestCode, failedChecks }: RunEnd): { line: string; isGood: boolean } {
  const counts = existsSync(countsFile) ? (JSON.parse(readFileSync(countsFile, 'utf8')) as TestCounts) : undefined
  const passed = counts?.numPassedTests ?? 0
  // a test file that could not run has no failed test of its own
  const failedTests = (counts?.numFailedTests ?? 0) + (counts?.numRuntimeErrorTestSuites ?? 0)
  const isBroken = failedTests === 0 && (jestCode !== 0 || passed === 0)
  const failed = failedTests + failedChecks + (isBroken ? 1 : 0)
  const skipped = (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0)
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  return { line, isGood: failed === 0 }
}
