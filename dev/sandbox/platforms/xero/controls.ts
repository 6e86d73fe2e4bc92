import { z } from 'zod'
import type { ControlInput, ControlRoute } from '../../platform.ts'
import { kinds } from './accounting.ts'
import { type Books, type Entity, getEntity } from './entities.ts'
import { listed } from './filters.ts'
import type { Kind } from './kinds.ts'
import { limitsOf, setLimits, xeroLimits } from './limits.ts'
import { tenantOf } from './organisations.ts'
import { Invalid, Problem } from './problems.ts'
import { writeRows } from './writes.ts'

const asked = { unitPlaces: 4, method: 'POST' } as const

const of = ({ storage, params: [account = '', plural = '', id = ''] }: ControlInput) => {
  const kind = kinds.find(one => one.plural.toLowerCase() === plural)
  if (!kind) throw new Error(`an organisation has no ${plural}`)
  return { books: { storage, tenant: tenantOf(account) }, kind, id }
}

/**
 * What a person does in the organisation of the account `org-<name>`. KIND is `contacts`, `items`, `invoices`, `payments`,
 * `batchpayments`, `prepayments` or `overpayments`.
 *
 *   GET    /organisations/ORG/KIND[/ID]     as the API gives them whole, archived ones too
 *   POST   /organisations/ORG/KIND          a person makes or changes one, or several of a list; DELETE .../ID deletes an item
 *   PUT    /organisations/ORG/limits        how much its API takes (limits.ts)
 */
export const controls: ControlRoute[] = [
  [
    'PUT',
    /^\/organisations\/(org-\w+)\/limits$/,
    ({ storage, params: [account = ''], body }) => {
      setLimits(storage, tenantOf(account), xeroLimits.parse(body ?? {}))
      return limitsOf(storage, tenantOf(account))
    },
  ],
  [
    'GET',
    /^\/organisations\/(org-\w+)\/([a-z]+)$/,
    input => {
      const { books, kind } = of(input)
      const query = new URLSearchParams({ includeArchived: 'true' })
      return listed(books, { ...kind, summary: row => row }, query, undefined).rows
    },
  ],
  [
    'GET',
    /^\/organisations\/(org-\w+)\/([a-z]+)\/([\w-]+)$/,
    input => {
      const { books, kind, id } = of(input)
      return getEntity(books, kind.plural, id) ?? null
    },
  ],
  [
    'POST',
    /^\/organisations\/(org-\w+)\/([a-z]+)$/,
    input => {
      const { books, kind } = of(input)
      const rows = written(books, kind, input.body)
      return Array.isArray(input.body) ? rows : rows[0]
    },
  ],
  [
    'DELETE',
    /^\/organisations\/(org-\w+)\/([a-z]+)\/([\w-]+)$/,
    input => {
      const { books, kind, id } = of(input)
      const found = getEntity(books, kind.plural, id)
      if (!found || !kind.delete) throw new Error('there is none that could be deleted')
      kind.delete(books, found)
      return { deleted: true }
    },
  ],
]

function written(books: Books, kind: Kind, body: unknown): Entity[] {
  const rows = z.union([z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())]).parse(body)
  try {
    return writeRows(books, kind, [rows].flat(), asked, new URLSearchParams())
  } catch (error) {
    if (error instanceof Problem) throw new Error(JSON.stringify(error.body), { cause: error })
    throw error instanceof Invalid ? new Error(error.message, { cause: error }) : error
  }
}
