import { randomFillSync } from 'node:crypto'
import { TypeID } from 'typeid-js'

/** The prefixes of the hub's ids. An id is a TypeID over a UUIDv7: sortable by the time it was made. */
export const idPrefixes = {
  workspace: 'ws',
  apiKey: 'key',
  providerApp: 'app',
  connection: 'conn',
  connectAttempt: 'att',
  import: 'imp',
  importRow: 'row',
  sync: 'sync',
  syncRun: 'run',
  record: 'rec',
  recordChange: 'rch',
  inboundEvent: 'in',
  webhookAddress: 'wha',
  webhookSubscription: 'whs',
  inboundReplay: 'irp',
  inboundSource: 'src',
  inboundRefusal: 'irf',
  endpoint: 'ep',
  event: 'evt',
  delivery: 'dlv',
  deliveryAttempt: 'try',
  replay: 'rpl',
  rule: 'rule',
  audit: 'aud',
  request: 'req',
} as const

export type IdKind = keyof typeof idPrefixes

/** Crockford's base 32, as TypeIDs are written in. */
export const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const random = Buffer.alloc(8192)
let used = random.length
let [lastMs, time, sequence] = [0, '', 0]

/**
 * A new id of a kind, such as `conn_01jb…`. Ids made later by one process sort after earlier ones. A library's encoding
 * cost a publish, which takes two of them, a fourteenth of its time.
 */
export function newId(kind: IdKind): string {
  const now = Date.now()
  sequence++
  // More than 2,048 in a millisecond, or a clock that was set back: the time runs ahead (RFC 9562, 6.2).
  if (now > lastMs || sequence > 0x7ff) {
    lastMs = Math.max(now, lastMs + 1)
    time = encodeTime(lastMs)
    sequence = 0
  }
  return `${idPrefixes[kind]}_${time}${newSuffix(sequence)}`
}

/** The 48 bits of a UUIDv7's milliseconds as the first ten characters of a TypeID. */
function encodeTime(ms: number): string {
  let text = ''
  for (let rest = ms, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = alphabet[rest % 32]! + text
  return text
}

/**
 * The sixteen characters after an id's time: version 7, a sequence and the variant (RFC 9562, 5.7), then randomness.
 * @param sequence from 0 to 2,047
 */
export function newSuffix(sequence: number): string {
  if (used + 13 > random.length) {
    randomFillSync(random)
    used = 0
  }
  let suffix = alphabet[0b01110 | (sequence >> 10)]! + alphabet[(sequence >> 5) & 31]! + alphabet[sequence & 31]!
  suffix += alphabet[(random[used++]! & 0b10011) | 0b01000]!
  for (let i = 0; i < 12; i++) suffix += alphabet[random[used++]! & 31]!
  return suffix
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
