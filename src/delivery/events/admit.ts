import { setImmediate as turn } from 'node:timers/promises'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { PreparedEvent } from './payload.ts'
import { schemaCheckOf } from './schemas/schema-checks.ts'
import type { Subscriptions } from './subscriptions.ts'

const dayMs = 86_400_000
/** A payload outlives its first attempt by at least this long, which is longer than the standard schedule's retries take. */
const retryDays = 4
const otherWorkMs = 20

/** What events were refused for. */
export type Refusals = ReadonlyMap<PreparedEvent, HubError>

/**
 * Thrown when some of the events to write are refused. Nothing has been written; the other events may be written without them.
 */
export class EventsRefused extends Error {
  readonly refusals: Refusals

  constructor(refusals: Refusals) {
    super('some of the events are refused')
    this.refusals = refusals
  }
}

const none: Refusals = new Map()

/**
 * Checks a workspace's events against its schemas, and their delivery times against its payload retention. Skips events that
 * this version has admitted before. Gives the refused events, or undefined when the version is stale.
 */
export async function refusalsOf(
  db: Executor,
  subscriptions: ReadonlyMap<string, Subscriptions>,
  events: readonly PreparedEvent[],
): Promise<Refusals | undefined> {
  let refusals: Map<PreparedEvent, HubError> | undefined
  let since = 0
  for (const event of events) {
    if (!event.checked) continue
    const current = subscriptions.get(event.workspaceId)!
    const hash = current.schemaOf(event.type)
    if ((hash === undefined && event.deliverAt === null) || event.admittedBy === current.version) continue
    since ||= performance.now()
    let refusal = scheduledTooFar(event, current.payloadDays)
    if (hash !== undefined) {
      const check = await schemaCheckOf(db, event.workspaceId, event.type, hash)
      if (!check) return undefined
      const mismatches = check(event.data, event.body.length)
      if (mismatches) refusal ??= new HubError('EVENT_SCHEMA_MISMATCH', { details: mismatches })
    }
    if (refusal) (refusals ??= new Map()).set(event, refusal)
    else event.admittedBy = current.version
    // A call may hold a thousand events.
    if (performance.now() - since > otherWorkMs) {
      await turn()
      since = performance.now()
    }
  }
  return refusals ?? none
}

function scheduledTooFar(event: PreparedEvent, payloadDays: number): HubError | undefined {
  const days = payloadDays - retryDays
  if (event.deliverAt === null || event.deliverAt.getTime() <= Date.now() + days * dayMs) return undefined
  const message = `At most ${days} days ahead: payloads are kept for ${payloadDays} days, and retries take some of them`
  return new HubError('INVALID_REQUEST', { details: [{ path: 'body.deliverAt', message }] })
}
