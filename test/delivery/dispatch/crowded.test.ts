import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDeliveringHub, createEndpoint, quickPolicy, until } from '../../support/delivery.ts'
import { createWorkspace } from '../../support/hub.ts'
import { startSteady, type Steady } from '../../support/steady.ts'
import { publishMany, startTroubled, type Troubled } from '../../support/troubled.ts'

// Many endpoints, or much of one, in one process: what is slow has its share and no more.
const hub = await createDeliveringHub({ deliveryPolicy: { ...quickPolicy, troubleAfterMs: 3_600_000 } })
let steady: Steady

beforeAll(async () => {
  steady = await startSteady(hub)
})

/** Lets requests hang; gives what answers them all, and those that come later. */
function hang(receiver: Troubled): () => void {
  const hanging = new Set<ServerResponse>()
  receiver.answerBy((_request, response) => {
    hanging.add(response)
    response.on('close', () => hanging.delete(response))
  })
  return () => {
    receiver.answerBy((_request, response) => response.writeHead(200).end())
    for (const response of hanging) response.writeHead(200).end()
  }
}

async function subscribe() {
  const receiver = await startTroubled()
  const workspace = await createWorkspace(hub)
  await createEndpoint(workspace, receiver.url, { eventTypes: ['a.b'] })
  return { receiver, workspace }
}

it('a hundred endpoints that do not answer do not hold up the others', async () => {
  const workspace = await createWorkspace(hub)
  const receivers = await Promise.all(Array.from({ length: 100 }, () => startTroubled()))
  const answers = receivers.map(hang)
  for (const { url } of receivers) await createEndpoint(workspace, url, { eventTypes: ['a.b'] })
  const ids = await publishMany(workspace, 50)
  const seen = () => receivers.reduce((sum, receiver) => sum + receiver.seen.length, 0)
  await until(() => seen() >= 512)
  await steady.keepsItsP99()
  // One that is new beside them.
  const other = await subscribe()
  await publishMany(other.workspace, 1)
  await until(() => other.receiver.seen.length === 1, 2_000)
  for (const answer of answers) answer()
  await until(() => receivers.every(receiver => receiver.accepted().size === ids.length))
}, 120_000)

it('a quick endpoint that stops answering under load does not hold up the others', async () => {
  const { receiver, workspace } = await subscribe()
  const first = await publishMany(workspace, 500)
  await until(() => receiver.accepted().size === first.length)
  const answer = hang(receiver)
  const then = await publishMany(workspace, 3_000)
  await until(() => receiver.seen.length >= first.length + 64)
  // Until it is known to stand still, its line is in the way.
  await sleep(2_000)
  await steady.keepsItsP99()
  answer()
  await until(() => receiver.accepted().size === first.length + then.length)
}, 120_000)

it('a short standstill under load costs no more than one more claim of each delivery', async () => {
  const { receiver, workspace } = await subscribe()
  const answer = hang(receiver)
  const updates = async () => {
    // Sessions report what they did about once a second.
    await sleep(2_000)
    const { rows } = await hub.pool.query<{ updates: string }>(
      `select n_tup_upd as updates from pg_stat_user_tables where relname = 'delivery_queue'`,
    )
    return Number(rows[0]!.updates)
  }
  const before = await updates()
  let published = (await publishMany(workspace, 2_000)).length
  await sleep(1_500)
  answer()
  for (let n = 0; n < 10; n++) published += (await publishMany(workspace, 1_000)).length
  await until(() => receiver.accepted().size === published)
  // A claim; of some the note that they are held, and another claim; and the steady traffic beside.
  expect(((await updates()) - before) / published).toBeLessThan(3.2)
}, 120_000)
