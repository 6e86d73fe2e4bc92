import { relative } from 'node:path'
import Sequencer from '@jest/test-sequencer'

/** The files that take longest, longest first: none should be left for the end, when one process would run it alone. */
const longest = [
  'sync/models/books.',
  'sync/models/books-keyed',
  'sync/models/oneway.',
  'sync/models/shops.',
  'whole/',
  'sync/weather',
  'sync/models/crm.',
  'conformance/google',
  'docs/pages',
  'conformance/commerce',
  'delivery/dispatch/shares',
  'conformance/social',
  'connections/workflows',
  'delivery/dispatch/kill',
  'delivery/gates/order-kill',
  'connections/refresh-kill',
  'connections/imports/killed',
  'sync/writes',
  'sync/models/',
  'sync/deletions',
  'sync/limits',
  'conformance/chat',
  'delivery/by-hand/replay-missed',
  'sync/killed',
  'delivery/recovery/',
  'sync/conflicts',
  'inbound/subscriptions',
  'delivery/dispatch/crowded',
  'inbound/fan-out',
  'sync/fairness',
  'sync/matching/matching',
  'connections/refusals',
  'connections/second-token',
  'delivery/dispatch/deliver',
  'inbound/poison',
  'sync/two-platforms',
  'sync/run-control',
  'credentials/rotate',
  'sync/convergence',
  'connections/mail-login',
  'dev/stack',
  'upgrade/',
  'http/openapi-tools',
]

/** Begins with what takes longest, also where nothing is known of an earlier run. */
export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const place = ({ path, context }) => {
      const name = relative(context.config.rootDir, path).replaceAll('\\', '/')
      const found = longest.findIndex(start => name.startsWith(`test/${start}`))
      return found === -1 ? longest.length : found
    }
    return (await super.sort(tests)).sort((one, other) => place(one) - place(other))
  }
}
