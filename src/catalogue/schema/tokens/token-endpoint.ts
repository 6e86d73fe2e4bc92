import { z } from 'zod'
import { code, httpsUrl, jsonPath, lifetime, parameter, record, text } from '../values.ts'

const path = z
  .union([jsonPath, z.array(jsonPath).min(1).max(5)])
  .exactOptional()
  .describe('Where it is; of several places, the first at which there is something')

/** Where an answer has what RFC 6749 names. */
export const answerPaths = z
  .strictObject({
    accessToken: path,
    refreshToken: path,
    expiresIn: path.describe('The seconds that the access token lives, or when it ends'),
    scope: path,
    error: path.describe('The code that says what is wrong; nothing, 0 or an empty text is no error'),
  })
  .describe('Where an answer says what RFC 6749 (5.1, 5.2) has at the top: `data.access_token`, `authed_user.scope`')

export type ErrorCode = z.infer<typeof errorCode>
const errorCode = z.union([
  code,
  z
    .strictObject({ code, says: text(200).describe("Words of the error's description, in small letters") })
    .describe('The code with these words beside it: alone it means other things too'),
])

const codes = z.array(errorCode).max(50)

/** How a token endpoint is asked and what it answers, beside RFC 6749 (3.2, 5). */
export const tokenEndpoint = z.strictObject({
  token: httpsUrl.describe('Where tokens are given'),
  tokenMethod: z
    .enum(['POST', 'GET'])
    .exactOptional()
    .describe('POST unless given; GET puts everything in the address'),
  tokenBody: z.enum(['form', 'json']).exactOptional().describe('How a POST says it; a form unless given'),
  tokenParams: record(parameter, z.string().max(500), 20).exactOptional().describe('Other parameters of each call'),
  clientIdParam: parameter.exactOptional().describe("What the client's id is called; `client_id` unless given"),
  clientSecretParam: parameter
    .exactOptional()
    .describe("What the client's secret is called; `client_secret` unless given"),
  answer: answerPaths.exactOptional(),
  captureFromToken: record(text(50), jsonPath, 20)
    .exactOptional()
    .describe('What the connection keeps of an answer, by the name that templates call it'),
  lifetime: z
    .strictObject({
      access: lifetime.exactOptional(),
      refresh: lifetime.exactOptional(),
      absolute: lifetime.exactOptional(),
    })
    .describe('`access` is used when the token answer states no life; without either the token does not expire'),
  introspection: z
    .strictObject({
      url: httpsUrl.describe('Where a token is asked about, by the client as at the token endpoint'),
      expiresAt: jsonPath.describe('Where the answer says when it ends, such as `exp`'),
    })
    .exactOptional()
    .describe('RFC 7662: each new token is asked about, where the answer with it does not say when it ends'),
  refreshExpiresIn: jsonPath
    .exactOptional()
    .describe('Where a token answer says how many seconds the refresh token lives'),
  deadGrant: codes.describe(
    "Error codes of the token endpoint that mean the grant is gone for good, beside RFC 6749's",
  ),
  badClient: codes
    .exactOptional()
    .describe("Error codes that mean the app's own id or secret is wrong, beside RFC 6749's"),
})

export type ClientAuth = z.infer<typeof clientAuth>
export const clientAuth = z
  .enum(['basic', 'basic-raw', 'body'])
  .describe(
    'How the client proves itself to the token endpoint. `basic-raw`: id and secret are compared without decoding them',
  )

export type TokenEndpoint = z.infer<typeof tokenEndpoint> & { clientAuth?: ClientAuth }

export type TokenForToken = z.infer<typeof tokenForToken>
/** A token that still lives is exchanged for one that lives longer. */
export const tokenForToken = z.strictObject({
  url: httpsUrl,
  method: z.enum(['GET', 'POST']),
  grant: text(100).describe('What `grant_type` says, such as `fb_exchange_token`'),
  param: parameter.describe('The parameter that carries the token'),
  tells: z
    .array(z.enum(['id', 'secret']))
    .max(2)
    .describe("What of the app's client goes along"),
})
