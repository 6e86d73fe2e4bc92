import type { WebhookDefinition } from '../schema/webhooks.ts'
import type { WebhookShape } from '../schema/webhooks/shapes.ts'

// What the webhooks of Meta's Graph API have in common.

/** Signed with the app secret; the verify token, which stands in an address, is the app's webhook secret. */
export const signed = {
  secret: 'client',
  scheme: { kind: 'hmac', header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' },
  // It wants 200, and asks so: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
  acknowledge: { status: 200 },
  handshakes: [
    {
      kind: 'query',
      method: 'GET',
      where: { 'hub.mode': 'subscribe' },
      token: 'hub.verify_token',
      value: 'hub.challenge',
      answer: { text: 'echo' },
    },
  ],
} satisfies Partial<WebhookDefinition>

const owner = [{ path: 'entry[].id' }]

/** Messages with an id of their own, whose kind only a member tells: the types by the names of these members. */
export function identified(types: Readonly<Record<string, string>>): WebhookShape[] {
  return shapesOf(types).map(([member, shape]) => {
    const mid = `entry[].messaging[].${member.split('.')[0]!}.mid`
    // The same message is told to its sender, as an echo, and to its recipient.
    return { ...shape, deliveryId: { joined: [{ path: 'entry[].id' }, { path: mid }] } }
  })
}

/** The same for what is about a message, and bears that one's id at most. */
export function aboutMessages(types: Readonly<Record<string, string>>): WebhookShape[] {
  return shapesOf(types).map(([, shape]) => shape)
}

function shapesOf(types: Readonly<Record<string, string>>): [member: string, shape: WebhookShape][] {
  return Object.entries(types).map(([member, type]) => {
    const when = `entry[].messaging[].${member}`
    return [member, { each: 'entry[].messaging[]', when, type: { constant: type }, account: owner }]
  })
}
