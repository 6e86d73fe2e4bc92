import type { Executor } from '../../db/database.ts'
import type { DeliveryParts } from '../parts.ts'
import { lowestIdAt } from '../../ids.ts'
import type { ReplayInput, ReplayStep } from '../contract.ts'
import { instantOf } from '../mint.ts'
import { planByIndex } from '../../db/by-index.ts'
import { replayWaitMs } from '../policy.ts'
import { findReplayed } from './replay-candidates.ts'
import { queueMissed } from './replay-missed.ts'
import type { ReplayBatch } from './replay-batch.ts'
import { advanceReplay, changeReplayState, lockReplay, noteLook, type Replay } from './replay-store.ts'
import { findFull } from './replay-throttle.ts'
import { requeue } from './requeue.ts'

/** A step lasts this long at most, while it finds deliveries. */
const stepMs = 5_000

/**
 * Carries out one step of a replay. Moves batch after batch back to the queue; each transaction also moves the row's cursor and
 * counts, so a repeated or concurrent step goes on where the other stopped. The step ends after a few seconds, when an endpoint
 * has enough waiting, or when the row's state has changed.
 * @param idle how many steps before this one moved nothing
 */
export async function moveReplay(
  hub: DeliveryParts,
  { workspaceId, replayId }: ReplayInput,
  idle: number,
  signal: AbortSignal,
): Promise<ReplayStep> {
  const endsAt = performance.now() + stepMs
  let moved = false
  await changeReplayState(hub.db, workspaceId, replayId, 'running', ['requested'])
  for (;;) {
    const { replay, batch } = await hub.db.transaction().execute(tx => moveBatch(hub, tx, workspaceId, replayId))
    if (!replay) return gone
    if (batch && batch.queued > 0) hub.wake.soon()
    moved ||= batch !== undefined && batch.lookedAt > 0
    const resting = batch === undefined || batch.done || batch.full !== undefined || batch.waitMs !== undefined
    if (!resting && !signal.aborted && performance.now() < endsAt) continue
    const waitMs = batch?.waitMs ?? (batch?.full === undefined ? 0 : replayWaitMs(hub.deliveryPolicy, moved ? 0 : idle))
    const state = batch?.done ? 'finished' : replay.state
    await noteLook(hub.db, workspaceId, replayId, state, waitMs)
    return { ...standing(replay, batch), state, moved, waitMs, waitsFor: batch?.full ?? null }
  }
}

const gone: ReplayStep = {
  state: 'gone',
  lookedAt: 0,
  queued: 0,
  skipped: 0,
  at: '',
  moved: false,
  waitMs: 0,
  waitsFor: null,
}

function standing(replay: Replay, batch: ReplayBatch | undefined) {
  return {
    lookedAt: replay.lookedAt + (batch?.lookedAt ?? 0),
    queued: replay.queued + (batch?.queued ?? 0),
    skipped: replay.skipped + (batch?.skipped ?? 0),
    at: new Date(instantOf(batch?.cursor ?? replay.cursor)).toISOString(),
  }
}

/**
 * Moves one batch behind the cursor, and the cursor with it, under the row's lock. Does nothing unless the replay is running.
 */
async function moveBatch(
  hub: DeliveryParts,
  tx: Executor,
  workspaceId: string,
  replayId: string,
): Promise<{ replay: Replay | undefined; batch?: ReplayBatch }> {
  const replay = await lockReplay(tx, workspaceId, replayId)
  if (replay?.state !== 'running') return { replay }
  await planByIndex(tx)
  const batch = replay.cursor.startsWith('evt_')
    ? await queueMissed(hub, tx, replay)
    : await moveDeliveries(hub, tx, replay)
  if (batch.full === undefined) await advanceReplay(tx, replay, batch)
  return { replay, batch }
}

async function moveDeliveries(hub: DeliveryParts, tx: Executor, replay: Replay): Promise<ReplayBatch> {
  const { replayBatch, replayWaitingLimit } = hub.deliveryPolicy
  const found = await findReplayed(tx, replay, replayBatch)
  const throttle = await findFull(tx, replay, found.wanted, replayWaitingLimit)
  const nothing = { cursor: replay.cursor, lookedAt: 0, queued: 0, skipped: 0, done: false }
  if (throttle.full !== undefined) return { ...nothing, full: throttle.full }
  const ids = found.wanted.filter(one => !throttle.closed.has(one.endpointId)).map(one => one.id)
  const queued = await requeue(tx, replay.workspaceId, ids)
  const over = found.lookedAt < replayBatch
  return {
    // After the deliveries that failed come the events that never became any.
    cursor: over && replay.missed ? lowestIdAt('event', replay.from) : found.last,
    lookedAt: found.lookedAt,
    queued,
    skipped: found.wanted.length - queued,
    done: over && !replay.missed,
  }
}
