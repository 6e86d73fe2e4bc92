import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

// Webhooks that come at the same time are looked up and committed together: each is its own app's all the same.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const app = await createTestServer(hub)
const workspaces = [await createWorkspace(hub), await createWorkspace(hub)]
const senders = await Promise.all(workspaces.map(workspace => createSender(hub, workspace, 'github')))
const accounts = (n: number) => ({ repository: { owner: { id: n } } })
const eventsOf = async (n: number) => (await workspaces[n]!.request('GET', '/v1/inbound-events?limit=100')).body.data

it('each leads to one event of its own app, whoever sent the same id beside it', async () => {
  const sent = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      Promise.all([
        ...senders.map(sender => sender.github('push', accounts(n), `guid-${n}`)),
        senders[0]!.github('push', accounts(n), `guid-${n}`),
      ]),
    ),
  )
  for (const [first, other, again] of sent) {
    expect(other!.body).toEqual({ accepted: 1, duplicates: 0 })
    expect([first.status, again!.status].sort()).toEqual([200, 202])
  }
  for (const n of [0, 1]) {
    const events = await eventsOf(n)
    expect(new Set(events.map(event => event['deliveryId'])).size).toBe(40)
    expect(events).toHaveLength(40)
    expect(new Set(events.map(event => event['providerAppId']))).toEqual(new Set([senders[n]!.id]))
  }
})

it('one that is not signed is refused alone', async () => {
  const forged = { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
  const answers = await Promise.all([
    senders[0]!.github('push', accounts(1), 'well-1'),
    senders[0]!.post({ ...forged, 'x-github-delivery': 'forged' }, Buffer.from('{}')),
    senders[1]!.github('push', accounts(1), 'well-2'),
  ])
  expect(answers.map(answer => answer.status)).toEqual([202, 401, 202])
})

it('a look is shared by those at one address only', async () => {
  const url = `/webhooks/github/${senders[0]!.id}`
  const odd = ['/webhooks/github%2F', `/webhooks/github%2F${senders[0]!.id}`, `${url}%2F`, `${url}%2Fundefined`]
  const asked = odd.map(path => app.inject({ method: 'POST', url: path, payload: '{}' }))
  const sent = senders[0]!.github('push', accounts(2), 'beside-odd')
  const after = odd.map(path => app.inject({ method: 'POST', url: path, payload: '{}' }))
  expect((await sent).status).toBe(202)
  expect((await Promise.all([...asked, ...after])).map(answer => answer.statusCode)).toEqual(Array(8).fill(404))
})
