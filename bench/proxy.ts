import { Pool } from 'undici'
import { cpuSeconds } from './cpu.ts'
import { emptyRow, type BenchOptions, type Row } from './row.ts'
import { setTenantScene, type Tenant } from './tenants/scene.ts'

/** How many connections are called in turn: each has a rate limit of its own. */
const connections = 8
/** And how many are called for the first time, for the row that measures that. */
const firstCalls = 300
const atOnce = 16
const path = '/v1/items'

/** What of one client is called: at which path, with which key. */
type Call = { pool: Pool; path: string; headers: Record<string, string> }

/**
 * Measures what the proxy adds to a call: the same client calls the same local server in turn directly and through the hub,
 * one call at a time, and many at once; and connections that were never called before. `--only single,many,first`.
 */
export async function benchProxy({ seconds, only, say }: BenchOptions): Promise<Row[]> {
  const scene = await setTenantScene(say)
  try {
    const { first: port } = await scene.start<number>('../proxy/platform.ts')
    const platformUrl = `http://127.0.0.1:${port}`
    const tenant = await scene.newTenant('proxy')
    const wants = (row: string) => only === undefined || only.includes(row)
    say('connecting accounts')
    const ids = await connect(tenant, platformUrl, connections + (wants('first') ? firstCalls : 0))
    const [platform, hub] = [platformUrl, scene.product.apiUrl].map(url => new Pool(url, { connections: atOnce }))
    const headers = { authorization: `Bearer ${tenant.apiKey}` }
    const through = (id: string): Call => ({ pool: hub!, path: `/v1/connections/${id}/proxy${path}`, headers })
    const direct: Call = { pool: platform!, path, headers: { authorization: 'Bearer of-the-benchmark' } }
    const usual = ids.slice(0, connections).map(through)
    const { api, stack } = scene.product
    const spent = () => cpuSeconds({ hub: api.pid, Postgres: stack.postgres.pid })
    say('warming up')
    await measure([direct], usual, { forMs: 3_000, lanes: 4 })
    const rows: Row[] = []
    for (const [name, lanes] of [
      ['single', 1],
      ['many', atOnce],
    ] as const) {
      if (!wants(name)) continue
      say(name)
      const before = spent()
      const measured = await measure([direct], usual, { forMs: seconds * 1_000, lanes })
      const after = spent()
      const each = Object.entries(after).map(([part, spentBy]) => {
        const ms = (1_000 * (spentBy - before[part]!)) / measured.proxied.length
        return `${ms.toFixed(2)} ms by ${part}`
      })
      say(`CPU of a proxied call: ${each.join(', ')}`)
      rows.push(rowOf(name, lanes, measured))
    }
    if (wants('first')) {
      say('first')
      rows.push(rowOf('first', 1, await once(direct, ids.slice(connections).map(through))))
    }
    await Promise.all([platform!.close(), hub!.close()])
    return rows
  } finally {
    await scene.close()
  }
}

async function connect(tenant: Tenant, url: string, count: number): Promise<string[]> {
  const app = await tenant.call<{ id: string }>('POST', '/v1/provider-apps', {
    ...{ provider: 'stripe', name: 'bench', baseUrls: { 'https://api.stripe.com': url } },
  })
  const one = async (n: number) => {
    const apiKey = `sk_test_bench${String(n).padStart(12, '0')}`
    const body = { provider: 'stripe', providerAppId: app.id, credentials: { apiKey } }
    return (await tenant.call<{ connection: { id: string } }>('POST', '/v1/connections', body)).connection.id
  }
  const ids: string[] = []
  for (let n = 0; n < count; n += 8) {
    ids.push(...(await Promise.all(Array.from({ length: Math.min(8, count - n) }, (_, lane) => one(n + lane)))))
  }
  return ids
}

interface Measured {
  /** Milliseconds of each call. */
  direct: number[]
  proxied: number[]
  failed: number
}

/** Calls directly and through the hub by turns of the same length, so that both meet the same machine. */
async function measure(
  direct: Call[],
  proxied: Call[],
  { forMs, lanes }: { forMs: number; lanes: number },
): Promise<Measured> {
  const measured: Measured = { direct: [], proxied: [], failed: 0 }
  const endsAt = performance.now() + forMs
  while (performance.now() < endsAt) {
    for (const [kind, calls] of [
      ['direct', direct],
      ['proxied', proxied],
    ] as const) {
      const until = performance.now() + 250
      let next = 0
      const lane = async () => {
        while (performance.now() < until) await timed(calls[next++ % calls.length]!, measured, kind)
      }
      await Promise.all(Array.from({ length: lanes }, lane))
    }
  }
  return measured
}

/** Each of some calls once, a direct one before it. */
async function once(direct: Call, proxied: Call[]): Promise<Measured> {
  const measured: Measured = { direct: [], proxied: [], failed: 0 }
  for (const call of proxied) {
    await timed(direct, measured, 'direct')
    await timed(call, measured, 'proxied')
  }
  return measured
}

async function timed({ pool, path, headers }: Call, measured: Measured, kind: 'direct' | 'proxied'): Promise<void> {
  const startedAt = performance.now()
  const answer = await pool.request({ method: 'GET', path, headers })
  await answer.body.dump()
  measured[kind].push(performance.now() - startedAt)
  if (answer.statusCode !== 200) measured.failed++
}

const names = {
  single: 'added to one call at a time',
  many: `added to ${atOnce} at once`,
  first: 'added to a first call',
}

/** What the proxy adds: of the middle call, and of the slowest in a hundred. */
function rowOf(name: keyof typeof names, lanes: number, { direct, proxied, failed }: Measured): Row {
  const at = (times: number[], part: number) =>
    times.toSorted((one, other) => one - other)[Math.floor(times.length * part)]!
  const added = (part: number) => Math.round((at(proxied, part) - at(direct, part)) * 1_000) / 1_000
  const perSecond = (times: number[]) => (1_000 * lanes * times.length) / times.reduce((sum, one) => sum + one, 0)
  const [rate, baseline] = [perSecond(proxied), perSecond(direct)]
  const ratio = Math.round((rate / baseline) * 1_000) / 1_000
  return {
    ...{
      ...emptyRow(names[name]),
      perSecond: Math.round(rate),
      baselinePerSecond: Math.round(baseline),
      ratio,
      failed,
    },
    ...{ p50Ms: added(0.5), p99Ms: added(0.99) },
    goals: [{ of: 'failed', atMost: 0 }, ...(name === 'single' ? [{ of: 'p50Ms' as const, atMost: 3 }] : [])],
  }
}
