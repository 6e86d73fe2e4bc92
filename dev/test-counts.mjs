import { writeFileSync } from 'node:fs'

/**
 * A reporter of jest's that writes how many tests passed, failed and did not run into the file that CAUSEWAY_TEST_COUNTS names.
 * jest's own `--json` writes the errors too, and ends without a file where one refers to itself, as those of HTTP clients do.
 */
export default class Counts {
  onRunComplete(_contexts, result) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites, success } = result
    const counts = { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites, success }
    writeFileSync(process.env.CAUSEWAY_TEST_COUNTS, JSON.stringify(counts))
  }
}
