import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantCase } from '../case.ts'
import { each, newTenants } from '../noisy-tenants.ts'
import { startQuietServer } from '../quiet-server.ts'

const endpoints = 1_200
const everyMs = 2_000

/**
 * A quiet workspace publishes, to an endpoint that is known to be quick and to one that was never sent to, beside 1,200 endpoints
 * that were never sent to either and hang, of one workspace, ten, or a hundred.
 */
export const hangingEndpoints: TenantCase = {
  name: '1,200 hanging endpoints, of workspaces',
  counts: [1, 10, 100],
  async prepare(scene) {
    const { first: port } = await scene.start<number>('platform.ts')
    const server = await startQuietServer()
    const quiet = await scene.newTenant('quiet')
    const subscribe = (type: string) => quiet.call('POST', '/v1/endpoints', { url: server.url, eventTypes: [type] })
    await subscribe('known')
    let made = 0
    return {
      async quiet() {
        const word = `word-${++made}.`
        await subscribe(`fresh-${made}`)
        const startedAt = performance.now()
        const arrive = ['known', `fresh-${made}`].map(async type => {
          const arrived = server.arrival(`${word}${type}`)
          await quiet.call('POST', '/v1/events', { type, data: { word: `${word}${type}` } })
          return arrived
        })
        return Math.max(...(await Promise.all(arrive))) - startedAt
      },
      async noise(count) {
        const noisy = await newTenants(scene, count)
        const made = await each(endpoints, async n => {
          const tenant = noisy[n % count]!
          const url = `http://127.0.80.1:${port}/hang/${n}`
          const { id } = await tenant.call<{ id: string }>('POST', '/v1/endpoints', { url, eventTypes: ['hang'] })
          return { tenant, id }
        })
        let over = false
        const publishing = (async () => {
          while (!over) {
            await each(count, n => noisy[n]!.call('POST', '/v1/events', { type: 'hang', data: {} }))
            await sleep(everyMs)
          }
        })()
        await sleep(300)
        return async () => {
          over = true
          await publishing
          await each(made.length, n => made[n]!.tenant.call('DELETE', `/v1/endpoints/${made[n]!.id}`))
          return `${endpoints} endpoints of ${count} workspaces, none of which answered`
        }
      },
    }
  },
}
