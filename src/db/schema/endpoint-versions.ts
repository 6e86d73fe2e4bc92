import type { Generated } from 'kysely'
import type { SignatureScheme } from './endpoints.ts'

/** What an endpoint's requests looked like at each version of it: kept as long as attempts made with it may be shown. */
export interface EndpointVersionsTable {
  endpoint_id: string
  version: number
  workspace_id: string
  /** Of its URL, with the port if it has one; nothing more of it. */
  host: string
  header_names: string[]
  header_style: 'webhook' | 'svix'
  signatures: SignatureScheme[]
  batch_size: number
  made_at: Generated<Date>
  /** When the next version came or the endpoint was deleted; null for the current one. */
  replaced_at: Date | null
}
