import { z } from 'zod'
import { eachPath, headerName, httpsUrl, lifetime, parameter, record, text } from '../values.ts'
import { signedText } from './signed-text.ts'

export type SignatureEncoding = z.infer<typeof signatureEncoding>
const signatureEncoding = z.enum(['hex', 'base64']).describe('How the signature is written')

const prefix = text(50).exactOptional().describe('What stands before the signature, such as `sha256=`')
const element = z.string().regex(/^[\w-]{1,20}$/, 'must be the name of an element')

const judged = {
  unit: z.enum(['seconds', 'milliseconds', 'iso']).describe('What it counts since 1970, or a date of ISO 8601'),
  tolerance: lifetime.exactOptional().describe('How old it may be; where absent, the time is signed but not judged'),
  ahead: lifetime.exactOptional().describe('How far in the future it may be; as far as it may be old unless given'),
}

export type SignedTime = z.infer<typeof signedTime>
const signedTime = z
  .union([
    z.strictObject({ header: headerName, ...judged }).describe('In a header of its own'),
    z.strictObject({ element, ...judged }).describe("An element of the signature's header"),
  ])
  .describe('When it was signed')

/** A time that is not signed would be no time, and a signed one has to be somewhere. */
const isTimed = ({ signed, timestamp }: { signed?: string; timestamp?: unknown }) =>
  (signed ?? '').includes('{timestamp}') === (timestamp !== undefined)
const timed = { path: ['timestamp'], error: 'must be given where {timestamp} is signed, and only there' }

const signed = signedText.exactOptional()
const timestamp = signedTime.exactOptional()

const hmac = z
  .strictObject({
    kind: z.literal('hmac'),
    hash: z.enum(['sha256', 'sha1']).exactOptional().describe('SHA-256 unless given'),
    header: headerName,
    element: element
      .exactOptional()
      .describe('The header holds `name=value` elements, joined by commas: the signatures are those of this name'),
    prefix,
    encoding: signatureEncoding,
    signed,
    timestamp,
    key: z
      .enum(['text', 'base64', 'hex'])
      .exactOptional()
      .describe('The key is the secret as it is written, or what it encodes'),
  })
  .refine(isTimed, timed)
  .describe('An HMAC of a text with the secret')

const digest = z
  .strictObject({ kind: z.literal('digest'), header: headerName, encoding: signatureEncoding, signed: signedText })
  .refine(({ signed }) => signed.includes('{secret}'), { path: ['signed'], error: 'must hold {secret}' })
  .describe('The plain SHA-256 of a text that holds the secret')

const standardWebhooks = z
  .strictObject({
    kind: z.literal('standard-webhooks'),
    headers: z.enum(['webhook', 'svix']).describe('What the names of its headers begin with'),
    tolerance: lifetime,
  })
  .describe('https://www.standardwebhooks.com, with `webhook-…` headers, or `svix-…` as its predecessor has them')

export type TokenPlace = z.infer<typeof tokenPlace>
const tokenPlace = z
  .union([
    z.strictObject({ header: headerName, prefix }).describe('In a header'),
    z.strictObject({ query: parameter }).describe('In the query of the address'),
    z.strictObject({ path: eachPath }).describe('In each item of the body; an item without it is left out'),
  ])
  .describe('Where it stands')

const sharedToken = z.strictObject({ kind: z.literal('shared-token'), in: tokenPlace }).describe('The secret itself')

const basic = z
  .strictObject({ kind: z.literal('basic') })
  .describe('HTTP Basic (RFC 7617); the secret is `user:password`')

const ed25519 = z
  .strictObject({ kind: z.literal('ed25519'), header: headerName, encoding: signatureEncoding, signed, timestamp })
  .refine(isTimed, timed)
  .describe("Ed25519; the secret is the app's public key, 32 bytes in hex")

const ecdsa = z
  .strictObject({ kind: z.literal('ecdsa-p256'), header: headerName, signed, timestamp })
  .refine(isTimed, timed)
  .describe('ECDSA on P-256 with SHA-256, DER in base64; the secret is the public key, SPKI in base64')

const certificate = z
  .strictObject({
    kind: z.literal('certificate'),
    header: headerName,
    certificate: z
      .strictObject({
        header: headerName.describe('The header that holds its address'),
        origins: z.array(httpsUrl).min(1).max(10).describe('Where it may be: origins of the platform'),
        names: z.array(text(200)).min(1).max(5).describe('The hosts that it may have been issued for'),
      })
      .describe('The certificate of the key'),
    signed,
    timestamp,
  })
  .refine(isTimed, timed)
  .describe('RSA with SHA-256, in base64, by the key of a certificate that the platform publishes')

export type JwtClaim = z.infer<typeof jwtClaim>
const ofApp = z.strictObject({ field: text(50) }).describe('What a field of the app holds')
const jwtClaim = z.union([text(300), z.boolean(), ofApp])

export type BearerPlace = z.infer<typeof bearerPlace>
const bearerPlace = z.strictObject({ header: headerName, prefix }).describe('Where it stands')

const jwtHmac = z
  .strictObject({ kind: z.literal('jwt-hmac'), token: bearerPlace })
  .describe(
    'A JSON Web Token (RFC 7519) that is signed with the secret by HS256, and says when it ends; the body is no part of it',
  )

export type TokenRules = z.infer<z.ZodObject<typeof tokenRules>>
const tokenRules = {
  keys: httpsUrl.describe('Where the platform publishes its keys (RFC 7517)'),
  issuers: z.array(text(300)).min(1).max(10),
  audience: z
    .union([z.literal('url'), z.literal('client-id'), ofApp])
    .describe("Whom it is for: the webhooks' address, the app's client id, or what a field of the app says"),
  claims: record(text(100), jwtClaim, 10).exactOptional().describe('What else it has to say'),
}

export type ItemTokens = z.infer<typeof itemTokens>
/** Tokens in a body, of which each stands for some of its items. */
export const itemTokens = z.strictObject({
  path: eachPath.describe('Where they stand'),
  of: eachPath.describe('An item that has this is taken only if one of them stands for it'),
  same: z
    .strictObject({ claim: text(100), path: eachPath })
    .describe('What a token says of the items that it stands for, and where they say the same'),
  forms: z
    .array(z.strictObject(tokenRules))
    .min(1)
    .max(5)
    .describe('What they may be like; `{claim}` in an issuer is what the token says of its items'),
})

const jwt = z
  .strictObject({
    kind: z.literal('jwt'),
    token: bearerPlace,
    ...tokenRules,
  })
  .describe('A JSON Web Token (RFC 7519) by a key that the platform publishes; the app needs no webhook secret')

const address = z
  .strictObject({ kind: z.literal('address') })
  .describe('Nothing is signed: only addresses that nobody can guess are let in')

export type WebhookScheme = z.infer<typeof webhookScheme>
/** How the sender is proved to be the platform, over the raw bytes. */
export const webhookScheme = z.discriminatedUnion('kind', [
  hmac,
  digest,
  standardWebhooks,
  sharedToken,
  basic,
  ed25519,
  ecdsa,
  certificate,
  jwtHmac,
  jwt,
  address,
])
