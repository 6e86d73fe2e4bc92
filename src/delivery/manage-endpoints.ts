import { writeAudit } from '../audit/log.ts'
import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { endpointChangedSignal, recoverEndpointWorkflowId, type EndpointMode } from './contract.ts'
import { checkHeaders } from './endpoint-headers.ts'
import { changeMode, healthy, type ModeChange } from './endpoint-mode.ts'
import { endpointHeadersField, endpointSecretField } from './endpoint-secrets.ts'
import {
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  updateEndpoint,
  type Endpoint,
  type EndpointSettings,
} from './endpoint-store.ts'
import { isTypePattern } from './event-types.ts'
import { prepareEvent } from './payload.ts'
import { publishQueueOf } from './publish-queue.ts'
import { releaseHeld } from './release.ts'
import { isSigningSecret, newSigningSecret, type SigningSecret } from './sign.ts'

/** What its owner sends: the settings, and its own headers with their values. */
export type EndpointInput = Omit<EndpointSettings, 'headerNames'> & { headers: Record<string, string> }

/** Old secrets that may sign beside the current one. */
const secretsKept = 5
const releasedAtOnce = 5_000

/**
 * Creates an endpoint with its own signing secret, or one brought along. The secret is in this answer only.
 * @throws HubError `INVALID_URL`, `INVALID_REQUEST`
 */
export async function createEndpoint(
  hub: Hub,
  actor: string,
  workspaceId: string,
  { headers, ...settings }: EndpointInput,
  broughtSecret: string | undefined,
): Promise<{ endpoint: Endpoint; secret: string }> {
  checkSettings(hub, settings)
  const checked = checkHeaders(headers)
  const secret = checkSecret(broughtSecret) ?? newSigningSecret()
  return hub.db.transaction().execute(async tx => {
    const endpoint = await insertEndpoint(tx, workspaceId, { ...settings, headerNames: Object.keys(checked) })
    const place = { workspaceId, ownerId: endpoint.id }
    await hub.credentials.put(tx, { ...place, field: endpointSecretField }, [{ secret }] satisfies SigningSecret[])
    if (endpoint.headerNames.length > 0) {
      await hub.credentials.put(tx, { ...place, field: endpointHeadersField }, checked)
    }
    await audit(tx, actor, 'created', endpoint)
    return { endpoint, secret }
  })
}

/** @throws HubError `ENDPOINT_NOT_FOUND`, `INVALID_URL`, `INVALID_REQUEST` */
export async function changeEndpoint(
  hub: Hub,
  actor: string,
  workspaceId: string,
  endpointId: string,
  { headers, ...change }: Partial<EndpointInput>,
): Promise<Endpoint> {
  checkSettings(hub, change)
  const checked = headers === undefined ? undefined : checkHeaders(headers)
  const changed = await hub.db.transaction().execute(async tx => {
    const names = checked === undefined ? {} : { headerNames: Object.keys(checked) }
    const endpoint = await updateEndpoint(tx, workspaceId, endpointId, { ...change, ...names })
    const place = { workspaceId, ownerId: endpointId, field: endpointHeadersField }
    if (checked && endpoint.headerNames.length > 0) await hub.credentials.put(tx, place, checked)
    else if (checked) await hub.credentials.destroy(tx, workspaceId, endpointId, endpointHeadersField)
    await audit(tx, actor, 'changed', endpoint, { fields: Object.keys({ ...change, ...(headers ? { headers } : {}) }) })
    return endpoint
  })
  await tellRecovery(hub, changed)
  return changed
}

/** Deletes an endpoint and its secrets. What waits for it fails (endpoint_deleted). @throws HubError `ENDPOINT_NOT_FOUND` */
export async function removeEndpoint(hub: Hub, actor: string, workspaceId: string, endpointId: string): Promise<void> {
  const removed = await hub.db.transaction().execute(async tx => {
    const endpoint = await deleteEndpoint(tx, workspaceId, endpointId)
    await hub.credentials.destroy(tx, workspaceId, endpointId)
    await audit(tx, actor, 'deleted', endpoint)
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
 * Pauses (what is due waits), resumes, disables (what waits fails, replayable) or enables an endpoint. To ask for what is
 * already so is no error.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `CONFLICT`
 */
export async function requestOfEndpoint(
  hub: Hub,
  actor: string,
  workspaceId: string,
  endpointId: string,
  request: EndpointRequest,
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
    await audit(tx, actor, request, before)
    return findEndpoint(tx, workspaceId, endpointId)
  })
  if (to === 'open') {
    await releaseHeld(hub, { workspaceId, endpointId }, releasedAtOnce)
    hub.wake.soon()
  }
  await tellRecovery(hub, before)
  return after
}

/**
 * Gives an endpoint a new signing secret. The ones before go on signing beside it until the overlap is over.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `INVALID_REQUEST`
 */
export async function rotateSecret(
  hub: Hub,
  actor: string,
  workspaceId: string,
  endpointId: string,
  rotation: { secret?: string | undefined; overlapMs: number },
): Promise<{ secret: string; previousExpiresAt: Date }> {
  const secret = checkSecret(rotation.secret) ?? newSigningSecret()
  const previousExpiresAt = new Date(Date.now() + rotation.overlapMs)
  return hub.db.transaction().execute(async tx => {
    const endpoint = await updateEndpoint(tx, workspaceId, endpointId, {})
    const place = { workspaceId, ownerId: endpointId, field: endpointSecretField }
    const before = (await hub.credentials.get<SigningSecret[]>(tx, place)) ?? []
    const until = previousExpiresAt.toISOString()
    const old = before
      .map(one => ({ ...one, expiresAt: one.expiresAt !== undefined && one.expiresAt < until ? one.expiresAt : until }))
      .filter(one => one.secret !== secret && Date.parse(one.expiresAt) > Date.now())
      .slice(0, secretsKept)
    await hub.credentials.put(tx, place, [{ secret }, ...old] satisfies SigningSecret[])
    await audit(tx, actor, 'secret_rotated', endpoint)
    return { secret, previousExpiresAt }
  })
}

/** Sends an event of type `endpoint.test` to this endpoint alone. @throws HubError `ENDPOINT_NOT_FOUND`, `CONFLICT` */
export async function testEndpoint(hub: Hub, workspaceId: string, endpointId: string): Promise<{ id: string }> {
  const endpoint = await findEndpoint(hub.db, workspaceId, endpointId)
  if (endpoint.mode === 'disabled') throw new HubError('CONFLICT', { message: 'The endpoint is disabled.' })
  const event = prepareEvent(workspaceId, { type: 'endpoint.test', data: { endpointId } })
  await publishQueueOf(hub).add([{ ...event, onlyTo: endpointId }])
  hub.wake.soon()
  return { id: event.id }
}

function checkSettings(hub: Hub, settings: Partial<EndpointSettings>): void {
  if (settings.url !== undefined) hub.outgoing.guard.checkUrl(settings.url)
  const wrong = (settings.eventTypes ?? []).findIndex(pattern => !isTypePattern(pattern))
  if (wrong >= 0) {
    const message = 'A pattern is an event type, an event type followed by .*, or * alone'
    throw new HubError('INVALID_REQUEST', { details: [{ path: `body.eventTypes.${wrong}`, message }] })
  }
}

function checkSecret(secret: string | undefined): string | undefined {
  if (secret === undefined || isSigningSecret(secret)) return secret
  const message = 'A secret is whsec_ and the base64 of 24 to 64 bytes'
  throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.secret', message }] })
}

/** A recovery under way looks at the row at once; without one, or without Temporal, its next look comes by itself. */
async function tellRecovery(hub: Hub, endpoint: Endpoint): Promise<void> {
  if (endpoint.mode !== 'recovering' && endpoint.mode !== 'draining') return
  try {
    await hub.temporal.withDeadline(Date.now() + 2_000, () =>
      hub.temporal.workflow.getHandle(recoverEndpointWorkflowId(endpoint.id)).signal(endpointChangedSignal),
    )
  } catch (error) {
    hub.log.debug({ err: error, endpointId: endpoint.id }, 'the recovery was not told of the change')
  }
}

async function audit(
  db: Executor,
  actor: string,
  what: string,
  endpoint: Endpoint,
  details: Record<string, unknown> = {},
): Promise<void> {
  const { workspaceId, id } = endpoint
  await writeAudit(db, { workspaceId, actor, action: `endpoint.${what}`, subjectId: id, details })
}
