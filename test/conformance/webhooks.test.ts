import { platforms as doubles } from '../../dev/sandbox/platforms/index.ts'
import type { SignedPart, SignedWebhook, WebhookTrial } from '../../dev/sandbox/platform.ts'
import { platforms as catalogue } from '../../src/catalogue/platforms/index.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { openWebhookStage, secretsOf, signed, tell, type Address, type Told } from './webhook-stage.ts'

// Every platform that sends webhooks signs them here as its documentation says, and sends them over HTTP.
const stage = await openWebhookStage()

const senders = catalogue.flatMap(({ id, webhooks }) => (webhooks ? [{ id, definition: webhooks }] : []))
const trials = senders.flatMap(({ id, definition }) => {
  const double = doubles.find(one => one.id === id)
  const { trial, trials: others = {} } = double?.webhooks ?? {}
  if (!double || !trial) return []
  const named = Object.entries(others).map(([name, other]) => ({ name: `${id}, ${name}`, trial: other }))
  return [{ name: id, trial }, ...named].map(one => ({ ...one, id, definition, double }))
})

it('every platform of the catalogue with webhooks has a double that sends them', () => {
  expect(senders.map(({ id }) => id)).toEqual([...new Set(trials.map(({ id }) => id))])
})

describe.each(trials)('webhooks of $name', ({ id, definition, double, trial }) => {
  const sent = (secret: string, url: string, at?: number) => signed(double, secret, url, at, trial)
  /** An app that knows what the platform signs with. */
  async function receiver() {
    const secrets = secretsOf(trial)
    const address = await stage.addressFor(id, secrets, trial)
    return { ...secrets, address, sign: (at?: number) => sent(secrets.signs, address.url, at) }
  }
  const { isTaken, isRefused } = judges(trial)

  it('are taken, and known when they come again', async () => {
    const { address, sign } = await receiver()
    const [one, other] = [sign(), sign()]
    await isTaken(address, one)
    await isTaken(address, other)
    const before = await stage.kept(address)
    expect((await tell(address.url, one)).status).toBeLessThan(300)
    expect(await stage.kept(address)).toBe(before)
  })

  it('are refused when any part of what is signed is another', async () => {
    const { address, sign } = await receiver()
    const { signed: parts = [] } = sign()
    for (const part of parts) await isRefused(address, tampered(sign(), part), JSON.stringify(part))
    await isTaken(address, sign())
  })

  it('are refused without what proves them, and with what proves another', async () => {
    const { address, sign } = await receiver()
    for (const name of trial.proof) await isRefused(address, without(sign(), name), `without ${name}`)
    if (trial.address === undefined || trial.proof.length > 0)
      await isRefused(address, sent(secretsOf(trial).signs, address.url), 'by another secret')
  })

  const { staleAfterMs, futureAfterMs } = trial
  if (staleAfterMs !== undefined)
    it('are refused when they are too old', async () => {
      const { address, sign } = await receiver()
      await isTaken(address, sign(Date.now() - staleAfterMs + 30_000))
      await isRefused(address, sign(Date.now() - staleAfterMs - 2_000), 'stale')
    })
  if (futureAfterMs !== undefined)
    it('are refused when they are of the future', async () => {
      const { address, sign } = await receiver()
      await isTaken(address, sign(Date.now() + futureAfterMs - 30_000))
      await isRefused(address, sign(Date.now() + futureAfterMs + 30_000), 'from the future')
    })

  const rollover = rolloverOf(definition, trial)
  if (rollover)
    it('are taken with the old and the new secret while one follows the other', async () => {
      const { address, sign, app: before } = await receiver()
      const next = secretsOf(trial)
      const change = rollover(before, next.app)
      const changed = await stage.workspace.request('PATCH', `/v1/provider-apps/${address.app}`, change)
      expect([changed.status, changed.body]).toEqual([200, expect.anything()])
      await isTaken(address, sign())
      await isTaken(address, sent(next.signs, address.url))
      await isRefused(address, sent(secretsOf(trial).signs, address.url), 'by a third secret')
    })

  if (['jwt', 'certificate'].includes(definition.scheme.kind))
    it('are to be sent again while the platform’s keys cannot be had', async () => {
      const secrets = secretsOf(trial)
      const address = await stage.addressFor(id, secrets, trial, 'http://127.0.0.1:1')
      const told = await tell(address.url, sent(secrets.signs, address.url))
      expect([told.status, told.headers.get('retry-after'), await stage.kept(address)]).toEqual([503, '5', 0])
      expect(JSON.parse(told.body)).toMatchObject({ error: { code: 'KEYS_UNAVAILABLE' } })
    })

  for (const [at, handshake] of (trial.handshakes ?? []).entries())
    it(`begin with a handshake that is answered (${at + 1})`, async () => {
      const { address, signs, app } = await receiver()
      const { answer, body = '', headers = {}, ...request } = handshake({ secret: signs, url: address.url, app })
      const told = await tell(address.url, { ...request, headers, body })
      expect({ status: told.status, body: told.body }).toEqual({
        status: answer.status,
        body: answer.body ?? told.body,
      })
      for (const [name, value] of Object.entries(answer.headers ?? {})) expect(told.headers.get(name)).toContain(value)
      expect(await stage.kept(address)).toBe(0)
    })
})

/** What it means that a webhook of a platform's is taken, or refused: an answer, and whether something is kept. */
function judges({ silent = false }: WebhookTrial) {
  async function outcome(address: Address, webhook: SignedWebhook): Promise<{ told: Told; kept: number }> {
    const before = await stage.kept(address)
    const told = await tell(address.url, webhook)
    return { told, kept: (await stage.kept(address)) - before }
  }
  return {
    isTaken: async (address: Address, webhook: SignedWebhook) => {
      const { told, kept } = await outcome(address, webhook)
      expect([told.status < 300, kept > 0, told.body]).toEqual([true, true, told.body])
    },
    isRefused: async (address: Address, webhook: SignedWebhook, why: string) => {
      const { told, kept } = await outcome(address, webhook)
      expect([why, silent ? told.status < 300 : told.status, kept]).toEqual([why, silent ? true : 401, 0])
    },
  }
}

/** The webhook with another value of one part, of the same form. */
function tampered(webhook: SignedWebhook, part: SignedPart): SignedWebhook {
  if (part === 'url') return { ...webhook, query: { ...webhook.query, other: '1' } }
  if (part === 'body') return { ...webhook, body: `${webhook.body} ` }
  const value = webhook.headers[part.header]!
  const other = value.replace(/\d(?=\D*$)|.$/, last => (/\d/.test(last) ? String((Number(last) + 1) % 10) : 'x'))
  return { ...webhook, headers: { ...webhook.headers, [part.header]: other } }
}

function without(webhook: SignedWebhook, name: string): SignedWebhook {
  const but = (members: Readonly<Record<string, string>>, absent: string) =>
    Object.fromEntries(Object.entries(members).filter(([member]) => member !== absent))
  return name.startsWith('?')
    ? { ...webhook, query: but(webhook.query ?? {}, name.slice(1)) }
    : { ...webhook, headers: but(webhook.headers, name) }
}

type AppSecrets = ReturnType<typeof secretsOf>['app']

/** How an app comes to a new secret while the old one is still used; undefined where there is no way. */
function rolloverOf(definition: WebhookDefinition, trial: WebhookTrial) {
  const { app } = secretsOf(trial)
  if (trial.address !== undefined) return undefined
  if (definition.secret !== 'client' || app.clientSecret === undefined)
    return app.webhookSecret === undefined
      ? undefined
      : (_: AppSecrets, { webhookSecret }: AppSecrets) => ({ webhookSecret })
  // Where the webhook secret is what the platform shows in a handshake, it signs nothing.
  if (app.webhookSecret !== undefined) return undefined
  return (before: AppSecrets, { clientSecret }: AppSecrets) => ({ clientSecret, webhookSecret: before.clientSecret })
}
