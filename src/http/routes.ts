import type { Hub } from '../hub.ts'
import type { Gate } from './authenticate.ts'
import type { AnyRoute, Plugin } from './route.ts'
import { adminFindRoutes } from './routes/workspaces/admin-find.ts'
import { apiKeyRoutes } from './routes/workspaces/api-keys.ts'
import { attemptRoutes } from './routes/delivery/attempts.ts'
import { auditLogRoutes } from './routes/workspaces/audit-log.ts'
import { cancelRoutes } from './routes/delivery/cancel.ts'
import { connectAttemptRoutes } from './routes/connections/connect-attempts.ts'
import { connectionCredentialsRoutes } from './routes/connections/credentials.ts'
import { connectionRoutes } from './routes/connections/connections.ts'
import { connectionProxy } from './routes/connections/proxy.ts'
import { connectionTokenRoutes } from './routes/connections/token.ts'
import { deliveryRoutes } from './routes/delivery/deliveries.ts'
import { deliverySettingsRoutes } from './routes/delivery/delivery-settings.ts'
import { endpointCertificateRoutes } from './routes/delivery/endpoint-certificates.ts'
import { endpointRoutes } from './routes/delivery/endpoints.ts'
import { eventTypeRoutes } from './routes/delivery/event-types.ts'
import { eventRoutes } from './routes/delivery/events.ts'
import { importRoutes } from './routes/connections/imports.ts'
import { inboundEventsRoutes } from './routes/inbound/inbound-events.ts'
import { keyDelivery } from './routes/connections/visits/key-delivery.ts'
import { oauthBegin } from './routes/connections/visits/oauth-begin.ts'
import { oauthChoice } from './routes/connections/visits/oauth-choice.ts'
import { oauthCallback } from './routes/connections/visits/oauth-callback.ts'
import { ownerRoutes } from './routes/connections/owners.ts'
import { ownProviderRoutes } from './routes/connections/own-providers.ts'
import { payloadRoutes } from './routes/delivery/payloads.ts'
import { providerAppRoutes } from './routes/connections/provider-apps.ts'
import { providerRoutes } from './routes/connections/providers.ts'
import { recordBulkRoutes } from './routes/records/record-bulk.ts'
import { recordChangeRoutes } from './routes/records/record-changes.ts'
import { recordFileRoutes } from './routes/records/record-files.ts'
import { recordHistoryRoutes } from './routes/records/record-history.ts'
import { recordRoutes } from './routes/records/records.ts'
import { statisticsRoutes } from './routes/delivery/statistics.ts'
import { replayRoutes } from './routes/delivery/replays.ts'
import { ruleRoutes } from './routes/sync/rules.ts'
import { syncMatchRoutes } from './routes/sync/sync-matches.ts'
import { syncPreviewRoutes } from './routes/sync/sync-preview.ts'
import { syncIssueRoutes } from './routes/sync/sync-issues.ts'
import { syncRunRoutes } from './routes/sync/sync-runs.ts'
import { syncTroubleRoutes } from './routes/sync/sync-trouble.ts'
import { syncRoutes } from './routes/sync/syncs.ts'
import { inboundRefusalRoutes } from './routes/inbound/inbound-refusals.ts'
import { inboundReplayRoutes } from './routes/inbound/inbound-replays.ts'
import { inboundSourceRoutes } from './routes/inbound/inbound-sources.ts'
import { offeredSecretRoutes } from './routes/inbound/offered-secrets.ts'
import { webhookAddressRoutes } from './routes/inbound/webhook-addresses.ts'
import { webhookSubscriptionRoutes } from './routes/inbound/webhook-subscriptions.ts'
import { webhookRoutes } from './routes/inbound/webhooks.ts'
import { privateHostRoutes } from './routes/workspaces/private-hosts.ts'
import { workspaceRoutes } from './routes/workspaces/workspaces.ts'

/** Every route of the API, by resource. */
export function routesOf(hub: Hub): AnyRoute[] {
  return [
    ...workspaceRoutes(hub),
    ...privateHostRoutes(hub),
    ...adminFindRoutes(hub),
    ...apiKeyRoutes(hub),
    ...providerRoutes(hub),
    ...ownProviderRoutes(hub),
    ...providerAppRoutes(hub),
    ...connectionRoutes(hub),
    ...connectAttemptRoutes(hub),
    ...ownerRoutes(hub),
    ...importRoutes(hub),
    ...connectionTokenRoutes(hub),
    ...connectionCredentialsRoutes(hub),
    ...syncRoutes(hub),
    ...syncRunRoutes(hub),
    ...syncMatchRoutes(hub),
    ...syncPreviewRoutes(hub),
    ...syncTroubleRoutes(hub),
    ...syncIssueRoutes(hub),
    ...ruleRoutes(hub),
    ...recordRoutes(hub),
    ...recordChangeRoutes(hub),
    ...recordBulkRoutes(hub),
    ...recordFileRoutes(hub),
    ...recordHistoryRoutes(hub),
    ...auditLogRoutes(hub),
    ...offeredSecretRoutes(hub),
    ...webhookAddressRoutes(hub),
    ...webhookSubscriptionRoutes(hub),
    ...inboundSourceRoutes(hub),
    ...inboundEventsRoutes(hub),
    ...inboundReplayRoutes(hub),
    ...inboundRefusalRoutes(hub),
    ...endpointRoutes(hub),
    ...statisticsRoutes(hub),
    ...deliverySettingsRoutes(hub),
    ...eventTypeRoutes(hub),
    ...endpointCertificateRoutes(hub),
    ...eventRoutes(hub),
    ...payloadRoutes(hub),
    ...deliveryRoutes(hub),
    ...attemptRoutes(hub),
    ...cancelRoutes(hub),
    ...replayRoutes(hub),
  ]
}

/**
 * What is not of the API proper, each in a scope of its own: redirects of people's browsers, webhooks and proxied calls as raw
 * bytes.
 */
export function pluginsOf(hub: Hub, gate: Gate): Plugin[] {
  const connecting = [oauthBegin(hub), oauthCallback(hub), oauthChoice(hub), keyDelivery(hub)]
  return [webhookRoutes(hub), ...connecting, connectionProxy(hub, gate)]
}
