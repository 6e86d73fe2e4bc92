import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { countActions } from './actions.ts'
import { refreshDue, type Refreshed } from './refresh/due.ts'
import { counts, setRefreshScene, type Group, type RefreshScene } from './refresh/scene.ts'
import { besideStored } from './refresh/stored.ts'
import { besideBaseline, emptyRow, type BenchOptions, type Row } from './row.ts'

const dead = counts.connections / 100
/** Groups of one app each whose platform fails: 2 % of the connections. */
const failingGroups = counts.workspaces * counts.platforms * 0.02

/**
 * Measures what becomes of connections that are due all at once, through the product as it runs: a worker process, Temporal,
 * `refreshSweep`. Beside them the raw loop, before and after, in the same run.
 */
export async function benchRefresh({ say, only }: BenchOptions): Promise<Row[]> {
  const refreshing = await setRefreshScene(say)
  const wants = (part: string) => only === undefined || only.includes(part)
  try {
    const ids = refreshing.groups.flatMap(group => group.ids)
    say('warming up')
    await refreshDue(refreshing, ids.slice(0, 2_000), ids.slice(0, 2_000))
    const before = await rawLoop(refreshing, say)
    const from = Date.now()
    const clean = await refreshDue(refreshing, ids, ids)
    say(JSON.stringify(clean))
    const { total } = await countActions(refreshing.scene.product.stack.temporal.address, from, Date.now())
    const after = await rawLoop(refreshing, say)
    const row = { ...rowOf('all refreshed', clean, ids.length), actionsPer1000: (total / ids.length) * 1_000 }
    const rows: Row[] = [
      {
        ...besideBaseline(row, (before + after) / 2),
        goals: [
          { of: 'ratio', atLeast: 0.4 },
          { of: 'actionsPer1000', atMost: 20 },
          { of: 'failed', atMost: 0 },
        ],
      },
    ]
    if (wants('stored')) rows.push(...(await besideStored(refreshing, say, () => refreshDue(refreshing, ids, ids))))
    if (wants('trouble')) rows.push(await besideTrouble(refreshing, say))
    return rows
  } finally {
    await refreshing.close()
  }
}

function rowOf(name: string, { count, perSecond }: Refreshed, expected: number): Row {
  return { ...emptyRow(name), perSecond, failed: expected - count }
}

/** 1 % of the grants are dead, and the platforms of 2 % of the connections do not answer or fail: what the rest notice. */
async function besideTrouble(refreshing: RefreshScene, say: BenchOptions['say']): Promise<Row> {
  const { groups } = refreshing
  const well = groups.slice(failingGroups)
  const failing = groups.slice(0, failingGroups)
  const all = groups.flatMap(group => group.ids)
  const alone = await refreshDue(refreshing, all, all)
  say(JSON.stringify(alone))
  for (const [n, group] of failing.entries()) await group.answer(n % 2 === 0 ? 'down' : 'hang')
  const killed = await killSome(refreshing, well)
  const expected = well.flatMap(group => group.ids).filter(id => !killed.has(id))
  const beside = await refreshDue(refreshing, all, expected)
  say(JSON.stringify(beside))
  const row = rowOf('beside 1 % dead and 2 % failing; baseline: all well', beside, expected.length)
  return {
    ...besideBaseline(row, alone.perSecond),
    goals: [
      { of: 'ratio', atLeast: 0.8 },
      { of: 'failed', atMost: 0 },
    ],
  }
}

async function killSome(refreshing: RefreshScene, groups: Group[]): Promise<Set<string>> {
  const killed = new Set<string>()
  for (const group of groups) {
    if (killed.size >= dead) break
    const ids = group.ids.slice(0, 1)
    await refreshing.kill(group, ids)
    for (const id of ids) killed.add(id)
  }
  return killed
}

async function rawLoop({ scene, tokenUrl }: RefreshScene, say: BenchOptions['say']): Promise<number> {
  const script = join(import.meta.dirname, 'raw-refresh.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, scene.product.stack.databaseUrl, tokenUrl]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, String(counts.connections)])
  const { perSecond, cpuMs } = JSON.parse(stdout) as { perSecond: number; cpuMs: number }
  say(`the raw loop: ${perSecond} a second, ${cpuMs.toFixed(2)} ms of its processor for each`)
  return perSecond
}
