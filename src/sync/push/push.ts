import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { groupWrites, writeItems } from '../../calls/writes/write-items.ts'
import { refusalOf } from '../../calls/writes/refusal.ts'
import type { WriteAnswer } from '../../calls/writes/write.ts'
import { writeLinks, type Link, type LinkWrite } from '../links/link-store.ts'
import { seenErrors, untoldFields } from '../mapping/gaps.ts'
import { fillReferences } from '../mapping/references/fill.ts'
import { itemsNamedBy } from '../mapping/references/read-items.ts'
import { recordWaiting, wakeWaiting } from '../mapping/references/wake.ts'
import { pushLimits } from '../policy.ts'
import { isHeld } from './held-writes.ts'
import type { WorkControl } from '../pull/pull.ts'
import { recordAnswers, recordFailures } from './push-answers.ts'
import { withoutExisting } from './before-create.ts'
import { noteCalls, notePendingFailure, noteSending, noteUnsent, type PushCall } from './push-calls.ts'
import { portionsOf } from './portions.ts'
import { planPush, pushKeyOf, type PushCandidate } from './push-plan.ts'
import { readFirst } from './read-first.ts'
import { readAgain } from './push-reads.ts'
import { mayHaveArrived, repeatable } from './push-repeats.ts'
import { splitCall } from './split-call.ts'
import { beginLap, candidatesById, dueRetries, isInLap, nextCandidates, setPushedChange } from './push-store.ts'
import { moveRun, type RunHold } from '../runs/run-hold.ts'
import { unchanged } from '../links/link-rows.ts'

/**
 * Before anything else: what was under way when an earlier run broke off is sent again, so that what was made by it is
 * known before the platform's list shows it. Gives whether the phase is through.
 */
export async function settlePending(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  if (!(await sendPending(hub, hold, client, control))) return false
  const phase = hold.sync.direction === 'push' ? 'push' : 'pull'
  await moveRun(hub.db, hold, {}, { phase, cursor: hold.run.resumed_cursor })
  return true
}

/**
 * Sends again what was under way when an earlier run or attempt broke off, or was left when its slice was over: the very same,
 * with the same keys. Gives whether all of it was sent.
 */
async function sendPending(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  const { calls, anew } = await repeatable(hub, hold, client, control.signal)
  const { stale, isThrough } = await sendCalls(hub, hold, client, calls, control)
  const candidates = await candidatesById(hub.db, hold.workspaceId, hold.sync.id, [...anew, ...stale])
  return (await pushCandidates(hub, hold, client, candidates, control)) && isThrough
}

/**
 * Tells the platform what has changed in the collection since it was last told, and what failed and is due again. Gives
 * whether the phase is through; it goes on from the change number that is committed.
 */
export async function pushChanges(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  await fillReferences(hub, hold)
  if (hold.sync.direction !== 'pull') {
    const { workspaceId, sync } = hold
    if (!(await sendPending(hub, hold, client, control))) return false
    // Behind what an earlier run had under way, which may be of older versions than those that the lap looks at.
    if (!isInLap(hold)) await beginLap(hub.db, hold)
    const due = await candidatesById(
      hub.db,
      workspaceId,
      sync.id,
      await dueRetries(hub.db, hold, pushLimits.retriesPerRun),
    )
    const retries = due.filter(({ record }) => record.change <= sync.pushed_change)
    if (!(await pushCandidates(hub, hold, client, retries, control))) return false
    for (;;) {
      const { candidates, upTo, isEnd } = await nextCandidates(hub.db, hold, sync.pushed_change)
      if (!(await pushCandidates(hub, hold, client, candidates, control))) return false
      const skipped = candidates.filter(isLeftToPerson).length
      if (skipped > 0) await moveRun(hub.db, hold, { skipped })
      await setPushedChange(hub.db, hold, upTo)
      if (isEnd && !(await beginLap(hub.db, hold))) break
      if (control.isOver()) return false
    }
  }
  await wakeWaiting(hub, hold)
  await moveRun(hub.db, hold, {}, { phase: 'done', cursor: null })
  return true
}

/**
 * Looks at candidates, portion by portion, until the slice is over, but at one in any case. What becomes of each is committed with its
 * portion, so that the next slice meets the rest. Gives whether all calls were sent: those that are left are noted, and sent first when
 * the run goes on.
 */
async function pushCandidates(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  candidates: readonly PushCandidate[],
  control: WorkControl,
): Promise<boolean> {
  for (const [index, portion] of portionsOf(hold.mapping, candidates).entries()) {
    if (index > 0 && control.isOver()) return false
    if (!(await pushSome(hub, hold, client, portion, control))) return false
  }
  return true
}

/** What a push passes over, as a person is to say how it goes on. */
function isLeftToPerson({ link }: PushCandidate): boolean {
  return isHeld(link) || link?.conflict?.deleted !== undefined
}

async function pushSome(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  candidates: readonly PushCandidate[],
  control: WorkControl,
): Promise<boolean> {
  const { workspaceId, sync, mapping } = hold
  let waiting = candidates
  let isAll = true
  for (let round = 1; waiting.length > 0; round++) {
    if (round > pushLimits.staleRounds) {
      const ids = waiting.map(({ record }) => record.id)
      await recordFailures(hub, hold, ids, 'NOT_SETTLED')
      break
    }
    const known = await itemsNamedBy(hold, waiting)
    const plans = waiting.map(candidate => ({ ...candidate, plan: planPush(mapping, candidate, known) }))
    const planned = (kind: string) => plans.filter(({ plan }) => plan.kind === kind)
    const touched = plans.flatMap(({ record, link, plan }) =>
      link && plan.kind === 'touch' ? [{ ...upToDate(link, plan.untold), recordVersion: record.version }] : [],
    )
    await writeLinks(hub.db, workspaceId, sync.id, touched)
    const empty = planned('empty').map(({ record }) => record.id)
    await recordFailures(hub, hold, empty, 'INVALID_ITEM')
    const missing = plans.flatMap(({ record, plan }) =>
      plan.kind === 'waits' ? [[record.id, plan.missing] as const] : [],
    )
    await recordWaiting(hub, hold, new Map(missing))
    const unread = planned('read').flatMap(({ link }) => link ?? [])
    const { taken, isThrough: isRead } = await readAgain(hub, hold, client, unread, control)
    const byId = new Map(waiting.map(candidate => [candidate.record.id, candidate]))
    const writes = plans.flatMap(({ plan }) => (plan.kind === 'write' ? [plan.item] : []))
    const links = new Map(waiting.flatMap(({ record, link }) => (link ? [[record.id, link] as const] : [])))
    const looked = await readFirst(hub, hold, client, writes, { links, known }, control)
    const { items, again } = await withoutExisting(hub, hold, client, looked.items, byId, control)
    const calls = groupWrites(mapping.model, items).map(group => ({
      key: pushKeyOf(sync.id, group, byId),
      items: group,
    }))
    await noteCalls(hub.db, hold, calls)
    const { stale, isThrough } = await sendCalls(hub, hold, client, calls, control)
    isAll &&= isThrough && isRead
    waiting = await candidatesById(hub.db, workspaceId, sync.id, [...taken, ...looked.again, ...again, ...stale])
  }
  return isAll
}

/** A link that needs no write: what is held for a person stays held. @param untold fields that the platform cannot be told */
function upToDate(link: Link, untold: readonly string[] = []): LinkWrite {
  const state = link.conflict === null ? 'ok' : 'conflict'
  const fieldErrors = { ...untoldFields(untold), ...seenErrors(link.field_errors) }
  return {
    ...unchanged(link),
    ...{ state, errorCode: null, errorMessage: null, providerCode: null, failures: 0, retryAt: null },
    fieldErrors: Object.keys(fieldErrors).length === 0 ? null : fieldErrors,
  }
}

/**
 * Makes the calls, a few at once, until the slice is over, but some in any case. Gives the records that have to be looked at
 * again, and whether all were made.
 */
async function sendCalls(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  calls: readonly PushCall[],
  control: WorkControl,
): Promise<{ stale: string[]; isThrough: boolean }> {
  const waiting = [...calls]
  const stale: string[] = []
  let failed = 0
  await Promise.all(
    Array.from({ length: pushLimits.callsAtOnce }, async () => {
      for (let call = waiting.shift(); call; call = waiting.shift()) {
        try {
          const answers = await sendCall(hub, hold, client, call, control.signal)
          stale.push(...(await recordAnswers(hub, hold, client, call, answers, control.signal)))
          failed = 0
        } catch (error) {
          if (call.items.length > 1 && refusalOf(hold.mapping.model, error) !== undefined) {
            waiting.push(...(await splitCall(hub, hold, call)))
            continue
          }
          // One item that the platform stumbles over must not hold the others back; a platform that is down must.
          if (
            !isHubError(error, 'PROVIDER_ERROR') ||
            control.attempt < pushLimits.lenientFrom ||
            ++failed >= pushLimits.failuresInRow
          ) {
            waiting.length = 0
            throw error
          }
          await notePendingFailure(hub.db, hold, call.key)
          await moveRun(hub.db, hold, { failed: call.items.length })
        }
        control.onProgress()
        if (control.isOver()) break
      }
    }),
  )
  return { stale, isThrough: waiting.length === 0 }
}

async function sendCall(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  { key, items }: PushCall,
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  signal.throwIfAborted()
  const isFirst = await noteSending(hub.db, hold, key)
  try {
    const writes = items.map(({ recordId, write }) => ({ name: recordId, write }))
    return await writeItems(client, hold.mapping.model, writes, key, signal)
  } catch (error) {
    if (isFirst && !mayHaveArrived(error)) await noteUnsent(hub.db, hold, key)
    throw error
  }
}
