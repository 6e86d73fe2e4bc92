import type { ControlRoute } from './platform.ts'
import type { Storage } from './storage.ts'
import type { Thing } from './tools.ts'

/** What a person does in the books of an account, in the program itself. */
export interface PersonsBooks {
  list(kind: string): Thing[]
  get(kind: string, id: string): Thing | undefined
  /** Makes one, or changes the one that has the id. */
  put(kind: string, id: string | undefined, fields: Thing): Thing
  remove(kind: string, id: string): boolean
}

/**
 * Routes of the control endpoint for it: `GET` and `POST /books/<platform>/<account>/<kind>`, and `GET`, `PATCH` and `DELETE` of
 * `…/<id>`. Accounts and ids are encoded.
 */
export function personControls(
  platform: string,
  booksOf: (storage: Storage, account: string) => PersonsBooks,
): ControlRoute[] {
  const all = new RegExp(`^/books/${platform}/([^/]+)/(\\w+)$`)
  const one = new RegExp(`^/books/${platform}/([^/]+)/(\\w+)/([^/]+)$`)
  const decoded = ([account = '', kind = '', id = '']: string[]) => [account, kind, id].map(decodeURIComponent)
  const route =
    (act: (books: PersonsBooks, kind: string, id: string, fields: Thing) => unknown): ControlRoute[2] =>
    ({ storage, params, body }) => {
      const [account, kind, id] = decoded(params) as [string, string, string]
      return act(booksOf(storage, account), kind, id, (body ?? {}) as Thing)
    }
  return [
    ['GET', all, route((books, kind) => books.list(kind))],
    ['POST', all, route((books, kind, _id, fields) => books.put(kind, undefined, fields))],
    ['GET', one, route((books, kind, id) => books.get(kind, id) ?? null)],
    ['PATCH', one, route((books, kind, id, fields) => books.put(kind, id, fields))],
    ['DELETE', one, route((books, kind, id) => ({ deleted: books.remove(kind, id) }))],
  ]
}
