import { createHash } from 'node:crypto'

/** A batch ends with the event that reaches this many bytes, or before one that would exceed it. */
export const batchBytes = 4 * 1024 * 1024

/** An event as a batch holds it: its payload is the stored bytes. */
export interface BatchedEvent {
  id: string
  body: Buffer
}

/** The body of a batch: `{"type":"batch","events":[{"id":"evt_…","payload":…},…]}`, in the order given. */
export function batchBody(events: readonly BatchedEvent[]): Buffer {
  const parts: Buffer[] = []
  for (const { id, body } of events) {
    parts.push(
      Buffer.from(`${parts.length === 0 ? '{"type":"batch","events":[' : ','}{"id":"${id}","payload":`),
      body,
      close,
    )
  }
  parts.push(end)
  return Buffer.concat(parts)
}

const close = Buffer.from('}')
const end = Buffer.from(']}')

/** The `webhook-id` of a batch: the same events in the same order have the same one. */
export function batchId(eventIds: readonly string[]): string {
  return `batch_${createHash('sha256').update(eventIds.join()).digest('hex').slice(0, 32)}`
}
