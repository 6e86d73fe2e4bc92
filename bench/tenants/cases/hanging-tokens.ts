import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantCase } from '../case.ts'
import { ConnectionRows, newApp, newConnection } from '../connections.ts'
import { each, newTenants } from '../noisy-tenants.ts'
import { refreshesOf } from '../refreshes.ts'

const connections = 300
const settleMs = 10_000

/** A quiet workspace's token is refreshed beside 300 connections whose token endpoint hangs. */
export const hangingTokens: TenantCase = {
  name: '300 connections whose token endpoint hangs, of workspaces',
  counts: [1, 10, 100],
  fewest: 6,
  async prepare(scene) {
    const { first: port } = await scene.start<number>('platform.ts')
    const rows = new ConnectionRows(scene)
    const addresses = { api: `http://127.0.80.1:${port}/well`, tokens: `http://127.0.80.1:${port}/hang` }
    return {
      quiet: await refreshesOf(scene, rows, 0),
      async noise(count) {
        const noisy = await newTenants(scene, count)
        const apps = await each(count, n => newApp(noisy[n]!, addresses))
        const made = await each(connections, n => newConnection(noisy[n % count]!, apps[n % count]!))
        const ids = made.map(({ id }) => id)
        await rows.refreshAt(ids, 0)
        await sleep(settleMs)
        return async () => {
          await rows.refreshAt(ids, 86_400)
          return `${connections} connections of ${count} workspaces, due all the time`
        }
      },
    }
  },
}
