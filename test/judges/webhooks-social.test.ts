import { load, loadModule, type Untyped } from './judged.ts'
import { beginJudging, type Judged } from './webhooks-judged.ts'

// The platforms' own code for webhooks judges both ways: what the sandbox signs it verifies, what it signs the hub takes, and
// what was changed on the way both refuse.

const { judge, keyed } = await beginJudging()

const taken = async (at: Judged, headers: Readonly<Record<string, string>>, body: string) =>
  (await at.deliver({ headers, body })).status < 300

describe('SendGrid’s verifier', () => {
  const { EventWebhook } = load('@sendgrid/eventwebhook')
  const [signature, timestamp] = [
    'x-twilio-email-event-webhook-signature',
    'x-twilio-email-event-webhook-timestamp',
  ] as const
  const verifies = (key: string, headers: Readonly<Record<string, string>>, body: string): boolean => {
    const verifier = new EventWebhook()
    return verifier.verifySignature(verifier.convertPublicKeyToECDSA(key), body, headers[signature], headers[timestamp])
  }

  it('takes what the sandbox signs, to the last line end, and neither it nor the hub anything else', async () => {
    const sendgrid = await judge('sendgrid')
    const { headers, body } = sendgrid.sign({ events: [{ event: 'open' }, { event: 'click' }] })
    const later = { ...headers, [timestamp]: String(Number(headers[timestamp]) + 1) }
    const verdicts = async (told: Readonly<Record<string, string>>, text: string) => [
      verifies(sendgrid.secrets.app.webhookSecret!, told, text),
      await taken(sendgrid, told, text),
    ]
    expect(await verdicts(headers, body.trimEnd())).toEqual([false, false])
    expect(await verdicts(headers, body.replaceAll('\r', ''))).toEqual([false, false])
    expect(await verdicts(later, body)).toEqual([false, false])
    expect(await verdicts(sendgrid.sign().headers, body)).toEqual([false, false])
    expect(await verdicts(headers, body)).toEqual([true, true])
    expect((await sendgrid.kept()).map(({ type }) => type)).toEqual(['open', 'click'])
  })

  it('takes mails that come in, to the last byte, as the hub does', async () => {
    const sendgrid = await judge('sendgrid')
    const { headers, body } = sendgrid.sign({ mail: { subject: 'Grüße' } })
    const verdicts = async (text: string) => [
      verifies(sendgrid.secrets.app.webhookSecret!, headers, text),
      await taken(sendgrid, headers, text),
    ]
    expect(await verdicts(body.replace('Grüße', 'Grösse'))).toEqual([false, false])
    expect(await verdicts(body.replaceAll('\r', ''))).toEqual([false, false])
    expect(await verdicts(body)).toEqual([true, true])
    const [mail] = await sendgrid.kept()
    expect(mail!.type).toBe('mail.received')
    const file = { filename: 'map.txt', size: 19, content: Buffer.from('Left, then right.\r\n').toString('base64') }
    expect(JSON.parse(mail!.body.toString())).toMatchObject({ subject: 'Grüße', attachments: '1', attachment1: file })
  })

  it('comes with a signature that the hub takes', async () => {
    const key =
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=='
    const headers = {
      [signature]: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
      [timestamp]: '1600112502',
    }
    const event = {
      ...{ email: 'hello@world.com', event: 'dropped', reason: 'Bounced Address' },
      sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
      sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
      'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
      timestamp: 1600112492,
    }
    const body = `${JSON.stringify([event])}\r\n`
    const sendgrid = await judge('sendgrid', { signs: '', app: { webhookSecret: key } })
    expect([verifies(key, headers, body), await taken(sendgrid, headers, body)]).toEqual([true, true])
    expect(await taken(sendgrid, headers, body.replace('hello', 'other'))).toBe(false)
    expect(await sendgrid.kept()).toMatchObject([{ type: 'dropped', delivery_id: event.sg_event_id }])
  })

  it('signs what the hub takes', async () => {
    const { Ecdsa, PrivateKey } = load('starkbank-ecdsa')
    const key = new PrivateKey(load('starkbank-ecdsa/ellipticcurve/curve').p256)
    const body = `[${JSON.stringify({ event: 'open', sg_event_id: 'Größe' })}]\r\n`
    const headers = { [signature]: Ecdsa.sign(`1${body}`, key).toBase64() as string, [timestamp]: '1' }
    const webhookSecret = (key.publicKey().toPem() as string).replaceAll(/-----.*-----|\n/g, '')
    const sendgrid = await judge('sendgrid', { signs: '', app: { webhookSecret } })
    expect(await taken(sendgrid, headers, body.replace('open', 'click'))).toBe(false)
    expect(await taken(sendgrid, headers, body)).toBe(true)
  })
})

describe('The kit for Meta’s webhooks', () => {
  const kit = async (): Promise<Untyped> => new (await loadModule('@great-detail/whatsapp')).Client().webhook

  it.each(['facebook', 'instagram', 'meta-ads'])(
    'takes what the sandbox of %s signs, and signs what the hub takes',
    async id => {
      const [webhook, meta] = [await kit(), await judge(id)]
      const { signs: secret, app } = meta.secrets
      const text = 'Größe? https://example.com/ 👋'
      const message = { mid: 'm_1', text }
      const { headers, body } = meta.sign(id === 'meta-ads' ? { value: { text } } : { messaging: [{ message }] })
      const judged = (told: string) => webhook.eventNotification({ method: 'POST', query: {}, headers, body: told })
      const given = await judged(body)
      expect([await given.checkSignature(secret), await given.checkSignature('another')]).toEqual([true, false])
      // Written otherwise, the same JSON has another signature.
      const unescaped = JSON.stringify(JSON.parse(body))
      expect([unescaped === body, await (await judged(unescaped)).checkSignature(secret)]).toEqual([false, false])
      expect([await taken(meta, headers, unescaped), await taken(meta, headers, body)]).toEqual([false, true])
      const signedBy = async (key: string): Promise<string> =>
        (await judged(unescaped)).signature.sha256.getCalculatedSignature(key)
      const header = async (key: string) => ({
        'x-hub-signature-256': `sha256=${(await signedBy(key)).replace(/^sha256=/, '')}`,
      })
      // What stands in an address as the verify token signs nothing.
      expect(await taken(meta, await header(app.webhookSecret!), unescaped)).toBe(false)
      expect(await taken(meta, await header(secret), unescaped)).toBe(true)
    },
  )

  it('answers what Meta asks of an address as the hub does, and the hub only for the verify token', async () => {
    const [webhook, meta] = [await kit(), await judge('instagram')]
    const asks = (token: string) => ({
      'hub.mode': 'subscribe',
      'hub.challenge': '1158201444',
      'hub.verify_token': token,
    })
    const query = asks(meta.secrets.app.webhookSecret!)
    const own = await webhook.register({ method: 'GET', query, headers: {} })
    expect(await meta.ask(query)).toEqual({ status: 200, text: own.accept() as string })
    expect((await meta.ask(asks(meta.secrets.signs))).status).toBeGreaterThanOrEqual(400)
    expect((await meta.ask({ ...query, 'hub.mode': 'unsubscribe' })).status).toBeGreaterThanOrEqual(400)
  })
})

describe('An app at X', () => {
  it('has either secret sign, and proves itself with its client secret', async () => {
    const [client, consumer] = ['an OAuth 2.0 client secret', 'an OAuth 1.0 consumer secret']
    const app = { clientId: 'x', clientSecret: client, webhookSecret: consumer }
    const x = await judge('twitter', { signs: client, app })
    const old = x.sign(
      { signedBy: 'consumer', event: 'favorite_events', payload: { id: 'a7ba' } },
      Date.now(),
      consumer,
    )
    expect(await x.deliver(old)).toEqual({ status: 200, text: '' })
    expect(await x.deliver(x.sign())).toEqual({ status: 200, text: '' })
    expect((await x.deliver(x.sign({}, Date.now(), 'another'))).status).toBe(401)
    expect((await x.kept()).map(({ type }) => type)).toEqual(['favorite_events', 'post.create'])
    const [handshake] = x.handshakes
    const { query, answer } = handshake!
    expect(await x.ask(query ?? {})).toEqual({ status: 200, text: answer.body })
  })
})

it.each(['facebook', 'instagram', 'meta-ads', 'tiktok', 'twitter'])(
  '%s is told 200, and no other success',
  async id => {
    const platform = await judge(id)
    const sent = platform.sign({})
    expect((await platform.deliver(sent)).status).toBe(200)
    expect((await platform.deliver(sent)).status).toBe(200)
  },
)

it.each([
  ['mailchimp', ''],
  ['salesforce', '<Ack>true</Ack>'],
])(
  '%s signs nothing: what comes to an address that nobody can guess is of its connection, and no other is let in',
  async (id, answered) => {
    const [one, other] = await keyed(id, ['a connection', 'another of the same app'])
    const [first, second] = [await one!.deliver(one!.sign()), await other!.deliver(other!.sign())]
    expect([first, second]).toEqual([
      { status: 200, text: expect.stringContaining(answered) as string },
      { status: 200, text: expect.stringContaining(answered) as string },
    ])
    const kept = await one!.kept()
    expect([...new Set(kept.map(event => event.connection_id))]).toEqual([one!.connectionId, other!.connectionId])
    expect((await (await judge(id)).deliver(one!.sign())).status).toBe(401)
    expect((await one!.ask({})).status).toBe(id === 'mailchimp' ? 200 : 404)
  },
)
