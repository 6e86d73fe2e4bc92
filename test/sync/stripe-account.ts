import { stripeKey } from '../../dev/sandbox/settings.ts'
import { createApp, type Connecting } from '../connections/accounts.ts'
import { createWorkspace } from '../support/hub.ts'
import type { Company } from './company.ts'

/** A workspace with a Stripe account by key, beside a company of the same hub; `apiUrl` is where its API is called. */
export async function stripeAccount(beside: Company, apiUrl?: string): Promise<Company> {
  const workspace = await createWorkspace(beside.hub)
  return { ...beside, workspace, connectionId: await connectStripe({ ...beside, workspace }, apiUrl) }
}

/** Connects a Stripe account to a workspace that is there; gives the connection's id. */
export async function connectStripe({ workspace, sandbox }: Company, apiUrl?: string): Promise<string> {
  const baseUrls = apiUrl === undefined ? {} : { baseUrls: { 'https://api.stripe.com': apiUrl } }
  const providerAppId = await createApp(workspace, sandbox.url, 'stripe', baseUrls)
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'stripe', providerAppId, credentials: { apiKey: stripeKey } },
  })
  if (body.connection?.status !== 'connected') throw new Error(`not connected: ${JSON.stringify(body)}`)
  return body.connection.id
}
