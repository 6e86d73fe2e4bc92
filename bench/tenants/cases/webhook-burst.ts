import type { TenantCase } from '../case.ts'
import { newApp, newConnection } from '../connections.ts'
import { startQuietServer } from '../quiet-server.ts'
import type { Tenant } from '../scene.ts'
import { webhookOf } from '../signed-webhook.ts'
import type { WebhookRun } from '../webhook-caller.ts'

const burst = 5_000
const secret = 'a verifier token of the bench'

/** A quiet workspace's webhook, from the platform to its endpoint, beside a burst of another's over so many connections. */
export const webhookBurst: TenantCase = {
  name: 'a webhook beside a burst of 5,000, over connections',
  counts: [1, 10, 100],
  async prepare(scene) {
    const { first: port } = await scene.start<number>('platform.ts')
    const server = await startQuietServer()
    const receive = async (tenant: Tenant, url: string) => {
      const appId = await newApp(tenant, { api: `http://127.0.80.1:${port}/well`, tokens: server.url }, secret)
      const { realmId } = await newConnection(tenant, appId)
      await tenant.call('POST', '/v1/endpoints', { url, eventTypes: ['quickbooks.*'] })
      return { path: `/webhooks/quickbooks/${appId}`, realmId, secret }
    }
    const quiet = await receive(await scene.newTenant('quiet'), server.url)
    const noisy = await receive(await scene.newTenant('noisy'), `http://127.0.80.1:${port}/well/hook`)
    let words = 0
    return {
      async quiet() {
        const word = `quiet-${++words}.`
        const arrived = server.arrival(word)
        const startedAt = performance.now()
        const { body, headers } = webhookOf(quiet, word)
        const answer = await fetch(scene.product.apiUrl + quiet.path, { method: 'POST', headers, body })
        if (answer.status !== 202) throw new Error(`the webhook was answered ${answer.status}`)
        return (await arrived) - startedAt
      },
      async noise(connections) {
        const { child } = await scene.start('webhook-caller.ts')
        const run: WebhookRun = { url: scene.product.apiUrl, ...noisy, count: burst, connections }
        const reported = new Promise<unknown>(resolve => child.once('message', resolve))
        child.send(run)
        return async () => {
          const report = JSON.stringify(await reported)
          child.kill()
          return `the burst: ${report}`
        }
      },
    }
  },
}
