import { setTimeout as sleep } from 'node:timers/promises'
import {
  createDeliveringHub,
  createEndpoint,
  deliveriesOf,
  publish,
  quickPolicy,
  until,
} from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startSteady, type Steady } from '../../support/steady.ts'
import { startTroubled } from '../../support/troubled.ts'

const retryDelaysMs = [0, 150, 150, 150, 150, 150, 150, 150]
const hub = await createDeliveringHub({ deliveryPolicy: { ...quickPolicy, retryDelaysMs, troubleAfterMs: 200 } })
let steady: Steady

beforeAll(async () => {
  steady = await startSteady(hub)
})

async function poisonable() {
  const receiver = await startTroubled()
  receiver.answerBy(({ body }, response) => response.writeHead(body.includes('poison') ? 500 : 200).end())
  const workspace = await createWorkspace(hub)
  return { receiver, workspace, endpoint: await createEndpoint(workspace, receiver.url) }
}

const modeOf = async (workspace: TestWorkspace, endpointId: string) =>
  (await workspace.request('GET', `/v1/endpoints/${endpointId}`)).body['status']

/** The epoch is raised whenever the mode changes: none of it means that the endpoint was never out of delivery. */
async function epochOf(endpointId: string): Promise<number> {
  const { rows } = await hub.pool.query<{ epoch: number }>('select epoch from endpoints where id = $1', [endpointId])
  return rows[0]!.epoch
}

describe('a payload that always fails', () => {
  it('does not make its endpoint look dead while others arrive', async () => {
    const { receiver, workspace, endpoint } = await poisonable()
    const poison = await publish(workspace, 'a.b', { poison: true })
    const good: string[] = []
    const measuring = steady.keepsItsP99()
    const exhausted = async () => (await deliveriesOf(workspace, `?eventId=${poison}`))[0]!.status === 'failed'
    await until(async () => {
      good.push(await publish(workspace, 'a.b', { n: good.length }))
      return exhausted()
    })
    await measuring
    expect((await deliveriesOf(workspace, `?eventId=${poison}`))[0]).toMatchObject({
      ...{ status: 'failed', reason: 'exhausted', attempts: retryDelaysMs.length, error: 'status 500' },
    })
    await until(() => receiver.accepted().size === good.length)
    expect(receiver.seen).toHaveLength(good.length + retryDelaysMs.length)
    expect([await modeOf(workspace, endpoint.id), await epochOf(endpoint.id)]).toEqual(['open', 0])
  })

  it('does not when it is all there is, either', async () => {
    const { workspace, endpoint } = await poisonable()
    const poison = await publish(workspace, 'a.b', { poison: true })
    await until(async () => (await deliveriesOf(workspace, `?eventId=${poison}`))[0]!.status === 'failed')
    expect([await modeOf(workspace, endpoint.id), await epochOf(endpoint.id)]).toEqual(['open', 0])
    expect((await deliveriesOf(workspace, `?eventId=${poison}`))[0]!.attempts).toBe(retryDelaysMs.length)
  })

  it('is told from an endpoint that fails whatever it is sent', async () => {
    const { receiver, workspace, endpoint } = await poisonable()
    receiver.answerBy((_request, response) => response.writeHead(500).end())
    await publish(workspace)
    await sleep(100)
    await publish(workspace)
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
  })
})
