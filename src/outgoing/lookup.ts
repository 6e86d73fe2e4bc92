import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { AddressGuard } from './guard.ts'

/** Thrown when a name or address leads where the hub may not go. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
  readonly code = 'BLOCKED_ADDRESS'
}

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/** Finds all addresses of a name. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number; hints?: number },
  callback: Found,
) => void

/**
 * Looks names up, and gives only addresses that the guard allows; fails when there is none. Connections that need the same name
 * at the same time share one look-up: the system has few threads for them, and a silent name server would take them all.
 */
export function guardedLookup(guard: AddressGuard, resolve: Resolve = systemLookup): LookupFunction {
  const underWay = new Map<string, Found[]>()
  const shared = (hostname: string, wanted: Parameters<Resolve>[1], callback: Found): void => {
    const key = `${hostname} ${wanted.family} ${wanted.hints}`
    const waiting = underWay.get(key)
    if (waiting) return void waiting.push(callback)
    const all = [callback]
    underWay.set(key, all)
    resolve(hostname, wanted, (error, addresses) => {
      underWay.delete(key)
      for (const one of all) one(error, addresses)
    })
  }
  return (hostname, options, callback) => {
    const { family, hints } = options
    const wanted = {
      all: true as const,
      ...(typeof family === 'number' && { family }),
      ...(hints !== undefined && { hints }),
    }
    shared(hostname, wanted, (error, addresses) => {
      if (error) return callback(error, [])
      const allowed = addresses.filter(({ address }) => guard.allows(address))
      if (allowed.length === 0) return callback(new BlockedAddressError('The name leads to a private address'), [])
      if (options.all) return callback(null, allowed)
      return callback(null, allowed[0]!.address, allowed[0]!.family)
    })
  }
}
