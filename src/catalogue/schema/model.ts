import type { Lifetime } from './auth.ts'

/**
 * One kind of thing that a platform keeps and the hub can sync. Paths into JSON are dotted, numbers index lists; `{name}`
 * in a URL's path is filled from the connection's captured configuration, `{id}` with the thing's id.
 */
export interface ModelDefinition {
  /** The hub's collection that it maps to by default; its fields are in collections.ts. */
  collection: string
  summary: string
  /** The platform's documentation of it. */
  docs: string
  /** Where its id is. */
  id: string
  /** Where the token is that an update has to bring along; a stale one is refused by the platform. */
  version?: string
  /** The version is a number that rises with each change: of two sightings the one with the higher number is the later. */
  versionRises?: true
  /** Where the time of its last change is. `zone` is the offset, such as `+08:00`, of times that name none; else UTC. */
  updatedAt?: { path: string; format: 'iso'; zone?: string } | { path: string; format: 'unix-seconds' }
  /** What marks a thing that is still answered but counts as deleted. */
  gone?: Marker[]
  list: ListDefinition
  /** How to ask for what has changed only; without it every run reads everything. */
  changedSince?: ChangeFeed
  /** One thing by its id. */
  read: ReadDefinition
  create?: WriteDefinition
  update?: UpdateDefinition
  delete?: DeleteDefinition
  batch?: BatchDefinition
  /**
   * How the platform takes the key by which it recognises a repeated write, and how long it remembers one, where it says so. A
   * create without a key, or later than that, is never sent again: a person is asked.
   */
  idempotency?: { in: 'query' | 'header'; name: string; keptFor?: Lifetime }
  /** The platform's own error codes that mean something to a sync. */
  errors?: { stale?: string[]; duplicate?: string[]; missing?: string[] }
  fields: FieldMapping[]
}

export interface Marker {
  path: string
  equals: string | boolean
}

/** A canonical path, the platform's path, and what is special about the field. */
export type FieldMapping = readonly [canonical: string, provider: string, options?: FieldOptions]

export interface FieldOptions {
  /** How the value is written on the two sides; the same on both when absent. */
  transform?: TransformName
  /** `read`: never written to the platform. `create`: written only with a new thing. */
  only?: 'read' | 'create'
}

/** `lower-case-code`: the platform writes codes in small letters, the hub in capitals. */
export type TransformName = 'lower-case-code'

interface ListBase {
  path: string
  query?: Record<string, string | number>
  headers?: Record<string, string>
  /** How many things one page holds. */
  page: number
  /** Where a page's things are; the body itself when absent. An absent list under a present parent is an empty page. */
  items?: string
}

/** How a platform hands out a list in pages, and what the end of it looks like. A short page alone is no end. */
export type ListDefinition = ListBase &
  (
    | {
        /**
         * A statement in the platform's query language, with `startposition` from 1 and `maxresults`, in the order of
         * `orderBy`: pages overlap, so that what moves up between two of them is seen. It ends where nothing more comes.
         */
        kind: 'query'
        statement: string
        orderBy: string
        param: string
      }
    | {
        /** The next page is asked for by the last thing's id or a token. */
        kind: 'cursor'
        param: string
        limitParam: string
        next: { from: 'last-id' } | { from: 'path'; path: string }
        /** A page says at this path whether there are more; `no-cursor`: the last page has no token, or no thing. */
        end: { more: string } | 'no-cursor'
      }
    | {
        /** RFC 8288: the next page is a link with `rel="next"` in the headers. The last page has none. */
        kind: 'link'
        limitParam: string
      }
    | {
        /** Pages are numbered from `first`. Behind the last comes an empty one, or the last is the first short one. */
        kind: 'page'
        param: string
        limitParam: string
        first: number
        end: 'empty-page' | 'short-page'
      }
  )

/** How a platform tells what has changed since a time. `deletions` says whether things deleted are among it. */
export type ChangeFeed = { deletions: boolean } & (
  | { /** A condition of the query statement; `{since}` is an ISO time. */ kind: 'where'; clause: string }
  | {
      /** One answer with everything since a time, at most `limit` things and `maxAge` back: beyond that, a full pass. */
      kind: 'cdc'
      path: string
      query?: Record<string, string | number>
      param: string
      items: string
      limit: number
      maxAge: Lifetime
    }
  | { /** A parameter of the list. */ kind: 'param'; param: string; format: 'iso' | 'unix-seconds' }
)

export interface ReadDefinition {
  path: string
  query?: Record<string, string | number>
  headers?: Record<string, string>
  /** Where the thing is in the answer; the body itself when absent. */
  item?: string
}

/** A call that writes one thing. The answer holds the thing as it is afterwards. */
export interface WriteDefinition {
  method: 'POST' | 'PUT' | 'PATCH'
  path: string
  query?: Record<string, string | number>
  encoding: 'json' | 'form'
  item?: string
}

export interface UpdateDefinition extends WriteDefinition {
  /** Where the body takes the thing's id and version, and what it says besides. */
  idField?: string
  versionField?: string
  constant?: Record<string, unknown>
  /** What a field is set to in order to empty it. */
  cleared: null | ''
}

/** Deleting is a call of its own, or an update that marks the thing. */
export type DeleteDefinition =
  | { kind: 'call'; method: 'DELETE'; path: string }
  | { kind: 'mark'; body: Record<string, unknown>; restore: Record<string, unknown> }

/** Several writes in one call, answered one by one. */
export interface BatchDefinition {
  /** At most so many things in one call. */
  size: number
  path: string
  query?: Record<string, string | number>
  /** Where the calls go in the body and their answers come back. */
  requests: string
  answers: string
  /** The members of one call and one answer. */
  correlation: string
  operation: { field: string; create: string; update: string }
  /** The member that holds the thing. */
  thing: string
  /** Where an answer says why it was refused. */
  faultCode: string
}
