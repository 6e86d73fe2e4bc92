import { setTimeout as sleep } from 'node:timers/promises'
import type { CallReport, CallRun } from './caller.ts'
import type { Tenant, TenantScene } from './scene.ts'

/** How long the noise goes on before anybody is measured beside it. */
const settleMs = 2_000

/** One workspace that calls the API at full speed over so many connections; gives what ends it and tells of its calls. */
export async function noisyCalls(
  scene: TenantScene,
  tenant: Tenant,
  call: Pick<CallRun, 'method' | 'path' | 'body' | 'connections'>,
): Promise<() => Promise<string>> {
  const { child } = await scene.start('caller.ts')
  child.send({ url: scene.product.apiUrl, apiKey: tenant.apiKey, ...call } satisfies CallRun)
  await sleep(settleMs)
  return async () => {
    const reported = new Promise<CallReport>(resolve => child.once('message', report => resolve(report as CallReport)))
    child.send({ stop: true })
    const { seconds, statuses } = await reported
    child.kill()
    const counts = Object.entries(statuses).map(([status, count]) => `${Math.round(count / seconds)}/s of ${status}`)
    return `the noisy one's calls: ${counts.join(', ')}`
  }
}
