import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isMet, tableOf, type BenchOptions, type Row } from './row.ts'

const benches: Record<string, () => Promise<(options: BenchOptions) => Promise<Row[]>>> = {
  delivery: async () => (await import('./delivery.ts')).benchDelivery,
  inbound: async () => (await import('./inbound.ts')).benchInbound,
  refresh: async () => (await import('./refresh.ts')).benchRefresh,
  proxy: async () => (await import('./proxy.ts')).benchProxy,
  sync: async () => (await import('./sync.ts')).benchSync,
  tenants: async () => (await import('./tenants.ts')).benchTenants,
  trouble: async () => (await import('./trouble.ts')).benchTrouble,
}

const usage =
  'usage: npm run bench -- delivery|inbound|proxy|refresh|sync|tenants|trouble [--seconds N] [--json FILE] [--only PART,PART]'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, json: { type: 'string' }, only: { type: 'string' } },
})
const bench = benches[positionals[0] ?? '']
const seconds = Number(values.seconds)
if (!bench || positionals.length !== 1 || !(seconds >= 1)) {
  console.error(usage)
  process.exit(2)
}
const only = values.only?.split(',')
const rows = await (await bench())({ seconds, ...(only && { only }), say: line => console.log(line) })
console.log(`\n${tableOf(rows)}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
// What is seen or not, and what workspaces notice of each other, does not depend on how fast the machine is, as the other
// goals do.
const isPromise = ['trouble', 'tenants'].includes(positionals[0]!)
const isMissed = isPromise && rows.some(row => row.goals?.some(goal => !isMet(row, goal)))
process.exit(isMissed ? 1 : 0)
