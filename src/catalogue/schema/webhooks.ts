import { z } from 'zod'
import { httpsUrl, parameter, record, slug, text } from './values.ts'
import { webhookAcknowledgement, webhookHandshake } from './webhooks/challenge.ts'
import { webhookMissed } from './webhooks/missed.ts'
import { itemTokens, webhookScheme } from './webhooks/schemes.ts'
import { webhookShape } from './webhooks/shapes.ts'
import { webhookSubscribe } from './webhooks/subscribe.ts'

export type WebhookTrigger = z.infer<typeof webhookTrigger>
const webhookTrigger = z.strictObject({
  description: text(300),
  model: slug.exactOptional().describe('The model that has changed: syncs of it run at once'),
})

export type WebhookDefinition = z.infer<typeof webhookDefinition>
/** How a platform signs its webhooks, what it tells in them and whose account they are about. */
export const webhookDefinition = z.strictObject({
  docs: httpsUrl.describe("The platform's page that this follows"),
  register: text(1_000).exactOptional().describe("How a person has the platform send to the app's `webhookUrl`"),
  subscribe: webhookSubscribe.exactOptional(),
  missed: webhookMissed.exactOptional(),
  secret: z
    .enum(['webhook', 'client'])
    .exactOptional()
    .describe(
      "What it signs with: the app's webhook secret, or its client secret (and a webhook secret, if there is one)",
    ),
  scheme: webhookScheme.describe('How the sender is proved to be the platform'),
  otherSchemes: z
    .array(webhookScheme)
    .min(1)
    .max(3)
    .exactOptional()
    .describe('Ways that some of its senders have instead; one that proves it suffices'),
  itemTokens: itemTokens
    .exactOptional()
    .describe('Tokens of the platform in the body that prove some of its items, beside what proves each of them'),
  onBadSignature: z
    .enum(['refuse', 'ignore'])
    .exactOptional()
    .describe(
      'What is wrongly signed is refused (401), or answered as a success and forgotten where the standard demands that',
    ),
  shapes: z
    .array(webhookShape)
    .min(1)
    .max(30)
    .describe(
      'Where things stand in a delivery: platforms change their format over years. The first shape that fits one of its ' +
        'items is taken; items that it does not fit are kept as `unknown`',
    ),
  shapesTogether: z
    .boolean()
    .exactOptional()
    .describe('One delivery may hold items of several shapes: each is read by the first that fits it'),
  formMember: parameter
    .exactOptional()
    .describe(
      'The member of a form that holds the JSON, `payload` unless given; the fields of a form without it are the JSON',
    ),
  multipart: z
    .strictObject({
      charsets: parameter
        .exactOptional()
        .describe('The part whose JSON names the character sets of others, by their names; UTF-8 where it names none'),
    })
    .exactOptional()
    .describe('It sends forms with files (multipart/form-data): texts are members, files objects with base64'),
  xml: z
    .strictObject({
      lists: z
        .array(text(100))
        .max(20)
        .describe('Names of elements that are lists, even when there is one; others are lists when there are several'),
    })
    .exactOptional()
    .describe('It sends XML: elements are members, attributes `@name`, text beside them `$text`'),
  handshakes: z
    .array(webhookHandshake)
    .min(1)
    .max(5)
    .exactOptional()
    .describe('How the platform makes sure of the address before it sends anything, and later'),
  acknowledge: webhookAcknowledgement.exactOptional(),
  bodyLimit: z
    .int()
    .min(1_024)
    .max(25 * 1024 * 1024)
    .exactOptional()
    .describe('The largest body it sends, in bytes; 2 MiB unless given'),
  triggers: record(text(100), webhookTrigger, 1_000).describe(
    'The event types it can send, with what each tells. Others are taken all the same',
  ),
})
