import { besideBaseline, emptyRow, type Row } from '../row.ts'
import { lastedMs, newLedger, runToEnd, type SyncScene, type Tenant } from './scene.ts'

const rows = 10_000
const perCall = 100
/** Calls at once, as a run makes them. */
const atOnce = 4
const turns = 3

/**
 * 10,000 records are edited through the API, and a run tells the platform in batches of a hundred; the raw loop makes the same
 * calls, as many at once, and writes nothing down. A batch takes the platform a tenth of a second, as it does the real ones at
 * their best; and no time at all, to show what the hub itself costs.
 */
export async function benchPush(scene: SyncScene): Promise<Row[]> {
  const taken = await pushTo(scene, 100)
  const none = await pushTo(scene, 0)
  return [
    { ...taken, name: 'push of 10,000, a batch takes 100 ms', goals: [{ of: 'ratio', atLeast: 0.5 }] },
    { ...none, name: 'push of 10,000, a batch takes no time' },
  ]
}

async function pushTo(scene: SyncScene, batchMs: number): Promise<Row> {
  const tenant = await scene.newTenant(`push-${batchMs}`)
  const key = `${rows}-${batchMs}-push`
  const syncId = await newLedger(scene, tenant, key, { direction: 'both', conflictPolicy: 'newest' })
  await runToEnd(tenant.api, syncId)
  const before = await rawLoop(scene, `${rows}-${batchMs}-raw`)
  let ms = 0
  for (let turn = 0; turn < turns; turn++) {
    await editAll(scene, tenant, turn)
    const run = await runToEnd(tenant.api, syncId, {}, 25)
    if (run.counts.pushed !== rows) throw new Error(`not everything was pushed: ${JSON.stringify(run.counts)}`)
    scene.say(`pushed ${rows} in ${lastedMs(run)} ms`)
    ms += lastedMs(run)
    // What was pushed comes back by the feed: that is another run's.
    await runToEnd(tenant.api, syncId, {}, 25)
  }
  const after = await rawLoop(scene, `${rows}-${batchMs}-raw`)
  const row = { ...emptyRow('push'), perSecond: Math.round((turns * rows) / (ms / 1_000)) }
  return besideBaseline(row, (before + after) / 2)
}

async function editAll(scene: SyncScene, { workspaceId, api }: Tenant, turn: number): Promise<void> {
  const { rows: found } = await scene.db.query<{ id: string }>(
    'select id from records where workspace_id = $1 order by id',
    [workspaceId],
  )
  for (let from = 0; from < found.length; from += 1_000) {
    const operations = found
      .slice(from, from + 1_000)
      .map(({ id }, n) => ({ op: 'update', id, data: { amount: `${turn}.${from + n}` } }))
    await api('POST', '/v1/records/bulk', { operations })
  }
}

/** Rows a second of the same calls in a loop. */
async function rawLoop({ rowsUrl, say }: SyncScene, key: string): Promise<number> {
  const begun = performance.now()
  let next = 0
  const sender = async () => {
    while (next < rows) {
      const from = next
      next += perCall
      const body = {
        rows: Array.from({ length: perCall }, (_, n) => {
          const id = `l${String(from + n).padStart(7, '0')}`
          return { key: id, id, row: { name: `Row ${from + n}`, amount: '1.00', notes: null, rev: revs.get(key) ?? 1 } }
        }),
      }
      const answer = await fetch(`${rowsUrl}/ledger/rows/batch`, {
        ...{ method: 'PUT', body: JSON.stringify(body) },
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      })
      const told = (await answer.json()) as { rows: { row?: object }[] }
      if (told.rows.some(({ row }) => !row)) throw new Error('the raw loop was refused')
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sender))
  revs.set(key, (revs.get(key) ?? 1) + 1)
  const ms = performance.now() - begun
  say(`the raw loop: ${rows} in ${Math.round(ms)} ms`)
  return rows / (ms / 1_000)
}

const revs = new Map<string, number>()
