import { isVisitedKind } from '../../grants/visit.ts'
import type { Connection } from '../store.ts'

type Explained = Pick<
  Connection,
  | 'id'
  | 'provider'
  | 'providerAppId'
  | 'authKind'
  | 'status'
  | 'statusReason'
  | 'lastError'
  | 'generation'
  | 'destroyAt'
>

/**
 * A connection's state in words, for whoever looks at it: what it is, why, and what to do. The one place that says so, from
 * its status, reason and method.
 */
export function explain(connection: Explained): string {
  const { provider, status } = connection
  switch (status) {
    case 'pending':
      return 'Waits for its person to come back from the platform, or for the outcome. Nothing is to be done.'
    case 'connected':
      return 'Works. Nothing is to be done.'
    case 'degraded':
      return `${degraded(connection)} Nothing is to be done yet: the hub tries again by itself.`
    case 'needs_reauth':
      return `${provider} no longer takes the credential. Its person has to connect again: ${howToReconnect(connection)}.`
    case 'error':
      return failed(connection)
    case 'disconnecting': {
      const until = connection.destroyAt === null ? '' : `, at ${connection.destroyAt.toISOString()} at the latest`
      return `Is being disconnected: it is revoked at ${provider}, and its secrets are destroyed${until}. Nothing is to be done.`
    }
    case 'disconnected':
      return 'Was disconnected, and its secrets are destroyed. A new connection is made by POST /v1/connections.'
  }
}

/** How its person connects again, as a part of a sentence. */
export function howToReconnect({ id, authKind }: Pick<Explained, 'id' | 'authKind'>): string {
  const call = `POST /v1/connections/${id}/reconnect`
  return isVisitedKind(authKind)
    ? `${call} answers with the address to send them to`
    : `${call} takes the new credentials`
}

/** Where the app's id and secret are corrected, as a part of a sentence. */
export function appOf({ providerAppId }: Pick<Explained, 'providerAppId'>): string {
  return providerAppId === null ? "the app in the hub's environment" : `it by PATCH /v1/provider-apps/${providerAppId}`
}

function degraded({ provider, statusReason, lastError }: Explained): string {
  if (statusReason === 'CHECK_FAILED') return `${provider} refuses the credential, or fails, when the hub verifies it.`
  return `${provider} gives no new token${lastError === null ? '' : ` (${lastError})`}.`
}

function failed(connection: Explained): string {
  const { id, provider, statusReason, generation, lastError } = connection
  const tryNow = `POST /v1/connections/${id}/refresh tries at once`
  switch (statusReason ?? '') {
    case 'CLIENT_REFUSED':
      return `${provider} refuses the provider app's id or secret. Somebody has to correct ${appOf(connection)}; then ${tryNow}.`
    case 'RECOVERY_DEADLINE':
      return `${provider} has given no token for too long (${lastError ?? 'unknown'}). Somebody has to look whether the platform and the app are still there; then ${tryNow}.`
    default:
      return generation > 0
        ? `Does not work (${statusReason ?? lastError ?? 'unknown'}). ${tryNow}.`
        : `Could not be connected: ${reasons[statusReason ?? ''] ?? 'the platform did not agree'}. It is tried again by ${howToReconnect(connection)}.`
  }
}

/** Why a first attempt failed, as a part of a sentence. */
const reasons: Record<string, string> = {
  ACCESS_DENIED: 'its person said no',
  OAUTH_FAILED: 'the platform did not accept the attempt',
  ATTEMPT_EXPIRED: 'its person did not come back in time',
  ACCOUNT_MISMATCH: 'another account was chosen than before',
  PROVIDER_UNREACHABLE: 'the platform did not answer',
  INVALID_CREDENTIALS: 'the platform refuses these credentials',
  CHOICE_NEEDED: 'there are several accounts, and none was chosen',
}
