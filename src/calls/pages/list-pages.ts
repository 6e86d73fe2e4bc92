import type { ListDefinition } from '../../catalogue/schema/items/pages.ts'
import type { ProviderClient } from '../call.ts'
import { gridPages } from '../grid/grid-pages.ts'
import { cursorPages } from './cursor.ts'
import { keysetPages } from './keyset.ts'
import { linkedPages } from './link-header.ts'
import { listCall } from './list-call.ts'
import { addressPages } from './next-address.ts'
import { numberedPages } from './numbered.ts'
import { offsetPages } from './offset.ts'
import type { Narrowed, PageSource } from './page-source.ts'
import { statementPages } from './statement.ts'

/** The pages of a list, read as its definition says. @param idPath where an item's id is */
export function listPages(
  client: ProviderClient,
  list: ListDefinition,
  idPath: string,
  narrowed: Narrowed = {},
): PageSource {
  const call = listCall(client, list, narrowed)
  switch (list.kind) {
    case 'query':
      return statementPages(call, list, idPath, narrowed.clause)
    case 'cursor':
      return cursorPages(call, list, idPath)
    case 'link':
      return linkedPages(call, list)
    case 'address':
      return addressPages(call, list)
    case 'page':
      return numberedPages(call, list)
    case 'offset':
      return offsetPages(call, list, idPath)
    case 'keyset':
      return keysetPages(call, list, idPath)
    case 'grid':
      return gridPages(client, list)
  }
}
