import pg from 'pg'
import type { Tenant, TenantScene } from './scene.ts'

/** Where a workspace's QuickBooks is reached. */
export interface Addresses {
  api: string
  tokens: string
}

let accounts = 0

/** A provider app of a workspace that reaches QuickBooks at other addresses; gives its id. */
export async function newApp(tenant: Tenant, { api, tokens }: Addresses, webhookSecret?: string): Promise<string> {
  const app = await tenant.call<{ id: string }>('POST', '/v1/provider-apps', {
    ...{ provider: 'quickbooks', name: 'bench', clientId: 'bench', clientSecret: 'bench' },
    ...(webhookSecret !== undefined && { webhookSecret }),
    baseUrls: {
      'https://quickbooks.api.intuit.com': api,
      'https://oauth.platform.intuit.com': tokens,
      'https://developer.api.intuit.com': api,
    },
  })
  return app.id
}

/** A connection with tokens from elsewhere, whose refresh is due in an hour or so. */
export async function newConnection(tenant: Tenant, appId: string): Promise<{ id: string; realmId: string }> {
  const realmId = String(7_000_000 + ++accounts)
  const { connection } = await tenant.call<{ connection: { id: string } }>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId: appId },
    import: {
      accessToken: `bench-${realmId}`,
      refreshToken: `refresh-bench-${realmId}`,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      config: { realmId },
    },
  })
  return { id: connection.id, realmId }
}

/** The connections' rows, for what no call of the API does: a refresh that is due now. */
export class ConnectionRows {
  readonly #pool: pg.Pool

  constructor({ product }: TenantScene) {
    this.#pool = new pg.Pool({ connectionString: product.stack.databaseUrl, max: 1 })
    // Postgres ends before this process does.
    this.#pool.on('error', () => undefined)
  }

  async refreshAt(ids: readonly string[], inSeconds: number): Promise<void> {
    await this.#pool.query(
      `update connections set refresh_at = now() + $2 * interval '1 second', recovery = null where id = any($1)`,
      [ids, inSeconds],
    )
  }

  /** As if their token endpoint, at a host, had been down for a minute. */
  async keepFailing(ids: readonly string[], host: string): Promise<void> {
    await this.#pool.query(
      `update connections set refresh_at = now(), refresh_failures = 3, first_failure_at = now() - interval '1 minute',
         last_error = 'PROVIDER_ERROR', status = 'degraded', token_host = $2 where id = any($1)`,
      [ids, host],
    )
  }

  /** Waits until a connection's row is as it is asked for, and nobody is about to write to it. */
  async becomes(id: string, condition: 'generation' | 'refresh_failures', above: number): Promise<void> {
    for (;;) {
      const { rows } = await this.#pool.query<Record<string, number>>(
        `select generation, refresh_failures from connections where id = $1 and lease_owner is null`,
        [id],
      )
      if (rows[0] && rows[0][condition]! > above) return
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  async generation(id: string): Promise<number> {
    const { rows } = await this.#pool.query<{ generation: number }>(
      'select generation from connections where id = $1',
      [id],
    )
    return rows[0]!.generation
  }
}
