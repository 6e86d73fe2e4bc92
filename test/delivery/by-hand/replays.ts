import { createEndpoint, publish, quickPolicy, until } from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import type { Hub } from '../../../src/hub.ts'

/** Small batches and short waits, so that a replay of a few hundred deliveries takes many steps. */
export const replayPolicy = {
  ...quickPolicy,
  troubleAfterMs: 600_000,
  replayBatch: 50,
  replayWaitingLimit: 200,
  replayWaitsMs: [100, 200],
  replaySettleMs: 300,
}

export interface ShownReplay {
  id: string
  state: string
  lookedAt: number
  queued: number
  skipped: number
  reachedAt: string
  finishedAt: string | null
}

export const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString()

/** Publishes so many events in one call. */
export async function publishMany(workspace: TestWorkspace, count: number, type = 'invoice.paid'): Promise<string[]> {
  const ids: string[] = []
  for (let left = count; left > 0; left -= 1_000) {
    const events = Array.from({ length: Math.min(left, 1_000) }, (_, n) => ({ type, data: { n } }))
    const answer = await workspace.request<{ data: { id: string }[] }>('POST', '/v1/events', { events })
    if (answer.status !== 202) throw new Error(JSON.stringify(answer.body))
    ids.push(...answer.body.data.map(event => event.id))
  }
  return ids
}

/** A workspace with a paused endpoint and so many cancelled deliveries to it. */
export async function withCancelled(hub: Hub, url: string, count: number) {
  const workspace = await createWorkspace(hub)
  const endpoint = await createEndpoint(workspace, url)
  await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
  if (count === 1) await publish(workspace)
  else await publishMany(workspace, count)
  const cancelled = await workspace.request('POST', '/v1/deliveries/cancel', { endpointId: endpoint.id })
  if (cancelled.body['cancelled'] !== count) throw new Error(JSON.stringify(cancelled.body))
  const resume = () => workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
  return { workspace, endpoint, resume }
}

export async function startReplay(workspace: TestWorkspace, body: Record<string, unknown>): Promise<ShownReplay> {
  const answer = await workspace.request<ShownReplay>('POST', '/v1/replays', { from: hourAgo(), ...body })
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

export const replayOf = async (workspace: TestWorkspace, id: string) =>
  (await workspace.request<ShownReplay>('GET', `/v1/replays/${id}`)).body

/** Waits until a replay is in a state; gives it. */
export async function inState(
  workspace: TestWorkspace,
  id: string,
  state: string,
  timeoutMs = 60_000,
): Promise<ShownReplay> {
  await until(async () => (await replayOf(workspace, id)).state === state, timeoutMs)
  return replayOf(workspace, id)
}
