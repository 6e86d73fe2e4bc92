import { made, type Demonstration } from './context.ts'
import { eventually, hold } from './eventually.ts'
import { randomBytes } from 'node:crypto'

export async function receiveGitHub(demonstration: Demonstration): Promise<void> {
  const { say, stack, apiUrl } = demonstration
  const api = made(demonstration, 'api')
  const webhookSecret = randomBytes(24).toString('base64url')
  const app = await api.post<{ id: string }>('/v1/provider-apps', { provider: 'github', name: 'GitHub', webhookSecret })
  const address = `${apiUrl}/webhooks/github/${app.id}`
  say(`GitHub sends to ${address}`)
  const { status } = await stack.sandbox.control.sendWebhook({
    platform: 'github',
    event: 'push',
    url: address,
    secret: webhookSecret,
  })
  hold(status < 300, `the webhook was answered ${status}`)
  const received = await eventually('the webhook to become an event', 15_000, async () => {
    const { data } = await api.get<{ data: { id: string; type: string; status: string }[] }>(
      '/v1/inbound-events?provider=github',
    )
    return data.find(event => event.status !== 'received')
  })
  say(`${received.id}: ${received.type}, verified, ${received.status}`)
  const forged = await stack.sandbox.control.sendWebhook({
    platform: 'github',
    event: 'push',
    url: address,
    secret: 'a wrong secret',
  })
  hold(forged.status === 401, `a wrongly signed one was answered ${forged.status}`)
  say('one with a wrong signature is refused: 401 SIGNATURE_INVALID')
}
