import { z } from 'zod'
import { jsonPath, parameter, text } from '../values.ts'

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
