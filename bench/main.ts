import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { tableOf, type BenchOptions, type Row } from './row.ts'

const benches: Record<string, () => Promise<(options: BenchOptions) => Promise<Row[]>>> = {
  delivery: async () => (await import('./delivery.ts')).benchDelivery,
  sync: async () => (await import('./sync.ts')).benchSync,
  tenants: async () => (await import('./tenants.ts')).benchTenants,
}

const usage = 'usage: npm run bench -- delivery|sync|tenants [--seconds N] [--json FILE] [--only PART,PART]'

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
process.exit(0)
