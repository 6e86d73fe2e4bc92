import { createServer, type AddressInfo } from 'node:net'
import { createOutgoing } from '../../../src/outgoing/agent.ts'
import type { Resolve } from '../../../src/outgoing/lookup.ts'
import {
  createDeliveringHub,
  createEndpoint,
  deliveriesOf,
  quickPolicy,
  settled,
  until,
} from '../../support/delivery.ts'
import { atClose, createWorkspace } from '../../support/hub.ts'
import { startSteady, type Steady } from '../../support/steady.ts'
import { publishMany, startTroubled } from '../../support/troubled.ts'

// The receivers are on 127.0.0.2, which is allowed; 127.0.0.1 is the private place that nobody may be led to.
const allowed = '127.0.0.2'
const names = new Map<string, string>()
const resolve: Resolve = (hostname, _options, callback) => {
  const address = names.get(hostname)
  callback(address === undefined ? Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }) : null, [
    { address: address ?? '', family: 4 },
  ])
}
const hub = await createDeliveringHub({
  deliveryPolicy: { ...quickPolicy, troubleAfterMs: 3_600_000 },
  environment: { ALLOWED_PRIVATE_NETWORKS: `${allowed}/32` },
  outgoing: createOutgoing({ allowedPrivateNetworks: [`${allowed}/32`], proxy: undefined }, resolve),
})

let steady: Steady
let privatePort: number
let privateConnections = 0

beforeAll(async () => {
  steady = await startSteady(hub, allowed)
  const secret = createServer(socket => {
    privateConnections++
    socket.destroy()
  })
  await new Promise<void>(listening => secret.listen(0, '127.0.0.1', listening))
  privatePort = (secret.address() as AddressInfo).port
  atClose(() => new Promise(closed => secret.close(closed)))
})

afterEach(() => expect(privateConnections).toBe(0))

async function subscribe(url: string) {
  const workspace = await createWorkspace(hub)
  return { workspace, endpoint: await createEndpoint(workspace, url, { eventTypes: ['a.b'] }) }
}

describe('beside a healthy endpoint', () => {
  it('one that redirects to a private address fails there, and nobody goes', async () => {
    const receiver = await startTroubled({ host: allowed })
    const statuses = [301, 302, 303, 307, 308]
    receiver.answerBy((_request, response) => {
      const status = statuses[receiver.seen.length % statuses.length]!
      response.writeHead(status, { location: `http://127.0.0.1:${privatePort}/latest/meta-data` }).end()
    })
    const { workspace } = await subscribe(receiver.url)
    const ids = await publishMany(workspace, 100)
    await until(() => receiver.seen.length > 0)
    await steady.keepsItsP99()
    for (const id of ids) {
      const [delivery] = await settled(workspace, id)
      expect(delivery).toMatchObject({ status: 'failed', reason: 'exhausted', attempts: 4 })
      expect(delivery!.error).toMatch(/^redirect 30[12378]$/)
    }
    expect(receiver.seen).toHaveLength(4 * ids.length)
  })

  it('one whose name changes to 127.0.0.1 is blocked until it changes back', async () => {
    const name = 'rebinding.example'
    names.set(name, allowed)
    // Every delivery connects anew, and asks for the name's address again.
    const receiver = await startTroubled({ host: allowed, port: privatePort })
    receiver.answerBy((_request, response) => response.writeHead(200, { connection: 'close' }).end())
    const { workspace } = await subscribe(`http://${name}:${privatePort}/hook`)
    const [first] = await publishMany(workspace, 1)
    expect((await settled(workspace, first!))[0]).toMatchObject({ status: 'delivered', attempts: 1 })

    names.set(name, '127.0.0.1')
    const ids = await publishMany(workspace, 100)
    await steady.keepsItsP99()
    for (const id of ids) {
      expect((await settled(workspace, id, 20_000))[0]).toMatchObject({
        ...{ status: 'failed', reason: 'exhausted', attempts: 4, error: 'blocked' },
      })
    }
    expect(receiver.seen).toHaveLength(1)

    names.set(name, allowed)
    const [last] = await publishMany(workspace, 1)
    expect((await settled(workspace, last!))[0]).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(await deliveriesOf(workspace, '?status=held')).toEqual([])
  })

  it('one whose URL is a private address of its own is never called', async () => {
    const receiver = await startTroubled({ host: allowed })
    const { workspace, endpoint } = await subscribe(receiver.url)
    const url = `http://127.0.0.1:${privatePort}/`
    expect((await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { url })).status).toBe(400)
    // As it would be if the allow-list had been longer when it was made.
    await hub.pool.query('update endpoints set url = $2, version = version + 1 where id = $1', [endpoint.id, url])
    const [id] = await publishMany(workspace, 1)
    expect((await settled(workspace, id!))[0]).toMatchObject({ status: 'failed', attempts: 4, error: 'blocked' })
  })
})
