import { randomFillSync } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const pool = Buffer.alloc(8192)
let used = pool.length
let sequence = 0

/** A TypeID's first ten characters after its prefix are the 48 bits of milliseconds of its UUIDv7. */
const timeLength = 10

/**
 * A new delivery id that carries its event's instant, so that the deliveries of an event are one short range of ids and
 * need no index of their own. Still a TypeID over a UUIDv7; those minted later by one process mostly sort later.
 */
export function mintDeliveryId(eventId: string): string {
  if (used + 13 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  // Characters 10 to 12 hold the version (7) and an 11-bit sequence, character 13 holds the variant: RFC 9562, 5.7.
  sequence = (sequence + 1) & 0x7ff
  let suffix = alphabet[0b01110 | (sequence >> 10)]! + alphabet[(sequence >> 5) & 31]! + alphabet[sequence & 31]!
  suffix += alphabet[(pool[used++]! & 0b10011) | 0b01000]!
  for (let i = 0; i < 12; i++) suffix += alphabet[pool[used++]! & 31]!
  return `dlv_${eventId.slice(4, 4 + timeLength)}${suffix}`
}

/** The bounds of the ids that deliveries of an event can have: at least `from`, below `to`. */
export function deliveryIdRange(eventId: string): { from: string; to: string } {
  const time = eventId.slice(4, 4 + timeLength)
  return { from: `dlv_${time}`, to: `dlv_${time}~` }
}

/** The instant an id was made at, in milliseconds since 1970. */
export function instantOf(id: string): number {
  const start = id.indexOf('_') + 1
  let at = 0
  for (let i = start; i < start + timeLength; i++) at = at * 32 + alphabet.indexOf(id[i]!)
  return at
}
