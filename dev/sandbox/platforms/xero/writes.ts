import { createHash, randomUUID } from 'node:crypto'
import { type Books, type Entity, getEntity, putEntity } from './entities.ts'
import type { Asked, Kind } from './kinds.ts'
import { Invalid, Problem, badRequest, notFound, refusedRow, validationException } from './problems.ts'

const longestKey = 128
const keptMs = 6 * 60_000

/**
 * Makes and changes rows. One that is refused refuses all of them, unless `summarizeErrors=false`: then each has its own status
 * inside a 200. https://developer.xero.com/documentation/api/accounting/requests-and-responses
 */
export function writeRows(books: Books, kind: Kind, body: unknown, asked: Asked, query: URLSearchParams): Entity[] {
  const rows = rowsOf(kind, body)
  let isRefused = false
  const work = () => {
    const written = rows.map(row => {
      try {
        return { ...writeRow(books, kind, row, asked), StatusAttributeString: 'OK' }
      } catch (error) {
        if (!(error instanceof Invalid)) throw error
        isRefused = true
        return refusedRow(row, error)
      }
    })
    if (isRefused && query.get('summarizeErrors') !== 'false') {
      throw validationException(written.filter(row => row['StatusAttributeString'] === 'ERROR'))
    }
    return written
  }
  return books.storage.transaction(work)
}

/** The one that an address names. */
export function writeNamed(books: Books, kind: Kind, id: string, body: unknown, asked: Asked): Entity[] {
  const before = getEntity(books, kind.plural, id)
  if (!before) throw notFound()
  const [row = {}, ...more] = rowsOf(kind, body)
  if (more.length > 0) throw badRequest('Only one may be sent to an address that has an id')
  return writeRows(books, kind, [{ ...row, [kind.idName]: id }], asked, new URLSearchParams())
}

function rowsOf(kind: Kind, body: unknown): Entity[] {
  if (Array.isArray(body)) return body as Entity[]
  if (typeof body !== 'object' || body === null) throw badRequest('The body is not JSON')
  const rows = (body as Entity)[kind.plural] ?? [body]
  if (!Array.isArray(rows) || rows.some(row => typeof row !== 'object' || row === null))
    throw badRequest(`${kind.plural} must be a list`)
  return rows as Entity[]
}

export function writeRow(books: Books, kind: Kind, row: Entity, asked: Asked): Entity {
  const id = row[kind.idName]
  const before =
    id === undefined
      ? asked.method === 'POST'
        ? kind.meant?.(books, row)
        : undefined
      : getEntity(books, kind.plural, id)
  if (id !== undefined && !before) throw new Invalid(`${kind.idName} could not be found`)
  if (before && asked.method === 'PUT') throw new Invalid(`${kind.idName} must not be given to make one`)
  const own = before ? String(before[kind.idName]) : randomUUID()
  const { entity, name, isArchived } = kind.settle(books, { ...row, [kind.idName]: own }, before, asked)
  const place = { kind: kind.plural, id: own, name, isArchived }
  const now = putEntity(books, place, { ...entity, [kind.idName]: own })
  kind.after?.(books, now, before)
  return getEntity(books, kind.plural, own) ?? now
}

/** What was answered to the same request before, by its key; throws where the key was another request's. */
export function answeredBefore(
  { storage, tenant }: Books,
  key: string | undefined,
  request: string,
): { status: number; body: string } | undefined {
  if (key === undefined) return undefined
  if (key.length > longestKey) throw badRequest(`Idempotency-Key may have at most ${longestKey} characters`)
  storage.run('DELETE FROM xero_answers WHERE at_ms < ?', Date.now() - keptMs)
  const query = 'SELECT request, status, body FROM xero_answers WHERE tenant = ? AND key = ?'
  const found = storage.get<{ request: string; status: number; body: string }>(query, tenant, key)
  if (found && found.request !== hashOf(request))
    throw new Problem(400, {
      ErrorNumber: 18,
      Type: 'IdempotencyException',
      Message: 'The key was used for another request',
    })
  return found
}

export function keepAnswer(
  { storage, tenant }: Books,
  key: string | undefined,
  request: string,
  { status, body }: { status: number; body: string },
): void {
  if (key === undefined) return
  const values = [tenant, key, hashOf(request), status, body, Date.now()]
  storage.run('INSERT OR REPLACE INTO xero_answers VALUES (?, ?, ?, ?, ?, ?)', ...values)
}

const hashOf = (request: string) => createHash('sha256').update(request).digest('base64url')
