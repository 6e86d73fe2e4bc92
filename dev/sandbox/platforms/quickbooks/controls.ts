import { z } from 'zod'
import type { ControlRoute } from '../../platform.ts'
import { createCustomer, deleteCustomer, editCustomer, ensureCompany, getCustomer, refillCompany } from './customers.ts'

const fields = z.record(z.string(), z.unknown())

/**
 * What a person does in a company.
 *
 *   POST   /companies/REALM                             { customers? }: empties it and fills it anew
 *   GET    /companies/REALM/customers[/ID]              as the API gives them; the list takes ?limit=, ?offset=, ?displayName=
 *   POST   /companies/REALM/customers                   a person creates one; PATCH .../ID changes, DELETE .../ID merges away
 */
export const controls: ControlRoute[] = [
  [
    'POST',
    /^\/companies\/(\d+)$/,
    ({ storage, params: [realm = ''], body }) => {
      const { customers } = z.strictObject({ customers: z.number().int().nonnegative().optional() }).parse(body ?? {})
      refillCompany(storage, realm, customers)
      return { realm, customers: customers ?? storage.settings().customers }
    },
  ],
  [
    'GET',
    /^\/companies\/(\d+)\/customers$/,
    ({ storage, params: [realm = ''], query }) => {
      ensureCompany(storage, realm)
      const [limit, offset] = [Number(query.get('limit') ?? 1000), Number(query.get('offset') ?? 0)]
      const name = query.get('displayName')
      const rows = storage.all<{ body: string }>(
        'SELECT body FROM customers WHERE realm = ? AND deleted = 0 AND (? IS NULL OR display_name = ?) ORDER BY id LIMIT ? OFFSET ?',
        ...[realm, name, name, limit, offset],
      )
      return rows.map(row => JSON.parse(row.body) as unknown)
    },
  ],
  [
    'POST',
    /^\/companies\/(\d+)\/customers$/,
    ({ storage, params: [realm = ''], body }) => {
      ensureCompany(storage, realm)
      return createCustomer(storage, realm, fields.parse(body))
    },
  ],
  [
    'GET',
    /^\/companies\/(\d+)\/customers\/(\d+)$/,
    ({ storage, params: [realm = '', id] }) => {
      ensureCompany(storage, realm)
      return getCustomer(storage, realm, Number(id)) ?? null
    },
  ],
  [
    'PATCH',
    /^\/companies\/(\d+)\/customers\/(\d+)$/,
    ({ storage, params: [realm = '', id], body }) => {
      ensureCompany(storage, realm)
      return editCustomer(storage, realm, Number(id), fields.parse(body))
    },
  ],
  [
    'DELETE',
    /^\/companies\/(\d+)\/customers\/(\d+)$/,
    ({ storage, params: [realm = '', id] }) => {
      deleteCustomer(storage, realm, Number(id))
      return { deleted: true }
    },
  ],
]
