import { constants, createDecipheriv, createHmac, privateDecrypt } from 'node:crypto'
import { knownPrivateKey } from '../../dev/sandbox/known-key.ts'
import { platforms } from '../../dev/sandbox/platforms/index.ts'
import { openWebhookStage, secretsOf, tell, type Address } from '../conformance/webhook-stage.ts'

// Notifications of Microsoft Graph with resource data: each has to bring the subscription's secret, and to be stood for by a token
// of its organisation.
const stage = await openWebhookStage()
const graph = platforms.find(({ id }) => id === 'microsoft-teams')!.webhooks!
const trial = graph.trial!
const other = '11111111-1111-4111-8111-111111111111'

async function receiver(platformUrl?: string) {
  const secrets = secretsOf(trial)
  const address = await stage.addressFor('microsoft-teams', secrets, trial, platformUrl)
  const send = async (request: object) => {
    const asked = graph.request.parse(request) as object
    const webhook = graph.sign({ ...asked, secret: secrets.signs, url: address.url, at: Date.now() })
    return outcome(address, () => tell(address.url, webhook))
  }
  return { address, send }
}

async function outcome(address: Address, act: () => ReturnType<typeof tell>) {
  const before = await stage.kept(address)
  const { status } = await act()
  return [status, (await stage.kept(address)) - before]
}

const rich = [{ rich: true }]

describe('tokens of a body that stand for its items', () => {
  it('prove items of their organisation, in both forms', async () => {
    const { send } = await receiver()
    expect(await send({ items: rich })).toEqual([202, 1])
    expect(await send({ items: rich, tokens: [{ version: '2.0' }] })).toEqual([202, 1])
    const both = [{ rich: true }, { rich: true, tenant: other }]
    expect(await send({ items: both, tokens: [{}, { tenant: other, version: '2.0' }] })).toEqual([202, 2])
  })

  it('leave out what none of them stands for, and nothing else', async () => {
    const { send } = await receiver()
    const mixed = [{ rich: true }, { rich: true, tenant: other }, { tenant: other }]
    expect(await send({ items: mixed })).toEqual([202, 2])
    expect(await send({ items: rich, tokens: [] })).toEqual([401, 0])
    expect(await send({ items: [{}], tokens: [] })).toEqual([202, 1])
    expect(await send({ items: [{ rich: true, clientState: 'of another' }] })).toEqual([401, 0])
  })

  it.each([
    ['another app', { clientId: '22222222-2222-4222-8222-222222222222' }],
    ['another organisation', { tenant: other }],
    ['another sender', { claims: { appid: '22222222-2222-4222-8222-222222222222' } }],
    ['a sender in the other form', { claims: { appid: undefined, azp: '0bf30f3b-4a52-48df-9a82-234910c4a086' } }],
    ['another issuer', { claims: { iss: 'https://sts.windows.net.example.com/' } }],
    ['the issuer of another organisation', { claims: { iss: `https://sts.windows.net/${other}/` } }],
    ['an organisation that is an address', { claims: { tid: '../84bd8158-6d4d-4958-8b9f-9d6445542f95' } }],
    ['the past', { claims: { exp: Math.floor(Date.now() / 1000) - 90 } }],
    ['no end', { claims: { exp: undefined } }],
  ])('prove nothing when they are of %s', async (_, token) => {
    const { send } = await receiver()
    expect(await send({ items: rich, tokens: [token] })).toEqual([401, 0])
  })

  it('are asked for again while the keys cannot be had', async () => {
    const { send } = await receiver('http://127.0.0.1:1')
    expect(await send({ items: rich })).toEqual([503, 0])
    expect(await send({ items: [{}] })).toEqual([202, 1])
  })
})

it('what a rich item brings is passed on as it was encrypted: who holds the key of the certificate reads it', () => {
  const asked = graph.request.parse({ items: rich }) as object
  const { body } = graph.sign({ ...asked, secret: 's', url: 'https://hub.example.com', at: Date.now() })
  const content = (JSON.parse(body) as { value: { encryptedContent: Record<string, string> }[] }).value[0]!
    .encryptedContent
  const part = (name: string) => Buffer.from(content[name]!, 'base64')
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const key = privateDecrypt({ key: knownPrivateKey, padding, oaepHash: 'sha1' }, part('dataKey'))
  expect(createHmac('sha256', key).update(part('data')).digest('base64')).toBe(content['dataSignature'])
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16))
  const plain = Buffer.concat([cipher.update(part('data')), cipher.final()])
  expect(JSON.parse(plain.toString())).toMatchObject({ body: 'Hello' })
})
