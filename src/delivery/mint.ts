import { alphabet, newSuffix } from '../ids.ts'

let sequence = 0

/** A TypeID's first ten characters after its prefix are the 48 bits of milliseconds of its UUIDv7. */
const timeLength = 10

/**
 * Makes a delivery id that carries its event's instant. The deliveries of an event are thus one short range of ids and need no
 * index. The id is still a TypeID over a UUIDv7; ids that one process mints later mostly sort later.
 */
export function mintDeliveryId(eventId: string): string {
  sequence = (sequence + 1) & 0x7ff
  return `dlv_${eventId.slice(4, 4 + timeLength)}${newSuffix(sequence)}`
}

/** The bounds of the ids that deliveries of an event can have: at least `from`, below `to`. */
export function deliveryIdRange(eventId: string): { from: string; to: string } {
  const time = eventId.slice(4, 4 + timeLength)
  return { from: `dlv_${time}`, to: `dlv_${time}~` }
}

/** The bounds of the ids that the event of a delivery can have: at least `from`, below `to`. */
export function eventIdRange(deliveryId: string): { from: string; to: string } {
  const time = deliveryId.slice(4, 4 + timeLength)
  return { from: `evt_${time}`, to: `evt_${time}~` }
}

/** The least id that a delivery of an event's millisecond can have. */
export function lowestDeliveryId(eventId: string): string {
  return `dlv_${eventId.slice(4, 4 + timeLength)}${'0'.repeat(16)}`
}

/** The instant an id was made at, in milliseconds since 1970. */
export function instantOf(id: string): number {
  const start = id.indexOf('_') + 1
  let at = 0
  for (let i = start; i < start + timeLength; i++) at = at * 32 + alphabet.indexOf(id[i]!)
  return at
}
