import { createRequire } from 'node:module'
import type { SignedWebhook } from '../../dev/sandbox/platform.ts'
import { webhooks as fromAsana } from '../../dev/sandbox/platforms/asana/webhooks.ts'
import { webhooks as fromDiscord } from '../../dev/sandbox/platforms/discord/webhooks.ts'
import { webhooks as fromTeams } from '../../dev/sandbox/platforms/microsoft-teams/webhooks.ts'
import { verification, webhooks as fromNotion } from '../../dev/sandbox/platforms/notion/webhooks.ts'
import { webhooks as fromTypeform } from '../../dev/sandbox/platforms/typeform/webhooks.ts'
import { webhooks as fromYoutube } from '../../dev/sandbox/platforms/youtube/webhooks.ts'
import { asana } from '../../src/catalogue/platforms/asana/index.ts'
import { discord } from '../../src/catalogue/platforms/discord/index.ts'
import { microsoftTeams } from '../../src/catalogue/platforms/microsoft-teams/index.ts'
import { typeform } from '../../src/catalogue/platforms/typeform/index.ts'
import { youtube } from '../../src/catalogue/platforms/youtube/index.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { readItems } from '../../src/inbound/read.ts'
import { vouchedBy } from '../../src/inbound/receiving/proof.ts'
import { connectAccount } from '../inbound/senders.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { at, read, secret, sentBy, takes } from './signed-here.ts'

// What platforms without code of their own for webhooks ask of an address, and what they tell, by the examples of their pages.

const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const server = await createTestServer(hub)
const workspace = await createWorkspace(hub)

/** An address of a new connection to a platform, which nobody can guess. */
async function addressOf(provider: string, about: object = {}) {
  const app = await workspace.request('POST', '/v1/provider-apps', { provider, name: 'Ours' })
  const connection = await connectAccount(hub, workspace.workspaceId, provider, app.body['id'], 'the account')
  const made = await workspace.request<{ webhookUrl: string }>(
    'POST',
    `/v1/connections/${connection}/webhook-addresses`,
    about,
  )
  return new URL(made.body.webhookUrl).pathname
}

async function post(url: string, { headers, body }: Pick<SignedWebhook, 'headers' | 'body'>) {
  const answer = await server.inject({ method: 'POST', url, headers: { ...headers }, payload: body })
  return { status: answer.statusCode, body: answer.body, hookSecret: answer.headers['x-hook-secret'] }
}

describe('What a person does at Discord', () => {
  it('is answered at once as the platform’s own constants have it, and kept for who follows up', async () => {
    const { InteractionResponseType: answers } = createRequire(import.meta.url)('discord-interactions') as {
      InteractionResponseType: Record<string, number>
    }
    const { signs, app } = fromDiscord.trial.secrets()
    const made = await workspace.request('POST', '/v1/provider-apps', { provider: 'discord', name: 'Ours', ...app })
    const url = new URL((made.body as unknown as { webhookUrl: string }).webhookUrl).pathname
    const send = sentBy(fromDiscord)
    const wanted = {
      command: { type: answers['DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE'] },
      component: { type: answers['DEFERRED_UPDATE_MESSAGE'] },
      autocomplete: { type: answers['APPLICATION_COMMAND_AUTOCOMPLETE_RESULT'], data: { choices: [] } },
      modal: { type: answers['DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE'] },
    }
    for (const [interaction, json] of Object.entries(wanted)) {
      const sent = send({ interaction, interactionId: interaction }, { secret: signs })
      // What comes again is answered alike.
      for (const _ of [1, 2]) {
        const { status, body } = await post(url, sent)
        expect([status, JSON.parse(body)]).toEqual([200, json])
      }
      expect((await post(url, { ...sent, body: `${sent.body} ` })).status).toBe(401)
      expect(read(discord.webhooks, sent)).toEqual([[`interaction.${interaction}`, '1111111111111111111', interaction]])
    }
    expect(await post(url, send({}, { secret: signs }))).toMatchObject({ status: 204, body: '' })
  })
})

describe('Handshakes', () => {
  it('of Notion bring the token that signs from then on, once a person has taken it', async () => {
    const { body: app } = await workspace.request('POST', '/v1/provider-apps', { provider: 'notion', name: 'Ours' })
    const { id, webhookUrl } = app as unknown as { id: string; webhookUrl: string }
    const url = new URL(webhookUrl).pathname
    const headers = { 'content-type': 'application/json' }
    expect((await post(url, { headers, body: verification('secret_of_notion_1') })).status).toBe(200)
    const offered = `/v1/provider-apps/${id}/offered-webhook-secret`
    expect((await workspace.request('GET', offered)).body).toEqual({ secret: 'secret_of_notion_1' })
    const sent = sentBy(fromNotion)({}, { secret: 'secret_of_notion_1' })
    expect((await post(url, sent)).status).toBe(401)
    expect((await workspace.request('POST', `${offered}/take`)).status).toBe(204)
    expect((await post(url, sent)).status).toBe(202)
  })

  it('of Asana bring the secret of one address, whose heartbeats and events are answered with 200', async () => {
    const url = await addressOf('asana')
    const handed = await post(url, { headers: { 'x-hook-secret': 'the-secret-of-this-webhook' }, body: '' })
    expect(handed).toMatchObject({ status: 200, hookSecret: 'the-secret-of-this-webhook' })
    const send = sentBy(fromAsana)
    const signed = (asked: object) => post(url, send(asked, { secret: 'the-secret-of-this-webhook' }))
    expect(await signed({ events: [] })).toMatchObject({ status: 200, body: '' })
    expect(await signed({})).toMatchObject({ status: 200, body: '' })
    expect((await post(url, send())).status).toBe(401)
  })

  it('of YouTube’s hub are answered for the feed that the address was made for', async () => {
    const topic = 'https://www.youtube.com/feeds/videos.xml?channel_id=UC1'
    const url = await addressOf('youtube', { secret, topics: [topic] })
    const ask = async (about: string) => {
      const query = {
        'hub.mode': 'subscribe',
        'hub.topic': about,
        'hub.challenge': '4711',
        'hub.lease_seconds': '432000',
      }
      const { statusCode, body } = await server.inject({ method: 'GET', url, query })
      return statusCode === 200 ? body : statusCode
    }
    expect(await ask(topic)).toBe('4711')
    expect(await ask(topic.replace('UC1', 'UC2'))).toBe(404)
    expect((await post(url, sentBy(fromYoutube)())).status).toBe(202)
  })
})

describe('What Microsoft Graph tells', () => {
  const definition: WebhookDefinition = microsoftTeams.webhooks
  const send = sentBy(fromTeams)

  it('is read item by item, of several organisations and subscriptions at once', () => {
    const sent = send({
      items: [
        { id: 'a', tenant: 't1', change: 'created' },
        {
          id: 'b',
          tenant: 't2',
          change: 'updated',
          resource: "teams('1')/channels('19:x')/messages('2')/replies('3')",
        },
        { id: 'c', tenant: 't2', change: 'deleted', resource: "teams('1')/members('MCMjMQ==')" },
        { id: 'd', tenant: 't1', change: 'updated', resource: 'chats/19:x@thread.v2' },
        { tenant: 't1', lifecycle: 'missed' },
      ],
    })
    expect(read(definition, sent)).toEqual([
      ['message.created', 't1', 'a'],
      ['reply.updated', 't2', 'b'],
      ['member.deleted', 't2', 'c'],
      ['chat.updated', 't1', 'd'],
      ['missed', 't1', null],
    ])
  })

  it('is left out where it does not bring the state that its subscription was given', () => {
    const own = { id: 'a', tenant: 't1' }
    const sent = send({ items: [own, { id: 'b', tenant: 't1', clientState: 'forged' }] })
    expect(takes(definition, secret, sent.headers, sent.body)).toBe(true)
    expect(read(definition, sent)).toEqual([['message.created', 't1', 'a']])
    const forged = send({ items: [{ ...own, clientState: 'forged' }] })
    expect(takes(definition, secret, forged.headers, forged.body)).toBe(false)
  })

  it('is kept without the state, however it is written, and else as it was', () => {
    const item =
      '{"n":12345678901234567890, "clientState" : "the secret of this te\\u0073t","changeType":"created","resource":"teams(\'1\')"}'
    const body = Buffer.from(`{"value":[${item},{"clientState":"${secret}"}]}`)
    const bodies = readItems(definition, { headers: {}, body }, vouchedBy(definition, [secret])).map(one =>
      one.body.toString(),
    )
    expect(bodies).toEqual([item.replace(/"the secret[^"]*"/, '"…"'), '{"clientState":"…"}'])
  })
})

describe('What Asana, Typeform and YouTube tell', () => {
  it('is an event each, and the same event twice in one delivery is one', () => {
    const story = {
      action: 'added',
      resource: { gid: '2', resource_type: 'story' },
      createdAt: '2026-01-01T00:00:00.000Z',
    }
    const sent = sentBy(fromAsana)({ events: [{}, story, story] })
    expect(takes(asana.webhooks, secret, sent.headers, sent.body)).toBe(true)
    expect(read(asana.webhooks, sent)).toEqual([
      ['task.changed', null, null],
      ['story.added', null, null],
    ])
  })

  it('is a response with an id of its own', () => {
    const sent = sentBy(fromTypeform)({ eventId: '01EK4R5PFZZP6C8H14RTP4YW6C' })
    expect(takes(typeform.webhooks, secret, sent.headers, sent.body)).toBe(true)
    expect(read(typeform.webhooks, sent)).toEqual([['form_response', null, '01EK4R5PFZZP6C8H14RTP4YW6C']])
  })

  it('is a feed of videos that changed or are gone, signed as WebSub has it', () => {
    const send = sentBy(fromYoutube)
    const { headers, body } = send({ channel: 'UC1', video: 'v1' })
    expect(takes(youtube.webhooks, secret, headers, body)).toBe(true)
    expect(takes(youtube.webhooks, secret, headers, body.replace('v1', 'v2'))).toBe(false)
    const time = `${new Date(at).toISOString().slice(0, -1)}456789+00:00`
    expect(read(youtube.webhooks, { headers, body })).toEqual([['video.changed', 'UC1', `v1/${time}`]])
    const gone = send({ channel: 'UC1', video: 'v1', deleted: true })
    expect(read(youtube.webhooks, gone)).toEqual([['video.deleted', 'UC1', `yt:video:v1/${time}`]])
  })
})
