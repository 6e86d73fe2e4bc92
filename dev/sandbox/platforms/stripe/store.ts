import { randomBytes } from 'node:crypto'
import type { Storage } from '../../storage.ts'
import type { Params } from './form.ts'
import { Refusal, noSuch, unknown } from './refusal.ts'

export interface StripeObject extends Params {
  id: string
  object: string
}

/** The objects of one account, by kind: the resource's name in its address. */
export interface Store {
  get(kind: string, id: string): StripeObject | undefined
  all(kind: string): StripeObject[]
  /** Keeps an object and says so in an event, as `customer.updated`; none is said without a type. */
  put(kind: string, object: StripeObject, event?: string): StripeObject
  remove(kind: string, object: StripeObject, event: string, left?: StripeObject): void
  list(kind: string, query: URLSearchParams, filters: Filters): unknown
}

/** Which parameters a list takes, and whether an object passes. */
export type Filters = Readonly<Record<string, (object: StripeObject, value: string) => boolean>>

/** What an earlier version's file has of customers is taken over. */
export const tables = `
  CREATE TABLE IF NOT EXISTS stripe_objects (
    seq INTEGER PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL, UNIQUE (account, kind, id));
  CREATE INDEX IF NOT EXISTS stripe_objects_page ON stripe_objects (account, kind, seq);
  CREATE TABLE IF NOT EXISTS stripe_idempotent (
    account TEXT, key TEXT, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, key));
  CREATE TABLE IF NOT EXISTS stripe_customers (seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, account TEXT NOT NULL, body TEXT NOT NULL);
  INSERT OR IGNORE INTO stripe_objects (account, kind, id, body) SELECT account, 'customers', id, body FROM stripe_customers ORDER BY seq;
  DELETE FROM stripe_customers;`

export const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`
export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

export function storeOf(storage: Storage, account: string): Store {
  const at = 'account = ? AND kind = ?'
  const rows = <T>(tail: string, ...values: (string | number)[]) => storage.all<T>(`SELECT ${tail}`, ...values)
  const keep = (kind: string, object: StripeObject, gone: 0 | 1) =>
    storage.run(
      `INSERT INTO stripe_objects (account, kind, id, gone, body) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (account, kind, id) DO UPDATE SET body = excluded.body, gone = excluded.gone`,
      ...[account, kind, object.id, gone, JSON.stringify(object)],
    )
  const say = (type: string, object: StripeObject) => {
    const id = newId('evt')
    const more = { livemode: false, pending_webhooks: 0, request: { id: newId('req'), idempotency_key: null } }
    const event = { id, object: 'event', api_version: '2024-06-20', created: nowSeconds(), type, data: { object } }
    keep('events', { ...event, ...more }, 0)
  }
  return {
    get(kind, id) {
      const [row] = rows<{ body: string }>(`body FROM stripe_objects WHERE ${at} AND id = ?`, account, kind, id)
      return row && (JSON.parse(row.body) as StripeObject)
    },
    all: kind =>
      rows<{ body: string }>(`body FROM stripe_objects WHERE ${at} AND gone = 0 ORDER BY seq`, account, kind).map(
        ({ body }) => JSON.parse(body) as StripeObject,
      ),
    put(kind, object, event) {
      keep(kind, object, 0)
      if (event !== undefined) say(event, object)
      return object
    },
    remove(kind, object, event, left) {
      if (left) keep(kind, left, 1)
      else storage.run(`DELETE FROM stripe_objects WHERE ${at} AND id = ?`, account, kind, object.id)
      say(event, object)
    },
    /** Newest first; `starting_after` and `ending_before` are ids. https://docs.stripe.com/api/pagination */
    list(kind, query, filters) {
      const limit = limitOf(query)
      const after = query.get('starting_after')
      const before = query.get('ending_before')
      const cursor = after ?? before
      const [place] = cursor
        ? rows<{ seq: number }>(`seq FROM stripe_objects WHERE ${at} AND id = ?`, account, kind, cursor)
        : [{ seq: Number.MAX_SAFE_INTEGER }]
      if (!place) throw noSuch(kind.replace(/s$/, ''), String(cursor), after ? 'starting_after' : 'ending_before', 400)
      const passes = passing(query, filters)
      const order = before ? 'seq > ? ORDER BY seq ASC' : 'seq < ? ORDER BY seq DESC'
      const page: StripeObject[] = []
      for (let seq = place.seq; page.length <= limit;) {
        const some = rows<{ seq: number; body: string }>(
          `seq, body FROM stripe_objects WHERE ${at} AND gone = 0 AND ${order} LIMIT ${limit + 1}`,
          ...[account, kind, seq],
        )
        page.push(...some.map(({ body }) => JSON.parse(body) as StripeObject).filter(passes))
        if (some.length <= limit) break
        seq = some.at(-1)!.seq
      }
      const data = page.slice(0, limit)
      const url = `/v1/${kind}`
      return { object: 'list', url, has_more: page.length > limit, data: before ? data.reverse() : data }
    },
  }
}

export function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? '10'
  const message = 'This value must be between 1 and 100 (inclusive).'
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 100)
    throw new Refusal(400, { code: 'parameter_invalid_integer', message, param: 'limit' })
  return Number(text)
}

const paging = ['limit', 'starting_after', 'ending_before']
const comparisons: Record<string, (time: number, bound: number) => boolean> = {
  gt: (time, bound) => time > bound,
  gte: (time, bound) => time >= bound,
  lt: (time, bound) => time < bound,
  lte: (time, bound) => time <= bound,
}

function passing(query: URLSearchParams, filters: Filters): (object: StripeObject) => boolean {
  const tests: ((object: StripeObject) => boolean)[] = []
  for (const name of new Set(query.keys())) {
    if (paging.includes(name) || name.startsWith('expand[')) continue
    const [, base = name, inner] = /^(\w+)\[(\w*)\]$/.exec(name) ?? []
    const values = query.getAll(name)
    if (base === 'created' && (inner === undefined || comparisons[inner])) {
      const bound = Number(values[0])
      if (!/^\d+$/.test(values[0]!)) throw new Refusal(400, { message: `Invalid integer: ${values[0]}`, param: name })
      const compare = inner === undefined ? (time: number) => time === bound : comparisons[inner]!
      tests.push(object => compare(Number(object['created']), bound))
      continue
    }
    const filter = filters[base]
    if (!filter || values[0] === '') throw unknown(name)
    if (inner === undefined) tests.push(object => values.some(value => filter(object, value)))
  }
  // Of a list of values one has to pass: `types[0]=…&types[1]=…`.
  for (const [base, filter] of Object.entries(filters)) {
    const listed = [...query].filter(([name]) => name.startsWith(`${base}[`)).map(([, value]) => value)
    if (listed.length > 20) throw new Refusal(400, { message: `Too many values: ${base}`, param: base })
    if (listed.length > 0) tests.push(object => listed.some(value => filter(object, value)))
  }
  return object => tests.every(test => test(object))
}
