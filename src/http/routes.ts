import type { Hub } from '../hub.ts'
import type { AnyRoute, Plugin } from './route.ts'
import { adminFindRoutes } from './routes/admin-find.ts'
import { apiKeyRoutes } from './routes/api-keys.ts'
import { attemptRoutes } from './routes/attempts.ts'
import { auditLogRoutes } from './routes/audit-log.ts'
import { cancelRoutes } from './routes/cancel.ts'
import { connectionRoutes } from './routes/connections.ts'
import { deliveryRoutes } from './routes/deliveries.ts'
import { deliverySettingsRoutes } from './routes/delivery-settings.ts'
import { endpointCertificateRoutes } from './routes/endpoint-certificates.ts'
import { endpointRoutes } from './routes/endpoints.ts'
import { eventTypeRoutes } from './routes/event-types.ts'
import { eventRoutes } from './routes/events.ts'
import { inboundEventsRoutes } from './routes/inbound-events.ts'
import { oauthCallback } from './routes/oauth-callback.ts'
import { payloadRoutes } from './routes/payloads.ts'
import { providerAppRoutes } from './routes/provider-apps.ts'
import { providerRoutes } from './routes/providers.ts'
import { recordRoutes } from './routes/records.ts'
import { statisticsRoutes } from './routes/statistics.ts'
import { replayRoutes } from './routes/replays.ts'
import { syncRunRoutes } from './routes/sync-runs.ts'
import { syncRoutes } from './routes/syncs.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { workspaceRoutes } from './routes/workspaces.ts'

/** Every route of the API, by resource. */
export function routesOf(hub: Hub): AnyRoute[] {
  return [
    ...workspaceRoutes(hub),
    ...adminFindRoutes(hub),
    ...apiKeyRoutes(hub),
    ...providerRoutes(),
    ...providerAppRoutes(hub),
    ...connectionRoutes(hub),
    ...syncRoutes(hub),
    ...syncRunRoutes(hub),
    ...recordRoutes(hub),
    ...auditLogRoutes(hub),
    ...inboundEventsRoutes(hub),
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

/** What is not of the API proper, each in a scope of its own: redirects of people's browsers, webhooks as raw bytes. */
export function pluginsOf(hub: Hub): Plugin[] {
  return [webhookRoutes(hub), oauthCallback(hub)]
}
