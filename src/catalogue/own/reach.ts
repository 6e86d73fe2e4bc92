import type { Fault } from '../cross-references.ts'
import type { ProviderDefinition } from '../schema/definition.ts'

/** An address in a definition, and where it stands: members joined by dots. */
interface Address {
  path: string
  url: string
}

/** Members that lead a reader somewhere, and no credential. */
const read = new Set(['docs', 'help', 'links', 'description', 'summary'])

/** Every address in a definition to which the hub sends something, or a person. */
export function addressesIn(value: unknown, path: string[] = []): Address[] {
  if (typeof value === 'string') return /^https:\/\//.test(value) ? [{ path: path.join('.'), url: value }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => (read.has(name) ? [] : addressesIn(inner, [...path, name])))
}

/** The host of an address, with what a connection fills left open. */
function hostOf(url: string): string {
  return /^https:\/\/([^/?#]*)/.exec(url)?.[1]?.toLowerCase() ?? ''
}

/**
 * Where a newer definition would send the credentials of connections that were made by the one before: to another host at the
 * same place, or to one that was not known. What is asked for in a host may not be loosened either.
 */
export function moves(before: ProviderDefinition, after: ProviderDefinition): Fault[] {
  const places = new Map(addressesIn(before).map(({ path, url }) => [path, hostOf(url)]))
  const hosts = new Set(places.values())
  const moved = addressesIn(after).filter(({ path, url }) => {
    const place = places.get(path)
    return place === undefined ? !hosts.has(hostOf(url)) : place !== hostOf(url)
  })
  const [old, patterns] = [before.hostPatterns ?? {}, after.hostPatterns ?? {}]
  const loosened = Object.keys(patterns).filter(name => Object.hasOwn(old, name) && old[name] !== patterns[name])
  const message = 'would send the credentials of connections elsewhere'
  return [...moved.map(({ path }) => path), ...loosened.map(name => `hostPatterns.${name}`)].map(path => ({
    path,
    message,
  }))
}
