import type { ApiKeysTable } from './api-keys.ts'
import type { AuditLogTable } from './audit-log.ts'
import type { ConnectAttemptsTable } from './connect-attempts.ts'
import type { ConnectionImportRowsTable, ConnectionImportsTable } from './connection-imports.ts'
import type { ConnectionTagsTable } from './connection-tags.ts'
import type { ConnectionsTable } from './connections.ts'
import type { CredentialsTable } from './credentials.ts'
import type { IdempotencyKeysTable } from './idempotency-keys.ts'
import type { InboundEventsTable, InboundKeysTable, InboundQueueTable } from './inbound.ts'
import type { InboundRefusalsTable } from './inbound-refusals.ts'
import type { InboundReplaysTable } from './inbound-replays.ts'
import type { InboundSourcesTable } from './inbound-sources.ts'
import type { OwnPlatformsTable } from './own-platforms.ts'
import type { ProviderAppsTable } from './provider-apps.ts'
import type { RateLimitSlotsTable, RateLimitsTable } from './rate-limits.ts'
import type { CollectionsTable, RecordKeysTable, RecordsTable } from './records.ts'
import type { PushCallsTable } from './push-calls.ts'
import type { RefreshClaimsTable } from './refresh-claims.ts'
import type { RecordChangesTable } from './record-changes.ts'
import type { RecordLinksTable, WaitingReferencesTable } from './record-links.ts'
import type { RecordIndexesTable, RecordTermsTable } from './record-indexes.ts'
import type { RulesMetTable, RulesTable, RuleSyncsTable } from './rules.ts'
import type { SyncRunPagesTable, SyncRunsTable, SyncRunSuspectsTable } from './sync-runs.ts'
import type { SyncsTable } from './syncs.ts'
import type { WorkspacesTable } from './workspaces.ts'
import type { DeliverySettingsTable } from './delivery-settings.ts'
import type { EndpointGatesTable } from './endpoint-gates.ts'
import type { EndpointsTable } from './endpoints.ts'
import type { EventsTable } from './events.ts'
import type { EventTypesTable } from './event-types.ts'
import type { EventPayloadsTable } from './event-payloads.ts'
import type { EventKeysTable } from './event-keys.ts'
import type { EventFanoutsTable } from './event-fanouts.ts'
import type { DeliveryOutageTable } from './delivery-outage.ts'
import type { DeliveryQueueTable } from './delivery-queue.ts'
import type { DeliveriesTable } from './deliveries.ts'
import type { DeliveryAttemptsTable } from './delivery-attempts.ts'
import type { EndpointStatisticsTable } from './endpoint-statistics.ts'
import type { EndpointVersionsTable } from './endpoint-versions.ts'
import type { ReplaysTable } from './replays.ts'
import type { WebhookAddressesTable } from './webhook-addresses.ts'
import type { WebhookReceivingTable } from './webhook-receiving.ts'
import type { WebhookSubscriptionsTable } from './webhook-subscriptions.ts'

/** Every table by name. */
export interface Schema {
  connection_imports: ConnectionImportsTable
  connection_import_rows: ConnectionImportRowsTable
  connection_tags: ConnectionTagsTable
  own_platforms: OwnPlatformsTable
  collections: CollectionsTable
  records: RecordsTable
  record_keys: RecordKeysTable
  push_calls: PushCallsTable
  refresh_claims: RefreshClaimsTable
  record_changes: RecordChangesTable
  record_indexes: RecordIndexesTable
  record_links: RecordLinksTable
  waiting_references: WaitingReferencesTable
  record_terms: RecordTermsTable
  sync_run_pages: SyncRunPagesTable
  sync_run_suspects: SyncRunSuspectsTable
  sync_runs: SyncRunsTable
  syncs: SyncsTable
  api_keys: ApiKeysTable
  audit_log: AuditLogTable
  connect_attempts: ConnectAttemptsTable
  connections: ConnectionsTable
  credentials: CredentialsTable
  idempotency_keys: IdempotencyKeysTable
  inbound_events: InboundEventsTable
  inbound_keys: InboundKeysTable
  inbound_queue: InboundQueueTable
  inbound_refusals: InboundRefusalsTable
  inbound_replays: InboundReplaysTable
  inbound_sources: InboundSourcesTable
  provider_apps: ProviderAppsTable
  rate_limit_slots: RateLimitSlotsTable
  rate_limits: RateLimitsTable
  workspaces: WorkspacesTable
  delivery_settings: DeliverySettingsTable
  endpoints: EndpointsTable
  events: EventsTable
  event_types: EventTypesTable
  event_payloads: EventPayloadsTable
  event_keys: EventKeysTable
  event_fanouts: EventFanoutsTable
  delivery_outage: DeliveryOutageTable
  delivery_queue: DeliveryQueueTable
  endpoint_gates: EndpointGatesTable
  deliveries: DeliveriesTable
  delivery_attempts: DeliveryAttemptsTable
  endpoint_statistics: EndpointStatisticsTable
  endpoint_versions: EndpointVersionsTable
  replays: ReplaysTable
  rules: RulesTable
  rule_syncs: RuleSyncsTable
  rules_met: RulesMetTable
  webhook_addresses: WebhookAddressesTable
  webhook_receiving: WebhookReceivingTable
  webhook_subscriptions: WebhookSubscriptionsTable
}
