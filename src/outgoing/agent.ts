import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import type { Config } from '../config.ts'
import { createGuard, type AddressGuard } from './guard.ts'

/** The hub's way out to other hosts. */
export interface Outgoing {
  guard: AddressGuard
  /** For undici's `request`: keep-alive pools per origin; every connection's address passes the guard. */
  dispatcher: Dispatcher
  close(): Promise<void>
}

/** Thrown when a name or address leads where the hub may not go. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
  readonly code = 'BLOCKED_ADDRESS'
}

/**
 * One agent for a process. The guard is asked with the very address that will be connected to, after the look-up, so that
 * a name which resolves differently the second time gains nothing.
 */
export function createOutgoing(config: Config['outgoing']): Outgoing {
  const guard = createGuard(config.allowedPrivateNetworks)
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const open = addresses.filter(({ address }) => guard.allows(address))
      if (open.length === 0) return callback(new BlockedAddressError(`${hostname} leads to a private address`), [])
      if (options.all) return callback(null, open)
      return callback(null, open[0]!.address, open[0]!.family)
    })
  }
  const agent = new Agent({
    connections: 256,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: 5_000, lookup: guardedLookup },
  }).compose(dispatch => (options, handler) => {
    // A literal address is never looked up, so it is checked here.
    const host = options.origin ? new URL(options.origin).hostname.replace(/^\[|\]$/g, '') : ''
    if (isIP(host) !== 0 && !guard.allows(host)) throw new BlockedAddressError('The address is private')
    return dispatch(options, handler)
  })
  return { guard, dispatcher: agent, close: () => agent.destroy() }
}
