import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import type { ProviderClient } from '../providers/request.ts'
import { sightingOf } from './apply-page.ts'
import { commitSettled, countsOf } from './commit-settled.ts'
import { sight } from './compare.ts'
import { lockByRecord, type LinkedRecord } from './link-store.ts'
import { isBadItem, type LinkErrorCode } from './mapping.ts'
import type { PlannedWrite } from './push-plan.ts'
import type { RunHold } from './run-hold.ts'
import { emptyLink, failedLink, settleKnown, unchanged, type Settled, type Sighting } from './settle.ts'
import type { WriteAnswer } from './thing-calls.ts'

/** An answer as what it tells of the thing, or as a failure. */
type Outcome = { kind: 'seen'; sighting: Sighting; isOurs: boolean } | { kind: 'failed'; errorCode: LinkErrorCode }

/**
 * Records what came of one call, all its writes in one transaction. Gives the records that have to be looked at again,
 * since the platform had something newer than what their write was based on.
 */
export async function recordAnswers(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  writes: readonly PlannedWrite[],
  answers: readonly WriteAnswer[],
  signal: AbortSignal,
): Promise<string[]> {
  const outcomes = new Map<string, Outcome>()
  const stale: string[] = []
  for (const [index, planned] of writes.entries()) {
    const answer = answers[index]!
    if (answer.kind === 'refused' && answer.why === 'stale') stale.push(planned.recordId)
    outcomes.set(planned.recordId, await outcomeOf(hold, client, planned, answer, signal))
  }
  await hub.db.transaction().execute(async trx => {
    const settled = await settleOutcomes(trx, hold, writes, outcomes)
    const failed = [...outcomes.values()].filter(({ kind }) => kind === 'failed').length
    const pushed = answers.filter(({ kind }) => kind !== 'refused').length
    await commitSettled(hub, trx, hold, settled, { ...countsOf(settled), pushed, failed })
  })
  return stale
}

async function outcomeOf(
  hold: RunHold,
  client: ProviderClient,
  { write }: PlannedWrite,
  answer: WriteAnswer,
  signal: AbortSignal,
): Promise<Outcome> {
  if (answer.kind === 'written') {
    const thing = hold.mapping.thingOf(answer.item)
    if (isBadItem(thing)) return { kind: 'failed', errorCode: 'INVALID_ITEM' }
    return { kind: 'seen', sighting: sightingOf(thing), isOurs: true }
  }
  if (write.kind === 'create') {
    const duplicate = answer.kind === 'refused' && answer.why === 'duplicate'
    return { kind: 'failed', errorCode: duplicate ? 'DUPLICATE' : 'PROVIDER_REJECTED' }
  }
  const gone: Sighting = { gone: true, externalId: write.externalId, version: null, at: undefined }
  if (answer.kind === 'deleted') return { kind: 'seen', sighting: gone, isOurs: true }
  switch (answer.why) {
    case 'missing':
      return { kind: 'seen', sighting: gone, isOurs: false }
    case 'stale': {
      const sighting = await sight(hold, client, write.externalId, signal)
      return sighting ? { kind: 'seen', sighting, isOurs: false } : { kind: 'failed', errorCode: 'INVALID_ITEM' }
    }
    case 'duplicate':
      return { kind: 'failed', errorCode: 'DUPLICATE' }
    case 'rejected':
      return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
  }
}

async function settleOutcomes(
  trx: Executor,
  hold: RunHold,
  writes: readonly PlannedWrite[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<Settled[]> {
  const { workspaceId, sync, mapping } = hold
  const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
  const ids = writes.map(({ recordId }) => recordId)
  const linked = await lockByRecord(trx, workspaceId, sync.id, ids)
  const byRecord = new Map<string, LinkedRecord>(linked.map(known => [known.link.record_id, known]))
  return writes.flatMap(({ recordId, intent }): Settled[] => {
    const known = byRecord.get(recordId)
    const outcome = outcomes.get(recordId)
    if (!known || !outcome) return []
    if (outcome.kind === 'failed') {
      return [{ link: failedLink(unchanged(known.link), outcome.errorCode, settling.now), collisions: 0 }]
    }
    // What the platform answers to our own write is compared with what we wrote, not with what was before.
    const wrote = outcome.isOurs && intent.kind !== 'delete' ? intent.values : undefined
    return [settleKnown(settling, known, outcome.sighting, wrote)]
  })
}

/** Records links of records that cannot be written at all, or would not settle. */
export async function recordFailures(
  hub: Hub,
  hold: RunHold,
  recordIds: readonly string[],
  errorCode: LinkErrorCode,
): Promise<void> {
  if (recordIds.length === 0) return
  await hub.db.transaction().execute(async trx => {
    const linked = await lockByRecord(trx, hold.workspaceId, hold.sync.id, [...recordIds])
    const byRecord = new Map(linked.map(({ link }) => [link.record_id, link]))
    const now = new Date()
    const settled = recordIds.map(recordId => {
      const link = byRecord.get(recordId)
      return { link: failedLink(link ? unchanged(link) : emptyLink(recordId, null), errorCode, now), collisions: 0 }
    })
    await commitSettled(hub, trx, hold, settled, { failed: recordIds.length })
  })
}
