import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import type { ListCall, PageSource } from './page-source.ts'
import { positionedPages } from './positioned.ts'

/** The pages of a statement of the platform's query language, in the order of the items' ids. */
export function statementPages(
  call: ListCall,
  list: ListOf<'query'>,
  idPath: string,
  clause: string | undefined,
): PageSource {
  const where = clause === undefined ? '' : ` where ${clause}`
  return positionedPages(list, idPath, 1, (start, signal) => {
    const position = `startposition ${start} maxresults ${list.page}`
    const statement = `${list.statement}${where} orderby ${list.orderBy} ${position}`
    return call({ params: { [list.param]: statement } }, signal)
  })
}
