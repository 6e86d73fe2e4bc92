import { z } from 'zod'
import type { SandboxPlatform } from './platform.ts'
import type { webhooks as github } from './platforms/github/webhooks.ts'
import type { webhooks as quickbooks } from './platforms/quickbooks/webhooks.ts'
import type { webhooks as stripe } from './platforms/stripe/webhooks.ts'

const timeoutMs = 15_000

/** A webhook for the sandbox to send; its platform says what else has to be said. */
const addressed = z.looseObject({ platform: z.string(), url: z.url(), secret: z.string() })

interface Addressed<Platform extends string> {
  platform: Platform
  url: string
  secret: string
}

export type WebhookRequest =
  | (Addressed<'github'> & z.input<(typeof github)['request']>)
  | (Addressed<'quickbooks'> & z.input<(typeof quickbooks)['request']>)
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
export async function sendWebhook(platforms: readonly SandboxPlatform[], request: unknown): Promise<SentWebhook> {
  const { platform, url, secret, ...about } = addressed.parse(request)
  const sender = platforms.find(({ id }) => id === platform)?.webhooks
  if (!sender) throw new Error(`${platform} sends no webhooks here`)
  const { id, headers, body } = sender.sign(Object.assign(sender.request.parse(about) as object, { secret }))
  const sent = { at: new Date().toISOString(), platform, url, id }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ...sent, status: response.status, body: (await response.text()).slice(0, 2000) }
  } catch (error) {
    return { ...sent, status: 0, body: String((error as Error).cause ?? error) }
  }
}
