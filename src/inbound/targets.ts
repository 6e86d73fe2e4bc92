import { onlyConnectionOfApp } from '../connections/of-app.ts'
import { connectionsOfAccount } from '../connections/store.ts'
import type { Executor } from '../db/database.ts'
import { providerOf } from '../providers/index.ts'
import type { ClaimedEvent } from './queue.ts'

/** A connection that a webhook is about. */
export interface Target {
  workspaceId: string
  connectionId: string
}

/**
 * Which connections each webhook is about: those of its account that were made with the app it came to. A replayed one
 * goes where it went before.
 */
export async function findTargets(db: Executor, events: ClaimedEvent[]): Promise<Map<string, Target[]>> {
  const targets = new Map<string, Target[]>()
  for (const group of groupsByApp(events)) {
    const { workspaceId, provider, providerAppId } = group[0]!
    const app = { workspaceId: workspaceId ?? undefined, provider, providerAppId }
    const accounts = new Set(group.flatMap(event => event.accountId ?? []))
    const found = await connectionsOfAccount(db, { ...app, externalAccountIds: [...accounts] })
    const byAccount = Map.groupBy(found, connection => connection.externalAccountId)
    const needsOnly = group.some(event => event.accountId === null && takesOnlyConnection(event.provider))
    const only = needsOnly ? await onlyConnectionOfApp(db, app) : undefined
    for (const event of group) {
      const about = event.accountId === null ? (only ? [only] : []) : (byAccount.get(event.accountId) ?? [])
      targets.set(
        event.id,
        about
          .filter(({ id }) => event.connectionId === null || event.connectionId === id)
          .map(({ id, workspaceId }) => ({ workspaceId, connectionId: id })),
      )
    }
  }
  return targets
}

/** An app is one provider's; of the environment's app what has been replayed belongs to a workspace already. */
function groupsByApp(events: ClaimedEvent[]): ClaimedEvent[][] {
  const groups = Map.groupBy(events, event => JSON.stringify([event.workspaceId, event.provider, event.providerAppId]))
  return [...groups.values()]
}

function takesOnlyConnection(provider: string): boolean {
  return providerOf(provider).webhooks?.shapes.some(shape => shape.withoutAccount === 'only-connection') ?? false
}
