import { createPublicKey, verify } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { isSigningSecret, newSigningSecret } from '../../../src/delivery/sending/sign.ts'
import {
  addAsymmetric,
  asymmetricKeys,
  newSigningPair,
  signingPairOf,
} from '../../../src/delivery/sending/sign-asymmetric.ts'
import {
  createDeliveringHub,
  createEndpoint,
  publish,
  settled,
  startAnsweringServer,
  until,
} from '../../support/delivery.ts'
import { createWorkspace } from '../../support/hub.ts'

interface Arrival {
  headers: Record<string, string>
  body: string
}

interface Keys {
  secret: string | null
  publicKey: string | null
}

const hub = await createDeliveringHub()
const arrived = new Map<string, Arrival[]>()
const receiver = await startAnsweringServer(({ path, headers, body }, response) => {
  const earlier = arrived.get(path) ?? []
  arrived.set(path, [...earlier, { headers: headers as Record<string, string>, body }])
  response.end()
})
let listeners = 0

/** A workspace with one endpoint, and what arrives there. */
async function createListener(settings: Record<string, unknown> = {}) {
  const own = `${++listeners}`
  const url = receiver + own
  const arrivals = () => arrived.get(`/${own}`) ?? []
  const workspace = await createWorkspace(hub)
  const endpoint = await createEndpoint(workspace, url, settings)
  const path = `/v1/endpoints/${endpoint.id}`
  return {
    workspace,
    endpoint,
    url,
    arrivals,
    shown: async () => (await workspace.request<Keys>('GET', path)).body,
    change: async (change: object) => (await workspace.request<Keys>('PATCH', path, change)).body,
    rotate: (rotation: object) => workspace.request<Keys>('POST', `${path}/rotate-secret`, rotation),
    /** Publishes an event; gives the request that it came as. */
    next: async (): Promise<Arrival> => {
      await settled(workspace, await publish(workspace))
      return arrivals().at(-1)!
    },
  }
}

/** The vector that implementations of `v1a` agree on. */
const vector = {
  privateKey: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
}

/** Checks one signature as a receiver with the public key would; gives how many of the header's are its own. */
function verifiedBy(publicKey: string, headers: Record<string, string>, body: string): number {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey.slice(5), 'base64')])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
  return headers['webhook-signature']!.split(' ').filter(signature => {
    const [version, encoded] = signature.split(',') as [string, string]
    return version === 'v1a' && verify(null, content, key, Buffer.from(encoded, 'base64'))
  }).length
}

const versions = (headers: Record<string, string>) =>
  headers['webhook-signature']!.split(' ').map(signature => signature.split(',')[0])

describe('ed25519 signatures', () => {
  it('are those of the agreed vector', () => {
    const { privateKey, publicKey, id, timestamp, body, signature } = vector
    expect(signingPairOf(privateKey)).toEqual({ privateKey, publicKey })
    const keys = asymmetricKeys([{ secret: privateKey }])
    expect(addAsymmetric('', keys, id, timestamp, Buffer.from(body))).toBe(signature)
  })

  it('come from pairs that are written as the standard says, each its own', () => {
    const [one, other] = [newSigningPair(), newSigningPair()]
    expect(one.privateKey).not.toBe(other.privateKey)
    expect(signingPairOf(one.privateKey)).toEqual(one)
    expect(Buffer.from(one.publicKey.slice('whpk_'.length), 'base64')).toHaveLength(32)
  })

  it.each([
    ['a public key', vector.publicKey],
    ['a shared secret', newSigningSecret()],
    ['the private half alone', `whsk_${Buffer.alloc(32, 1).toString('base64')}`],
    ['two halves that do not belong together', `whsk_${Buffer.alloc(64, 1).toString('base64')}`],
    ['what is not base64', `whsk_${'*'.repeat(88)}`],
    ['nothing', ''],
  ])('take no key from %s', (_, text) => {
    expect(signingPairOf(text)).toBeUndefined()
  })
})

describe('an endpoint', () => {
  it('may be signed for by both schemes at once, with a public key that anybody may see', async () => {
    const { endpoint, shown, next } = await createListener({ signatures: ['v1', 'v1a'] })
    const { headers, body } = await next()
    expect(versions(headers)).toEqual(['v1', 'v1a'])
    expect(verifiedBy((await shown()).publicKey!, headers, body)).toBe(1)
    expect(new Webhook(endpoint.secret).verify(body, headers)).toMatchObject({ type: 'invoice.paid' })
  })

  it('has no public key until it is signed for with one, and then keeps it', async () => {
    const { shown, change, next } = await createListener()
    expect((await shown()).publicKey).toBeNull()
    const { publicKey } = await change({ signatures: ['v1a'] })
    const { headers, body } = await next()
    expect(versions(headers)).toEqual(['v1a'])
    expect(verifiedBy(publicKey!, headers, body)).toBe(1)
    await change({ signatures: ['v1'] })
    expect((await change({ signatures: ['v1', 'v1a'] })).publicKey).toBe(publicKey)
  })

  it('takes the private key that its receivers verify with already', async () => {
    const settings = { signatures: ['v1a'], signingKey: vector.privateKey }
    const { workspace, endpoint, url, next } = await createListener(settings)
    expect(endpoint).toMatchObject({ publicKey: vector.publicKey })
    expect(JSON.stringify(endpoint)).not.toContain('whsk_')
    const { headers, body } = await next()
    expect(verifiedBy(vector.publicKey, headers, body)).toBe(1)
    for (const wrong of [{ signingKey: vector.publicKey }, { signatures: ['v1'] }]) {
      const refused = await workspace.request('POST', '/v1/endpoints', { url, ...settings, ...wrong })
      expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    }
  })

  it('rotates the keys that are in use, old and new ones signing until the overlap ends', async () => {
    const { shown, change, rotate, next } = await createListener({ signatures: ['v1a'] })
    const before = (await shown()).publicKey!
    const { secret, publicKey } = (await rotate({ overlapSeconds: 600 })).body
    expect(secret).toBeNull()
    expect((await shown()).publicKey).toBe(publicKey)
    const first = await next()
    expect(versions(first.headers)).toEqual(['v1a', 'v1a'])
    for (const key of [before, publicKey!]) expect(verifiedBy(key, first.headers, first.body)).toBe(1)

    await change({ signatures: ['v1', 'v1a'] })
    const both = (await rotate({ overlapSeconds: 0 })).body
    expect(isSigningSecret(both.secret!)).toBe(true)
    const last = await next()
    expect(versions(last.headers)).toEqual(['v1', 'v1a'])
    expect(verifiedBy(both.publicKey!, last.headers, last.body)).toBe(1)
    expect(new Webhook(both.secret!).verify(last.body, last.headers)).toBeDefined()

    await change({ signatures: ['v1'] })
    expect((await rotate({ signingKey: vector.privateKey })).status).toBe(400)
    expect((await rotate({})).body.publicKey).toBeNull()
  })

  it('is sent to with the header names of Svix when it asks for them', async () => {
    const { endpoint, next } = await createListener({ headerStyle: 'svix' })
    const { headers, body } = await next()
    expect(Object.keys(headers).filter(name => name.startsWith('webhook-'))).toEqual([])
    expect(headers['svix-id']).toMatch(/^evt_/)
    // The library knows the standard's names only; the content is the same.
    const renamed = Object.fromEntries(
      ['id', 'timestamp', 'signature'].map(name => [`webhook-${name}`, headers[`svix-${name}`]!]),
    )
    expect(new Webhook(endpoint.secret).verify(body, renamed)).toMatchObject({ type: 'invoice.paid' })
  })

  it('is never sent to unsigned', async () => {
    const { workspace, url } = await createListener()
    for (const signatures of [[], ['v1', 'v1'], ['v2']]) {
      expect((await workspace.request('POST', '/v1/endpoints', { url, signatures })).status).toBe(400)
    }
  })

  it('whose secrets do not open waits alone, beside others of its workspace that are sent to', async () => {
    const sealed = await createListener()
    await createEndpoint(sealed.workspace, `${receiver}opened`)
    const spoil = `update credentials set sealed = sealed || '\\x00'::bytea where owner_id = $1`
    await hub.pool.query(spoil, [sealed.endpoint.id])
    await publish(sealed.workspace)
    await until(() => arrived.has('/opened'))
    expect(sealed.arrivals()).toEqual([])
  })
})
