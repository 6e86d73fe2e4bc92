import { randomBytes } from 'node:crypto'
import { visitAsPerson } from '../browser.ts'
import { githubClient } from '../sandbox/settings.ts'
import { made, type Demonstration } from './context.ts'
import { eventually, hold } from './eventually.ts'

export async function receiveGitHub(demonstration: Demonstration): Promise<void> {
  const { say, stack, apiUrl } = demonstration
  const api = made(demonstration, 'api')
  const sandbox = `${stack.sandbox.url}/github`
  const webhookSecret = randomBytes(24).toString('base64url')
  const app = await api.post<{ id: string }>('/v1/provider-apps', {
    provider: 'github',
    name: 'GitHub in the sandbox',
    clientId: githubClient.id,
    clientSecret: githubClient.secret,
    webhookSecret,
    baseUrls: { 'https://github.com': sandbox, 'https://api.github.com': sandbox },
  })
  const started = await api.post<{ connection: { id: string }; authorizationUrl: string }>('/v1/connections', {
    provider: 'github',
    providerAppId: app.id,
  })
  await visitAsPerson(started.authorizationUrl, { account: 'Codertocat' })
  const connection = await eventually('the GitHub connection', 20_000, async () => {
    const now = await api.get<{ id: string; status: string; externalAccountName: string }>(
      `/v1/connections/${started.connection.id}`,
    )
    return now.status === 'connected' ? now : undefined
  })
  say(`connection ${connection.id}, connected as ${connection.externalAccountName}`)

  const address = `${apiUrl}/webhooks/github/${app.id}`
  say(`GitHub sends to ${address}`)
  const send = (secret: string) =>
    stack.sandbox.control.sendWebhook({ platform: 'github', event: 'push', url: address, secret })
  const { status } = await send(webhookSecret)
  hold(status < 300, `the webhook was answered ${status}`)
  const received = await eventually('the webhook to be routed', 15_000, async () => {
    const { data } = await api.get<{ data: { id: string; type: string; status: string }[] }>('/v1/inbound-events')
    return data.find(event => event.status !== 'received')
  })
  hold(received.status === 'routed', `the webhook is ${received.status}`)
  say(`${received.id}: ${received.type}, verified and routed to the connection`)
  const event = await eventually('the event', 5_000, async () => {
    const { data } = await api.get<{ data: { id: string; type: string }[] }>('/v1/events?type=github.push')
    return data[0]
  })
  say(`${event.id}: ${event.type}, an event for whoever subscribes to it`)
  const forged = await send('a wrong secret')
  hold(forged.status === 401, `a wrongly signed one was answered ${forged.status}`)
  say('one with a wrong signature is refused: 401 SIGNATURE_INVALID')
}
