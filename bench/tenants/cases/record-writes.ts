import type { TenantCase } from '../case.ts'
import { noisyCalls } from '../noisy-calls.ts'

/**
 * A quiet workspace reads its records and publishes beside one that writes into one collection over many connections: writers
 * of a collection wait for each other.
 */
export const recordWrites: TenantCase = {
  name: 'reading and publishing beside writers of one collection',
  counts: [1, 10, 16, 64, 100],
  async prepare(scene) {
    const [quiet, noisy] = [await scene.newTenant('quiet'), await scene.newTenant('noisy')]
    await quiet.call('POST', '/v1/records', { collection: 'customers', data: { name: 'Ada' } })
    const body = JSON.stringify({ collection: 'customers', data: { name: 'Customer {n}' } })
    return {
      async quiet() {
        await quiet.call('GET', '/v1/records?collection=customers&limit=100')
        await quiet.call('POST', '/v1/events', { type: 'tenant.quiet', data: {} })
      },
      noise: connections => noisyCalls(scene, noisy, { method: 'POST', path: '/v1/records', body, connections }),
    }
  },
}
