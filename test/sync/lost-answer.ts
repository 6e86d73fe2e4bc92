import type { Between } from './between.ts'
import { createSync, endOf, type Company } from './company.ts'

/** What was sent to the platform to make or change something. */
export const postsOf = (between: Between) => between.calls.filter(({ method }) => method === 'POST')

/**
 * A record that a platform was told to make when its answer was lost, so many hours ago; its sync runs again when it is asked to.
 * @param lost.isMade whether the platform made it
 */
export async function loseAnswer(
  account: Company,
  between: Between,
  lost: { collection: string; data: Record<string, unknown>; isMade: boolean; agoHours: number },
): Promise<{ syncId: string; recordId: string }> {
  const { workspace, hub } = account
  const { collection, data, isMade, agoHours } = lost
  const syncId = await createSync(account, { direction: 'push', collection })
  const { body } = await workspace.request('POST', '/v1/records', { collection, data })
  between.calls.length = 0
  between.meddle = async (call, pass) => {
    if (call.method !== 'POST') return pass(call)
    if (isMade) await pass(call)
    return 'drop'
  }
  const asked = await workspace.request('POST', `/v1/syncs/${syncId}/runs`)
  while (postsOf(between).length === 0) await new Promise(resolve => setTimeout(resolve, 20))
  await workspace.request('POST', `/v1/syncs/${syncId}/pause`)
  await endOf(workspace, syncId, asked.body.id)
  between.meddle = undefined
  between.calls.length = 0
  await hub.pool.query(`update push_calls set sent_at = sent_at - make_interval(hours => $2) where sync_id = $1`, [
    ...[syncId, agoHours],
  ])
  await workspace.request('POST', `/v1/syncs/${syncId}/resume`)
  return { syncId, recordId: body.id }
}

/** The rows of a sync that failed. */
export const errorsOf = async ({ workspace }: Company, syncId: string) =>
  (await workspace.request('GET', `/v1/syncs/${syncId}/errors`)).body.data
