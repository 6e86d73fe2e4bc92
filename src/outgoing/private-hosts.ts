import { Dispatcher } from 'undici'
import { createGuard, type AddressGuard } from './guard.ts'
import { readUrl, withoutDot } from './url.ts'

/** A host that the hub's operator has opened to one workspace, and the addresses that it may have there. */
export interface PrivateHost {
  /** A name or an address, without a port. */
  host: string
  /** CIDR blocks. */
  networks: string[]
}

/** The hosts that are opened, by workspace: few workspaces have any. */
export type ReadPrivateHosts = () => Promise<ReadonlyMap<string, readonly PrivateHost[]>>

/** The way to one private host: its own guard, and connections that nobody else has. */
export interface PrivateWay {
  guard: AddressGuard
  dispatcher: Dispatcher
}

/** For how long the hosts are taken as they were read. */
const freshMs = 2_000

/** What is made of each workspace's hosts, and made again when they are some seconds old; who asks meanwhile shares the look. */
export class KnownPrivateHosts<Made> {
  readonly #read: () => Promise<ReadonlyMap<string, Made>>
  #readAt = -Infinity
  #made: Promise<ReadonlyMap<string, Made>> = Promise.resolve(new Map())

  /** @param make what a workspace with such hosts is given */
  constructor(read: ReadPrivateHosts, make: (hosts: readonly PrivateHost[]) => Made) {
    this.#read = async () => new Map([...(await read())].map(([workspaceId, hosts]) => [workspaceId, make(hosts)]))
  }

  /** Undefined for a workspace to which no host is opened. */
  async of(workspaceId: string): Promise<Made | undefined> {
    if (Date.now() - this.#readAt >= freshMs) {
      this.#readAt = Date.now()
      this.#made = this.#read()
      this.#made.catch(() => (this.#readAt = -Infinity))
    }
    return (await this.#made).get(workspaceId)
  }
}

/** The name of a URL's host, as hosts are listed by. */
export function hostNameOf(url: string | URL): string {
  return withoutDot(new URL(url).hostname.replace(/^\[|\]$/g, ''))
}

/** A guard that lets URLs of some hosts through: their addresses are judged when a connection is made. */
export function guardWith(guard: AddressGuard, isOpened: (host: string) => boolean): AddressGuard {
  return {
    allows: address => guard.allows(address),
    checkUrl(text, path) {
      const read = readUrl(text)
      return 'url' in read && isOpened(hostNameOf(read.url)) ? read.url : guard.checkUrl(text, path)
    },
  }
}

/** A guard of the usual rule and some blocks besides. */
export function guardOfNetworks(usual: readonly string[], networks: readonly string[]): AddressGuard {
  return createGuard([...usual, ...networks])
}

/** Leads requests to opened hosts by their own ways, and all others by the usual one. */
export class PrivateDispatcher extends Dispatcher {
  readonly #usual: Dispatcher
  readonly #ways: ReadonlyMap<string, PrivateWay>

  constructor(usual: Dispatcher, ways: ReadonlyMap<string, PrivateWay>) {
    super()
    this.#usual = usual
    this.#ways = ways
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const way = this.#ways.get(hostNameOf(String(options.origin)))
    return (way?.dispatcher ?? this.#usual).dispatch(options, handler)
  }
}
