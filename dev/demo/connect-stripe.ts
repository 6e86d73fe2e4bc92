import { stripeKey } from '../sandbox/settings.ts'
import { ApiError } from './api.ts'
import { made, type Demonstration } from './context.ts'
import { hold } from './eventually.ts'

export async function connectStripe(demonstration: Demonstration): Promise<void> {
  const { say, stack } = demonstration
  const api = made(demonstration, 'api')
  const app = await api.post<{ id: string }>('/v1/provider-apps', {
    provider: 'stripe',
    name: 'Stripe in the sandbox',
    baseUrls: { 'https://api.stripe.com': `${stack.sandbox.url}/stripe/{host}` },
  })
  const connect = (apiKey: string) =>
    api.post<{ connection: { id: string; status: string } }>('/v1/connections', {
      provider: 'stripe',
      providerAppId: app.id,
      credentials: { apiKey },
    })
  const { connection } = await connect(stripeKey)
  hold(connection.status === 'connected', `the connection is ${connection.status}`)
  say(`connection ${connection.id}, verified and connected`)
  const refusal = await connect('sk_test_thisKeyIsNotRight0').catch((error: unknown) => error)
  hold(refusal instanceof ApiError && refusal.code === 'INVALID_CREDENTIALS', 'the wrong key was not refused')
  say(`a wrong key is refused: ${refusal.message}`)
}
