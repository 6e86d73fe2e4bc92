import type { Executor } from '../../db/database.ts'
import type { SignatureScheme } from '../../db/schema/endpoints.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { auditEndpoint } from './endpoint-audit.ts'
import { endpointKeyField, endpointSecretField } from './endpoint-secrets.ts'
import { updateEndpoint, type Endpoint } from './endpoint-store.ts'
import { newSigningPair, signingPairOf, type SigningPair } from '../sending/sign-asymmetric.ts'
import { isSigningSecret, newSigningSecret, type SigningSecret } from '../sending/sign.ts'

/** Keys that a workspace brings along, since its receivers verify with them already. */
export interface BroughtKeys {
  /** `whsec_…`, for `v1`. */
  secret?: string | undefined
  /** `whsk_…`, for `v1a`. */
  signingKey?: string | undefined
}

/** Old keys that may sign beside the current one. */
const keysKept = 5

/**
 * Takes the keys that the caller brought, and makes the missing ones.
 * @throws HubError `INVALID_REQUEST` for what is no key, or of a kind that the endpoint is not signed with
 */
export function keysFrom(
  brought: BroughtKeys,
  signatures: readonly SignatureScheme[],
): { secret: string; pair: SigningPair } {
  const { secret, signingKey } = brought
  if (secret !== undefined && !isSigningSecret(secret)) {
    refuse('secret', 'A secret is whsec_ and the base64 of 24 to 64 bytes')
  }
  if (signingKey !== undefined && !signatures.includes('v1a')) refuse('signingKey', notUsed('v1a'))
  const pair = signingKey === undefined ? newSigningPair() : signingPairOf(signingKey)
  if (!pair) refuse('signingKey', 'A signing key is whsk_ and the base64 of an ed25519 private key and its public key')
  return { secret: secret ?? newSigningSecret(), pair }
}

/** Gives an endpoint that is to be signed with `v1a` a key pair, if it has none. */
export async function ensureSigningPair(
  hub: DeliveryParts,
  tx: Executor,
  endpoint: Endpoint,
  makePair: () => SigningPair = newSigningPair,
): Promise<Endpoint> {
  if (endpoint.publicKey !== null || !endpoint.signatures.includes('v1a')) return endpoint
  const { privateKey, publicKey } = makePair()
  const place = { workspaceId: endpoint.workspaceId, ownerId: endpoint.id, field: endpointKeyField }
  await hub.credentials.put(tx, place, [{ secret: privateKey }] satisfies SigningSecret[])
  return updateEndpoint(tx, endpoint.workspaceId, endpoint.id, { publicKey })
}

/** What a rotation made: null for what the endpoint is not signed with. */
export interface Rotated {
  secret: string | null
  publicKey: string | null
  previousExpiresAt: Date
}

/**
 * Gives an endpoint new keys of each kind that it signs with. The former keys sign beside them until the overlap ends.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `INVALID_REQUEST` for a key of a kind that is not in use
 */
export async function rotateKeys(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
  { overlapMs, ...brought }: BroughtKeys & { overlapMs: number },
): Promise<Rotated> {
  const previousExpiresAt = new Date(Date.now() + overlapMs)
  return hub.db.transaction().execute(async tx => {
    const endpoint = await updateEndpoint(tx, workspaceId, endpointId, {})
    const { secret, pair } = keysFrom(brought, endpoint.signatures)
    const [v1, v1a] = [endpoint.signatures.includes('v1'), endpoint.signatures.includes('v1a')]
    if (!v1 && brought.secret !== undefined) refuse('secret', notUsed('v1'))
    const place = { workspaceId, ownerId: endpointId }
    if (v1) await rotate(hub, tx, { ...place, field: endpointSecretField }, secret, previousExpiresAt)
    if (v1a) {
      await rotate(hub, tx, { ...place, field: endpointKeyField }, pair.privateKey, previousExpiresAt)
      await updateEndpoint(tx, workspaceId, endpointId, { publicKey: pair.publicKey })
    }
    await auditEndpoint(tx, actor, 'secret_rotated', endpoint, { signatures: endpoint.signatures })
    return { secret: v1 ? secret : null, publicKey: v1a ? pair.publicKey : null, previousExpiresAt }
  })
}

async function rotate(
  hub: DeliveryParts,
  tx: Executor,
  place: { workspaceId: string; ownerId: string; field: string },
  secret: string,
  previousExpiresAt: Date,
): Promise<void> {
  const before = (await hub.credentials.get<SigningSecret[]>(tx, place)) ?? []
  const until = previousExpiresAt.toISOString()
  const old = before
    .map(one => ({ ...one, expiresAt: one.expiresAt !== undefined && one.expiresAt < until ? one.expiresAt : until }))
    .filter(one => one.secret !== secret && Date.parse(one.expiresAt) > Date.now())
    .slice(0, keysKept)
  await hub.credentials.put(tx, place, [{ secret }, ...old] satisfies SigningSecret[])
}

const notUsed = (scheme: SignatureScheme) => `The endpoint is not signed with ${scheme}`

function refuse(field: string, message: string): never {
  throw new HubError('INVALID_REQUEST', { details: [{ path: `body.${field}`, message }] })
}
