import { randomBytes } from 'node:crypto'
import { platforms as catalogue } from '../../src/catalogue/platforms/index.ts'
import { originsOf } from '../../src/provider-apps/base-urls.ts'
import { visitAsPerson } from '../browser.ts'
import { platforms } from '../sandbox/platforms/index.ts'
import { webhooks as slack } from '../sandbox/platforms/slack/webhooks.ts'
import type { Api } from './api.ts'
import { made, type Demonstration } from './context.ts'
import { eventually, hold } from './eventually.ts'

/** Slack asks whether an address is ours; a shop's order becomes an event. */
export async function receiveOrders(demonstration: Demonstration): Promise<void> {
  const api = made(demonstration, 'api')
  await shakeHands(demonstration, api)
  const { say, stack, apiUrl } = demonstration
  const { apps, people } = platforms.find(({ id }) => id === 'shopify')!
  const { clientId, clientSecret } = apps![0]!
  const app = await appOf(demonstration, api, 'shopify', { clientId, clientSecret })
  const started = await api.post<{ connection: { id: string }; authorizationUrl: string }>('/v1/connections', {
    ...{ provider: 'shopify', method: 'oauth', providerAppId: app, config: people['oauth']!.config },
  })
  await visitAsPerson(started.authorizationUrl)
  const shop = await eventually('the shop to be connected', 20_000, async () => {
    const now = await api.get<{ id: string; status: string; externalAccountId: string }>(
      `/v1/connections/${started.connection.id}`,
    )
    return now.status === 'connected' ? now : undefined
  })
  say(`connection ${shop.id}, the shop ${shop.externalAccountId}`)
  const { status } = await stack.sandbox.control.sendWebhook({
    ...{ platform: 'shopify', topic: 'orders/create', shop: shop.externalAccountId },
    ...{ url: `${apiUrl}/webhooks/shopify/${app}`, secret: clientSecret },
  })
  hold(status < 300, `the order was answered ${status}`)
  const event = await eventually('the order’s event', 15_000, async () => {
    const { data } = await api.get<{ data: { id: string; type: string }[] }>('/v1/events?type=shopify.orders.create')
    return data[0]
  })
  say(`${event.id}: ${event.type}, signed with the app's client secret, its id of 18 digits as it was written`)
}

async function shakeHands(demonstration: Demonstration, api: Api): Promise<void> {
  const secret = randomBytes(16).toString('hex')
  const app = await appOf(demonstration, api, 'slack', { webhookSecret: secret })
  const url = `${demonstration.apiUrl}/webhooks/slack/${app}`
  const { method, headers, body, answer } = slack.trial.handshakes[0]!({ secret, url, app: { webhookSecret: secret } })
  const answered = await fetch(url, { method, headers, body })
  const said = await answered.text()
  hold(
    answered.status === 200 && said === ('body' in answer ? answer.body : undefined),
    `Slack's handshake was answered ${answered.status}`,
  )
  demonstration.say(`Slack asks whether ${url} is ours, and is answered with its challenge`)
}

/** An app whose platform is the sandbox's. */
async function appOf({ stack }: Demonstration, api: Api, provider: string, secrets: Record<string, string>) {
  const definition = catalogue.find(({ id }) => id === provider)!
  const at = `${stack.sandbox.url}/${provider}/{host}`
  const { id } = await api.post<{ id: string }>('/v1/provider-apps', {
    ...{ provider, name: `${definition.name} in the sandbox`, ...secrets },
    baseUrls: Object.fromEntries(originsOf(definition).map(origin => [origin, at])),
  })
  return id
}
