import { reconcileDelivery } from '../../../src/delivery/reconcile.ts'
import {
  createDeliveringHub,
  createEndpoint,
  deliveriesOf,
  publish,
  quickPolicy,
  settled,
  startAnsweringServer,
  until,
} from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'

// However often it fails, no endpoint gets into trouble.
const hub = await createDeliveringHub({ deliveryPolicy: { ...quickPolicy, troubleAfterMs: 600_000 } })
const canary = 'canary-of-a-person'

/** Echoes what it gets; fails while told so, and holds its answers back while told so. */
let failing = false
let holding: (() => void)[] | undefined
const echo = await startAnsweringServer(({ body }, response) => {
  const answer = () => response.writeHead(failing ? 500 : 200).end(body)
  if (holding) holding.push(answer)
  else answer()
})

beforeEach(() => {
  failing = false
  holding = undefined
})

async function stored(workspace: TestWorkspace): Promise<string> {
  const { rows } = await hub.pool.query<{ text: string }>(
    `select string_agg(convert_from(bytes, 'UTF8'), '') as text from (
      select body as bytes from event_payloads
      union all select answer from deliveries where workspace_id = $1
      union all select answer from delivery_attempts where workspace_id = $1) as stored`,
    [workspace.workspaceId],
  )
  return rows[0]?.text ?? ''
}

const erase = (workspace: TestWorkspace, event: string) => workspace.request('DELETE', `/v1/events/${event}/payload`)

describe('erasing a payload', () => {
  it('takes the answers with it and leaves the trail', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, echo)
    await createEndpoint(workspace, echo)
    failing = true
    const event = await publish(workspace, 'a.b', { name: canary })
    await until(async () => (await deliveriesOf(workspace)).every(one => one.attempts >= 2))
    failing = false
    await settled(workspace, event)
    expect((await stored(workspace)).split(canary).length - 1).toBeGreaterThanOrEqual(5)
    const before = await deliveriesOf(workspace)
    const answer = await erase(workspace, event)
    expect([answer.status, answer.body['sending']]).toEqual([200, 0])
    expect(await stored(workspace)).not.toContain(canary)
    expect(await deliveriesOf(workspace)).toEqual(before)
    const shown = await workspace.request('GET', `/v1/events/${event}`)
    expect(shown.body).toMatchObject({ payload: null, payloadErasedAt: answer.body['payloadErasedAt'], type: 'a.b' })
    const attempts = await workspace.request<{ data: { answer: unknown }[] }>(
      'GET',
      `/v1/deliveries/${before[0]!.id}/attempts`,
    )
    expect(attempts.body.data.length).toBeGreaterThanOrEqual(3)
    expect(attempts.body.data.every(attempt => attempt.answer === null)).toBe(true)
    const audit = await workspace.request('GET', `/v1/audit-log?subjectId=${event}`)
    expect(audit.body.data.map(entry => entry['action'])).toEqual(['event.payload_erased'])
  })

  it('ends what waits with a reason of its own, and changes nothing the second time', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, echo)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
    const event = await publish(workspace, 'a.b', { name: canary })
    const neighbour = await publish(workspace, 'a.b', { other: 1 })
    const first = await erase(workspace, event)
    expect((await settled(workspace, event)).map(one => [one.status, one.reason])).toEqual([
      ['failed', 'payload_erased'],
    ])
    const second = await erase(workspace, event)
    expect(second.body).toEqual(first.body)
    expect((await deliveriesOf(workspace, `?eventId=${neighbour}`))[0]!.status).toBe('held')
    const [delivery] = await deliveriesOf(workspace, `?eventId=${event}`)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
    const resent = await workspace.request('POST', `/v1/deliveries/${delivery!.id}/resend`)
    expect([resent.status, resent.body.error.code]).toEqual([409, 'PAYLOAD_GONE'])
    expect((await settled(workspace, neighbour)).map(one => one.status)).toEqual(['delivered'])
  })

  it('says what is being sent, and erases the answer that comes after it', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, echo)
    holding = []
    const event = await publish(workspace, 'a.b', { name: canary })
    await until(() => holding!.length === 1)
    expect((await erase(workspace, event)).body['sending']).toBe(1)
    holding[0]!()
    expect((await settled(workspace, event)).map(one => one.status)).toEqual(['delivered'])
    expect(await stored(workspace)).toContain(canary)
    await reconcileDelivery(hub, 10)
    expect(await stored(workspace)).not.toContain(canary)
  })

  it('lets what was being sent fail with that reason when it would be sent again', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, echo)
    failing = true
    holding = []
    const event = await publish(workspace, 'a.b', { name: canary })
    await until(() => holding!.length === 1)
    await erase(workspace, event)
    holding[0]!()
    expect((await settled(workspace, event)).map(one => [one.status, one.reason, one.attempts])).toEqual([
      ['failed', 'payload_erased', 1],
    ])
  })

  it("keeps the caller's event id", async () => {
    const workspace = await createWorkspace(hub)
    const body = { type: 'a.b', data: { name: canary }, eventId: 'mine' }
    const { id } = (await workspace.request('POST', '/v1/events', body)).body
    await erase(workspace, id)
    const repeat = await workspace.request('POST', '/v1/events', body)
    expect(repeat.body).toEqual({ id, repeated: true })
    expect(await stored(workspace)).not.toContain(canary)
  })

  it('does not reach into another workspace', async () => {
    const [workspace, other] = [await createWorkspace(hub), await createWorkspace(hub)]
    const event = await publish(workspace, 'a.b', { name: canary })
    expect((await erase(other, event)).body.error.code).toBe('EVENT_NOT_FOUND')
    expect((await workspace.request('GET', `/v1/events/${event}`)).body['payloadErasedAt']).toBeNull()
  })
})
