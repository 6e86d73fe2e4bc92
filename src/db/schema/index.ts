import type { ApiKeysTable } from './api-keys.ts'
import type { AuditLogTable } from './audit-log.ts'
import type { CredentialsTable } from './credentials.ts'
import type { IdempotencyKeysTable } from './idempotency-keys.ts'
import type { ProviderAppsTable } from './provider-apps.ts'
import type { WorkspacesTable } from './workspaces.ts'

/** Every table by name. */
export interface Schema {
  api_keys: ApiKeysTable
  audit_log: AuditLogTable
  credentials: CredentialsTable
  idempotency_keys: IdempotencyKeysTable
  provider_apps: ProviderAppsTable
  workspaces: WorkspacesTable
}
