import { z } from 'zod'
import type { ControlRoute } from '../../platform.ts'
import { createTools } from '../../tools.ts'
import { changePage, makePage, makeSource, pageOf, pagesOf, type Shelf, shownPage, sourceOf } from './data-sources.ts'

const values = z.record(z.string(), z.unknown())
const made = z.strictObject({
  title: z.string(),
  columns: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
})
const limited = z.strictObject({ limit: z.number().int().positive().nullable() })

/**
 * What a person does in a workspace.
 *
 *   POST   /notion/WORKSPACE/data-sources               { title, columns: { name: type, or the choices of a status } }
 *   PATCH  /notion/WORKSPACE/data-sources/ID            { limit }: how many rows its queries give before they end early
 *   GET    /notion/WORKSPACE/data-sources/ID/pages      its pages, thrown away ones too; POST { properties } makes one, or of { many } each
 *   PATCH  /notion/WORKSPACE/pages/ID                   { properties?, in_trash? }
 */
export const controls: ControlRoute[] = [
  [
    'POST',
    /^\/notion\/([\w-]+)\/data-sources$/,
    at((shelf, _id, body) => {
      const { title, columns } = made.parse(body)
      return makeSource(shelf, title, columns)
    }),
  ],
  [
    'PATCH',
    /^\/notion\/([\w-]+)\/data-sources\/([\w-]+)$/,
    at((shelf, id, body) => {
      const source = { ...sourceOf(shelf, id), ...limited.parse(body) }
      shelf.tools.things.put('data_source', shelf.account, source.id, { ...source })
      return source
    }),
  ],
  [
    'GET',
    /^\/notion\/([\w-]+)\/data-sources\/([\w-]+)\/pages$/,
    at((shelf, id) => {
      const source = sourceOf(shelf, id)
      return pagesOf(shelf, source.id).map(page => shownPage(source, page))
    }),
  ],
  [
    'POST',
    /^\/notion\/([\w-]+)\/data-sources\/([\w-]+)\/pages$/,
    at((shelf, id, body) => {
      const { many, properties } = values.parse(body)
      const all = (many ?? [properties]) as unknown[]
      return { ids: all.map(said => makePage(shelf, sourceOf(shelf, id), said).id) }
    }),
  ],
  [
    'PATCH',
    /^\/notion\/([\w-]+)\/pages\/([\w-]+)$/,
    at((shelf, id, body) => {
      const page = changePage(shelf, pageOf(shelf, id), values.parse(body), '2025-09-03')
      return shownPage(sourceOf(shelf, page.source), page)
    }),
  ],
]

function at(work: (shelf: Shelf, id: string, body: unknown) => unknown): ControlRoute[2] {
  return ({ storage, params: [account = '', id = ''], body }) =>
    work({ tools: createTools(storage, 'notion', () => ({})), account }, id, body)
}
