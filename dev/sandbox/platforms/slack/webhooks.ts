import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  /** An event of the Events API, a button that was used, or a slash command: the latter two are forms. */
  kind: z.enum(['event', 'interaction', 'command']).default('event'),
  event: z
    .record(z.string(), z.unknown())
    .default({ type: 'message', channel: 'C024BE91L', user: 'U01CAUSEWAY', text: 'Hello', ts: '1355517523.000005' }),
  team: z.string().default('T01CAUSEWAY'),
  /** Where it happened, in a channel that workspaces share. */
  happenedIn: z.string().optional(),
  /** Id of the event, or of what triggered a form. */
  eventId: z.string().optional(),
})

type Asked = z.output<typeof request> & { id: string; at: number }

const appId = 'A0KRD7HC3'
const newId = () => `Ev${randomBytes(5).toString('hex').toUpperCase()}`

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signature(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}

function signedHeaders(secret: string, at: number, body: string) {
  const timestamp = Math.floor(at / 1000)
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': signature(secret, timestamp, body) }
}

/** https://docs.slack.dev/apis/events-api */
export const webhooks = {
  request,
  sign({ secret, at, ...asked }) {
    const id = asked.eventId ?? newId()
    const body = bodyOf({ ...asked, id, at })
    const type = asked.kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded'
    const headers = { 'content-type': type, 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)' }
    return {
      id,
      headers: { ...headers, ...signedHeaders(secret, at, body) },
      body,
      signed: ['body', { header: 'x-slack-request-timestamp' }],
    }
  },
  trial: {
    request: () => ({ eventId: newId() }),
    proof: ['x-slack-signature', 'x-slack-request-timestamp'],
    staleAfterMs: 300_000,
    handshakes: [
      // https://docs.slack.dev/reference/events/url_verification
      ({ secret }) => {
        const challenge = randomBytes(26).toString('hex')
        const body = JSON.stringify({ token: 'deprecated-verification-token', challenge, type: 'url_verification' })
        const headers = { 'content-type': 'application/json', ...signedHeaders(secret, Date.now(), body) }
        return { method: 'POST', headers, body, answer: { status: 200, body: JSON.stringify({ challenge }) } }
      },
      // What is tried for a command's address: https://docs.slack.dev/interactivity/implementing-slash-commands
      () => ({
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'ssl_check=1&token=deprecated-verification-token',
        answer: { status: 200 },
      }),
    ],
  },
} satisfies WebhookSender<typeof request>

function bodyOf(asked: Asked): string {
  const { kind, team, id } = asked
  if (kind === 'event') return JSON.stringify(eventOf(asked))
  const who = { id: 'U01CAUSEWAY', username: 'ada', team_id: team }
  if (kind === 'command') {
    // https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling
    return new URLSearchParams({
      ...{ token: 'deprecated-verification-token', team_id: team, team_domain: 'causeway', channel_id: 'C024BE91L' },
      ...{ channel_name: 'general', user_id: who.id, user_name: who.username, command: '/weather', text: '94070' },
      ...{ api_app_id: appId, is_enterprise_install: 'false', trigger_id: id },
      response_url: 'https://hooks.slack.com/commands/T01/1/one',
    }).toString()
  }
  // https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
  const action = { type: 'button', block_id: 'b', action_id: 'approve', value: 'yes', action_ts: '1548426417.840180' }
  const payload = {
    ...{ type: 'block_actions', team: { id: team, domain: 'causeway' }, user: who, api_app_id: appId, trigger_id: id },
    ...{ container: { type: 'message' }, response_url: 'https://hooks.slack.com/actions/T01/1/one', actions: [action] },
  }
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
}

function eventOf({ event, team, happenedIn = team, id, at }: Asked) {
  const authorization = { enterprise_id: null, team_id: team, user_id: 'U01BOT', is_bot: true }
  return {
    ...{
      token: 'deprecated-verification-token',
      team_id: happenedIn,
      api_app_id: appId,
      event,
      type: 'event_callback',
    },
    ...{ event_id: id, event_time: Math.floor(at / 1000), is_ext_shared_channel: happenedIn !== team },
    authorizations: [{ ...authorization, is_enterprise_install: false }],
    event_context: '4-eyJldCI6Im1lc3NhZ2UifQ',
  }
}
