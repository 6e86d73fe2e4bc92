import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const event = z.looseObject({
  event: z.string().default('delivered'),
  email: z.string().default('ada@causeway.example'),
  sg_event_id: z.string().default(() => randomBytes(16).toString('base64')),
})

const signedHeaders = ['x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp']

const mail = z.object({
  messageId: z.string().default(() => `<${randomUUID()}@mail.causeway.example>`),
  subject: z.string().default('A crossing'),
  text: z.string().default('Hello, Ada'),
  files: z.record(z.string(), z.string()).default({ 'map.txt': 'Left, then right.\r\n' }),
  /** By the parse webhook's security policy, or by what stands in its URL. */
  proof: z.enum(['signature', 'basic']).default('signature'),
})

const request = z.object({
  events: z.array(event).min(1).prefault([{}]),
  /** Instead of events: a mail that came in. */
  mail: mail.optional(),
})

/** https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook */
function parsed({ messageId, subject, text, files }: z.output<typeof mail>): string {
  const named = Object.entries(files)
  const info = named.map(([filename], at) => [`attachment${at + 1}`, { filename, name: filename, type: 'text/plain' }])
  const fields = {
    headers: `MIME-Version: 1.0\nReceived: by mx0047p1mdw1.sendgrid.net\nFrom: Ada <ada@causeway.example>\nMessage-ID: ${messageId}\n`,
    dkim: '{@causeway.example : pass}',
    to: 'help@parse.causeway.example',
    from: 'Ada <ada@causeway.example>',
    text,
    sender_ip: '192.0.2.1',
    envelope: '{"to":["help@parse.causeway.example"],"from":"ada@causeway.example"}',
    attachments: String(named.length),
    subject,
    'attachment-info': JSON.stringify(Object.fromEntries(info)),
    charsets: '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"utf-8"}',
    SPF: 'pass',
  }
  const parts = [
    ...Object.entries(fields).map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`),
    ...named.map(
      ([filename, content], at) =>
        `Content-Disposition: form-data; name="attachment${at + 1}"; filename="${filename}"\r\nContent-Type: text/plain; name="${filename}"\r\n\r\n${content}`,
    ),
  ]
  return [...parts.map(part => `--xYzZY\r\n${part}\r\n`), '--xYzZY--\r\n'].join('')
}

function signatureOf(timestamp: string, body: string, key: string): Record<string, string> {
  const signature = sign('sha256', Buffer.from(timestamp + body), { key, dsaEncoding: 'der' }).toString('base64')
  return { 'x-twilio-email-event-webhook-signature': signature, 'x-twilio-email-event-webhook-timestamp': timestamp }
}

function secrets() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    signs: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    app: { webhookSecret: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
  }
}

/**
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 * The secret is the private key, in PEM.
 */
export const webhooks = {
  request,
  sign({ events, mail, secret, at }) {
    const timestamp = String(Math.floor(at / 1000))
    if (mail) {
      const body = parsed(mail)
      const type = { 'content-type': 'multipart/form-data; boundary=xYzZY', 'user-agent': 'Sendlib/1.0' }
      if (mail.proof === 'basic') {
        const authorization = `Basic ${Buffer.from(secret).toString('base64')}`
        return { id: mail.messageId, headers: { ...type, authorization }, body, signed: [{ header: 'authorization' }] }
      }
      const headers = { ...type, ...signatureOf(timestamp, body, secret) }
      return { id: mail.messageId, headers, body, signed: ['body', ...signedHeaders.map(header => ({ header }))] }
    }
    const told = events.map(one => ({
      ...{ timestamp: Number(timestamp), 'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>' },
      ...{ sg_message_id: '14c5d75ce93.dfd.64b469.0', ...one },
    }))
    // A line for each event, ended as in a mail: these bytes are signed.
    const body = `[${told.map(one => JSON.stringify(one)).join(',\r\n')}]\r\n`
    const headers = { ...signatureOf(timestamp, body, secret), 'user-agent': 'SendGrid Event API' }
    return {
      id: told[0]!.sg_event_id,
      headers,
      body,
      signed: ['body', ...signedHeaders.map(header => ({ header }))],
    }
  },
  trial: {
    request: () => ({
      events: ['delivered', 'open'].map(name => ({ event: name, sg_event_id: randomBytes(16).toString('base64') })),
    }),
    secrets,
    proof: signedHeaders,
  },
  trials: {
    'of mails that come in': { request: () => ({ mail: {} }), secrets, proof: signedHeaders },
    'of mails that come in, without a policy': {
      request: () => ({ mail: { proof: 'basic' } }),
      secrets() {
        const signs = `parse:${randomBytes(12).toString('hex')}`
        return { signs, app: { webhookSecret: signs } }
      },
      proof: ['authorization'],
    },
  },
} satisfies WebhookSender<typeof request>
