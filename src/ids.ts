import { TypeID, typeidUnboxed } from 'typeid-js'

/** The prefixes of the hub's ids. An id is a TypeID over a UUIDv7: sortable by the time it was made. */
export const idPrefixes = {
  workspace: 'ws',
  apiKey: 'key',
  providerApp: 'app',
  connection: 'conn',
  connectAttempt: 'att',
  sync: 'sync',
  syncRun: 'run',
  record: 'rec',
  inboundEvent: 'in',
  endpoint: 'ep',
  event: 'evt',
  delivery: 'dlv',
  deliveryAttempt: 'try',
  audit: 'aud',
  request: 'req',
} as const

export type IdKind = keyof typeof idPrefixes

/** A new id of a kind, such as `conn_01jb…`. Ids made later by one process sort after earlier ones. */
export function newId(kind: IdKind): string {
  return typeidUnboxed(idPrefixes[kind])
}

/** Whether a text has the form of an id of this kind. */
export function isId(kind: IdKind, text: string): boolean {
  return new RegExp(`^${idPrefixes[kind]}_[0-7][0-9a-hjkmnp-tv-z]{25}$`).test(text)
}

/** The least id of a kind that can be made at an instant: the lower bound of a partition or of a time range. */
export function lowestIdAt(kind: IdKind, at: Date): string {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(at.getTime()) << 16n)
  return TypeID.fromUUIDBytes(idPrefixes[kind], bytes).toString()
}
