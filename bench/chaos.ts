import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removePostgres } from '../dev/postgres/postgres.ts'
import { chaosTable, playRounds, targets } from './chaos-delivery.ts'
import { inboundTable, inboundTargets, playInboundRounds } from './chaos-inbound.ts'
import { playRefreshRounds, refreshTable, strikes } from './chaos-refresh.ts'
import { playSyncRounds, syncTable, syncTargets } from './chaos-sync.ts'

const usage = `usage: npm run chaos -- delivery [--rounds N] [--only ${targets.join(',')}] [--json FILE]
       npm run chaos -- inbound [--rounds N] [--only ${inboundTargets.join(',')}] [--json FILE]
       npm run chaos -- refresh [--rounds N] [--only ${strikes.join(',')}] [--json FILE]
       npm run chaos -- sync [--rounds N] [--only ${syncTargets.join(',')}] [--json FILE]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '20' }, only: { type: 'string' }, json: { type: 'string' } },
})
const rounds = Number(values.rounds)
const only = values.only?.split(',')
const chosen = <Word extends string>(words: readonly Word[]) =>
  words.filter(word => only === undefined || only.includes(word))
const say = (line: string) => console.log(line)

interface Played {
  rounds: readonly { held: boolean }[]
  table: string
}

const plays: Record<string, { words: readonly string[]; play: () => Promise<Played> }> = {
  delivery: { words: chosen(targets), play: playDelivery },
  inbound: { words: chosen(inboundTargets), play: playInbound },
  refresh: { words: chosen(strikes), play: playRefresh },
  sync: { words: chosen(syncTargets), play: playSync },
}
const part = plays[positionals[0] ?? '']
if (!part || positionals.length !== 1 || !(rounds >= 1) || part.words.length === 0) {
  console.error(usage)
  process.exit(2)
}
const played = await part.play()
console.log(`\n${played.table}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(played.rounds, null, 2)}\n`)
process.exit(played.rounds.every(round => round.held) ? 0 : 1)

async function playDelivery(): Promise<Played> {
  const home = mkdtempSync(join(tmpdir(), 'causeway-chaos-'))
  say(`logs are in ${home}/logs`)
  const results = await playRounds(home, rounds, chosen(targets), say)
  if (results.every(result => result.held)) {
    await removePostgres(join(home, 'postgres'))
    rmSync(home, { recursive: true, force: true })
  } else say(`what was kept for a look: ${home}`)
  return { rounds: results, table: chaosTable(results) }
}

async function playInbound(): Promise<Played> {
  const results = await playInboundRounds(rounds, chosen(inboundTargets), say)
  return { rounds: results, table: inboundTable(results) }
}

async function playRefresh(): Promise<Played> {
  const results = await playRefreshRounds(rounds, chosen(strikes), say)
  return { rounds: results, table: refreshTable(results) }
}

async function playSync(): Promise<Played> {
  const results = await playSyncRounds(rounds, chosen(syncTargets), say)
  return { rounds: results, table: syncTable(results) }
}
