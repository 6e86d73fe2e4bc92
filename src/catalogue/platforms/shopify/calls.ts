import type { ReadManyDefinition } from '../../schema/calls.ts'
import type { ExportDefinition } from '../../schema/items/export.ts'
import type { LookupDefinition } from '../../schema/items/lookup.ts'
import type { ListDefinition } from '../../schema/items/pages.ts'

/** A list by its cursors; what the whole list costs follows from how many a page holds. https://shopify.dev/docs/api/usage/pagination-graphql */
export const pagesOf = (connection: string, members: string, page: number, cost: number) =>
  ({
    kind: 'cursor',
    path: '/graphql.json',
    document: `query ($first: Int!, $after: String, $query: String) { ${connection}(first: $first, after: $after, query: $query, sortKey: ID) { nodes { ${members} } pageInfo { hasNextPage endCursor } } }`,
    cost,
    page,
    limitParam: 'variables.first',
    param: 'variables.after',
    next: { from: 'path', path: `data.${connection}.pageInfo.endCursor` },
    end: { more: `data.${connection}.pageInfo.hasNextPage` },
    items: `data.${connection}.nodes`,
  }) satisfies ListDefinition

const run = (query: string, grouped: boolean) =>
  `mutation { bulkOperationRunQuery(query: """${query}""", groupObjects: ${grouped}) { bulkOperation { id } userErrors { code field message } } }`

/**
 * The whole list as a file, which costs the points of its start alone. What is a list of each thing comes in rows of its own, and those
 * right behind it where that is asked for. Five run at once; an address is good for a week. https://shopify.dev/docs/api/usage/bulk-operations/queries
 * @param nested where a thing has such a list
 */
export const fileOf = (connection: string, members: string, nested?: string) =>
  ({
    kind: 'job',
    start: {
      path: '/graphql.json',
      document: run(`{ ${connection} { edges { node { ${members} } } } }`, nested !== undefined),
      cost: 10,
      job: 'data.bulkOperationRunQuery.bulkOperation.id',
    },
    look: {
      path: '/graphql.json',
      document: 'query ($id: ID!) { bulkOperation(id: $id) { status url } }',
      cost: 1,
      idAt: 'variables.id',
      state: 'data.bulkOperation.status',
      underway: ['CREATED', 'RUNNING'],
      done: ['COMPLETED'],
      file: 'data.bulkOperation.url',
    },
    stop: {
      path: '/graphql.json',
      document: 'mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }',
      cost: 10,
      idAt: 'variables.id',
    },
    longest: '12h',
    file: { format: 'ndjson', ...(nested === undefined ? {} : { nested: { parent: '__parentId', at: nested } }) },
  }) satisfies ExportDefinition

/** The same list, narrowed to what was changed. What is deleted is not among it. */
export const updatedSince = <List extends ListDefinition>(list: List) =>
  ({
    kind: 'list',
    list,
    since: { param: 'variables.query', format: 'iso', template: "updated_at:>='{since}'" },
    deletions: false,
  }) as const

export const readOf = (field: string, members: string) =>
  ({
    path: '/graphql.json',
    document: `query ($id: ID!) { ${field}(id: $id) { ${members} } }`,
    idAt: 'variables.id',
    item: `data.${field}`,
    absent: 'missing',
  }) as const

/** Several by their ids, at the cost of a page of as many. https://shopify.dev/docs/api/admin-graphql/latest/queries/nodes */
export const namedOf = (type: string, members: string, size: number, cost: number) =>
  ({
    path: '/graphql.json',
    document: `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type} { ${members} } } }`,
    ids: 'variables.ids',
    items: 'data.nodes',
    size,
    cost,
  }) satisfies ReadManyDefinition

/** What has a text of its own, by the search, which may lag behind. https://shopify.dev/docs/api/usage/search-syntax */
export const foundBy = (connection: string, members: string, field: string) =>
  ({
    by: [field],
    call: {
      path: '/graphql.json',
      document: `query ($query: String!) { ${connection}(first: 3, query: $query) { nodes { ${members} } } }`,
      says: { 'variables.query': `${field}:"{${field}}"` },
      escape: 'backslash',
      items: `data.${connection}.nodes`,
    },
  }) satisfies LookupDefinition
