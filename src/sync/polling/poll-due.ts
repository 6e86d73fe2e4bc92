import { lastWebhooksOf } from '../../connections/webhooks/seen.ts'
import { backSince } from '../../connections/webhooks/away.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { PolledSyncs } from '../contract.ts'
import { insertRequests } from '../runs/request-runs.ts'
import { startRunsSoon } from '../runs/start-runs.ts'
import { pollOf } from './policy.ts'
import { claimDuePolls, postponePolls } from './poll-store.ts'

/**
 * Asks for runs of up to `batch` syncs that are run by webhooks, where neither a run nor a webhook of their connection was seen
 * for a while. The requests commit with the time of the next look; the runs start afterwards, as those of webhooks do.
 */
export async function pollDueSyncs(hub: ConnectionParts, batch: number): Promise<PolledSyncs> {
  const back = await backSince(hub.pool)
  const { due, wanted } = await hub.db.transaction().execute(async trx => {
    const due = await claimDuePolls(trx, batch)
    const heard = await lastWebhooksOf(trx, due)
    const looks = due.map(sync => {
      const lastWebhookAt = heard.get(sync.connectionId) ?? null
      const { poll, lookAtMs } = pollOf({ ...sync, lastWebhookAt, backSince: back }, Date.now(), Math.random())
      return { sync, poll, atMs: lookAtMs }
    })
    await postponePolls(trx, looks)
    const wanted = looks.filter(({ poll }) => poll).map(({ sync }) => sync)
    await insertRequests(trx, wanted, 'poll')
    return { due, wanted }
  })
  startRunsSoon(hub, wanted, 'poll')
  return { looked: due.length, asked: wanted.length }
}
