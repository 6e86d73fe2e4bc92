import type { Dispatcher } from 'undici'
import { isHubError } from '../../../errors.ts'
import type { DeliveryParts } from '../../parts.ts'
import type { ClientCertificate } from '../../../outgoing/pools.ts'
import type { RateLimit } from '../../endpoints/endpoint-store.ts'
import {
  endpointCertificateField,
  endpointHeadersField,
  endpointKeyField,
  endpointSecretField,
} from '../../endpoints/endpoint-secrets.ts'
import { asymmetricKeys } from '../../sending/sign-asymmetric.ts'
import { signingKeys, type SigningKey, type SigningSecret } from '../../sending/sign.ts'

/** What is needed to send to an endpoint, at one version of its configuration. */
export interface Target {
  endpointId: string
  workspaceId: string
  version: number
  origin: string
  path: string
  /** Its own headers, names and values in turn. */
  headers: string[]
  /** For `v1` and for `v1a`; none of those that are not in use. */
  keys: SigningKey[]
  privateKeys: SigningKey[]
  /** The way out that shows its client certificate; undefined when it has none. */
  way: Dispatcher | undefined
  timeoutMs: number
  retryDelaysMs: readonly number[]
  maxInFlight: number
  headerStyle: 'webhook' | 'svix'
  /** The test event that the URL is to be proved by. */
  testEventId: string | null
  /** One process at a time sends to it, through its gate. */
  gated: boolean
  ordered: boolean
  batchSize: number
  rateLimit: RateLimit | null
}

/** By their fields in the credential store. */
interface Secrets extends Record<string, unknown> {
  [endpointSecretField]: SigningSecret[]
  [endpointHeadersField]: Record<string, string>
  [endpointKeyField]: SigningSecret[]
  [endpointCertificateField]: ClientCertificate
}

const secretFields = [endpointSecretField, endpointHeadersField, endpointKeyField, endpointCertificateField] as const
const defaultInFlight = 64

/** Where deliveries go, remembered by endpoint and version: a changed endpoint is read anew. */
export class TargetCache {
  readonly #hub: DeliveryParts
  readonly #targets = new Map<string, Target>()

  constructor(hub: DeliveryParts) {
    this.#hub = hub
  }

  get(endpointId: string): Target | undefined {
    return this.#targets.get(endpointId)
  }

  /** Reads endpoints of one workspace. One that is gone, or whose secrets do not open, stays unknown. */
  async load(workspaceId: string, endpointIds: string[]): Promise<void> {
    try {
      await this.#read(workspaceId, endpointIds)
    } catch (error) {
      if (!isHubError(error, 'INTERNAL')) throw error
      if (endpointIds.length > 1) {
        for (const id of endpointIds) await this.load(workspaceId, [id])
        return
      }
      this.#targets.delete(endpointIds[0]!)
      this.#hub.log.error({ err: error, endpointId: endpointIds[0] }, 'the secrets of an endpoint do not open')
    }
  }

  async #read(workspaceId: string, endpointIds: string[]): Promise<void> {
    const { db, credentials, deliveryPolicy, outgoing } = this.#hub
    const rows = await db
      .selectFrom('endpoints as endpoint')
      .leftJoin('delivery_settings as settings', 'settings.workspace_id', 'endpoint.workspace_id')
      .select(['endpoint.id', 'endpoint.version', 'endpoint.url', 'endpoint.timeout_ms', 'endpoint.max_in_flight'])
      .select(['endpoint.retry_delays_ms', 'settings.retry_delays_ms as workspace_delays_ms'])
      .select(['endpoint.header_style', 'endpoint.signatures', 'endpoint.gated', 'endpoint.ordered'])
      .select(['endpoint.test_event_id', 'endpoint.batch_size', 'endpoint.rate_requests', 'endpoint.rate_seconds'])
      .where('endpoint.workspace_id', '=', workspaceId)
      .where('endpoint.id', 'in', endpointIds)
      .execute()
    // After the rows, never beside them: what is remembered under a version must not be older than it.
    const secrets = await credentials.getFields<Secrets>(db, workspaceId, endpointIds, secretFields)
    if (this.#targets.size > 10_000) this.#targets.clear()
    for (const row of rows) {
      const url = new URL(row.url)
      const certificate = secrets.client_certificate.get(row.id)
      const keys = row.signatures.includes('v1') ? signingKeys(secrets.signing_secret.get(row.id) ?? []) : []
      const privateKeys = row.signatures.includes('v1a') ? asymmetricKeys(secrets.signing_key.get(row.id) ?? []) : []
      if (keys.length + privateKeys.length === 0) {
        // Nothing is ever sent unsigned.
        this.#targets.delete(row.id)
        continue
      }
      this.#targets.set(row.id, {
        endpointId: row.id,
        workspaceId,
        version: row.version,
        origin: url.origin,
        path: url.pathname + url.search,
        headers: Object.entries(secrets.headers.get(row.id) ?? {}).flat(),
        keys,
        privateKeys,
        way: certificate && outgoing.withCertificate(certificate),
        timeoutMs: row.timeout_ms,
        retryDelaysMs: row.retry_delays_ms ?? row.workspace_delays_ms ?? deliveryPolicy.retryDelaysMs,
        maxInFlight: row.max_in_flight ?? defaultInFlight,
        headerStyle: row.header_style,
        testEventId: row.test_event_id,
        gated: row.gated,
        ordered: row.ordered,
        batchSize: row.batch_size,
        rateLimit:
          row.rate_requests === null || row.rate_seconds === null
            ? null
            : { requests: row.rate_requests, seconds: row.rate_seconds },
      })
    }
  }
}
