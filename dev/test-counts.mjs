import { writeFileSync } from 'node:fs'

/**
 * A reporter of jest's that writes how many tests passed, failed and did not run into the file that CAUSEWAY_TEST_COUNTS names.
 * jest's own `--json` writes the errors too, and ends without a file where one refers to itself, as those of HTTP clients do.
 * Whether all is well is said by jest's exit code alone: it decides that only after its reporters.
 */
export default class Counts {
  onRunComplete(_contexts, result) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = result
    const counts = { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites }
    writeFileSync(process.env.CAUSEWAY_TEST_COUNTS, JSON.stringify(counts))
  }
}
