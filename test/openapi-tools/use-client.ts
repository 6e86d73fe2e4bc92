// Checked by npm run check:openapi beside what @hey-api/openapi-ts makes.
import {
  createRecord,
  createSyncRun,
  getThroughProxy,
  listDeliveries,
  publishEvents,
  rotateEndpointSecret,
} from './client'
import type { Delivery, Endpoint, NewEvent } from './client'

export async function use(endpoint: Endpoint): Promise<Delivery[]> {
  const event: NewEvent = { type: 'invoice.paid', data: { number: 42 } }
  await publishEvents({ body: event, headers: { 'Idempotency-Key': 'invoice-42' } })
  await createRecord({ body: { collection: 'customers', data: { displayName: 'Ada' } } })
  await createSyncRun({ path: { syncId: 'sync_1' } })
  await rotateEndpointSecret({ path: { endpointId: endpoint.id }, body: {} })
  await getThroughProxy({
    path: { connectionId: 'conn_1', path: 'user' },
    headers: { 'causeway-host': 'api', 'causeway-as': 'user' },
  })
  const page = await listDeliveries({ query: { status: 'failed', limit: 10 } })
  if (page.error) throw new Error(page.error.error.code)
  return page.data.data
}
