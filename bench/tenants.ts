import { setTimeout as sleep } from 'node:timers/promises'
import { emptyRow, type BenchOptions, type Row } from './row.ts'
import type { PreparedCase } from './tenants/case.ts'
import { tenantCases } from './tenants/cases.ts'
import { setTenantScene } from './tenants/scene.ts'

/** Between two things that the quiet workspace does. */
const pauseMs = 50
const fewest = 20
const warmUpTimes = 10

/**
 * Measures what a quiet workspace notices of noisy ones: its times alone, and then with one, ten and a hundred of them busy, in
 * the same run. They may at most double, or grow by a second.
 */
export async function benchTenants(options: BenchOptions): Promise<Row[]> {
  const { say, only, seconds } = options
  const scene = await setTenantScene(say)
  const rows: Row[] = []
  try {
    for (const [word, one] of Object.entries(tenantCases)) {
      if (only !== undefined && !only.includes(word)) continue
      say(`${word}: ${one.name}`)
      const prepared = await one.prepare(scene)
      const least = one.fewest ?? fewest
      for (let time = 0; time < Math.min(warmUpTimes, least); time++) await prepared.quiet()
      // What it takes alone may depend on the moment, as where things are looked for every few seconds: all of it counts.
      let alone: Times = { ms: [], failed: 0 }
      for (const count of one.counts) {
        alone = together(alone, await timesOf(prepared, seconds, least))
        const stop = await prepared.noise(count)
        const beside = await timesOf(prepared, seconds, least)
        say(await stop())
        const row = rowOf(`${one.name}, ${count}`, alone, beside)
        say(JSON.stringify(row))
        rows.push(row)
      }
    }
    return rows
  } finally {
    await scene.close()
  }
}

interface Times {
  ms: number[]
  failed: number
}

/** What the quiet workspace does, again and again for so long, but a few times at least. */
async function timesOf(prepared: PreparedCase, seconds: number, least: number): Promise<Times> {
  const endsAt = Date.now() + seconds * 1_000
  const ms: number[] = []
  let failed = 0
  while (Date.now() < endsAt || ms.length + failed < least) {
    const startedAt = performance.now()
    try {
      const told = await prepared.quiet()
      ms.push(told ?? performance.now() - startedAt)
    } catch {
      failed++
    }
    await sleep(pauseMs)
  }
  return { ms: ms.toSorted((a, b) => a - b), failed }
}

function together(some: Times, others: Times): Times {
  return { ms: [...some.ms, ...others.ms].toSorted((a, b) => a - b), failed: some.failed + others.failed }
}

function rowOf(name: string, alone: Times, beside: Times): Row {
  const at = ({ ms }: Times, share: number) => ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? null
  const aloneP99Ms = at(alone, 0.99) ?? 0
  return {
    ...emptyRow(name),
    p50Ms: at(beside, 0.5),
    p99Ms: at(beside, 0.99),
    aloneP99Ms,
    failed: beside.failed,
    goals: [
      { of: 'p99Ms', atMost: Math.round(Math.max(2 * aloneP99Ms, aloneP99Ms + 1_000)) },
      { of: 'failed', atMost: 0 },
    ],
  }
}
