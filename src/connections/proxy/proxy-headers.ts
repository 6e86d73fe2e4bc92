import type { IncomingHttpHeaders } from 'node:http'
import type { PlacedCredential } from '../../calls/credentials.ts'

export type Headers = Record<string, string | string[]>

/** Of one connection alone (RFC 9110, 7.6.1). */
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
]
/** What proves something to the hub, and what tells of who is before it. */
const ours = [
  ...['authorization', 'cookie', 'cookie2', 'host', 'expect', 'http2-settings', 'x-request-id', 'forwarded', 'via'],
  ...['x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto'],
]
/** What a platform says to browsers about its own host would be taken as said of this one. */
const theirs = ['set-cookie', 'set-cookie2', 'strict-transport-security', 'alt-svc', 'clear-site-data']

const notSent = new Set([...hopByHop, ...ours, 'content-length'])
const notGiven = new Set([...hopByHop, ...theirs, 'x-request-id'])

/** What the hub says to its caller, and its caller to the hub. */
const own = /^causeway-/

/**
 * The headers with which a call goes on to the platform: the caller's but for those that are not the platform's business, those
 * of every call to it where the caller says nothing else, and the credential's over both.
 */
export function headersToPlatform(
  given: IncomingHttpHeaders,
  usual: Record<string, string>,
  credential: PlacedCredential,
  requestId: string,
): Headers {
  const passed = passedOn(given, notSent)
  return {
    'user-agent': 'causeway',
    ...lowerCased(usual),
    ...passed,
    ...lowerCased(credential.headers),
    'x-request-id': requestId,
  }
}

/** The headers of the platform's answer, as the caller gets them: without what proves anything. */
export function headersToCaller(given: IncomingHttpHeaders, credential: PlacedCredential, requestId: string): Headers {
  const passed = passedOn(given, notGiven)
  const secrets = Object.entries(credential.query)
  if (secrets.length > 0) {
    for (const [name, value] of Object.entries(passed)) {
      passed[name] = Array.isArray(value)
        ? value.map(one => withoutParameters(one, secrets))
        : withoutParameters(value, secrets)
    }
  }
  const theirId = given['x-request-id']
  return {
    ...passed,
    ...(theirId === undefined ? {} : { 'causeway-provider-request-id': theirId }),
    'x-request-id': requestId,
  }
}

function passedOn(given: IncomingHttpHeaders, without: ReadonlySet<string>): Headers {
  const named = new Set(
    String(given.connection ?? '')
      .toLowerCase()
      .split(/\s*,\s*/),
  )
  const kept: Headers = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || without.has(name) || named.has(name) || own.test(name)) continue
    kept[name] = value
  }
  return kept
}

/** An address in a header may repeat the parameters that carried the credential. */
function withoutParameters(text: string, secrets: [string, string][]): string {
  return secrets.reduce((cleaned, [name, value]) => {
    const forms = new Set([value, encodeURIComponent(value), new URLSearchParams({ '': value }).toString().slice(1)])
    return [...forms].reduce(
      (rest, form) => rest.replaceAll(`${name}=${form}`, `${name}=`).replaceAll(form, ''),
      cleaned,
    )
  }, text)
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
