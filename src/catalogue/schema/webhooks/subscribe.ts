import { z } from 'zod'
import { asked } from '../calls.ts'
import { httpsUrl, jsonObject, jsonPath, lifetime, pattern, record, text } from '../values.ts'

export type SubscribeCall = z.infer<typeof subscribeCall>
/** A call about a subscription. In its path, and in the texts of its body, names in braces are filled. */
const subscribeCall = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  ...asked,
  body: jsonObject
    .exactOptional()
    .describe(
      'Its texts are filled with `{address}`, `{secret}`, `{id}` (a new UUID), `{ownId}` (the hub’s id of it, the same at each try), ' +
        '`{types}`, `{type}`, `{expiresAt}` (ISO 8601), `{expiresAtMs}`, `{platformId}`, `{platformResource}` and what a subscription is ' +
        'about; a text that is `{types}` alone is the list; a member that is called so stands for the flags',
    ),
  encoding: z
    .literal('form')
    .exactOptional()
    .describe('The body is sent as a form, as in `data[0]=…`; as JSON when absent'),
})

const lifetimes = z.union([
  lifetime,
  z
    .strictObject({
      by: text(50).describe('Which of the things that it is about decides'),
      of: z
        .array(z.strictObject({ pattern, lifetime }))
        .min(1)
        .max(20)
        .describe('The first whose pattern the thing fits'),
      otherwise: lifetime,
    })
    .describe('It depends on what a subscription is about'),
])

export type SubscribeDefinition = z.infer<typeof webhookSubscribe>
/** How the hub itself registers a connection's webhooks at the platform, renews and removes them. */
export const webhookSubscribe = z
  .strictObject({
    docs: httpsUrl.describe("The platform's page that this follows"),
    about: record(text(50), text(300), 5)
      .exactOptional()
      .describe('What a caller says a subscription is about, such as a repository, with what each is'),
    types: z
      .strictObject({
        form: z
          .enum(['list', 'commas', 'flags', 'each'])
          .describe(
            '`list`: all in one call. `commas`: as one text. `flags`: a member for each that can be told, true for those that are ' +
              'wanted. `each`: a subscription for each of them',
          ),
        names: record(text(100), text(100), 100)
          .exactOptional()
          .describe('What the platform calls each type that it can be told; the others cannot be'),
        part: pattern.exactOptional().describe('The group of it is the part of a type that the platform is told'),
        dots: text(5).exactOptional().describe('What the platform writes for a dot of a type'),
        entry: jsonObject
          .exactOptional()
          .describe(
            'What stands in a list for each type: `{type}`, or `{subject}` before its last dot and `{action}` behind it',
          ),
      })
      .refine(({ form, entry }) => entry === undefined || form === 'list', {
        path: ['entry'],
        error: 'must be given with a list only',
      })
      .refine(({ form, names }) => names !== undefined || form !== 'flags', {
        path: ['names'],
        error: 'must be given with flags',
      })
      .exactOptional()
      .describe('How the wanted types are told; a platform that sends all of them when absent'),
    secret: z
      .enum(['ours', 'theirs', 'learnt', 'app', 'none'])
      .describe(
        '`ours`: the hub makes a secret for each. `theirs`: the answer has it. `learnt`: a handshake brings it while the call is under ' +
          'way. `app`: the platform signs with what the app has. `none`: it signs nothing, and the address is the proof',
      ),
    to: z
      .literal('app')
      .exactOptional()
      .describe('It is sent to the app’s own address, which the platform has already; to one of its own when absent'),
    make: subscribeCall,
    answer: z
      .strictObject({
        id: jsonPath.describe("The platform's id of it"),
        secret: jsonPath.exactOptional().describe('What it is verified with, where the platform makes that'),
        resource: jsonPath.exactOptional().describe('What else names it when it is removed'),
        expiresAt: jsonPath.exactOptional().describe('When it ends: ISO 8601, or milliseconds since 1970'),
      })
      .describe('Where the answer has what is kept'),
    lifetime: lifetimes.exactOptional().describe('For how long it is asked for; one that does not end when absent'),
    renewEvery: lifetime
      .exactOptional()
      .describe('It is renewed at least so often, where the platform advises that; late in its life when absent'),
    renew: z
      .union([subscribeCall, z.literal('again').describe('Another is made, and then this one removed')])
      .exactOptional(),
    remove: subscribeCall,
    lifecycle: z
      .strictObject({
        renew: z.array(text(100)).max(5).describe('It has to be renewed now'),
        again: z.array(text(100)).max(5).describe('The platform has ended it'),
        missed: z.array(text(100)).max(5).describe('Some of what it should have sent was lost'),
      })
      .exactOptional()
      .describe('Event types by which the platform tells of the subscription itself'),
  })
  .refine(({ lifetime, renew }) => (lifetime === undefined) === (renew === undefined), {
    path: ['renew'],
    error: 'must be given with a lifetime, and only there',
  })
  .refine(({ renewEvery, renew }) => renewEvery === undefined || renew !== undefined, {
    path: ['renewEvery'],
    error: 'must be given where it is renewed only',
  })
  .refine(({ to, secret, renew }) => to === undefined || (secret === 'app' && renew !== 'again'), {
    path: ['to'],
    error: 'needs a secret of the app, and one registration that is prolonged',
  })
  .refine(({ secret, answer }) => (secret === 'theirs') === (answer.secret !== undefined), {
    path: ['answer', 'secret'],
    error: 'must be given where the secret is theirs, and only there',
  })
