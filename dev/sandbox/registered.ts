import type { SignedWebhook } from './platform.ts'
import type { Tools } from './tools.ts'

const timeoutMs = 15_000

/** Whether a platform would send to an address: by https alone, but for a hub on the sandbox's own machine. */
export function isAddress(url: unknown): url is string {
  const { protocol, hostname } = (typeof url === 'string' ? URL.parse(url) : null) ?? {}
  return protocol === 'https:' || (protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost)$/.test(hostname ?? ''))
}

/** Sends what a platform sends by itself when a webhook was registered. Nobody waits for it. */
export function sendSoon(url: string, { method = 'POST', headers, body }: SignedWebhook): void {
  const sent = { method, headers: { 'content-type': 'application/json', ...headers }, body }
  void fetch(url, { ...sent, signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined)
}

/** Notes what a platform signs with what it sends to an address that was registered: the control endpoint sends so. */
export function noteRegistered(tools: Tools, url: string, secret: string): void {
  tools.things.put('registered', '', url, { secret })
}

/** Forgets an address whose registration has ended. */
export function forgetRegistered(tools: Tools, url: string): void {
  tools.things.delete('registered', '', url)
}

/** What an address was registered with; undefined for one that is not registered. */
export const secretOfRegistered = (tools: Tools, url: string): string | undefined =>
  tools.things.get('registered', '', url)?.['secret'] as string | undefined
