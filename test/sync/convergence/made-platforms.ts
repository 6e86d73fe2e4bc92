import type { ProviderDefinition } from '../../../src/catalogue/schema/definition.ts'
import { definitionOf, modelOf } from '../../calls/made.ts'
import type { PlatformAnswer, PlatformCall } from '../../connections/platform.ts'

/** What becomes of one call: `lost` is carried out and not answered, `down` not even carried out. */
export type Fault = 'lost' | 'down' | 'none'

/** The fields that the sides edit, and the name that tells the items apart. */
export interface Row {
  name: string
  email?: string | null
  phone?: string | null
  notes?: string | null
}

interface Kept extends Row {
  id: string
  rev: number
  at: Date
  deleted: boolean
}

const fields: [string, string][] = [
  ['displayName', 'name'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['notes', 'notes'],
]
const idempotency = { in: 'header' as const, name: 'idempotency-key' }

/** Versions that a write has to name, and a feed that tells of deletions. */
const versioned = modelOf({
  ...{ version: 'rev', versionRises: true, updatedAt: { path: 'at', format: 'iso' } },
  gone: [{ path: 'deleted', equals: true }],
  list: {
    ...{ kind: 'keyset', path: '/versioned', page: 3, limitParam: 'limit', items: 'items' },
    ...{ by: 'id', param: 'after', end: 'empty-page' },
  },
  changedSince: { kind: 'param', param: 'since', format: 'iso', deletions: true },
  read: { path: '/versioned/{id}' },
  create: { kind: 'call', method: 'POST', path: '/versioned', encoding: 'json' },
  update: {
    ...{ kind: 'call', method: 'POST', path: '/versioned/{id}', encoding: 'json' },
    ...{ versionField: 'rev', cleared: null },
  },
  delete: { kind: 'call', method: 'DELETE', path: '/versioned/{id}' },
  errors: { stale: ['STALE'], missing: ['GONE'] },
  idempotency,
  fields,
})

/** Pages that overlap, writes in batches, no versions and no feed; addresses are kept in small letters and trimmed. */
const plain = modelOf({
  updatedAt: { path: 'at', format: 'iso' },
  list: { kind: 'offset', path: '/plain', page: 3, param: 'offset', limitParam: 'limit', first: 0, items: 'items' },
  read: { path: '/plain/{id}' },
  create: { kind: 'call', method: 'POST', path: '/plain', encoding: 'json' },
  update: { kind: 'call', method: 'POST', path: '/plain/{id}', encoding: 'json', cleared: '' },
  delete: { kind: 'call', method: 'DELETE', path: '/plain/{id}' },
  batch: {
    ...{ kind: 'by-operation', size: 4, requests: 'items', answers: 'items', item: 'item' },
    create: { method: 'POST', path: '/plain/batch' },
    update: { method: 'PUT', path: '/plain/batch', id: 'id' },
    match: { by: 'key', request: 'key', answer: 'key' },
    faults: { in: 'answer', code: 'error.code' },
  },
  errors: { missing: ['GONE'] },
  idempotency,
  fields,
})

export const madePlatforms: ProviderDefinition = definitionOf({
  calls: { errors: { code: ['code'] } },
  models: { versioned, plain },
})

export type Side = 'versioned' | 'plain'
type Json = Record<string, unknown>

/** One account of the made platform, in memory, with the faults that its next calls meet. */
export class MadeAccount {
  readonly side: Side
  readonly items = new Map<string, Kept>()
  faults: Fault[] = []
  /** Runs once, before the call behind so many is answered: somebody edits while a run reads. */
  midway: { after: number; act: () => void } | undefined
  writes = 0
  #made = 0
  #answered = new Map<string, PlatformAnswer>()
  #turn = false

  constructor(side: Side) {
    this.side = side
  }

  get rows(): Row[] {
    return [...this.items.values()]
      .filter(({ deleted }) => !deleted)
      .map(({ name, email, phone, notes }) => {
        return { name, email: email ?? null, phone: phone ?? null, notes: notes ?? null }
      })
  }

  put(row: Partial<Row>, id = `${this.side[0]}${String(++this.#made).padStart(4, '0')}`): Kept {
    const before = this.items.get(id)
    const said = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, this.#kept(key, value)]))
    const kept = { ...before, ...said, id, rev: (before?.rev ?? 0) + 1, at: new Date(), deleted: false } as Kept
    this.items.set(id, kept)
    return kept
  }

  remove(id: string): void {
    const kept = this.items.get(id)
    if (kept) this.items.set(id, { ...kept, rev: kept.rev + 1, at: new Date(), deleted: true })
  }

  answer(call: PlatformCall): PlatformAnswer {
    if (this.midway && this.midway.after-- <= 0) {
      const { act } = this.midway
      this.midway = undefined
      act()
    }
    const fault = this.faults.shift() ?? 'none'
    if (fault === 'down') return { status: 503, text: 'busy' }
    const answer = this.#once(call)
    return fault === 'lost' ? { status: 502, text: '<html>Bad gateway</html>' } : answer
  }

  /** A repeated write is answered as it was the first time. */
  #once(call: PlatformCall): PlatformAnswer {
    const key = call.headers['idempotency-key'] as string | undefined
    const before = key === undefined ? undefined : this.#answered.get(key)
    if (before) return before
    if (call.method !== 'GET') this.writes++
    const answer = this.#answerTo(call)
    if (key !== undefined) this.#answered.set(key, answer)
    return answer
  }

  #answerTo({ method, path, body: text }: PlatformCall): PlatformAnswer {
    const { pathname, searchParams } = new URL(path, 'http://made.example')
    const body = text === '' ? {} : (JSON.parse(text) as Json)
    const id = pathname.split('/')[2]
    if (method === 'GET' && id === undefined) return { status: 200, body: { items: this.#page(searchParams) } }
    if (id === 'batch') return { status: 200, body: { items: this.#batch(body.items as Json[]) } }
    if (id === undefined) return { status: 201, body: shown(this.put(body)) }
    const kept = this.items.get(id)
    if (!kept || kept.deleted) return { status: 404, body: { code: 'GONE' } }
    if (method === 'GET') return { status: 200, body: shown(kept) }
    const { rev, ...row } = body
    if (method === 'DELETE') return (this.remove(id), { status: 204 })
    if (this.side === 'versioned' && String(rev) !== String(kept.rev)) return { status: 409, body: { code: 'STALE' } }
    return { status: 200, body: shown(this.put(row, id)) }
  }

  #page(query: URLSearchParams): Json[] {
    const limit = Number(query.get('limit'))
    const since = query.get('since')
    const all = [...this.items.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(shown)
    if (this.side === 'plain') {
      const from = Number(query.get('offset'))
      return all.filter(({ deleted }) => deleted !== true).slice(from, from + limit)
    }
    const after = query.get('after') ?? ''
    const told = all.filter(item => (since === null ? item.deleted !== true : String(item.at) >= since))
    return told.filter(item => String(item.id) > after).slice(0, limit)
  }

  /** Every second batch is answered in another order. */
  #batch(items: Json[]): Json[] {
    const answers = (items as { key: string; id?: string; item: Partial<Row> }[]).map(({ key, id, item }) => {
      const kept = this.items.get(id ?? '')
      if (id !== undefined && (!kept || kept.deleted)) return { key, error: { code: 'GONE' } }
      return { key, item: shown(this.put(item, id)) }
    })
    this.#turn = !this.#turn
    return this.#turn ? answers.toReversed() : answers
  }

  #kept(field: string, value: unknown): unknown {
    if (value === '' || value === null) return null
    return this.side === 'plain' && field === 'email' && typeof value === 'string' ? value.trim().toLowerCase() : value
  }
}

function shown({ id, rev, at, deleted, name, email, phone, notes }: Kept): Json {
  return { id, rev: String(rev), at: at.toISOString(), ...(deleted ? { deleted } : {}), name, email, phone, notes }
}
