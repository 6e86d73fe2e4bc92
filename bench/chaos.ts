import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removePostgres } from '../dev/postgres/postgres.ts'
import { chaosTable, playRounds, targets } from './chaos-delivery.ts'

const usage = `usage: npm run chaos -- delivery [--rounds N] [--only ${targets.join(',')}] [--json FILE]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '20' }, only: { type: 'string' }, json: { type: 'string' } },
})
const rounds = Number(values.rounds)
const only = values.only?.split(',')
const chosen = targets.filter(target => only === undefined || only.includes(target))
if (positionals[0] !== 'delivery' || positionals.length !== 1 || !(rounds >= 1) || chosen.length === 0) {
  console.error(usage)
  process.exit(2)
}
const home = mkdtempSync(join(tmpdir(), 'causeway-chaos-'))
console.log(`logs are in ${home}/logs`)
const results = await playRounds(home, rounds, chosen, line => console.log(line))
console.log(`\n${chaosTable(results)}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
const held = results.every(result => result.held)
if (held) {
  await removePostgres(join(home, 'postgres'))
  rmSync(home, { recursive: true, force: true })
} else console.log(`what was kept for a look: ${home}`)
process.exit(held ? 0 : 1)
