import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { endpointChangedSignal, recoverEndpointWorkflowId, type EndpointMode } from '../contract.ts'
import { auditEndpoint } from './endpoint-audit.ts'
import { checkSchedule } from '../delivery-settings.ts'
import { checkEncrypted } from './client-certificate.ts'
import { checkHeaders } from './endpoint-headers.ts'
import { ensureSigningPair, keysFrom, type BroughtKeys } from './endpoint-keys.ts'
import { changeMode, healthy, type ModeChange } from './endpoint-mode.ts'
import { endpointHeadersField, endpointSecretField } from './endpoint-secrets.ts'
import {
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  lockEndpoint,
  updateEndpoint,
  type Endpoint,
  type EndpointSettings,
} from './endpoint-store.ts'
import { adoptOldest } from '../gates/gate-rows.ts'
import { checkSubscription } from '../events/check-subscription.ts'
import { releaseHeld } from '../recovery/release.ts'
import type { SigningSecret } from '../sending/sign.ts'

/** What its owner sends: the settings, and its own headers with their values. */
export type EndpointInput = Omit<EndpointSettings, 'headerNames'> & { headers: Record<string, string> }

/**
 * When a paused endpoint resumes, this many of its waiting deliveries become due at once. The others follow as there is room.
 */
const releasedAtOnce = 100
/** The settings that put an endpoint behind a gate, and how many earlier deliveries move behind it at once. */
const gating = ['ordered', 'batchSize', 'rateLimit', 'maxInFlight'] as const
const adoptedAtOnce = 10_000

/**
 * Creates an endpoint with its own signing keys, or those brought along. The secret is in this answer only.
 * @throws HubError `INVALID_URL`, `INVALID_REQUEST`
 */
export async function createEndpoint(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  { headers, ...settings }: EndpointInput,
  brought: BroughtKeys,
): Promise<{ endpoint: Endpoint; secret: string }> {
  checkSettings(hub, settings)
  const checked = checkHeaders(headers)
  const { secret, pair } = keysFrom(brought, settings.signatures)
  return hub.db.transaction().execute(async tx => {
    const made = await insertEndpoint(tx, workspaceId, { ...settings, headerNames: Object.keys(checked) })
    const endpoint = await ensureSigningPair(hub, tx, made, () => pair)
    await checkSchedule(tx, workspaceId, settings.retryDelaysMs)
    const place = { workspaceId, ownerId: endpoint.id }
    await hub.credentials.put(tx, { ...place, field: endpointSecretField }, [{ secret }] satisfies SigningSecret[])
    if (endpoint.headerNames.length > 0) {
      await hub.credentials.put(tx, { ...place, field: endpointHeadersField }, checked)
    }
    await auditEndpoint(tx, actor, 'created', endpoint)
    return { endpoint, secret }
  })
}

/** @throws HubError `ENDPOINT_NOT_FOUND`, `INVALID_URL`, `INVALID_REQUEST`, `CONFLICT` */
export async function changeEndpoint(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
  { headers, ...change }: Partial<EndpointInput>,
): Promise<Endpoint> {
  checkSettings(hub, change)
  const checked = headers === undefined ? undefined : checkHeaders(headers)
  const changed = await hub.db.transaction().execute(async tx => {
    if (change.url !== undefined && headers === undefined) {
      checkHeadersStay(await lockEndpoint(tx, workspaceId, endpointId), change.url)
    }
    const names = checked === undefined ? {} : { headerNames: Object.keys(checked) }
    const updated = await updateEndpoint(tx, workspaceId, endpointId, { ...change, ...names })
    checkEncrypted(updated)
    const endpoint = await ensureSigningPair(hub, tx, updated)
    await checkSchedule(tx, workspaceId, change.retryDelaysMs)
    if (endpoint.gated && gating.some(setting => change[setting] !== undefined)) {
      await adoptOldest(tx, { workspaceId, endpointId }, adoptedAtOnce)
    }
    const place = { workspaceId, ownerId: endpointId, field: endpointHeadersField }
    if (checked && endpoint.headerNames.length > 0) await hub.credentials.put(tx, place, checked)
    else if (checked) await hub.credentials.destroy(tx, workspaceId, endpointId, endpointHeadersField)
    await auditEndpoint(tx, actor, 'changed', endpoint, {
      fields: Object.keys({ ...change, ...(headers ? { headers } : {}) }),
    })
    return endpoint
  })
  await tellRecovery(hub, changed)
  return changed
}

/** Header values must stay secret from a caller who may change an endpoint: it could have them sent to another server. */
function checkHeadersStay(before: Endpoint, url: string): void {
  if (before.headerNames.length === 0 || new URL(before.url).origin === new URL(url).origin) return
  const message = 'Another server gets the values of headers only when they are given with its URL'
  throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.headers', message }] })
}

/** Deletes an endpoint and its secrets. What waits for it fails (endpoint_deleted). @throws HubError `ENDPOINT_NOT_FOUND` */
export async function removeEndpoint(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
): Promise<void> {
  const removed = await hub.db.transaction().execute(async tx => {
    const endpoint = await deleteEndpoint(tx, workspaceId, endpointId)
    await hub.credentials.destroy(tx, workspaceId, endpointId)
    await auditEndpoint(tx, actor, 'deleted', endpoint)
    return endpoint
  })
  await tellRecovery(hub, removed)
}

const fresh: ModeChange = { ...healthy, disabled_reason: null, disabled_at: null }

/** What a person may ask of an endpoint, the mode it leads to, and what else is set. */
const requests = {
  pause: { to: 'paused', from: ['open', 'recovering', 'draining'], change: () => ({ next_probe_at: null }) },
  resume: { to: 'open', from: ['paused', 'recovering', 'draining'], change: () => fresh },
  enable: { to: 'open', from: ['disabled'], change: () => fresh },
  disable: {
    to: 'disabled',
    from: ['open', 'recovering', 'draining', 'paused'],
    change: () => ({ disabled_reason: 'by_hand', disabled_at: new Date(), next_probe_at: null }),
  },
} as const satisfies Record<string, { to: EndpointMode; from: readonly EndpointMode[]; change: () => ModeChange }>

export type EndpointRequest = keyof typeof requests

/**
 * Pauses (due deliveries wait), resumes, disables (waiting deliveries fail and can be replayed) or enables an endpoint. Asking
 * for the present mode is no error.
 * @param within work that commits together with the change
 * @throws HubError `ENDPOINT_NOT_FOUND`, `CONFLICT`
 */
export async function requestOfEndpoint(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
  request: EndpointRequest,
  within?: (tx: Executor, before: Endpoint) => Promise<void>,
): Promise<Endpoint> {
  const { to, from, change } = requests[request]
  const before = await findEndpoint(hub.db, workspaceId, endpointId)
  if (before.mode === to) return before
  if (!(from as readonly EndpointMode[]).includes(before.mode)) {
    throw new HubError('CONFLICT', { message: `An endpoint that is ${before.mode} cannot be asked to ${request}.` })
  }
  const after = await hub.db.transaction().execute(async tx => {
    const expected = { workspaceId, endpointId, epoch: before.epoch }
    if ((await changeMode(tx, expected, to, change())) === undefined) throw new HubError('CONFLICT')
    await auditEndpoint(tx, actor, request, before)
    await within?.(tx, before)
    return findEndpoint(tx, workspaceId, endpointId)
  })
  if (to === 'open') {
    await releaseHeld(hub, { workspaceId, endpointId }, releasedAtOnce)
    hub.wake.soon()
    hub.wake.held(endpointId)
  }
  await tellRecovery(hub, before)
  return after
}

function checkSettings(hub: DeliveryParts, settings: Partial<EndpointSettings>): void {
  if (settings.url !== undefined) hub.outgoing.guard.checkUrl(settings.url, 'body.url')
  checkSubscription(settings)
}

/** Has a running recovery look at the row at once. Without Temporal, the recovery's next look comes in its own time. */
async function tellRecovery(hub: DeliveryParts, endpoint: Endpoint): Promise<void> {
  if (endpoint.mode !== 'recovering' && endpoint.mode !== 'draining') return
  try {
    await hub.temporal.withDeadline(Date.now() + 2_000, () =>
      hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(endpoint.id)).signal(endpointChangedSignal),
    )
  } catch (error) {
    hub.log.debug({ err: error, endpointId: endpoint.id }, 'the recovery was not told of the change')
  }
}
