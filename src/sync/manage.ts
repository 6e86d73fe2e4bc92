import { writeAudit } from '../audit/log.ts'
import { lockConnection } from '../connections/store.ts'
import { isUniqueViolation, type Executor } from '../db/database.ts'
import { faultsOf, withDefaults } from '../grants/check-field-values.ts'
import { HubError } from '../errors.ts'
import type { ConnectionParts } from '../connections/parts.ts'
import { newId } from '../ids.ts'
import { findProvider } from '../catalogue/find.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import type { MatchKeys } from '../catalogue/schema/items/lookup.ts'
import type { FieldOverride } from '../catalogue/schema/items/overrides.ts'
import type { ModelDefinition } from '../catalogue/schema/models.ts'
import { syncWorkflowId } from './contract.ts'
import { sameValue } from './mapping/canonical.ts'
import { remappedBetween, withOverrides } from './mapping/overrides/apply.ts'
import { checkOverrides } from './mapping/overrides/check.ts'
import type { ConflictPolicy } from './policy.ts'
import { firstPollAt, isTold, mayBePolled } from './polling/relies.ts'
import { pauseReasonOf } from './follow-connection.ts'
import { requestSyncRun } from './runs/request-run.ts'
import { cancelRuns } from './runs/run-store.ts'
import { applyScheduleSoon } from './schedules/schedule.ts'
import { wakeWorkflows } from './runs/start-workflow.ts'
import {
  findSync,
  insertSync,
  lockSync,
  markDeleted,
  updateSync,
  type Sync,
  type SyncChanges,
  type SyncSchedule,
} from './sync-store.ts'

/** What a person asks for. */
export interface SyncRequest {
  connectionId: string
  model: string
  collection?: string | undefined
  config: Record<string, string>
  direction: Sync['direction']
  conflictPolicy: ConflictPolicy
  match: MatchKeys | null
  schedule: SyncSchedule | null
  mapping: FieldOverride[]
  polling: boolean
}

/** What is left out stays as it is; a mapping is replaced as a whole. */
export type SyncChange = Pick<SyncChanges, 'direction' | 'conflictPolicy' | 'match' | 'schedule' | 'polling'> & {
  mapping?: FieldOverride[] | undefined
}

/**
 * Creates a sync; its Schedule is made right after, or by reconcile when Temporal is down.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONNECTION_NOT_READY`, `INVALID_MODEL`, `INVALID_REQUEST`, `CONFLICT`
 */
export async function createSync(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  request: SyncRequest,
): Promise<Sync> {
  const sync = await hub.db
    .transaction()
    .execute(async trx => {
      // Locked: a connection that is disconnected just now would leave a sync behind that fails for ever.
      const connection = await lockConnection(trx, workspaceId, request.connectionId)
      const pausedBecause = pauseReasonOf(connection)
      if (pausedBecause === 'disconnecting') throw new HubError('CONNECTION_NOT_READY')
      const definition = await findProvider(hub, workspaceId, connection.provider, trx)
      const model = modelOf(definition, request.model)
      const config = configOf(model, request.config)
      checkOverrides(model, request.mapping, Object.keys(definition.models ?? {}))
      checkRequest(withOverrides(model, request.mapping), request)
      const created = await insertSync(trx, {
        ...request,
        config,
        id: newId('sync'),
        workspaceId,
        provider: connection.provider,
        collection: request.collection ?? model.collection,
        mapping: request.mapping.length === 0 ? null : request.mapping,
        pollAt: mayBePolled(request) && isTold(definition, request.model) ? firstPollAt() : null,
      })
      const { model: name, collection, direction } = created
      await writeAudit(trx, {
        workspaceId,
        actor,
        action: 'sync.created',
        subjectId: created.id,
        details: { connectionId: connection.id, model: name, collection, direction },
      })
      return pausedBecause ? updateSync(trx, created, { status: 'paused', pausedBecause }) : created
    })
    .catch((error: unknown) => {
      if (!isUniqueViolation(error, 'syncs_once')) throw error
      throw new HubError('CONFLICT', {
        message: 'This connection has a sync of this model and collection already, with the same config.',
      })
    })
  if (sync.schedule !== null) await follow(hub, sync)
  return sync
}

/** Changes a sync; what it has pulled and pushed stays. @throws HubError `SYNC_NOT_FOUND`, `INVALID_REQUEST` */
export async function changeSync(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  { mapping: overrides, ...changes }: SyncChange,
): Promise<Sync> {
  let isRemapped = false
  const sync = await hub.db.transaction().execute(async trx => {
    const before = await lockSync(trx, workspaceId, syncId)
    if (changes.direction !== undefined || changes.match !== undefined) {
      const model = modelOf(await findProvider(hub, workspaceId, before.provider, trx), before.model)
      const { direction = before.direction, match = null } = changes
      checkRequest(withOverrides(model, overrides ?? before.mapping ?? []), { direction, match })
    }
    const mapping = overrides && (await mappingChange(hub, trx, before, overrides))
    isRemapped = mapping !== undefined
    const pollAt = await pollAtOf(hub, trx, before, changes)
    const after = await updateSync(trx, before, { ...changes, mapping, pollAt })
    const details = { changed: [...Object.keys(changes), ...(mapping ? ['mapping'] : [])] }
    await writeAudit(trx, { workspaceId, actor, action: 'sync.changed', subjectId: syncId, details })
    return after
  })
  if (changes.schedule !== undefined) {
    if (sync.failingSince) await wakeWorkflows(hub, [syncWorkflowId(syncId)])
    await follow(hub, sync)
  }
  if (isRemapped && sync.status === 'active' && sync.lastRun !== null) {
    await requestSyncRun(hub, workspaceId, syncId, 'manual', { full: true })
  }
  return sync
}

/** What changes with a sync's own pairs of fields; undefined when they are as they were. */
async function mappingChange(hub: ConnectionParts, trx: Executor, before: Sync, overrides: FieldOverride[]) {
  if (sameValue(before.mapping ?? [], overrides)) return undefined
  const definition = await findProvider(hub, before.workspaceId, before.provider, trx)
  const model = modelOf(definition, before.model)
  checkOverrides(model, overrides, Object.keys(definition.models ?? {}))
  const remapped = remappedBetween(withOverrides(model, before.mapping ?? []), withOverrides(model, overrides))
  return { overrides: overrides.length === 0 ? null : overrides, remapped }
}

/** Pauses a sync: no run begins, and one that is under way stops at its next commit. @throws HubError `SYNC_NOT_FOUND` */
export async function pauseSync(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
): Promise<Sync> {
  let stopped: string[] = []
  const sync = await hub.db.transaction().execute(async trx => {
    const before = await lockSync(trx, workspaceId, syncId)
    if (before.status === 'paused' && before.pausedBecause !== 'needs_reauth') return before
    const after = await updateSync(trx, before, { status: 'paused', pausedBecause: 'person' })
    stopped = await cancelRuns(trx, workspaceId, [syncId], 'SYNC_PAUSED')
    if (before.failingSince) stopped.push(syncWorkflowId(syncId))
    await writeAudit(trx, { workspaceId, actor, action: 'sync.paused', subjectId: syncId })
    return after
  })
  await wakeWorkflows(hub, stopped)
  await follow(hub, sync)
  return sync
}

/** Lets a paused sync run again. @throws HubError `SYNC_NOT_FOUND`, `CONNECTION_NOT_READY`, `TOKEN_EXPIRED` */
export async function resumeSync(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
): Promise<Sync> {
  const { connectionId } = await findSync(hub.db, workspaceId, syncId)
  const sync = await hub.db.transaction().execute(async trx => {
    // The connection first, as who changes its state does.
    const reason = pauseReasonOf(await lockConnection(trx, workspaceId, connectionId))
    const before = await lockSync(trx, workspaceId, syncId)
    if (before.status === 'active') return before
    if (reason) throw new HubError(reason === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'CONNECTION_NOT_READY')
    const after = await updateSync(trx, before, { status: 'active', pausedBecause: null })
    await writeAudit(trx, { workspaceId, actor, action: 'sync.resumed', subjectId: syncId })
    return after
  })
  await follow(hub, sync)
  return sync
}

/** Deletes a sync; its records stay, and what it knows of the platform's items goes. @throws HubError `SYNC_NOT_FOUND` */
export async function deleteSync(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
): Promise<void> {
  let stopped: string[] = []
  const sync = await hub.db.transaction().execute(async trx => {
    const before = await lockSync(trx, workspaceId, syncId)
    await markDeleted(trx, before)
    stopped = await cancelRuns(trx, workspaceId, [syncId], 'SYNC_NOT_FOUND')
    if (before.failingSince) stopped.push(syncWorkflowId(syncId))
    await writeAudit(trx, { workspaceId, actor, action: 'sync.deleted', subjectId: syncId })
    return before
  })
  await wakeWorkflows(hub, stopped)
  await applyScheduleSoon(hub, { ...sync, paused: true, deleted: true, revision: sync.scheduleRevision + 1 })
}

function follow(hub: ConnectionParts, sync: Sync): Promise<void> {
  const paused = sync.status === 'paused'
  return applyScheduleSoon(hub, { ...sync, paused, deleted: false, revision: sync.scheduleRevision })
}

/** When a sync that is changed is looked at next. What a webhook has run goes on being polled, whatever its definition says. */
async function pollAtOf(hub: ConnectionParts, trx: Executor, before: Sync, changes: SyncChanges): Promise<Date | null> {
  const { schedule = before.schedule, direction = before.direction, polling = before.polling } = changes
  if (!mayBePolled({ schedule, direction, polling })) return null
  if (before.pollAt !== null || mayBePolled(before)) return before.pollAt
  const definition = await findProvider(hub, before.workspaceId, before.provider, trx)
  return isTold(definition, before.model) ? firstPollAt() : null
}

/** @throws HubError `INVALID_MODEL` */
export function modelOf({ models = {} }: ProviderDefinition, name: string): ModelDefinition {
  const model = Object.hasOwn(models, name) ? models[name] : undefined
  if (!model) throw new HubError('INVALID_MODEL')
  return model
}

/** What a sync says, with what is usual where it does not. @throws HubError `INVALID_REQUEST` naming what is wrong */
export function configOf({ asks = [] }: ModelDefinition, given: Record<string, string>): Record<string, string> {
  const config = withDefaults(asks, given)
  const messages = {
    missing: 'Is missing',
    unknown: 'This model does not ask for it',
    pattern: 'Does not look like one',
  }
  const faults = [...faultsOf(asks, config)]
  const details = faults.map(([name, fault]) => ({ path: `body.config.${name}`, message: messages[fault] }))
  if (details.length > 0) throw new HubError('INVALID_REQUEST', { details })
  return config
}

/** Whether a model can do what is asked of it. @throws HubError `INVALID_REQUEST` */
export function checkRequest(
  model: ModelDefinition,
  { direction, match }: Pick<SyncRequest, 'direction' | 'match'>,
): void {
  if (direction !== 'pull' && !model.create && !model.update) {
    throw new HubError('INVALID_REQUEST', { message: 'This model can only be read: its direction is pull.' })
  }
  checkKeys(model, match)
}

/** A key of fields that the model does not have would match nothing, ever. */
function checkKeys(model: ModelDefinition, keys: MatchKeys | null): void {
  const unknown = (keys ?? []).flat().filter(path => !model.fields.some(([mapped]) => mapped === path))
  if (unknown.length === 0) return
  throw new HubError('INVALID_REQUEST', {
    message: 'The model has no such fields to match by.',
    details: { fields: unknown },
  })
}
