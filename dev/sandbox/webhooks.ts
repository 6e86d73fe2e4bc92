import { z } from 'zod'
import type { SandboxPlatform } from './platform.ts'
import { secretOfRegistered } from './registered.ts'
import type { Storage } from './storage.ts'
import { createTools } from './tools.ts'
import type { webhooks as github } from './platforms/github/webhooks.ts'
import type { webhooks as quickbooks } from './platforms/quickbooks/webhooks.ts'
import type { webhooks as shopify } from './platforms/shopify/webhooks.ts'
import type { webhooks as stripe } from './platforms/stripe/webhooks.ts'

const timeoutMs = 15_000

/** A webhook for the sandbox to send; its platform says what else has to be said. */
const addressed = z.looseObject({
  platform: z.string(),
  url: z.url(),
  /** What the address was registered with, unless given. */
  secret: z.string().optional(),
  at: z.number().int().optional(),
})

interface Addressed<Platform extends string> {
  platform: Platform
  url: string
  secret: string
  /** When it is signed, in milliseconds since 1970; now unless given. An old one must be refused. */
  at?: number
}

export type WebhookRequest =
  | (Addressed<'github'> & z.input<(typeof github)['request']>)
  | (Addressed<'quickbooks'> & z.input<(typeof quickbooks)['request']>)
  | (Addressed<'shopify'> & z.input<(typeof shopify)['request']>)
  | (Addressed<'stripe'> & z.input<(typeof stripe)['request']>)

export interface SentWebhook {
  at: string
  platform: string
  url: string
  id: string
  /** The receiver's answer; 0 when none came. */
  status: number
  body: string
}

/** Signs and sends one webhook; never throws for what the receiver does. */
export async function sendWebhook(
  platforms: readonly SandboxPlatform[],
  storage: Storage,
  request: unknown,
): Promise<SentWebhook> {
  const { platform, url, secret: given, at = Date.now(), ...about } = addressed.parse(request)
  const sender = platforms.find(({ id }) => id === platform)?.webhooks
  if (!sender) throw new Error(`${platform} sends no webhooks here`)
  const secret =
    given ??
    secretOfRegistered(
      createTools(storage, platform, () => ({})),
      url,
    )
  if (secret === undefined) throw new Error(`nothing is registered at ${platform} for this address`)
  const signing = { ...(sender.request.parse(about) as object), secret, url, at }
  const { id, method = 'POST', query = {}, headers, body } = sender.sign(signing)
  const sent = { at: new Date().toISOString(), platform, url, id }
  try {
    const response = await fetch(addressedBy(url, query), {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { body }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ...sent, status: response.status, body: (await response.text()).slice(0, 2000) }
  } catch (error) {
    return { ...sent, status: 0, body: String((error as Error).cause ?? error) }
  }
}

/** An address with more in its query. */
export function addressedBy(url: string, query: Readonly<Record<string, string>>): string {
  const address = new URL(url)
  for (const [name, value] of Object.entries(query)) address.searchParams.append(name, value)
  return address.href
}
