import { z } from 'zod'
import { headerName, jsonObject, jsonPath, parameter, record, text } from '../values.ts'

const prefix = text(50).exactOptional().describe('What stands before it')

export type HandshakeValue = z.infer<typeof handshakeValue>
const handshakeValue = z
  .union([
    z.literal('echo').describe('What is echoed'),
    z
      .strictObject({ hmac: z.enum(['hex', 'base64']).describe('How it is written'), prefix })
      .describe('The HMAC-SHA256 of what is echoed, by the secret that signs'),
    z.strictObject({ constant: z.union([text(100), z.int()]) }).describe('Always the same'),
  ])
  .describe('What is answered')

export type HandshakeAnswer = z.infer<typeof handshakeAnswer>
const handshakeAnswer = z
  .union([
    z.strictObject({ text: handshakeValue }).describe('200 with plain text'),
    z.strictObject({ json: record(text(100), handshakeValue, 5) }).describe('200 with a JSON object'),
    z.strictObject({ status: z.union([z.literal(200), z.literal(204)]) }).describe('A status, and nothing'),
  ])
  .describe('How it is answered')

/** Whether an answer needs something to echo. */
const echoes = (answer: HandshakeAnswer): boolean => {
  const values = 'text' in answer ? [answer.text] : 'json' in answer ? Object.values(answer.json) : []
  return values.some(value => value === 'echo' || 'hmac' in value)
}

export type HandshakeCondition = z.infer<typeof handshakeCondition>
const handshakeCondition = z.union([
  z.strictObject({ path: jsonPath, equals: z.union([z.string().max(200), z.int()]) }),
  z.strictObject({ path: jsonPath, absent: z.literal(true) }),
  z.strictObject({ path: jsonPath, empty: z.literal(true).describe('An array without items') }),
])

export type WebhookHandshake = z.infer<typeof webhookHandshake>
/** How a platform makes sure of the address. What is echoed is bounded, and is nothing that a browser would run. */
export const webhookHandshake = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('query'),
      method: z.enum(['GET', 'POST']).describe('How the platform asks'),
      value: parameter.describe('The parameter with what is echoed'),
      where: record(parameter, text(200), 5).exactOptional().describe('What other parameters must hold'),
      token: parameter.exactOptional().describe("The parameter that must hold the app's webhook secret"),
      answer: handshakeAnswer,
    })
    .describe('A request with the question in its query'),
  z
    .strictObject({
      kind: z.literal('body'),
      when: z.array(handshakeCondition).min(1).max(5).describe('What tells it from an event'),
      value: jsonPath.exactOptional().describe('Where what is echoed stands'),
      answer: handshakeAnswer,
    })
    .refine(({ value, answer }) => value !== undefined || !echoes(answer), {
      path: ['value'],
      error: 'must be given where it is echoed',
    })
    .describe('A signed POST whose body says that it is one'),
  z
    .strictObject({ kind: z.literal('secret-in-header'), header: headerName })
    .describe(
      'A POST whose header brings the secret, which is answered in the same header. Taken at an address with a key, while that has no secret or waits for a new one',
    ),
  z
    .strictObject({ kind: z.literal('secret-in-body'), path: jsonPath })
    .describe('An unsigned POST that brings the secret. It is kept until a person has read it and takes it'),
  z
    .strictObject({
      kind: z.literal('ping'),
      method: z.enum(['GET', 'HEAD', 'POST']),
      field: parameter.exactOptional(),
    })
    .refine(({ method, field }) => (method === 'POST') === (field !== undefined), {
      path: ['field'],
      error: 'must be given with POST, and only there',
    })
    .describe('A request that only has to succeed; with POST an unsigned form that has this field'),
  z
    .strictObject({ kind: z.literal('websub') })
    .describe(
      'The question of a WebSub hub (https://www.w3.org/TR/websub): only for what an address with a key was made for',
    ),
])

export type WebhookAcknowledgement = z.infer<typeof webhookAcknowledgement>
/** How every verified webhook is answered, where a platform takes no other answer. */
export const webhookAcknowledgement = z
  .union([
    z
      .strictObject({ status: z.union([z.literal(200), z.literal(204)]) })
      .describe('With this status and an empty body; refusals have an empty body too'),
    z
      .strictObject({
        status: z.union([z.literal(200), z.literal(204)]),
        replies: z
          .array(z.strictObject({ when: z.array(handshakeCondition).min(1).max(5), body: jsonObject }))
          .min(1)
          .max(10)
          .describe('The first whose conditions the body meets'),
      })
      .describe('With the JSON, and 200, that what it says wants; else with this status and an empty body'),
    z.strictObject({ status: z.literal(200), xml: text(1_000) }).describe('With this XML'),
  ])
  .describe('How everything that is taken is answered')
