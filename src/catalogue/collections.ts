import { comments } from './collections/comments.ts'
import { contacts } from './collections/contacts.ts'
import { customers } from './collections/customers.ts'
import { deals } from './collections/deals.ts'
import { events } from './collections/events.ts'
import { inventory } from './collections/inventory.ts'
import { invoices } from './collections/invoices.ts'
import { leads } from './collections/leads.ts'
import { members } from './collections/members.ts'
import { metrics } from './collections/metrics.ts'
import { monitors } from './collections/monitors.ts'
import { orders } from './collections/orders.ts'
import { campaigns } from './collections/campaigns.ts'
import { companies } from './collections/parties.ts'
import { payments } from './collections/payments.ts'
import { products } from './collections/products.ts'
import { repositories } from './collections/repositories.ts'
import { responses } from './collections/responses.ts'
import type { Collection, CollectionField } from './collections/shapes.ts'
import { transactions } from './collections/transactions.ts'
import { issues, tasks } from './collections/work.ts'

/**
 * The hub's own shapes, by collection: what records look like wherever they came from. Records may hold other fields too,
 * which no platform is told of.
 */
export const collections: Record<string, Collection> = {
  customers,
  contacts,
  companies,
  leads,
  products,
  invoices,
  payments,
  orders,
  inventory,
  deals,
  issues,
  tasks,
  events,
  metrics,
  members,
  responses,
  comments,
  campaigns,
  transactions,
  monitors,
  repositories,
}

/** A collection of the hub's own; undefined for one that a workspace has made up. */
export function collectionOf(name: string): Collection | undefined {
  return Object.hasOwn(collections, name) ? collections[name] : undefined
}

/** A canonical field; undefined where the hub has no shape for it. */
export function fieldAt(name: string, path: string): CollectionField | undefined {
  const fields = collectionOf(name)?.fields
  return fields && Object.hasOwn(fields, path) ? fields[path] : undefined
}
