import { usualCounts, type TenantCase } from '../case.ts'
import { noisyCalls } from '../noisy-calls.ts'

/** A quiet workspace reads its records beside one that reads its own over many connections. */
export const apiReads: TenantCase = {
  name: 'reading records beside a reader at full speed',
  counts: usualCounts,
  async prepare(scene) {
    const [quiet, noisy] = [await scene.newTenant('quiet'), await scene.newTenant('noisy')]
    const records = Array.from({ length: 100 }, (_, n) => ({ data: { name: `Customer ${n}` } }))
    for (const tenant of [quiet, noisy]) {
      await tenant.call('POST', '/v1/records/bulk', { collection: 'customers', records })
    }
    const path = '/v1/records?collection=customers&limit=100'
    return {
      quiet: async () => void (await quiet.call('GET', path)),
      noise: connections => noisyCalls(scene, noisy, { method: 'GET', path, connections }),
    }
  },
}
