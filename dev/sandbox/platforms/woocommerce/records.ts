import type { Tools } from '../../tools.ts'
import { type Schema, WrongField, checked } from './schema.ts'
import { siteTime } from './times.ts'

export type Item = Record<string, unknown> & { id: number }
export type Fields = Record<string, unknown>

/** What a shop keeps of one kind, and how it words what is wrong. https://woocommerce.github.io/woocommerce-rest-api-docs */
export interface Kind {
  /** Its name in the address. */
  name: string
  /** Its name in error codes. */
  code: string
  schema: Schema
  /** Whether it goes to the trash first, as posts do. */
  trash: boolean
  /** Whether its list knows `modified_after`. */
  modified: boolean
  orderBy: readonly string[]
  /** What its list may be narrowed to beside. */
  filters: Readonly<Record<string, (item: Item, value: string) => boolean>>
  /** One anew. @throws Refused */
  made(fields: Fields, shop: Shop): Fields
  /** What else follows from a change. @throws Refused */
  changed(item: Item, fields: Fields, shop: Shop): Item
}

/** An error as WordPress says it. https://developer.wordpress.org/rest-api/using-the-rest-api */
export class Refused extends Error {
  readonly status: number
  readonly body: { code: string; message: string; data: { status: number } }

  constructor(status: number, code: string, message: string, more: object = {}) {
    super(message)
    this.status = status
    this.body = { code, message, data: { status, ...more } }
  }
}

/** The things of one shop. */
export interface Shop {
  all(kind: string): Item[]
  get(kind: string, id: number | string): Item | undefined
  put(kind: string, item: Item): Item
  remove(kind: string, id: number): void
  next(): number
}

export function shopOf(tools: Tools, host: string): Shop {
  const { things } = tools
  return {
    all: kind => things.list(kind, host) as Item[],
    get: (kind, id) => things.get(kind, host, String(id)) as Item | undefined,
    put(kind, item) {
      things.put(kind, host, String(item.id), item)
      return item
    },
    remove: (kind, id) => void things.delete(kind, host, String(id)),
    next() {
      const { next = 100 } = (things.get('counter', host, 'ids') ?? {}) as { next?: number }
      things.put('counter', host, 'ids', { next: next + 1 })
      return next
    },
  }
}

const fitting = (kind: Kind, fields: Fields): Fields => {
  try {
    return checked(kind.schema, fields)
  } catch (error) {
    if (!(error instanceof WrongField)) throw error
    const message = `Invalid parameter(s): ${error.field}`
    throw new Refused(400, 'rest_invalid_param', message, { params: { [error.field]: error.message } })
  }
}

export const invalidId = ({ code }: Kind, status = 404) =>
  new Refused(status, `woocommerce_rest_${code}_invalid_id`, 'Invalid ID.')

export function create(kind: Kind, fields: Fields, shop: Shop): Item {
  if (fields['id'] !== undefined)
    throw new Refused(400, `woocommerce_rest_${kind.code}_exists`, 'Cannot create existing.')
  const made = { ...kind.made(fitting(kind, fields), shop), id: shop.next() }
  return shop.put(kind.name, { ...made, ...datesOf('created'), ...datesOf('modified') })
}

export function update(kind: Kind, id: unknown, fields: Fields, shop: Shop): Item {
  const item = shop.get(kind.name, String(id))
  if (!item) throw invalidId(kind, 400)
  const { id: _id, ...rest } = fields
  const changed = kind.changed(item, fitting(kind, rest), shop)
  return shop.put(kind.name, { ...changed, id: item.id, ...datesOf('modified') })
}

/** Without `force` it goes to the trash, from where it cannot go there again; customers have none. */
export function remove(kind: Kind, id: unknown, force: boolean, shop: Shop): Item {
  const item = shop.get(kind.name, String(id))
  if (!item) throw invalidId(kind)
  if (force) {
    shop.remove(kind.name, item.id)
    return item
  }
  const what = `${kind.name[0]!.toUpperCase()}${kind.name.slice(1)}`
  if (!kind.trash) throw new Refused(501, 'woocommerce_rest_trash_not_supported', `${what} do not support trashing.`)
  if (item['status'] === 'trash')
    throw new Refused(410, 'woocommerce_rest_already_trashed', `The ${kind.code} has already been deleted.`)
  return shop.put(kind.name, { ...item, status: 'trash', ...datesOf('modified') })
}

/** Times of the site's own zone, and the same in GMT, without a zone and to the second. */
function datesOf(what: 'created' | 'modified'): Fields {
  const now = new Date()
  return { [`date_${what}`]: siteTime(now), [`date_${what}_gmt`]: now.toISOString().slice(0, 19) }
}
