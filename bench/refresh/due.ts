import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSeconds } from '../cpu.ts'
import type { RefreshScene } from './scene.ts'

/** The sweep runs for 55 seconds of each minute; in the rest nothing is refreshed, whoever waits. */
const sweep = { beginsMs: 3_000, endsMs: 8_000 }
const withinMs = 180_000

export interface Refreshed {
  count: number
  perSecond: number
  /** From when they were due to the first one. */
  beganMs: number
  /** What the processors did for each, in milliseconds. */
  cpuMs: { worker: number; postgres: number }
}

/**
 * Has connections become due at once, at the beginning of a sweep, and waits until those that can be are refreshed. From the
 * first one to the last one counts: how long a sweep rests before it looks is a setting.
 */
export async function refreshDue({ scene, pool }: RefreshScene, due: string[], expected: string[]): Promise<Refreshed> {
  await atBeginning()
  const { worker, stack } = scene.product
  const cpu = () => cpuSeconds({ worker: worker.pid, postgres: stack.postgres.pid })
  const before = cpu()
  const { rows } = await pool.query<{ at: Date }>(
    // Connected at different times they are due at different times.
    `update connections set refresh_at = now() - random() * interval '1 minute' where id = any($1) returning now() as at`,
    [due],
  )
  const dueAt = rows[0]!.at
  const deadline = Date.now() + withinMs
  for (;;) {
    await sleep(500)
    const { rows: found } = await pool.query<{ count: number; first: Date; last: Date }>(
      `select count(*)::int as count, min(updated_at) as first, max(updated_at) as last from connections
       where id = any($1) and updated_at > $2 and refresh_failures = 0`,
      [expected, dueAt],
    )
    const { count, first, last } = found[0]!
    if (count < expected.length && Date.now() < deadline) continue
    const ms = Math.max(1, last.getTime() - first.getTime())
    const after = cpu()
    const each = (name: string) => Math.round(((after[name]! - before[name]!) / count) * 1e5) / 100
    const cpuMs = { worker: each('worker'), postgres: each('postgres') }
    const beganMs = first.getTime() - dueAt.getTime()
    return { count, perSecond: Math.round(count / (ms / 1_000)), beganMs, cpuMs }
  }
}

async function atBeginning(): Promise<void> {
  const inMinute = Date.now() % 60_000
  if (inMinute < sweep.beginsMs) await sleep(sweep.beginsMs - inMinute)
  else if (inMinute > sweep.endsMs) await sleep(60_000 + sweep.beginsMs - inMinute)
}
