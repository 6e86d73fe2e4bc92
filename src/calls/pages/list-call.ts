import type { ListDefinition } from '../../catalogue/schema/items/pages.ts'
import { asBody, placeOf, withParts, type SaidBody } from '../body.ts'
import type { ProviderCall, ProviderClient } from '../call.ts'
import type { ListCall, Narrowed, PagePlace } from './page-source.ts'

/**
 * How pages of a list are asked for: by GET with parameters in the query, or by POST with a body into which the same
 * parameters are put, each at its path: `start_cursor`, or `variables.after` of a GraphQL document.
 */
export function listCall(client: ProviderClient, list: ListDefinition, narrowed: Narrowed): ListCall {
  return (at, signal) => {
    const { query, headers, ...place } = placeOf(list)
    const all = { ...headers, ...narrowed.headers }
    const said = Object.keys(all).length === 0 ? { signal } : { headers: all, signal }
    if ('address' in at) return client.call({ method: 'GET', ...place, ...said, ...at.address })
    const params = { ...narrowed.params, ...given(at) }
    return client.call({ ...place, path: list.path, ...withParams(list, query, params), ...said })
  }
}

function given({ params }: Extract<PagePlace, { params: unknown }>): Record<string, string | number> {
  const said = Object.entries(params).filter(entry => entry[1] !== undefined)
  return Object.fromEntries(said) as Record<string, string | number>
}

function withParams(
  list: ListDefinition & SaidBody,
  query: ProviderCall['query'],
  params: Record<string, string | number>,
): Pick<ProviderCall, 'method' | 'query' | 'body'> {
  const asked = asBody(list)
  if (asked.method === 'GET') return { ...asked, query: { ...query, ...params } }
  return { method: asked.method, body: withParts(asked.body, params), ...(query ? { query } : {}) }
}

/** The parameter that says how many items a page is to hold, where the platform takes one. */
export function limitOf(list: { limitParam?: string; page: number }): Record<string, number> {
  return list.limitParam === undefined ? {} : { [list.limitParam]: list.page }
}
