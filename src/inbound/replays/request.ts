import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { keptMs } from '../../db/partitions.ts'
import { HubError } from '../../errors.ts'
import { lowestIdAt, newId } from '../../ids.ts'
import { tellSoon, type WorkflowStart } from '../../temporal/start.ts'
import {
  inboundReplayAttributes,
  inboundReplayChangedSignal,
  inboundReplayWorkflowId,
  replayInboundName,
  type InboundReplayInput,
} from '../contract.ts'
import { changeInboundReplay, findInboundReplay, replayOf, type InboundRange, type InboundReplay } from './store.ts'

/** The most replays of a workspace that are not over. */
const mostOpen = 5

/**
 * Requests that a range of inbound events is routed again. The row is the request; the workflow starts now, or by `reconcile`.
 * @throws HubError `INVALID_REQUEST` for a range that holds nothing; `CONFLICT` when five of the workspace's are not over
 */
export async function requestInboundReplay(
  hub: ConnectionParts,
  workspaceId: string,
  actor: string,
  range: InboundRange,
): Promise<InboundReplay> {
  const from = new Date(Math.max(range.from.getTime(), Date.now() - keptMs('inbound_events')))
  if (from >= range.to) {
    const message = `from must be before to, and less than ${keptMs('inbound_events') / 86_400_000} days ago`
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.from', message }] })
  }
  const replay = await hub.db.transaction().execute(async trx => {
    // One request of a workspace after the other: each counts those before it.
    await sql`select pg_advisory_xact_lock(hashtext('inbound-replays'), hashtext(${workspaceId}))`.execute(trx)
    const { open } = await trx
      .selectFrom('inbound_replays')
      .select(sql<number>`count(*)`.as('open'))
      .where('workspace_id', '=', workspaceId)
      .where('state', 'in', ['requested', 'running'])
      .executeTakeFirstOrThrow()
    if (open >= mostOpen)
      throw new HubError('CONFLICT', { message: `${mostOpen} replays are not over yet; wait, or cancel some.` })
    const row = await trx
      .insertInto('inbound_replays')
      .values({
        id: newId('inboundReplay'),
        workspace_id: workspaceId,
        from_at: from,
        to_at: range.to,
        statuses: range.statuses,
        provider: range.provider,
        connection_id: range.connectionId,
        type: range.type,
        cursor: lowestIdAt('inboundEvent', from),
        actor,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const details = { ...range, from }
    await writeAudit(trx, { workspaceId, actor, action: 'inbound_replay.created', subjectId: row.id, details })
    return replayOf(row)
  })
  await tellInboundReplay(hub, replay)
  return replay
}

/**
 * Cancels a replay. What it has queued is routed all the same. Cancelling it twice is no error.
 * @throws HubError `INBOUND_REPLAY_NOT_FOUND`; `CONFLICT` when it is finished
 */
export async function cancelInboundReplay(
  hub: ConnectionParts,
  workspaceId: string,
  actor: string,
  id: string,
): Promise<InboundReplay> {
  const changed = await hub.db.transaction().execute(async trx => {
    if (!(await changeInboundReplay(trx, workspaceId, id, 'cancelled'))) return false
    await writeAudit(trx, { workspaceId, actor, action: 'inbound_replay.cancelled', subjectId: id })
    return true
  })
  const replay = await findInboundReplay(hub.db, workspaceId, id)
  if (changed) await tellInboundReplay(hub, replay)
  else if (replay.state !== 'cancelled') throw new HubError('CONFLICT', { message: `The replay is ${replay.state}.` })
  return replay
}

/** Starts a replay's workflow, or has the running one look at its row. Gives whether it was told; else `reconcile` does it. */
function tellInboundReplay(hub: ConnectionParts, { id, workspaceId }: Pick<InboundReplay, 'id' | 'workspaceId'>) {
  const input: InboundReplayInput = { workspaceId, replayId: id }
  const start: WorkflowStart<InboundReplayInput> = {
    name: replayInboundName,
    workflowId: inboundReplayWorkflowId(id),
    input,
    searchAttributes: inboundReplayAttributes(input),
    summary: 'Routes a range of inbound webhooks again',
  }
  return tellSoon(hub.temporal, hub.log, start, { name: inboundReplayChangedSignal })
}

/** Starts the workflows that have missed the time of their next look. Gives how many. Index inbound_replays_to_reconcile. */
export async function tellOverdueInboundReplays(hub: ConnectionParts, limit: number): Promise<number> {
  const overdue = await hub.db
    .selectFrom('inbound_replays')
    .select(['id', 'workspace_id as workspaceId'])
    .where('reconcile_at', '<', new Date())
    .orderBy('reconcile_at')
    .limit(limit)
    .execute()
  let told = 0
  for (const replay of overdue) if (await tellInboundReplay(hub, replay)) told++
  return told
}
