import { setTimeout as sleep } from 'node:timers/promises'
import type { PreparedCase } from './case.ts'
import { type ConnectionRows, newApp, newConnection } from './connections.ts'
import { startQuietServer } from './quiet-server.ts'
import type { TenantScene } from './scene.ts'

/** The sweep runs for 55 seconds of each minute; in the rest nothing is refreshed, whoever waits. */
const sweep = { beginsMs: 2_000, endsMs: 50_000 }

/**
 * What a quiet workspace notices of a refresh: from the instant it is due to the call that refreshes it.
 * @param failures how many calls fail before that; the time is counted from the next try on, which is due at once
 */
export async function refreshesOf(
  scene: TenantScene,
  rows: ConnectionRows,
  failures: number,
): Promise<PreparedCase['quiet']> {
  const server = await startQuietServer()
  const quiet = await scene.newTenant('quiet')
  const { id } = await newConnection(quiet, await newApp(quiet, { api: server.url, tokens: server.url }))
  return async () => {
    await whileSwept()
    const generation = await rows.generation(id)
    if (failures > 0) {
      server.failTokens(failures)
      await rows.refreshAt([id], 0)
      await rows.becomes(id, 'refresh_failures', failures - 1)
    }
    const arrived = server.arrival('grant_type=refresh_token')
    const dueAt = performance.now()
    await rows.refreshAt([id], 0)
    const ms = (await arrived) - dueAt
    await rows.becomes(id, 'generation', generation)
    return ms
  }
}

async function whileSwept(): Promise<void> {
  const inMinute = Date.now() % 60_000
  if (inMinute > sweep.endsMs) await sleep(60_000 + sweep.beginsMs - inMinute)
  else if (inMinute < sweep.beginsMs) await sleep(sweep.beginsMs - inMinute)
}
