import ipaddr from 'ipaddr.js'
import { HubError } from '../errors.ts'
import { readUrl, withoutDot } from './url.ts'

/** Decides which addresses the hub may call. */
export interface AddressGuard {
  /** Whether an address (not a name) may be connected to. */
  allows(address: string): boolean
  /**
   * Refuses a URL that can be told to be wrong before any look-up.
   * @param path where it stands in the request, such as `body.url`
   * @throws HubError `INVALID_URL` saying why
   */
  checkUrl(url: string, path: string): URL
}

// What ipaddr.js calls each of these is in its `range()`; only ordinary public addresses are 'unicast'.
const embedsIpv4 = new Set(['ipv4Mapped', 'rfc6145', 'rfc6052', '6to4'])
/** What is assigned for public use (RFC 4291, 2.4); and the prefix of NAT64 inside a network (RFC 8215), which is not. */
const globalIpv6 = ipaddr.parseCIDR('2000::/3')
const localNat64 = ipaddr.parseCIDR('64:ff9b:1::/48')

/**
 * Only public unicast addresses, and those in the allow-list of CIDR blocks. Addresses that carry an IPv4 address
 * (mapped, NAT64, 6to4) are judged by the one they carry.
 */
export function createGuard(allowedNetworks: string[]): AddressGuard {
  const allowed = allowedNetworks.map(network => ipaddr.parseCIDR(network))
  const listed = (address: ipaddr.IPv4 | ipaddr.IPv6) =>
    allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
  const allows = (text: string): boolean => {
    if (!ipaddr.isValid(text)) return false
    const asGiven = ipaddr.parse(text)
    if (listed(asGiven)) return true
    const address = unwrap(asGiven)
    if (listed(address)) return true
    if (address.range() !== 'unicast') return false
    return address instanceof ipaddr.IPv4 || address.match(globalIpv6)
  }
  return {
    allows,
    checkUrl(text, path) {
      const read = readUrl(text)
      if ('fault' in read) throw invalid(path, read.fault)
      // The URL parser has made 127.1, 0x7f000001 and 2130706433 the same address.
      const host = withoutDot(read.url.hostname.replace(/^\[|\]$/g, ''))
      if ((ipaddr.isValid(host) && !allows(host)) || (isLocalName(host) && !allows('127.0.0.1')))
        throw invalid(path, 'The URL must not lead to a private address')
      return read.url
    },
  }
}

function invalid(path: string, message: string): HubError {
  return new HubError('INVALID_URL', { message: `${message}.`, details: [{ path, message }] })
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || /\.(localhost|internal|local)$/.test(host)
}

/** The IPv4 address that an IPv6 address stands for, else the address itself. */
function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  // Where its IPv4 address stands is the network's own choice.
  if (address.match(localNat64) || !embedsIpv4.has(address.range())) return address
  const bytes = address.toByteArray()
  return new ipaddr.IPv4(address.range() === '6to4' ? bytes.slice(2, 6) : bytes.slice(12, 16))
}
