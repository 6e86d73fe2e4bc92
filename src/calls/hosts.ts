import { fitsPattern } from '../catalogue/pattern.ts'
import { HubError } from '../errors.ts'
import type { Host } from './call.ts'
import { originOf } from './origin.ts'
import { fillPath, isKnown, valueOf, type Named } from './template.ts'

/** A platform as one connection knows it. */
export interface Platform {
  definition: { name: string; hostPatterns?: Named }
  /** Replacements of the platform's origins, from the provider app. */
  baseUrls: Named
  config: Named
}

/** What says where a connection's calls go. */
export interface Hosted extends Platform {
  definition: Platform['definition'] & { environments: Readonly<Record<string, Named>> }
  environment: string
}

/**
 * The hosts of a connection's platform: the only ones that its credential is sent to. What a template leaves open is filled
 * from the connection's configuration, which a person may have typed: it must look as the definition says, and be no more
 * than a part of a host's name. Hosts that the configuration cannot fill yet are left out, except the wanted one.
 * @throws HubError `INVALID_REQUEST` where the configuration does not name a host
 */
export function hostsOf(hosted: Hosted, wanted: string): { host: Host; hosts: Host[] } {
  const { definition, environment, config } = hosted
  const templates = Object.hasOwn(definition.environments, environment) && definition.environments[environment]
  if (!templates) throw new HubError('INVALID_REQUEST', { message: `${definition.name} has no such environment.` })
  const known = Object.entries(templates).filter(([name, template]) => name === wanted || isKnown(template, config))
  const hosts = known.map(([name, template]) => hostOf(hosted, name, template))
  const host = hosts.find(({ name }) => name === wanted)
  if (!host) throw new HubError('INVALID_REQUEST', { message: `${definition.name} has no such host.` })
  return { host, hosts }
}

/** An address of the platform beside its API, such as its token endpoint's, filled as a host is. */
export function addressAt(hosted: Platform, template: string): string {
  return hostOf(hosted, '', template).base
}

function hostOf({ definition, baseUrls, config }: Platform, name: string, template: string): Host {
  const origin = originOf(template)
  const path = fillPath(template.slice(origin.length), config)
  const own = filledOrigin(definition, origin, config)
  const replacement = Object.hasOwn(baseUrls, origin) ? baseUrls[origin] : undefined
  const led = replacement?.replace(/\/$/, '').replace('{host}', new URL(own).host)
  return { name, base: (led ?? own) + path, own: own + path }
}

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const oneLabel = new RegExp(`^${label}$`, 'i')
/** A port may be part of it where the platform's pattern lets one be: customers' own servers have them. */
const labels = new RegExp(`^${label}(\\.${label})*(:[1-9][0-9]{0,4})?$`, 'i')

function filledOrigin({ name, hostPatterns = {} }: Platform['definition'], origin: string, config: Named): string {
  if (!origin.includes('{')) return origin
  const [scheme, host = ''] = origin.split('://')
  const filled = host.replace(/\{(\w+)\}/g, (whole, part: string) => {
    const given = valueOf(config, part) ?? ''
    // A platform may name the whole of it as an address.
    const value = whole === host ? given.replace(/^https:\/\//i, '').replace(/\/$/, '') : given
    const rule = whole === host ? labels : oneLabel
    const isGood = Object.hasOwn(hostPatterns, part) && fitsPattern(hostPatterns[part]!, value)
    if (value.length > 253 || !rule.test(value) || !isGood) {
      throw new HubError('INVALID_REQUEST', { message: `The connection's ${part} does not name a host of ${name}.` })
    }
    return value.toLowerCase()
  })
  const url = `${scheme}://${filled}`
  // A number may be an address written in another way.
  if (!URL.canParse(url) || new URL(url).host !== filled) {
    throw new HubError('INVALID_REQUEST', { message: `The connection's configuration names no host of ${name}.` })
  }
  return url
}
