import { relative } from 'node:path'
import Sequencer from '@jest/test-sequencer'

/** The files that take longest, of which none should be left for the end, when one process would run it alone. */
const longest = [
  'conformance/google',
  'conformance/commerce',
  'connections/refresh-kill',
  'delivery/dispatch/shares',
  'delivery/dispatch/kill',
  'delivery/gates/order-kill',
  'docs/pages',
  'sync/limits',
  'sync/deletions',
  'sync/conflicts',
  'delivery/recovery/answers',
  'connections/refusals',
  'delivery/recovery/dead',
  'delivery/dispatch/crowded',
  'upgrade/upgrade',
  'inbound/fan-out',
  'sync/fairness',
  'whole/',
]

/** Begins with what takes longest, also where nothing is known of an earlier run. */
export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests)
    const isLong = ({ path, context }) => {
      const name = relative(context.config.rootDir, path).replaceAll('\\', '/')
      return longest.some(start => name.startsWith(`test/${start}`))
    }
    return [...sorted.filter(isLong), ...sorted.filter(test => !isLong(test))]
  }
}
