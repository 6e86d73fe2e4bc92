import type { Hub } from '../hub.ts'
import { endpointSecretField, endpointHeadersField } from './endpoint-secrets.ts'
import { signingKeys, type SigningKey, type SigningSecret } from './sign.ts'

/** What is needed to send to an endpoint, at one version of its configuration. */
export interface Target {
  endpointId: string
  version: number
  origin: string
  path: string
  /** Its own headers, names and values in turn. */
  headers: string[]
  keys: SigningKey[]
  timeoutMs: number
  retryDelaysMs: readonly number[]
  maxInFlight: number
}

const defaultInFlight = 64

/** Where deliveries go, remembered by endpoint and version: a changed endpoint is read anew. */
export class TargetCache {
  readonly #hub: Hub
  readonly #targets = new Map<string, Target>()

  constructor(hub: Hub) {
    this.#hub = hub
  }

  get(endpointId: string): Target | undefined {
    return this.#targets.get(endpointId)
  }

  /** Reads endpoints of one workspace. One that is gone stays unknown. */
  async load(workspaceId: string, endpointIds: string[]): Promise<void> {
    const { db, credentials, deliveryPolicy } = this.#hub
    const [rows, secrets, headers] = await Promise.all([
      db
        .selectFrom('endpoints as endpoint')
        .leftJoin('delivery_settings as settings', 'settings.workspace_id', 'endpoint.workspace_id')
        .select(['endpoint.id', 'endpoint.version', 'endpoint.url', 'endpoint.timeout_ms', 'endpoint.max_in_flight'])
        .select(['endpoint.retry_delays_ms', 'settings.retry_delays_ms as workspace_delays_ms'])
        .where('endpoint.workspace_id', '=', workspaceId)
        .where('endpoint.id', 'in', endpointIds)
        .execute(),
      credentials.getMany<SigningSecret[]>(db, workspaceId, endpointIds, endpointSecretField),
      credentials.getMany<Record<string, string>>(db, workspaceId, endpointIds, endpointHeadersField),
    ])
    if (this.#targets.size > 10_000) this.#targets.clear()
    for (const row of rows) {
      const url = new URL(row.url)
      this.#targets.set(row.id, {
        endpointId: row.id,
        version: row.version,
        origin: url.origin,
        path: url.pathname + url.search,
        headers: Object.entries(headers.get(row.id) ?? {}).flat(),
        keys: signingKeys(secrets.get(row.id) ?? []),
        timeoutMs: row.timeout_ms,
        retryDelaysMs: row.retry_delays_ms ?? row.workspace_delays_ms ?? deliveryPolicy.retryDelaysMs,
        maxInFlight: row.max_in_flight ?? defaultInFlight,
      })
    }
  }
}
