import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { keptMs } from '../../db/partitions.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { lowestIdAt } from '../../ids.ts'
import { findEndpoint } from '../endpoints/endpoint-store.ts'
import { isTypePattern } from '../events/types/event-types.ts'
import {
  changeReplayState,
  countOpenReplays,
  findReplay,
  insertReplay,
  type Replay,
  type ReplayRange,
} from './replay-store.ts'
import { tellReplay } from './tell-replay.ts'

const dayMs = 86_400_000
/** The longest that a delivery waits. Disabling an endpoint fails its waiting deliveries, and these may be that old. */
const longestWaitMs = 30 * dayMs
/** The most unfinished replays of a workspace. */
const mostOpen = 20

/**
 * Requests that a range of deliveries is sent again. The row is the request; the workflow starts now, or by `reconcile`.
 * @throws HubError `ENDPOINT_NOT_FOUND`; `INVALID_REQUEST`; `CONFLICT` when the endpoint is disabled, or when twenty replays of
 * the workspace are not over
 */
export async function requestReplay(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  range: ReplayRange,
): Promise<Replay> {
  if (range.type !== null && !isTypePattern(range.type)) {
    const message = 'An event type, an event type followed by .*, or * alone'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.type', message }] })
  }
  if (range.endpointId !== null) {
    const endpoint = await findEndpoint(hub.db, workspaceId, range.endpointId)
    if (endpoint.mode === 'disabled') {
      throw new HubError('CONFLICT', { message: 'The endpoint is disabled: enable it first.' })
    }
  }
  const replay = await hub.db.transaction().execute(tx => writeReplay(tx, actor, workspaceId, range))
  await tellReplay(hub, replay)
  return replay
}

/**
 * Writes the request in the caller's transaction. The caller tells the workflow after the commit.
 * @throws HubError `INVALID_REQUEST`, `CONFLICT`
 */
export async function writeReplay(
  tx: Executor,
  actor: string,
  workspaceId: string,
  range: ReplayRange,
): Promise<Replay> {
  const from = new Date(Math.max(range.from.getTime(), Date.now() - keptMs('events')))
  if (from >= range.to) {
    const message = 'from must be before to, and less than 90 days ago'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.from', message }] })
  }
  if ((await countOpenReplays(tx, workspaceId)) >= mostOpen) {
    throw new HubError('CONFLICT', { message: `${mostOpen} replays are not over yet; wait, or cancel some.` })
  }
  const firstMs = range.missed
    ? Math.max(from.getTime() - longestWaitMs, Date.now() - keptMs('events'))
    : from.getTime()
  const cursor = lowestIdAt('delivery', new Date(firstMs))
  const replay = await insertReplay(tx, workspaceId, actor, { ...range, from }, cursor)
  const { endpointId, to, statuses, type, missed } = replay
  const details = { endpointId, from, to, statuses, type, missed }
  await writeAudit(tx, { workspaceId, actor, action: 'replay.created', subjectId: replay.id, details })
  return replay
}

/** What a person may ask of a replay, and the state it leads to. */
const requests = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const

export type ReplayRequest = keyof typeof requests

/**
 * Pauses, resumes or cancels a replay. Deliveries that it has queued stay queued. Asking for the present state is no error.
 * @throws HubError `REPLAY_NOT_FOUND`, `CONFLICT` when it is over
 */
export async function requestOfReplay(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  id: string,
  request: ReplayRequest,
): Promise<Replay> {
  const to = requests[request]
  const changed = await hub.db.transaction().execute(async tx => {
    if (!(await changeReplayState(tx, workspaceId, id, to))) return false
    await writeAudit(tx, { workspaceId, actor, action: `replay.${request}`, subjectId: id })
    return true
  })
  const replay = await findReplay(hub.db, workspaceId, id)
  if (changed) await tellReplay(hub, replay)
  else if (replay.state !== to) throw new HubError('CONFLICT', { message: `The replay is ${replay.state}.` })
  return replay
}
