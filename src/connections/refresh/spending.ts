import type { Secret } from '../../grants/grant.ts'
import { isHubError } from '../../errors.ts'
import { settingsOfSeveral } from '../../provider-apps/settings-of-several.ts'
import { wonPlace, type WonGrant } from '../attempts/won-grant.ts'
import { grantingBy, type Granting } from '../granting.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import { tokensPlace } from '../tokens/tokens.ts'
import type { RefreshLease } from './lease-store.ts'

/** What it takes to spend a lease. */
export interface Spending {
  granting: Granting
  /** What the connection keeps; undefined when that is gone. */
  tokens: Secret | undefined
  /** What was won with it before and is not stored yet. */
  won: WonGrant | undefined
  /** Whether what the connection keeps is newer than what the lease gives the right to spend. */
  isNewer: boolean
}

/**
 * Reads what it takes to spend leases, of whatever workspaces, in five statements at most for all of them. Gives what finds that of one
 * lease, which throws as `grantingOf` does: one that cannot be spent keeps no other from it.
 */
export async function prepareSpending(
  hub: ConnectionParts,
  leases: RefreshLease[],
): Promise<(lease: RefreshLease) => Spending> {
  const methods = new Map(await Promise.all(leases.map(async lease => [lease, await methodOr(hub, lease)] as const)))
  const apps = leases.flatMap(lease => {
    const method = methods.get(lease)
    return method && !(method instanceof Error) ? [{ ...lease, definition: method.definition }] : []
  })
  const ways = new Map(leases.map(({ workspaceId }) => [workspaceId, hub.outgoing]))
  for (const workspaceId of ways.keys()) ways.set(workspaceId, await hub.outgoing.of(workspaceId))
  const [settings, secret] = await Promise.all([
    settingsOfSeveral(hub, apps),
    hub.credentials.finderOf(
      hub.db,
      leases.flatMap(lease => [placeOf(lease), wonPlace(lease)]),
    ),
  ])
  // Read after the secrets, as a generation only rises: what is of the lease's own here was no newer there. An earlier holder may
  // have stored its token since the lease was taken, and that one spent for nobody would be lost with all that come after it.
  const newer = await newerThan(hub, leases)
  return lease => {
    const method = methods.get(lease)
    if (method === undefined || method instanceof Error) throw method ?? new Error('a lease that was not prepared')
    const app = settings({ ...lease, definition: method.definition })
    return {
      granting: grantingBy(hub, ways.get(lease.workspaceId)!, lease, method, app),
      tokens: secret<Secret>(placeOf(lease)),
      won: secret<WonGrant>(wonPlace(lease)),
      isNewer: newer.has(lease.connectionId),
    }
  }
}

const placeOf = ({ workspaceId, connectionId }: RefreshLease) => tokensPlace({ workspaceId, id: connectionId })

/** The ids of those of them whose connections have a newer token by now. By the primary key. */
async function newerThan(hub: ConnectionParts, leases: readonly RefreshLease[]): Promise<Set<string>> {
  const { rows } = await hub.pool.query<{ id: string }>({
    name: 'connections-newer-than-leases',
    text: `select c.id from unnest($1::text[], $2::text[], $3::int[]) as l (workspace_id, id, generation)
      join connections c on c.id = l.id and c.workspace_id = l.workspace_id
      where c.generation <> l.generation`,
    values: [
      leases.map(({ workspaceId }) => workspaceId),
      leases.map(({ connectionId }) => connectionId),
      leases.map(({ generation }) => generation),
    ],
  })
  return new Set(rows.map(row => row.id))
}

async function methodOr(hub: ConnectionParts, lease: RefreshLease) {
  try {
    return await methodOf(hub, lease)
  } catch (error) {
    if (isHubError(error)) return error
    throw error
  }
}
