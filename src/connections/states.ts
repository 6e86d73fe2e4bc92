import type { ConnectionStatus } from '../db/schema/connections.ts'
import { HubError } from '../errors.ts'

export type { ConnectionStatus }

export const connectionStatuses = [
  'pending',
  'connected',
  'degraded',
  'needs_reauth',
  'error',
  'disconnecting',
  'disconnected',
] as const satisfies ConnectionStatus[]

/** What a connection may become. A way back leads out of every state but the last two. */
const transitions: Record<ConnectionStatus, readonly ConnectionStatus[]> = {
  pending: ['connected', 'needs_reauth', 'error', 'disconnecting'],
  connected: ['degraded', 'needs_reauth', 'error', 'disconnecting'],
  degraded: ['connected', 'needs_reauth', 'error', 'disconnecting'],
  needs_reauth: ['connected', 'disconnecting'],
  error: ['connected', 'needs_reauth', 'disconnecting'],
  disconnecting: ['disconnected'],
  disconnected: [],
}

/** States in which the connection's credential may be used and is kept fresh. */
export const usableStatuses = ['connected', 'degraded', 'error'] as const satisfies ConnectionStatus[]

export function mayBecome(from: ConnectionStatus, to: ConnectionStatus): boolean {
  return transitions[from].includes(to)
}

/** @throws HubError `CONFLICT` when a connection in state `from` may not become `to` */
export function assertMayBecome(from: ConnectionStatus, to: ConnectionStatus): void {
  if (!mayBecome(from, to)) {
    throw new HubError('CONFLICT', { message: `A connection that is ${from} cannot become ${to}.` })
  }
}

/**
 * Why a connection is in its state. `REFRESH_FAILED` and `CHECK_FAILED` degrade; `TOKEN_EXPIRED` needs its user;
 * `CLIENT_REFUSED` and `RECOVERY_DEADLINE` are errors that an operator mends; the others ended a first connect attempt.
 */
export type StatusReason =
  'REFRESH_FAILED' | 'CHECK_FAILED' | 'TOKEN_EXPIRED' | 'CLIENT_REFUSED' | 'RECOVERY_DEADLINE' | AttemptError

/** Why a connect attempt failed. */
export type AttemptError =
  | 'ACCESS_DENIED'
  | 'OAUTH_FAILED'
  | 'ATTEMPT_EXPIRED'
  | 'ACCOUNT_MISMATCH'
  | 'PROVIDER_UNREACHABLE'
  | 'INVALID_CREDENTIALS'
  | 'CLIENT_REFUSED'
  | 'CHOICE_NEEDED'
  | 'SCOPES_MISSING'

/** Whether a freshly won token alone is the way back; what a check has found, only a check clears. */
export function clearedByToken(reason: string | null): boolean {
  return reason !== 'CHECK_FAILED'
}

/**
 * The event that a change of state publishes; undefined for the steps that only the hub takes interest in. `first`: the
 * connection never had a credential before.
 */
export function eventOf(to: ConnectionStatus, first: boolean): string | undefined {
  switch (to) {
    case 'connected':
      return first ? 'integration.connected' : 'integration.recovered'
    case 'degraded':
      return 'integration.degraded'
    case 'needs_reauth':
      return 'integration.needs_reauth'
    case 'error':
      return 'integration.error'
    case 'disconnected':
      return 'integration.disconnected'
    case 'pending':
    case 'disconnecting':
      return undefined
  }
}
