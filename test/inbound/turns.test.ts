import { randomBytes } from 'node:crypto'
import { routeArrived } from '../../src/inbound/routing/route-arrived.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

const hub = await createTestHub()

/** A workspace whose app receives the webhooks of one account. */
async function receiver(account: string) {
  const workspace = await createWorkspace(hub)
  const github = await createSender(hub, workspace, 'github')
  await github.connect(account)
  const payload = { repository: { owner: { id: Number(account) } } }
  return { workspace, send: () => github.github('push', payload, randomBytes(8).toString('hex')) }
}

it('a webhook of one app does not wait until the backlog of another is routed', async () => {
  const [busy, quiet] = [await receiver('1001'), await receiver('1002')]
  for (let n = 0; n < 40; n++) await Promise.all(Array.from({ length: 25 }, () => busy.send()))
  expect((await quiet.send()).status).toBe(202)
  const { routed } = await routeArrived(hub, 0, new AbortController().signal, () => undefined)
  expect(routed).toBe(1_001)
  // Events are numbered as they are made.
  const { rows } = await hub.pool.query<{ after: number; all: number }>(
    `select count(*) filter (where busy.id > quiet.id)::int as after, count(*)::int as all
     from events busy, events quiet where busy.workspace_id = $1 and quiet.workspace_id = $2`,
    [busy.workspace.workspaceId, quiet.workspace.workspaceId],
  )
  expect(rows[0]!.all).toBe(1_000)
  // One claim was under way before it was known whose backlog it is.
  expect(rows[0]!.after).toBeGreaterThanOrEqual(600)
})
