import { visitAsPerson } from '../browser.ts'
import { quickbooksClient } from '../sandbox/settings.ts'
import { made, workflowLink, type Demonstration } from './context.ts'
import { eventually, hold } from './eventually.ts'

interface Connection {
  id: string
  status: string
  config: { realmId?: string }
}

export async function connectQuickBooks(demonstration: Demonstration): Promise<void> {
  const { say, state, stack } = demonstration
  const api = made(demonstration, 'api')
  const sandbox = `${stack.sandbox.url}/quickbooks/{host}`
  const app = await api.post<{ id: string }>('/v1/provider-apps', {
    provider: 'quickbooks',
    name: 'QuickBooks in the sandbox',
    clientId: quickbooksClient.id,
    clientSecret: quickbooksClient.secret,
    baseUrls: {
      'https://appcenter.intuit.com': sandbox,
      'https://oauth.platform.intuit.com': sandbox,
      'https://developer.api.intuit.com': sandbox,
      'https://quickbooks.api.intuit.com': sandbox,
    },
  })
  say(`provider app ${app.id}, its addresses led to the sandbox`)
  const started = await api.post<{ connection: Connection; authorizationUrl: string; attemptId: string }>(
    '/v1/connections',
    { provider: 'quickbooks', providerAppId: app.id },
  )
  say(`connection   ${started.connection.id}, ${started.connection.status}`)
  await visitAsPerson(started.authorizationUrl)
  const connection = await eventually('the connection to be connected', 20_000, async () => {
    const now = await api.get<Connection>(`/v1/connections/${started.connection.id}`)
    return now.status === 'connected' ? now : undefined
  })
  const { realmId } = connection.config
  hold(realmId !== undefined, 'the redirect’s realmId was not kept')
  state.quickbooks = { connectionId: connection.id, realmId }
  say(`connected to company ${realmId}`)
  say(workflowLink(demonstration, `connect/${started.attemptId}`))
}
