import type { Migration } from 'kysely/migration'
import { foundation } from './0001-foundation.ts'
import { connections } from './0002-connections.ts'
import { sync } from './0003-sync.ts'
import { delivery } from './0004-delivery.ts'
import { inbound } from './0005-inbound.ts'
import { deliveryOptions } from './0006-delivery-options.ts'
import { gates } from './0007-gates.ts'
import { eventTypes } from './0008-event-types.ts'
import { deliveryStatistics } from './0009-delivery-statistics.ts'
import { replays } from './0010-replays.ts'
import { endpointVerification } from './0011-endpoint-verification.ts'
import { deliveryPause } from './0012-delivery-pause.ts'
import { attemptKeeping } from './0014-attempt-keeping.ts'
import { connectionCare } from './0015-connection-care.ts'
import { syncSightings } from './0016-sync-sightings.ts'
import { pushCalls } from './0017-push-calls.ts'
import { inboundMended } from './0018-inbound-mended.ts'
import { idempotentCallers } from './0019-idempotent-callers.ts'
import { connectionsTold } from './0021-connections-told.ts'
import { syncTrouble } from './0022-sync-trouble.ts'
import { connectionMethods } from './0025-connection-methods.ts'
import { appSettings } from './0026-app-settings.ts'
import { connectChoices } from './0027-connect-choices.ts'
import { ownPlatforms } from './0028-own-platforms.ts'
import { connectionOwners } from './0029-connection-owners.ts'
import { privateHosts } from './0030-private-hosts.ts'
import { connectionsEnding } from './0031-connections-ending.ts'
import { connectionImports } from './0032-connection-imports.ts'
import { webhookAddresses } from './0033-webhook-addresses.ts'
import { inboundLooking } from './0034-inbound-looking.ts'
import { secondTokens } from './0035-second-tokens.ts'
import { webhookSubscriptions } from './0036-webhook-subscriptions.ts'
import { webhookSilence } from './0037-webhook-silence.ts'
import { webhooksMissed } from './0038-webhooks-missed.ts'
import { mapping } from './0039-mapping.ts'
import { matching } from './0040-matching.ts'
import { recordHistory } from './0041-record-history.ts'
import { recordSearch } from './0042-record-search.ts'
import { syncConfig } from './0043-sync-config.ts'
import { recordEdits } from './0044-record-edits.ts'
import { rules } from './0045-rules.ts'
import { refreshClaims } from './0046-refresh-claims.ts'
import { pushLaps } from './0047-push-laps.ts'

/** Every migration in its order. A migration that has been released is never edited: the next one mends it. */
export const migrations: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-connections': connections,
  '0003-sync': sync,
  '0004-delivery': delivery,
  '0005-inbound': inbound,
  '0006-delivery-options': deliveryOptions,
  '0007-gates': gates,
  '0008-event-types': eventTypes,
  '0009-delivery-statistics': deliveryStatistics,
  '0010-replays': replays,
  '0011-endpoint-verification': endpointVerification,
  '0012-delivery-pause': deliveryPause,
  '0014-attempt-keeping': attemptKeeping,
  '0015-connection-care': connectionCare,
  '0016-sync-sightings': syncSightings,
  '0017-push-calls': pushCalls,
  '0018-inbound-mended': inboundMended,
  '0019-idempotent-callers': idempotentCallers,
  '0021-connections-told': connectionsTold,
  '0022-sync-trouble': syncTrouble,
  '0025-connection-methods': connectionMethods,
  '0026-app-settings': appSettings,
  '0027-connect-choices': connectChoices,
  '0028-own-platforms': ownPlatforms,
  '0029-connection-owners': connectionOwners,
  '0030-private-hosts': privateHosts,
  '0031-connections-ending': connectionsEnding,
  '0032-connection-imports': connectionImports,
  '0033-webhook-addresses': webhookAddresses,
  '0034-inbound-looking': inboundLooking,
  '0035-second-tokens': secondTokens,
  '0036-webhook-subscriptions': webhookSubscriptions,
  '0037-webhook-silence': webhookSilence,
  '0038-webhooks-missed': webhooksMissed,
  '0039-mapping': mapping,
  '0040-matching': matching,
  '0041-record-history': recordHistory,
  '0042-record-search': recordSearch,
  '0043-sync-config': syncConfig,
  '0044-record-edits': recordEdits,
  '0045-rules': rules,
  '0046-refresh-claims': refreshClaims,
  '0047-push-laps': pushLaps,
}
