import { createRequire } from 'node:module'
import { knownPublicKey } from '../../dev/sandbox/known-key.ts'
import { webhooks as fromDiscord } from '../../dev/sandbox/platforms/discord/webhooks.ts'
import { webhooks as fromGmail } from '../../dev/sandbox/platforms/gmail/webhooks.ts'
import { webhooks as fromCalendar } from '../../dev/sandbox/platforms/google-calendar/webhooks.ts'
import { webhooks as fromNotion } from '../../dev/sandbox/platforms/notion/webhooks.ts'
import { webhooks as fromSlack } from '../../dev/sandbox/platforms/slack/webhooks.ts'
import { discord } from '../../src/catalogue/platforms/discord/index.ts'
import { gmail } from '../../src/catalogue/platforms/gmail/index.ts'
import { googleCalendar } from '../../src/catalogue/platforms/google-calendar/index.ts'
import { notion } from '../../src/catalogue/platforms/notion/index.ts'
import { slack } from '../../src/catalogue/platforms/slack/index.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { type Headers, at, read, secret, sentBy, takes, url } from './signed-here.ts'

// The platforms' own code for webhooks, and the examples of their pages: what they sign, the sandbox signs and the hub takes.
// What they refuse is refused here too, and what they tell is read as they tell it.

/** What a client gives, without a type. */
type Untyped = ReturnType<typeof JSON.parse>
const load = createRequire(import.meta.url) as (name: string) => Untyped

describe('Slack’s framework', () => {
  const { verifySlackRequest } = load('@slack/bolt')
  const definition: WebhookDefinition = slack.webhooks
  const send = sentBy(fromSlack)
  const judges = (signingSecret: string, headers: Headers, body: string, nowMilliseconds = at) => {
    const told = { ...headers, 'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']) }
    try {
      verifySlackRequest({ signingSecret, headers: told, body, nowMilliseconds })
      return true
    } catch {
      return false
    }
  }
  const both = [
    judges,
    (...[key, sent, body, now]: Parameters<typeof judges>) => takes(definition, key, sent, body, now),
  ]

  it.each(['event', 'interaction', 'command'])(
    'takes an %s of the sandbox, and neither it nor the hub another',
    kind => {
      const { headers, body } = send({ kind })
      for (const isTaken of both) {
        expect(isTaken(secret, headers, body)).toBe(true)
        expect(isTaken('another', headers, body)).toBe(false)
        expect(isTaken(secret, headers, body.replace('T01', 'T02'))).toBe(false)
        const later = { ...headers, 'x-slack-request-timestamp': String(Math.floor(at / 1000) + 1) }
        expect(isTaken(secret, later, body)).toBe(false)
        expect(isTaken(secret, headers, body, at + 299_000)).toBe(true)
        expect(isTaken(secret, headers, body, at + 302_000)).toBe(false)
      }
    },
  )

  it('takes the example of its documentation, as the hub does', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&' +
      'user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F' +
      'commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    }
    for (const isTaken of both)
      expect(isTaken('8f742231b10e8888abcd99yyyzzz85a5', headers, body, 1_531_420_618_000)).toBe(true)
    expect(read(definition, { headers, body })).toEqual([
      ['slash_command', 'T1DC2JH3J', '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'],
    ])
  })

  it('is told of the workspace that installed the app, be it in a form or where another’s channel is shared', () => {
    const asked = { team: 'T01CAUSEWAY', eventId: 'Ev1' }
    expect(read(definition, send({ ...asked, happenedIn: 'T02OTHER' }))).toEqual([['message', 'T01CAUSEWAY', 'Ev1']])
    expect(read(definition, send({ ...asked, kind: 'interaction' }))).toEqual([['block_actions', 'T01CAUSEWAY', 'Ev1']])
    expect(read(definition, send({ ...asked, kind: 'command' }))).toEqual([['slash_command', 'T01CAUSEWAY', 'Ev1']])
    const limited = JSON.stringify({ token: 't', type: 'app_rate_limited', team_id: 'T01CAUSEWAY', api_app_id: 'A1' })
    expect(read(definition, { headers: {}, body: limited })).toEqual([['app_rate_limited', 'T01CAUSEWAY', null]])
  })
})

describe('Discord’s verifier', () => {
  const { verifyKey } = load('discord-interactions')
  const { signs, app } = fromDiscord.trial.secrets()
  const send = sentBy(fromDiscord)
  const judges = (key: string, headers: Headers, body: string): Promise<boolean> =>
    verifyKey(body, headers['x-signature-ed25519'], headers['x-signature-timestamp'], key)
  const hub = (...[key, headers, body]: Parameters<typeof judges>) => takes(discord.webhooks, key, headers, body)

  it('takes what the sandbox signs, and neither it nor the hub anything else', async () => {
    const { headers, body } = send({}, { secret: signs })
    for (const isTaken of [judges, hub]) {
      expect(await isTaken(app.webhookSecret, headers, body)).toBe(true)
      expect(await isTaken(fromDiscord.trial.secrets().app.webhookSecret, headers, body)).toBe(false)
      expect(await isTaken(app.webhookSecret, headers, `${body} `)).toBe(false)
      expect(await isTaken(app.webhookSecret, { ...headers, 'x-signature-timestamp': '1700000000' }, body)).toBe(false)
      expect(await isTaken(app.webhookSecret, { ...headers, 'x-signature-ed25519': 'none' }, body)).toBe(false)
    }
  })

  it('is told of a person where she ends her grant, and else of the app', () => {
    const about = (event: string) =>
      read(discord.webhooks, send({ event, data: { user: { id: '80' } } }, { secret: signs }))
    expect(about('APPLICATION_DEAUTHORIZED')).toEqual([['APPLICATION_DEAUTHORIZED', '80', null]])
    expect(about('APPLICATION_AUTHORIZED')).toEqual([['APPLICATION_AUTHORIZED', '1111111111111111111', null]])
  })
})

describe('Notion’s client', () => {
  const { verifyWebhookSignature, signWebhookPayload } = load('@notionhq/client')
  const judges = (verificationToken: string, headers: Headers, body: string): Promise<boolean> =>
    verifyWebhookSignature({ body, signature: headers['x-notion-signature'], verificationToken })
  const hub = (...[key, headers, body]: Parameters<typeof judges>) => takes(notion.webhooks, key, headers, body)

  it('takes what the sandbox signs, and neither it nor the hub anything else', async () => {
    const { headers, body } = sentBy(fromNotion)({ event: 'page.created' })
    for (const isTaken of [judges, hub]) {
      expect(await isTaken(secret, headers, body)).toBe(true)
      expect(await isTaken('another', headers, body)).toBe(false)
      expect(await isTaken(secret, headers, body.replace('created', 'deleted'))).toBe(false)
      expect(await isTaken(secret, {}, body)).toBe(false)
    }
  })

  it('signs what the hub takes', async () => {
    const body = '{"type":"page.moved", "workspace_id":"w","id":"e"}\n'
    const headers = { 'x-notion-signature': await signWebhookPayload({ body, verificationToken: secret }) }
    expect(takes(notion.webhooks, secret, headers, body)).toBe(true)
    expect(read(notion.webhooks, { headers, body })).toEqual([['page.moved', 'w', 'e']])
  })

  it('is told the same event at each attempt', () => {
    const [first, second] = [1, 2].map(attempt => read(notion.webhooks, sentBy(fromNotion)({ eventId: 'e', attempt })))
    expect(first).toEqual(second)
  })
})

describe('Google’s client', () => {
  const { OAuth2Client } = load('google-auth-library')
  const certificates = { sandbox: knownPublicKey.export({ type: 'spki', format: 'pem' }) }
  const send = sentBy(fromGmail)
  const judges = async (headers: Headers, audience = url) => {
    const token = headers['authorization']!.replace('Bearer ', '')
    const issuers = ['https://accounts.google.com']
    const ticket = await new OAuth2Client().verifySignedJwtWithCertsAsync(token, certificates, audience, issuers)
    return ticket.getPayload()
  }

  it('takes the token of a push, for this address and this hour only', async () => {
    const { headers } = send({}, { secret: 'pusher@p.iam.gserviceaccount.com' })
    expect(await judges(headers)).toMatchObject({ email: 'pusher@p.iam.gserviceaccount.com', email_verified: true })
    await expect(judges(headers, 'https://other.example.com')).rejects.toThrow('Wrong recipient')
    await expect(judges(send({}, { at: at - 7_200_000 }).headers)).rejects.toThrow('Token used too late')
    await expect(judges(send({ claims: { iss: 'https://example.com' } }).headers)).rejects.toThrow('Invalid issuer')
  })

  it('is told of a mailbox by its address', () => {
    const pushed = send({ email: 'ada@causeway.example', messageId: '2070443601311540' })
    expect(read(gmail.webhooks, pushed)).toEqual([['mailbox.changed', 'ada@causeway.example', '2070443601311540']])
    expect(read(gmail.webhooks, { headers: {}, body: '{"message":{"attributes":{}}}' })).toEqual([
      ['unknown', null, null],
    ])
  })

  it('is told of a calendar in headers alone, with a number that is its own within its channel', () => {
    const told = sentBy(fromCalendar)
    expect(read(googleCalendar.webhooks, told({ state: 'sync', channel: 'a' }))).toEqual([['sync', null, 'a/1']])
    expect(read(googleCalendar.webhooks, told({ channel: 'b', number: 10 }))).toEqual([['exists', null, 'b/10']])
  })
})
