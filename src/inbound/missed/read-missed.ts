import { listPages } from '../../calls/pages/list-pages.ts'
import { readPages } from '../../calls/pages/read-pages.ts'
import { findProvider } from '../../catalogue/find.ts'
import type { MissedDefinition } from '../../catalogue/schema/webhooks/missed.ts'
import { connectionClient } from '../../connections/client.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { MissedConnection } from '../../connections/webhooks/missed-store.ts'
import { readItems } from '../read.ts'
import { arrivalWriterOf } from '../receiving/write-arrivals.ts'
import { inboundWakeOf } from '../wake.ts'
import { mostPages, overlapMs } from './policy.ts'
import { receivingOf } from './where.ts'

/**
 * Reads what a connection's platform has sent since a time, and takes what is new as if it had come. Gives how much was; none
 * where the platform has no list.
 * @throws HubError as `connectionClient` and its calls
 */
export async function readMissed(
  hub: ConnectionParts,
  connection: MissedConnection,
  signal: AbortSignal,
): Promise<number> {
  const { workspaceId, id, provider, externalAccountId } = connection
  const { webhooks } = await findProvider(hub, workspaceId, provider)
  if (!webhooks?.missed) return 0
  const { list, id: idPath, since, days } = webhooks.missed
  const target = await receivingOf(hub, connection, webhooks)
  const client = await connectionClient(hub, workspaceId, id)
  const from = sayable(since, Math.max(connection.from.getTime() - overlapMs, Date.now() - days * 86_400_000))
  let [pages, taken] = [0, 0]
  for await (const page of readPages(listPages(client, list, idPath, { params: from }), null, signal)) {
    const items = page.items.flatMap(item => {
      const body = Buffer.from(JSON.stringify(item))
      // The list is of its account.
      return readItems(webhooks, { headers: {}, body }).map(read => ({
        ...read,
        accountId: read.accountId ?? externalAccountId,
      }))
    })
    if (items.length > 0) taken += await arrivalWriterOf(hub).add({ target, headers: {}, items })
    pages += 1
    if (pages < mostPages) continue
    hub.log.warn({ workspaceId, connectionId: id, pages }, 'older webhooks than these are not looked for')
    break
  }
  if (taken > 0) inboundWakeOf(hub).soon()
  return taken
}

function sayable({ param, unit }: MissedDefinition['since'], atMs: number): Record<string, string | number> {
  return { [param]: unit === 'seconds' ? Math.floor(atMs / 1_000) : new Date(atMs).toISOString() }
}
