import { z } from 'zod'
import { eachPath, headerName, httpsUrl, jsonPath, lifetime, parameter, pattern, record, slug, text } from './values.ts'

export type SignatureEncoding = z.infer<typeof signatureEncoding>
const signatureEncoding = z.enum(['hex', 'base64']).describe('How the signature is written')

const prefix = text(50).exactOptional().describe('What stands before the signature, such as `sha256=`')

const signedText = z
  .union([
    z.templateLiteral([z.string().max(100), '{timestamp}', z.string().max(100), '{body}']),
    z.literal('{body}{timestamp}'),
  ])
  .describe('What is signed, with `{timestamp}` and `{body}` in it')

export type WebhookScheme = z.infer<typeof webhookScheme>
/** How the sender is proved to know the app's webhook secret. All are HMAC-SHA256 over the raw bytes but the last. */
export const webhookScheme = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('hmac-sha256'), header: headerName, encoding: signatureEncoding, prefix })
    .describe('HMAC-SHA256 over the body'),
  z
    .strictObject({
      kind: z.literal('hmac-sha256-timestamp'),
      header: headerName,
      encoding: signatureEncoding,
      prefix,
      timestampHeader: headerName,
      timestampIn: z.enum(['seconds', 'milliseconds']).describe('What the timestamp counts since 1970'),
      signed: signedText,
      tolerance: lifetime,
    })
    .describe("HMAC-SHA256 over a text made of the timestamp's header and the body"),
  z
    .strictObject({
      kind: z.literal('hmac-sha256-elements'),
      header: headerName,
      timestamp: text(20),
      signature: text(20),
      tolerance: lifetime,
    })
    .describe('Timestamp and hex signatures as `name=value` elements of one header; `{timestamp}.{body}` is signed'),
  z
    .strictObject({
      kind: z.literal('standard-webhooks'),
      headers: z.enum(['webhook', 'svix']).describe('What the names of its headers begin with'),
      tolerance: lifetime,
    })
    .describe('https://www.standardwebhooks.com, with `webhook-…` headers, or `svix-…` as its predecessor has them'),
  z.strictObject({ kind: z.literal('shared-token'), header: headerName }).describe('The secret itself, in a header'),
])

export type WebhookField = z.infer<typeof webhookField>
export const webhookField = z.union([
  z.strictObject({ header: headerName }).describe('In a header'),
  z
    .strictObject({
      path: eachPath,
      pattern: pattern.exactOptional().describe('Its first group is the value; what it does not fit has none'),
    })
    .describe('In the body; with a `pattern`, its first group is the value'),
])

export type WebhookTypeParts = z.infer<typeof webhookTypeParts>
/** A type put together from several members, joined by dots, in lower case, with some words replaced. */
const webhookTypeParts = z
  .strictObject({
    paths: z.array(eachPath).min(1).max(5),
    words: record(z.string().max(100), z.string().max(100), 100),
  })
  .describe('Several members of the body, joined by dots, in lower case, with some words replaced')

export type WebhookShape = z.infer<typeof webhookShape>
/**
 * Where a delivery holds what. Paths are dotted, from the body's root; `[]` goes through an array, and a path that goes
 * through the same array as `each` stays within the same item.
 */
const webhookShape = z.strictObject({
  each: eachPath
    .exactOptional()
    .describe('One event for each thing found here; the whole body is one event when absent'),
  type: z.union([...webhookField.options, webhookTypeParts]),
  deliveryId: webhookField
    .exactOptional()
    .describe("The platform's id of the event or delivery; the content's hash when absent"),
  account: z.array(webhookField).min(1).max(10).describe('The account it is about: the first of these that is there'),
  withoutAccount: z
    .enum(['unmatched', 'only-connection'])
    .exactOptional()
    .describe("When none is there: nobody's, or the app's one connection where it has just one"),
})

export type WebhookChallenge = z.infer<typeof webhookChallenge>
/** Handshakes. What is echoed is bounded, and is answered as plain text or as a JSON member of that name. */
export const webhookChallenge = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('body'),
      when: z.strictObject({ path: jsonPath, equals: z.string().max(200) }),
      echo: jsonPath,
      as: z
        .union([
          z.literal('text').describe('The answer is what is echoed'),
          z
            .strictObject({ json: text(100) })
            .describe('The answer is JSON, with what is echoed in a member of this name'),
        ])
        .describe('How it is answered'),
    })
    .describe('A signed POST whose body says that it is one'),
  z
    .strictObject({
      kind: z.literal('query'),
      method: z.enum(['GET', 'POST']).describe('How the platform asks'),
      echo: parameter,
      token: parameter.exactOptional(),
    })
    .describe(
      'A request with the challenge in its query; `token` names the parameter that must hold the webhook secret',
    ),
])

export type WebhookTrigger = z.infer<typeof webhookTrigger>
const webhookTrigger = z.strictObject({
  description: text(300),
  model: slug.exactOptional().describe('The model that has changed: syncs of it run at once'),
})

export type WebhookDefinition = z.infer<typeof webhookDefinition>
/** How a platform signs its webhooks, what it tells in them and whose account they are about. */
export const webhookDefinition = z.strictObject({
  docs: httpsUrl.describe("The platform's page that this follows"),
  scheme: webhookScheme.describe("How the sender is proved to know the app's webhook secret"),
  shapes: z
    .array(webhookShape)
    .min(1)
    .max(10)
    .describe(
      'Where things stand in a delivery: platforms change their format over years. The first shape that fits one of its ' +
        'items is taken; items that it does not fit are kept as `unknown`',
    ),
  challenge: webhookChallenge
    .exactOptional()
    .describe('How the platform makes sure that the address is ours before it sends anything'),
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
