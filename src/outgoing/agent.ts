import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici'
import type { Config } from '../config.ts'
import { acceptingContinue } from './continue.ts'
import { createGuard, type AddressGuard } from './guard.ts'
import { BlockedAddressError, guardedLookup, type Resolve } from './lookup.ts'
import { OriginPools, type ClientCertificate, type MakeWay } from './pools.ts'
import {
  guardOfNetworks,
  guardWith,
  KnownPrivateHosts,
  PrivateDispatcher,
  type PrivateHost,
  type PrivateWay,
  type ReadPrivateHosts,
} from './private-hosts.ts'

/** The hub's way out to other hosts. */
export interface Outgoing {
  guard: AddressGuard
  /** For undici's `request` and `dispatch`: keep-alive pools per origin; every connection's address passes the guard. */
  dispatcher: Dispatcher
  /** The same way out, with a certificate that is shown to receivers that ask for one. */
  withCertificate(certificate: ClientCertificate): Dispatcher
  /** The way out of one workspace: the same, but to the private hosts that the operator has opened to it. */
  of(workspaceId: string): Promise<Outgoing>
  /** The guard of connections to a host, by its name or address. */
  guardFor(host: string): AddressGuard
  /** Whether a host is one that the operator has opened to this workspace. */
  opens(host: string): boolean
  /** The proxy through which everything goes; undefined where the hub connects by itself. */
  readonly proxy: string | undefined
  /** How many connections are open, and to how many origins. */
  readonly load: { connections: number; origins: number }
  close(): Promise<void>
}

/** Connections kept open in all; what is under way may exceed it. */
const mostOpen = 1_024
/** And of those to private hosts of the same networks. */
const mostOpenPrivately = 128
const connectTimeoutMs = 5_000
const settings = {
  // Of one origin; how many requests go to one endpoint at once is its lane's to say.
  connections: 256,
  pipelining: 1,
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 60_000,
  maxHeaderSize: 32 * 1024,
  allowH2: false,
}

/**
 * Creates a process's way out. The guard checks the very address that will be connected to, after the look-up, so a name that
 * resolves differently the second time gains nothing. A proxy looks up and judges names itself; addresses in URLs are still
 * judged here.
 * @param resolve how names are looked up; the system's way unless a test says otherwise
 * @param privateHosts which private hosts are opened to which workspaces; none unless given
 */
export function createOutgoing(
  config: Config['outgoing'],
  resolve?: Resolve,
  privateHosts: ReadPrivateHosts = () => Promise.resolve(new Map()),
): Outgoing {
  const poolsOf = (guard: AddressGuard, most: number) => {
    const make = config.proxy === undefined ? direct(guardedLookup(guard, resolve)) : proxied(config.proxy)
    return new OriginPools((origin, certificate, observe) => {
      if (!literalIsOpen(guard, origin)) throw new BlockedAddressError('The address is private')
      return make(origin, certificate, observe)
    }, most)
  }
  const guard = createGuard(config.allowedPrivateNetworks)
  const pools = poolsOf(guard, mostOpen)
  // By their networks: a connection that one list allows is no other's.
  const privately = new Map<string, PrivateWay & { pools: OriginPools }>()
  const wayTo = (networks: string[]): PrivateWay => {
    const key = networks.toSorted().join()
    const made = privately.get(key)
    if (made) return made
    const ownGuard = guardOfNetworks(config.allowedPrivateNetworks, networks)
    const ownPools = poolsOf(ownGuard, mostOpenPrivately)
    const way = { guard: ownGuard, dispatcher: ownPools.dispatcher(), pools: ownPools }
    privately.set(key, way)
    return way
  }
  const usual: Outgoing = {
    guard,
    dispatcher: pools.dispatcher(),
    withCertificate: certificate => pools.dispatcher(certificate),
    of: async workspaceId => (await known.of(workspaceId)) ?? usual,
    guardFor: () => guard,
    opens: () => false,
    proxy: config.proxy,
    get load() {
      const all = [pools, ...[...privately.values()].map(way => way.pools)]
      const sum = (of: 'open' | 'origins') => all.reduce((total, one) => total + one[of], 0)
      return { connections: sum('open'), origins: sum('origins') }
    },
    close: async () => {
      await Promise.all([pools, ...[...privately.values()].map(way => way.pools)].map(one => one.close()))
    },
  }
  const known = new KnownPrivateHosts(privateHosts, hosts => outgoingTo(usual, hosts, wayTo))
  return usual
}

/** A workspace's own way out. */
function outgoingTo(
  usual: Outgoing,
  hosts: readonly PrivateHost[],
  wayTo: (networks: string[]) => PrivateWay,
): Outgoing {
  const ways = new Map(hosts.map(({ host, networks }) => [host, wayTo(networks)]))
  return {
    guard: guardWith(usual.guard, host => ways.has(host)),
    dispatcher: new PrivateDispatcher(usual.dispatcher, ways),
    withCertificate: certificate => usual.withCertificate(certificate),
    of: workspaceId => usual.of(workspaceId),
    guardFor: host => ways.get(host)?.guard ?? usual.guard,
    opens: host => ways.has(host),
    proxy: usual.proxy,
    get load() {
      return usual.load
    },
    close: () => usual.close(),
  }
}

function direct(lookup: ReturnType<typeof guardedLookup>): MakeWay {
  return (origin, certificate, observe) => {
    const connect = buildConnector({ allowH2: false, timeout: connectTimeoutMs, lookup, ...tlsOf(certificate) })
    return observe(new Pool(origin, { ...settings, connect: acceptingContinue(connect) }))
  }
}

/** Sends TLS through a tunnel that the proxy cannot read. The client certificate is for the receiver alone. */
function proxied(uri: string): MakeWay {
  return (_origin, certificate, observe) =>
    new ProxyAgent({
      ...settings,
      uri,
      requestTls: { timeout: connectTimeoutMs, ...tlsOf(certificate) },
      proxyTls: { timeout: connectTimeoutMs },
      factory: (origin, { connect, ...options }: Pool.Options) =>
        observe(
          new Pool(origin, {
            ...options,
            ...(connect && { connect: typeof connect === 'function' ? acceptingContinue(connect) : connect }),
          }),
        ),
    })
}

/** Prepared once for all connections of an origin. */
function tlsOf(certificate: ClientCertificate | undefined) {
  if (certificate === undefined) return {}
  const { certificate: cert, privateKey: key, caCertificate: ca } = certificate
  return { secureContext: createSecureContext({ cert, key, ...(ca !== undefined && { ca }) }) }
}

/** A literal address is never looked up, so it is judged before. */
function literalIsOpen(guard: AddressGuard, origin: string): boolean {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 || guard.allows(host)
}
