import { sql } from 'kysely'
import type { Database, Executor } from '../../../db/database.ts'
import { HubError } from '../../../errors.ts'
import type { Condition } from './conditions.ts'
import { inShortTime } from './short-time.ts'
import { bringUpToDate, changesOf } from './term-index.ts'
import { beginningTerm, fieldTerms, overflow, wordsOf } from './terms.ts'

/** The records to look at: all of the collection, a few by their ids, or those with terms that too many have to name them. */
export type Candidates = { kind: 'all' } | { kind: 'few'; ids: string[] } | { kind: 'many'; terms: string }

/** A collection with fewer changes is read as fast without its terms. */
export const smallCollection = 5_000
const mostNamed = 10_000
const indexForMs = 3_000
const mostWords = 8

/** What of a query says which terms a record has. */
export interface TermQuery {
  collection: string
  conditions: readonly Condition[]
  search?: string | undefined
  /** Tombstones are wanted too, which have no terms. */
  deleted: boolean
}

/**
 * Finds by terms which records may fit. What only filters by fields does without while the terms are behind.
 * @throws HubError `INDEX_BUILDING` where words are searched that are not there yet; `INVALID_REQUEST` for a search without words
 */
export async function candidatesOf(db: Database, workspaceId: string, query: TermQuery): Promise<Candidates> {
  const words = query.search === undefined ? [] : searchedWords(query.search)
  if (query.deleted && words.length > 0) {
    throw new HubError('INVALID_REQUEST', { message: 'Tombstones are not searched: leave deleted away, or filter.' })
  }
  const fields = query.deleted ? [] : query.conditions.flatMap(condition => alternativesOf(condition) ?? [])
  if (words.length + fields.length === 0) return { kind: 'all' }
  if (words.length === 0 && (await changesOf(db, workspaceId, query.collection)) < smallCollection)
    return { kind: 'all' }
  const { number, indexed, changes } = await bringUpToDate(db, workspaceId, query.collection, indexForMs)
  if (indexed < changes) {
    if (words.length === 0) return { kind: 'all' }
    throw new HubError('INDEX_BUILDING', { retryAfterMs: 1_000, details: { indexed, of: changes } })
  }
  const terms = [...words.map(word => [`'${number}~${word}':*`]), ...fields.map(any => any.map(quotedFor(number)))]
  return namedBy(db, workspaceId, terms.map(any => `(${any.join(' | ')})`).join(' & '))
}

/** The records whose field may be one of these texts. @param number the collection's, of terms that are up to date */
export async function idsByField(
  db: Executor,
  workspaceId: string,
  number: number,
  field: string,
  values: readonly string[],
): Promise<string[]> {
  const any = alternativesOf({ path: field.split('.'), operator: 'in', values })?.[0] ?? []
  const terms = any.map(quotedFor(number)).join(' | ')
  // By record_terms_by_term.
  const { rows } = await sql<{ record_id: string }>`
    select record_id from record_terms where workspace_id = ${workspaceId} and terms @@ ${terms}::tsquery`.execute(db)
  return rows.map(row => row.record_id)
}

/** By record_terms_by_term. */
async function namedBy(db: Database, workspaceId: string, terms: string): Promise<Candidates> {
  return inShortTime(db, async trx => {
    // The statistics of words are none.
    await sql`select set_config('enable_seqscan', 'off', true)`.execute(trx)
    const { rows } = await sql<{ record_id: string }>`
      select record_id from record_terms where workspace_id = ${workspaceId} and terms @@ ${terms}::tsquery
      limit ${mostNamed + 1}`.execute(trx)
    return rows.length > mostNamed ? { kind: 'many', terms } : { kind: 'few', ids: rows.map(row => row.record_id) }
  })
}

function searchedWords(search: string): string[] {
  const words = [...new Set(wordsOf(search))]
  const message = words.length === 0 ? 'There is no word in it' : `There are more than ${mostWords} words in it`
  if (words.length === 0 || words.length > mostWords) {
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'query.search', message }] })
  }
  return words
}

interface FieldTerm {
  term: string
  begins?: boolean
}

/** The terms of which a record that fits has one; undefined where none tells. */
function alternativesOf({ path, operator, values }: Condition): FieldTerm[][] | undefined {
  // Members of lists by their place have no terms.
  if (path.some(step => /^\d+$/.test(step))) return undefined
  const name = path.join('.')
  if (operator === 'prefix') return [[{ term: beginningTerm(name, values[0]!), begins: true }, { term: overflow }]]
  if (operator !== 'eq' && operator !== 'in') return undefined
  const terms = new Set([...values.flatMap(value => fieldTerms(name, value)), overflow])
  return [[...terms].map(term => ({ term }))]
}

/** As a lexeme of `tsquery`, where a quote and a backslash are doubled. */
const quotedFor =
  (number: number) =>
  ({ term, begins = false }: FieldTerm): string =>
    `'${number}${term.replace(/['\\]/g, '$&$&')}'${begins ? ':*' : ''}`
