import type { TenantCase } from '../case.ts'
import { each, newTenants } from '../noisy-tenants.ts'
import { startQuietServer } from '../quiet-server.ts'

const events = 50_000
const inOneCall = 1_000

/** A quiet workspace publishes beside 50,000 deliveries that waited for paused endpoints, which are resumed just then. */
export const backlog: TenantCase = {
  name: '50,000 deliveries let go, of workspaces',
  counts: [1, 10, 100],
  async prepare(scene) {
    const { first: port } = await scene.start<number>('platform.ts')
    const server = await startQuietServer()
    const quiet = await scene.newTenant('quiet')
    await quiet.call('POST', '/v1/endpoints', { url: server.url, eventTypes: ['quiet'] })
    let words = 0
    return {
      async quiet() {
        const word = `word-${++words}.`
        const startedAt = performance.now()
        const arrived = server.arrival(word)
        await quiet.call('POST', '/v1/events', { type: 'quiet', data: { word } })
        return (await arrived) - startedAt
      },
      async noise(count) {
        const noisy = await newTenants(scene, count)
        const paths = await each(count, async n => {
          const endpoint = { url: `http://127.0.80.1:${port}/well/${n}`, eventTypes: ['noise'] }
          const { id } = await noisy[n]!.call<{ id: string }>('POST', '/v1/endpoints', endpoint)
          await noisy[n]!.call('POST', `/v1/endpoints/${id}/pause`)
          return `/v1/endpoints/${id}`
        })
        const calls = Math.max(events / inOneCall, count)
        const published = { events: Array.from({ length: events / calls }, () => ({ type: 'noise', data: {} })) }
        await each(calls, n => noisy[n % count]!.call('POST', '/v1/events', published))
        await each(count, n => noisy[n]!.call('POST', `${paths[n]}/resume`))
        const resumedAt = Date.now()
        return async () => {
          const seconds = ((Date.now() - resumedAt) / 1_000).toFixed()
          await each(count, n => noisy[n]!.call('DELETE', paths[n]!))
          return `${events} deliveries of ${count} workspaces were let go ${seconds} s ago`
        }
      },
    }
  },
}
