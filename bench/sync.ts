import { execFile, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startProduct, type Product } from '../dev/product.ts'
import { countActions } from './actions.ts'
import { callApi } from './call.ts'
import { besideBaseline, emptyRow, type BenchOptions, type Row } from './row.ts'

/** Companies that are pulled at the same time, and the customers of each: what the platform's limit lets through at once. */
const atOnce = 4
const customers = 44_000
const total = atOnce * customers
const quickRuns = 60

interface Run {
  id: string
  status: string
  errorCode: string | null
  requestedAt: string
  finishedAt: string
  counts: { pulled: number; created: number; unchanged: number }
}

interface Scene {
  product: Product
  rowsUrl: string
  appId: string
  api: <Body>(method: string, path: string, body?: unknown) => Promise<Body>
}

/**
 * Measures pulls through the product as it runs: a worker process, Temporal, `runSync`, and the QuickBooks definition
 * against a server of rows; beside them the raw loop, before and after, in the same run. Four companies are pulled at once, since the
 * platform's limit (500 calls a minute, a tenth of them in a burst) holds for each connection here as everywhere.
 */
export async function benchSync(options: BenchOptions): Promise<Row[]> {
  const { seconds, say } = options
  const home = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  say('starting Postgres, Temporal, the API and a worker')
  const product = await startProduct({ home, usualPorts: false })
  const rows = fork(join(import.meta.dirname, 'rows-server.ts'), [String(customers), String(total)])
  try {
    const port = await new Promise<number>(resolve => rows.once('message', message => resolve(Number(message))))
    const scene = await setScene(product, `http://127.0.0.1:${port}`)
    say('the raw loop')
    const before = await rawLoop(scene, seconds)
    say('warming up')
    const syncs: string[] = []
    await firstGroup(scene, syncs)
    const first = await firstLoads(scene, options, syncs)
    const again = await repeated(scene, options, syncs)
    const changes = await quick(scene, syncs, say)
    say('the raw loop again, since a machine is not always as fast')
    const after = await rawLoop(scene, seconds)
    return [
      { ...besideBaseline(first, (before.firstLoad + after.firstLoad) / 2), goals: [{ of: 'ratio', atLeast: 0.5 }] },
      { ...besideBaseline(again, (before.unchanged + after.unchanged) / 2), goals: [{ of: 'ratio', atLeast: 0.58 }] },
      changes,
    ]
  } finally {
    rows.kill()
    await product.stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

async function setScene(product: Product, rowsUrl: string): Promise<Scene> {
  type Made = { apiKey: { secret: string } }
  const { apiKey } = await callApi<Made>(product.apiUrl, product.stack.secrets.adminKey, 'POST', '/v1/workspaces', {
    name: 'bench',
  })
  const api: Scene['api'] = (method, path, body) => callApi(product.apiUrl, apiKey.secret, method, path, body)
  const { id: appId } = await api<{ id: string }>('POST', '/v1/provider-apps', {
    ...{ provider: 'quickbooks', name: 'rows', clientId: 'bench', clientSecret: 'bench' },
    baseUrls: { 'https://quickbooks.api.intuit.com': rowsUrl },
  })
  return { product, rowsUrl, appId, api }
}

async function rawLoop({ product, rowsUrl }: Scene, seconds: number) {
  const script = join(import.meta.dirname, 'raw-pull.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, product.stack.databaseUrl, rowsUrl]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, String(total), String(seconds)])
  return JSON.parse(stdout) as { firstLoad: number; unchanged: number }
}

let companies = 0

/** A company of its own, connected by tokens from elsewhere, with a sync of its customers into a collection of its own. */
async function newSync({ api, appId }: Scene): Promise<string> {
  const number = ++companies
  const { connection } = await api<{ connection: { id: string } }>('POST', '/v1/connections', {
    provider: 'quickbooks',
    providerAppId: appId,
    import: {
      accessToken: `bench-${number}`,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      config: { realmId: String(9_000_000 + number) },
    },
  })
  const sync = { connectionId: connection.id, model: 'customers', collection: `customers-${number}` }
  return (await api<{ id: string }>('POST', '/v1/syncs', sync)).id
}

/** One run to its end. */
async function load({ api }: Scene, syncId: string, body: Record<string, unknown> = {}, pollMs = 500): Promise<Run> {
  const { id } = await api<Run>('POST', `/v1/syncs/${syncId}/runs`, body)
  for (;;) {
    await sleep(pollMs)
    const run = await api<Run>('GET', `/v1/syncs/${syncId}/runs/${id}`)
    if (run.status === 'succeeded') return run
    if (run.status !== 'requested' && run.status !== 'running') throw new Error(`a run ${run.status}: ${run.errorCode}`)
  }
}

function lastedMs({ requestedAt, finishedAt }: Run): number {
  return Date.parse(finishedAt) - Date.parse(requestedAt)
}

/** Companies of their own, each pulled for the first time. */
async function firstGroup(scene: Scene, syncs: string[]): Promise<Run[]> {
  const group = await Promise.all(Array.from({ length: atOnce }, () => newSync(scene)))
  const runs = await Promise.all(group.map(syncId => load(scene, syncId)))
  if (runs.some(({ counts }) => counts.created !== customers)) throw new Error('rows are missing')
  syncs.push(...group)
  return runs
}

function firstLoads(scene: Scene, { seconds, say }: BenchOptions, syncs: string[]): Promise<Row> {
  return measure(scene, 'first load', seconds, say, () => firstGroup(scene, syncs))
}

async function repeated(scene: Scene, { seconds, say }: BenchOptions, syncs: readonly string[]): Promise<Row> {
  let turn = 0
  return measure(scene, 'nothing changed, everything read', seconds, say, async () => {
    const group = Array.from({ length: atOnce }, () => syncs[turn++ % syncs.length]!)
    const runs = await Promise.all(group.map(syncId => load(scene, syncId, { full: true })))
    if (runs.some(({ counts }) => counts.unchanged !== customers)) throw new Error('rows were taken for changed')
    return runs
  })
}

async function measure(
  { product }: Scene,
  name: string,
  seconds: number,
  say: BenchOptions['say'],
  once: () => Promise<Run[]>,
): Promise<Row> {
  const from = Date.now()
  let [rows, ms] = [0, 0]
  while (ms < seconds * 1_000) {
    const runs = await once()
    const begun = Math.min(...runs.map(run => Date.parse(run.requestedAt)))
    const lasted = Math.max(...runs.map(run => Date.parse(run.finishedAt))) - begun
    rows += total
    ms += lasted
    say(`${name}: ${total} rows in ${lasted} ms`)
  }
  const { total: actions } = await countActions(product.stack.temporal.address, from, Date.now())
  const perSecond = Math.round(rows / (ms / 1_000))
  return { ...emptyRow(name), perSecond, actionsPer1000: (actions / rows) * 1_000 }
}

/** What a run costs that asks for changes and finds none: from the request to its end. */
async function quick(scene: Scene, syncs: readonly string[], say: BenchOptions['say']): Promise<Row> {
  const lasted: number[] = []
  for (let run = 0; run < quickRuns; run++) {
    lasted.push(lastedMs(await load(scene, syncs[run % syncs.length]!, {}, 25)))
  }
  lasted.sort((a, b) => a - b)
  say(`a run that finds nothing: ${lasted.length} times`)
  const at = (share: number) => lasted[Math.min(lasted.length - 1, Math.floor(lasted.length * share))] ?? null
  return { ...emptyRow('a run that finds nothing'), p50Ms: at(0.5), p99Ms: at(0.99) }
}
