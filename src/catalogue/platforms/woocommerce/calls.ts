import type { ReadManyDefinition } from '../../schema/calls.ts'
import type { ListDefinition } from '../../schema/items/pages.ts'

/** In the order of ids, which stays. Times are those of GMT: https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-products */
export const listOf = (path: string, query: Record<string, string> = {}) =>
  ({
    kind: 'offset',
    path,
    query: { orderby: 'id', order: 'asc', ...query },
    page: 100,
    param: 'offset',
    limitParam: 'per_page',
    first: 0,
  }) satisfies ListDefinition

/** A bound with a zone would be put into the site's own before it is compared: https://developer.wordpress.org/reference/classes/wp_date_query */
export const modifiedAfter = {
  kind: 'param',
  param: 'modified_after',
  format: 'iso-without-zone',
  deletions: false,
} as const

export const updates = (path: string) =>
  ({
    kind: 'by-operation',
    // What is made goes alone: of a hundred whose answer never came nobody would know which are there.
    size: 100,
    requests: 'update',
    answers: 'update',
    update: { method: 'POST', path, id: 'id' },
    match: { by: 'position' },
    faults: { in: 'answer', code: 'error.code' },
  }) as const

/** Several by their ids. */
export const namedOf = (path: string, query: Record<string, string> = {}) =>
  ({ path, query: { per_page: 100, ...query }, param: 'include', size: 100 }) satisfies ReadManyDefinition
