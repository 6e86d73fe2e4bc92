import { z } from 'zod'
import type { ControlInput, ControlRoute } from '../../platform.ts'
import { kinds } from './api.ts'
import { ensureCompany, refillCompany } from './companies.ts'
import { mergeCustomer } from './customers.ts'
import { getEntity, type Entity } from './entities.ts'
import type { Kind } from './kinds.ts'
import { create, edit, remove } from './operations.ts'

const fields = z.record(z.string(), z.unknown())
const asked = { allowsDuplicateNumber: false }

/** The kinds by their names in an address of the controls, such as `customers`. */
const kindNamed = (plural: string): Kind => {
  const kind = kinds.find(({ name }) => `${name.toLowerCase()}s` === plural)
  if (!kind) throw new Error(`a company has no ${plural}`)
  return kind
}

const of = ({ storage, params: [realm = '', plural = '', id = ''] }: ControlInput) => ({
  company: ensureCompany(storage, realm),
  kind: kindNamed(plural),
  id,
})

/**
 * What a person does in a company.
 *
 *   POST   /companies/REALM                        { customers? }: empties it and fills it anew
 *   GET    /companies/REALM/KIND[/ID]              as the API gives them: `customers`, `vendors`, `items`, `invoices`, `payments`; the
 *                                                  list takes ?limit=, ?offset=, ?displayName= (the name or number)
 *   POST   /companies/REALM/KIND                   a person makes one, or several of a list; PATCH .../ID changes one
 *   DELETE /companies/REALM/KIND/ID                deletes one; a customer is merged away
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
    /^\/companies\/(\d+)\/([a-z]+)$/,
    input => {
      const { company, kind } = of(input)
      const { storage, query } = input
      const [limit, offset] = [Number(query.get('limit') ?? 1000), Number(query.get('offset') ?? 0)]
      const name = query.get('displayName')
      const rows = storage.all<{ body: string }>(
        `SELECT body FROM entities WHERE realm = ? AND kind = ? AND deleted = 0 AND (? IS NULL OR name = ?)
         ORDER BY id LIMIT ? OFFSET ?`,
        ...[company.realm, kind.name, name, name, limit, offset],
      )
      return rows.map(row => JSON.parse(row.body) as unknown)
    },
  ],
  [
    'POST',
    /^\/companies\/(\d+)\/([a-z]+)$/,
    input => {
      const { company, kind } = of(input)
      const { storage, body } = input
      if (!Array.isArray(body)) return storage.transaction(() => create(company, kind, fields.parse(body), asked))
      return storage.transaction(() => body.map((one): Entity => create(company, kind, fields.parse(one), asked)))
    },
  ],
  [
    'GET',
    /^\/companies\/(\d+)\/([a-z]+)\/(\d+)$/,
    input => {
      const { company, kind, id } = of(input)
      return getEntity(company, kind.name, id) ?? null
    },
  ],
  [
    'PATCH',
    /^\/companies\/(\d+)\/([a-z]+)\/(\d+)$/,
    input => {
      const { company, kind, id } = of(input)
      return input.storage.transaction(() => edit(company, kind, id, fields.parse(input.body)))
    },
  ],
  [
    'DELETE',
    /^\/companies\/(\d+)\/([a-z]+)\/(\d+)$/,
    input => {
      const { company, kind, id } = of(input)
      if (kind.isTransaction) {
        input.storage.transaction(() => remove(company, kind, getEntity(company, kind.name, id)))
      } else mergeCustomer(company, id)
      return { deleted: true }
    },
  ],
]
