/** Ids by ids, by the model that they are of: of items to records where items are read, of records to items where they are written. */
export type Known = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Where a field of the records that items of a model stand for is among what is known, by the records' ids. */
export function fieldName(model: string, path: string): string {
  return `${model} ${path}`
}

/** An item that is named by another and has no record yet. */
export interface UnresolvedReference {
  /** The canonical path of the field; of a list's with the number of the object. */
  path: string
  model: string
  externalId: string
}

/** A record that is named by another and is not at the platform yet. */
export interface MissingReference {
  path: string
  model: string
  recordId: string
}

/** What is at hand while one item is read. */
export interface Reading {
  raw: unknown
  known: Known | undefined
  unresolved: UnresolvedReference[]
  /** What comes before the paths of the fields that are read. */
  at: string
}

/** What is at hand while the platform is told of one record. */
export interface Telling {
  known: Known | undefined
  missing: MissingReference[]
  at: string
}
