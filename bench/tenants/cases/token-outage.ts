import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantCase } from '../case.ts'
import { ConnectionRows, newApp, newConnection } from '../connections.ts'
import { each, newTenants } from '../noisy-tenants.ts'
import { refreshesOf } from '../refreshes.ts'

const fewest = 25
const settleMs = 10_000

/**
 * A quiet workspace's token is refreshed, after one call of its own that failed, beside an outage of the token endpoint of
 * others' apps at the same platform.
 */
export const tokenOutage: TenantCase = {
  name: 'an outage of the token endpoint of workspaces',
  counts: [1, 10, 100],
  fewest: 6,
  async prepare(scene) {
    const { first: port } = await scene.start<number>('platform.ts')
    const rows = new ConnectionRows(scene)
    let hosts = 0
    return {
      quiet: await refreshesOf(scene, rows, 1),
      async noise(count) {
        const noisy = await newTenants(scene, count)
        // One that is down already would not be asked again.
        const host = `127.0.80.${++hosts}:${port}`
        const addresses = { api: `http://${host}/well`, tokens: `http://${host}/down` }
        const apps = await each(count, n => newApp(noisy[n]!, addresses))
        const made = await each(Math.max(fewest, 2 * count), n => newConnection(noisy[n % count]!, apps[n % count]!))
        const ids = made.map(({ id }) => id)
        await rows.keepFailing(ids, host)
        await sleep(settleMs)
        return async () => {
          await rows.refreshAt(ids, 86_400)
          return `${ids.length} connections of ${count} workspaces, none of which could be refreshed`
        }
      },
    }
  },
}
