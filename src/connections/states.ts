import { HubError } from '../errors.ts'

export const connectionStatuses = [
  'pending',
  'connected',
  'degraded',
  'needs_reauth',
  'error',
  'disconnecting',
  'disconnected',
] as const

export type ConnectionStatus = (typeof connectionStatuses)[number]

/** What a connection may become. A way back leads out of every state but the last two. */
const transitions: Record<ConnectionStatus, readonly ConnectionStatus[]> = {
  pending: ['connected', 'error', 'disconnecting'],
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

/** The event that a change of state publishes; undefined for the steps that only the hub takes interest in. */
export function eventOf(from: ConnectionStatus, to: ConnectionStatus): string | undefined {
  switch (to) {
    case 'connected':
      return from === 'pending' ? 'integration.connected' : 'integration.recovered'
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
