import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { visitAsPerson } from '../../dev/browser.ts'
import type { Product } from '../../dev/product.ts'
import { githubClient, quickbooksClient, stripeKey } from '../../dev/sandbox/settings.ts'
import { once, type Caller, type Shown } from './caller.ts'

const origins: Record<string, string[]> = {
  quickbooks: [
    'https://appcenter.intuit.com',
    'https://oauth.platform.intuit.com',
    'https://developer.api.intuit.com',
    'https://quickbooks.api.intuit.com',
  ],
  github: ['https://github.com', 'https://api.github.com'],
  stripe: ['https://api.stripe.com'],
}

/** A provider app of the workspace, with what its platform signs webhooks with. */
export interface MadeApp {
  id: string
  webhookSecret: string
}

export interface MadeConnections {
  apps: Record<'quickbooks' | 'github' | 'stripe', MadeApp>
  /** The accounts by what became of them. */
  quickbooks: Made
  degraded: Made
  needsReauth: Made
  disconnected: Made
  imported: Made
  github: Made
  stripe: Made
  /** One whose person never came back. */
  pendingId: string
}

export interface Made {
  id: string
  account: string
}

/** Connects accounts in every way that there is, and brings them into every state that a connection may be in. */
export async function useConnections({ stack }: Product, ask: Caller, db: pg.Client): Promise<MadeConnections> {
  const { control, url } = stack.sandbox
  const apps = {
    quickbooks: await app('quickbooks', { clientId: quickbooksClient.id, clientSecret: quickbooksClient.secret }),
    github: await app('github', { clientId: githubClient.id, clientSecret: githubClient.secret }),
    stripe: await app('stripe', {}),
  }
  const realm = (last: number) => `913000000000000${last}`
  for (const last of [1, 2, 3, 4, 5]) await control.fillCompany(realm(last), 12)
  const quickbooks = await byPerson('quickbooks', realm(1))
  const degraded = await byPerson('quickbooks', realm(2))
  const needsReauth = await byPerson('quickbooks', realm(3))
  const disconnected = await byPerson('quickbooks', realm(4))
  const other = await byPerson('quickbooks', realm(5))
  const github = await byPerson('github', undefined)
  const stripe = await ask<{ connection: Shown }>('POST', '/v1/connections', {
    ...{ provider: 'stripe', providerAppId: apps.stripe.id, credentials: { apiKey: stripeKey } },
  })
  const { accessToken } = await ask<{ accessToken: string }>('GET', `/v1/connections/${other.id}/credentials`)
  const imported = await ask<{ connection: Shown }>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId: apps.quickbooks.id, metadata: { customer: 'imported' } },
    import: { accessToken, config: { realmId: realm(5) } },
  })
  const pending = await begin('quickbooks')

  await ask('DELETE', `/v1/connections/${disconnected.id}`)
  await stateOf(disconnected.id, 'disconnected')
  await control.revokeGrants({ platform: 'quickbooks', account: needsReauth.account })
  await refreshFails(needsReauth.id, 'needs_reauth')
  await control.addFault({ platform: 'quickbooks', path: '/oauth2/v1/tokens/bearer', kind: '503' })
  await refreshFails(degraded.id, 'degraded')
  await control.clearFaults()
  return {
    ...{ apps, quickbooks, degraded, needsReauth, disconnected, github, pendingId: pending.connection.id },
    imported: { id: imported.connection.id, account: realm(5) },
    stripe: { id: stripe.connection.id, account: String(stripe.connection['externalAccountId']) },
  }

  async function app(provider: string, client: object): Promise<MadeApp> {
    const webhookSecret = randomBytes(16).toString('hex')
    const baseUrls = Object.fromEntries(origins[provider]!.map(origin => [origin, `${url}/${provider}`]))
    const body = { provider, name: `Own ${provider}`, webhookSecret: 'the one before', baseUrls, ...client }
    const { id } = await ask('POST', '/v1/provider-apps', body)
    await ask('PATCH', `/v1/provider-apps/${id}`, { webhookSecret })
    return { id, webhookSecret }
  }

  function begin(provider: 'quickbooks' | 'github') {
    const metadata = { customer: provider }
    return ask<{ connection: Shown; authorizationUrl: string }>('POST', '/v1/connections', {
      ...{ provider, providerAppId: apps[provider].id, metadata },
    })
  }

  async function byPerson(provider: 'quickbooks' | 'github', account: string | undefined): Promise<Made> {
    const { connection, authorizationUrl } = await begin(provider)
    await visitAsPerson(authorizationUrl, account === undefined ? {} : { account })
    const made = await stateOf(connection.id, 'connected')
    return { id: connection.id, account: String(made['externalAccountId']) }
  }

  function stateOf(id: string, status: string): Promise<Shown> {
    return once(`${id} ${status}`, async () => {
      const found = await ask('GET', `/v1/connections/${id}`)
      return found.status === status && found
    })
  }

  /** Has its token refreshed, as when it had come to its end, until the connection is in the state. */
  async function refreshFails(id: string, status: string): Promise<void> {
    await once(`${id} ${status}`, async () => {
      await db.query(
        `update connections set access_expires_at = now() - interval '1 second', refresh_at = now() - interval '1 second'
         where id = $1`,
        [id],
      )
      await ask('POST', `/v1/connections/${id}/refresh`, undefined).catch(() => undefined)
      return (await ask('GET', `/v1/connections/${id}`)).status === status
    })
  }
}
