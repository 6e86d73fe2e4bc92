import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantCase } from '../case.ts'
import { newApp, newConnection } from '../connections.ts'
import { each } from '../noisy-tenants.ts'
import { startQuietServer } from '../quiet-server.ts'
import type { Tenant } from '../scene.ts'

const settleMs = 5_000
const pollMs = 20

/** A quiet workspace's sync of three rows beside syncs of another whose platform takes two seconds for each page. */
export const slowSyncs: TenantCase = {
  name: 'a sync of three rows beside slow syncs',
  counts: [1, 10, 50, 100],
  async prepare(scene) {
    const server = await startQuietServer()
    const quiet = await scene.newTenant('quiet')
    const quietApp = await newApp(quiet, { api: server.url, tokens: server.url })
    const syncId = await newSync(quiet, quietApp, 'customers')
    return {
      async quiet() {
        const { id } = await quiet.call<{ id: string }>('POST', `/v1/syncs/${syncId}/runs`, { full: true })
        for (;;) {
          const { status } = await quiet.call<{ status: string }>('GET', `/v1/syncs/${syncId}/runs/${id}`)
          if (status === 'succeeded') return
          if (status !== 'requested' && status !== 'running') throw new Error(`the run ${status}`)
          await sleep(pollMs)
        }
      },
      async noise(count) {
        const { child, first: port } = await scene.start<number>('platform.ts')
        const noisy = await scene.newTenant('noisy')
        const address = `http://127.0.80.1:${port}`
        const app = await newApp(noisy, { api: `${address}/slow`, tokens: `${address}/well` })
        const syncs = await each(count, n => newSync(noisy, app, `customers-${n}`))
        await each(count, n => noisy.call('POST', `/v1/syncs/${syncs[n]}/runs`, {}))
        await sleep(settleMs)
        return async () => {
          // Its pages come at once from now on, and are the last ones.
          child.send({ over: true })
          await sleep(settleMs)
          return `${count} syncs of 50 pages, two seconds each`
        }
      },
    }
  },
}

async function newSync(tenant: Tenant, appId: string, collection: string): Promise<string> {
  const { id: connectionId } = await newConnection(tenant, appId)
  return (await tenant.call<{ id: string }>('POST', '/v1/syncs', { connectionId, model: 'customers', collection })).id
}
