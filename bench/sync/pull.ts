import { setTimeout as sleep } from 'node:timers/promises'
import { countActions } from '../actions.ts'
import { besideBaseline, emptyRow, type BenchOptions, type Row } from '../row.ts'
import { atOnce, customers, lastedMs, total, type Run, type SyncScene } from './scene.ts'

const quickRuns = 60
/** What the platform lets through at once, a tenth of a minute's calls, is full again after a tenth of a minute. */
const burstMs = 6_000
const changedRows = (customers / 100) * atOnce

/**
 * Pulls through `runSync` and the QuickBooks definition; beside them the raw loop, before and after. Four companies are pulled at
 * once, since the platform's limit (500 calls a minute, a tenth of them in a burst) holds for each connection here as everywhere.
 */
export async function benchPull(scene: SyncScene, { seconds }: BenchOptions): Promise<Row[]> {
  const { say } = scene
  say('the raw loop')
  const before = await scene.raw(seconds)
  say('warming up')
  const syncs: string[] = []
  await firstGroup(scene, syncs)
  const first = await measure(scene, 'first load', seconds, total, () => firstGroup(scene, syncs))
  const again = await measure(scene, 'nothing changed, everything read', seconds, total, () =>
    pull(scene, syncs, true, ({ unchanged }) => unchanged === customers),
  )
  const full = await measure(scene, '1 % changed, everything read', seconds, total, async () => {
    await scene.advance()
    // The same companies each time: their platform lets as many calls through at once only after so long.
    await sleep(burstMs)
    return pull(scene, syncs.slice(0, atOnce), true, ({ updated }) => updated === customers / 100)
  })
  await pull(scene, syncs.slice(0, atOnce), false, () => true)
  const feed = await measure(scene, '1 % changed, by the feed', seconds, changedRows, async () => {
    await scene.advance()
    return pull(scene, syncs.slice(0, atOnce), false, ({ updated }) => updated === customers / 100)
  })
  const nothing = await quick(scene, syncs)
  say('the raw loop again, since a machine is not always as fast')
  const after = await scene.raw(seconds)
  return [
    { ...besideBaseline(first, (before.firstLoad + after.firstLoad) / 2), goals: [{ of: 'ratio', atLeast: 0.5 }] },
    { ...besideBaseline(again, (before.unchanged + after.unchanged) / 2), goals: [{ of: 'ratio', atLeast: 0.6 }] },
    {
      ...besideBaseline({ ...full, name: `${full.name}; baseline: nothing changed` }, again.perSecond!),
      goals: [{ of: 'ratio', atLeast: 1 / 1.2 }],
    },
    feed,
    nothing,
  ]
}

let turn = 0

/** Companies of their own, each pulled for the first time. */
async function firstGroup(scene: SyncScene, syncs: string[]): Promise<Run[]> {
  const group = await Promise.all(Array.from({ length: atOnce }, () => scene.newCompany()))
  const runs = await Promise.all(group.map(syncId => scene.load(syncId)))
  if (runs.some(({ counts }) => counts.created !== customers)) throw new Error('rows are missing')
  syncs.push(...group)
  return runs
}

async function pull(
  scene: SyncScene,
  syncs: readonly string[],
  full: boolean,
  isRight: (counts: Run['counts']) => boolean,
): Promise<Run[]> {
  const group = Array.from({ length: atOnce }, () => syncs[turn++ % syncs.length]!)
  const runs = await Promise.all(group.map(syncId => scene.load(syncId, { full }, full ? 500 : 25)))
  const wrong = runs.find(({ counts }) => !isRight(counts))
  if (wrong) throw new Error(`a run took what it should not: ${JSON.stringify(wrong.counts)}`)
  return runs
}

/** @param rows how many of them one turn is about */
async function measure(
  { product, say }: SyncScene,
  name: string,
  seconds: number,
  rows: number,
  once: () => Promise<Run[]>,
): Promise<Row> {
  const from = Date.now()
  let [all, ms] = [0, 0]
  const until = from + seconds * 4_000
  while (ms < seconds * 1_000 && Date.now() < until) {
    const runs = await once()
    const begun = Math.min(...runs.map(run => Date.parse(run.requestedAt)))
    const lasted = Math.max(...runs.map(run => Date.parse(run.finishedAt))) - begun
    all += rows
    ms += lasted
    say(`${name}: ${rows} rows in ${lasted} ms`)
  }
  const { total: actions } = await countActions(product.stack.temporal.address, from, Date.now())
  const perSecond = Math.round(all / (ms / 1_000))
  return { ...emptyRow(name), perSecond, actionsPer1000: (actions / all) * 1_000 }
}

/** What a run costs that asks for changes and finds none: from the request to its end. */
async function quick(scene: SyncScene, syncs: readonly string[]): Promise<Row> {
  const lasted: number[] = []
  for (let run = 0; run < quickRuns; run++) {
    lasted.push(lastedMs(await scene.load(syncs[run % syncs.length]!, {}, 25)))
  }
  lasted.sort((a, b) => a - b)
  scene.say(`a run that finds nothing: ${lasted.length} times`)
  const at = (share: number) => lasted[Math.min(lasted.length - 1, Math.floor(lasted.length * share))] ?? null
  return { ...emptyRow('a run that finds nothing'), p50Ms: at(0.5), p99Ms: at(0.99) }
}
