import ipaddr from 'ipaddr.js'
import { HubError } from '../errors.ts'

/** Decides which addresses the hub may call. */
export interface AddressGuard {
  /** Whether an address (not a name) may be connected to. */
  allows(address: string): boolean
  /** Refuses a URL that can be told to be wrong before any look-up. @throws HubError `INVALID_URL` */
  checkUrl(url: string): URL
}

// What ipaddr.js calls each of these is in its `range()`; only ordinary public addresses are 'unicast'.
const embedsIpv4 = new Set(['ipv4Mapped', 'rfc6145', 'rfc6052', '6to4'])

/**
 * Only public unicast addresses, and those in the allow-list of CIDR blocks. Addresses that carry an IPv4 address
 * (mapped, NAT64, 6to4) are judged by the one they carry.
 */
export function createGuard(allowedNetworks: string[]): AddressGuard {
  const allowed = allowedNetworks.map(network => ipaddr.parseCIDR(network))
  const allows = (text: string): boolean => {
    if (!ipaddr.isValid(text)) return false
    const address = unwrap(ipaddr.parse(text))
    if (allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits)))
      return true
    return address.range() === 'unicast'
  }
  return {
    allows,
    checkUrl(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
        throw new HubError('INVALID_URL')
      }
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if ((ipaddr.isValid(host) && !allows(host)) || (isLocalName(host) && !allows('127.0.0.1')))
        throw new HubError('INVALID_URL')
      return url
    },
  }
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.internal') || host.endsWith('.local')
}

function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  if (!embedsIpv4.has(address.range())) return address
  const bytes = address.toByteArray()
  return new ipaddr.IPv4(address.range() === '6to4' ? bytes.slice(2, 6) : bytes.slice(12, 16))
}
