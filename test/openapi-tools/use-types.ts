// Checked by npm run check:openapi beside what openapi-typescript makes.
import type { components, operations } from './types'

type Schemas = components['schemas']

const event: Schemas['NewEvent'] = { type: 'invoice.paid', data: { number: 42 } }
const record: Schemas['CreateRecordInput'] = { collection: 'customers', data: { displayName: 'Ada', tags: [1, null] } }
const run: operations['createSyncRun']['requestBody'] = undefined

export function summary(page: Schemas['DeliveriesPage'], error: Schemas['Error']): string {
  const delivery: Schemas['Delivery'] | undefined = page.data[0]
  const details = error.error.details
  const refused = Array.isArray(details) ? details.length : 0
  return [delivery?.status, page.nextCursor, refused, event.type, record.collection, run].join(' ')
}
