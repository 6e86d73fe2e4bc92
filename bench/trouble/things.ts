import type pg from 'pg'
import type { Tenant } from '../tenants/scene.ts'

/** What is put into trouble, by the ids of the workflows that are to say so. */
export interface Things {
  connections: string[]
  endpoints: string[]
  syncs: string[]
}

export const workflowsOf = ({ connections, endpoints, syncs }: Things) => ({
  grants: connections.map(id => `refresh/${id}`),
  endpoints: endpoints.map(id => `endpoint/${id}`),
  syncs: syncs.map(id => `sync/${id}`),
})

const origins = [
  'https://appcenter.intuit.com',
  'https://oauth.platform.intuit.com',
  'https://developer.api.intuit.com',
  'https://quickbooks.api.intuit.com',
]

/** Makes connections whose grant is dead, endpoints that do not take deliveries, and syncs whose platform fails. */
export async function makeThings(
  tenant: Tenant,
  platformUrl: string,
  counts: { grants: number; endpoints: number; syncs: number },
): Promise<Things> {
  const { id: providerAppId } = await tenant.call<{ id: string }>('POST', '/v1/provider-apps', {
    ...{ provider: 'quickbooks', name: 'trouble', clientId: 'bench', clientSecret: 'bench' },
    baseUrls: Object.fromEntries(origins.map(origin => [origin, platformUrl])),
  })
  let realm = 7_000_000
  const connect = async (refreshToken: string) => {
    const expiresAt = new Date(Date.now() + 6 * 3_600_000).toISOString()
    const { connection } = await tenant.call<{ connection: { id: string } }>('POST', '/v1/connections', {
      ...{ provider: 'quickbooks', providerAppId },
      import: { accessToken: 'at', refreshToken, expiresAt, config: { realmId: String(++realm) } },
    })
    return connection.id
  }
  const things: Things = { connections: [], endpoints: [], syncs: [] }
  for (let n = 0; n < counts.grants; n++) things.connections.push(await connect('dead'))
  for (let n = 0; n < counts.endpoints; n++) {
    const endpoint = { url: `${platformUrl}/bad/${n}`, eventTypes: ['a.b'] }
    things.endpoints.push((await tenant.call<{ id: string }>('POST', '/v1/endpoints', endpoint)).id)
  }
  for (let n = 0; n < counts.syncs; n++) {
    const sync = { connectionId: await connect('rt'), model: 'customers', collection: `customers-${n}` }
    things.syncs.push((await tenant.call<{ id: string }>('POST', '/v1/syncs', sync)).id)
  }
  return things
}

/** Has all of them in trouble from here on. */
export async function beginTrouble(pool: pg.Pool, tenant: Tenant, { connections, syncs }: Things): Promise<void> {
  await pool.query(
    `update connections set access_expires_at = now() - interval '1 second', refresh_at = now() - interval '1 second'
     where id = any($1)`,
    [connections],
  )
  for (const id of syncs) await tenant.call('POST', `/v1/syncs/${id}/runs`, {})
}

/** What a person does about each: connects again; asks for a run. Endpoints are probed by themselves. */
export async function mendThings(tenant: Tenant, apiUrl: string, { connections, syncs }: Things): Promise<void> {
  for (const id of connections) {
    const path = `/v1/connections/${id}/reconnect`
    type Begun = { authorizationUrl: string; connection: { config: { realmId: string } } }
    const { authorizationUrl, connection } = await tenant.call<Begun>('POST', path, {})
    const callback = new URL('/oauth/callback/quickbooks?code=code', apiUrl)
    callback.searchParams.set('state', new URL(authorizationUrl).searchParams.get('state')!)
    callback.searchParams.set('realmId', connection.config.realmId)
    const answer = await fetch(callback)
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`the callback: ${answer.status}`)
  }
  for (const id of syncs) await tenant.call('POST', `/v1/syncs/${id}/runs`, {})
}
