import type { Books, Entity } from './entities.ts'

/** What the address of a call asks for besides. */
export interface Asked {
  /** Places of unit prices: two, or four with `unitdp=4`. */
  unitPlaces: 2 | 4
  /** PUT makes; POST makes or changes. */
  method: 'PUT' | 'POST'
}

export interface Settled {
  entity: Entity
  name: string | null
  isArchived: boolean
}

/** One kind of thing in the books, such as contacts. */
export interface Kind {
  /** As it is in addresses and envelopes, such as `Contacts`. */
  plural: string
  idName: string
  scopes: readonly string[]
  isPaged: boolean
  /** Nothing of it is made or changed here through the API. */
  isReadOnly?: true
  /** What a POST means that does not say the id. */
  meant?(books: Books, row: Entity): Entity | undefined
  /** By what else than its id it may be read. */
  named?(books: Books, key: string): Entity | undefined
  /** Completes what is made, or has become this; throws `Invalid`. */
  settle(books: Books, row: Entity, before: Entity | undefined, asked: Asked): Settled
  /** What a write changes in others. */
  after?(books: Books, now: Entity, before: Entity | undefined): void
  /** As lists without pages give it. */
  summary?(entity: Entity): Entity
  delete?(books: Books, entity: Entity): void
}
