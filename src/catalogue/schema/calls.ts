import { z } from 'zod'
import { hostName } from './hosts.ts'
import {
  code,
  eachPath,
  headerName,
  headers,
  jsonObject,
  jsonPath,
  parameter,
  pathTemplate,
  query,
  record,
  slug,
  text,
} from './values.ts'

/** Text in which `{name}` is filled from the credential's fields, the connection's configuration, or the app. */
const credentialTemplate = z.string().max(500)

/** A name that differs between connections: the configuration says it. */
const askedName = z.string().regex(/^\{\w{1,50}\}$/, 'must be a name, or a name in braces that the configuration fills')

const placementPart = z.discriminatedUnion('in', [
  z
    .strictObject({ in: z.literal('bearer'), value: credentialTemplate.exactOptional() })
    .describe('`Authorization: Bearer`, with `{accessToken}` unless `value` says another'),
  z
    .strictObject({ in: z.literal('basic'), user: credentialTemplate, password: credentialTemplate })
    .describe('`Authorization: Basic`, such as `{email}/token` and `{key}`; either may be empty'),
  z
    .strictObject({
      in: z.literal('header'),
      name: z.union([headerName, askedName]),
      value: credentialTemplate.exactOptional(),
    })
    .describe('A header of its own, with `{accessToken}` unless `value` says another, such as `Key {accessToken}`'),
  z
    .strictObject({
      in: z.literal('query'),
      name: z.union([parameter, askedName]),
      value: credentialTemplate.exactOptional(),
    })
    .describe('A parameter of the query, with `{accessToken}` unless `value` says another'),
  z
    .strictObject({
      in: z.literal('query-hmac'),
      name: parameter,
      of: credentialTemplate.exactOptional(),
      key: credentialTemplate,
    })
    .describe(
      'A parameter of the query that proves who has the token: HMAC-SHA256 (RFC 2104) in hex, of `{accessToken}` unless `of` says another, with a key such as `{clientSecret}`; left out where there is no such key',
    ),
  z
    .strictObject({
      in: z.literal('aws-sigv4'),
      accessKey: credentialTemplate,
      secretKey: credentialTemplate,
      region: credentialTemplate,
      service: credentialTemplate,
    })
    .describe('The whole request is signed: AWS Signature Version 4'),
])

export type Placement = z.infer<typeof placement>
/** Where a call carries the credential: in one place, or its fields in several. */
export const placement = z.union([placementPart, z.array(placementPart).min(1).max(5)])

export type Meaning = z.infer<typeof meaning>
const meaning = z
  .enum(['dead-grant', 'rate-limited', 'not-found', 'stale', 'duplicate', 'rejected', 'unavailable'])
  .describe(
    '`dead-grant`: the credential opens nothing any more. `stale`: the item has changed since. `unavailable`: try again later',
  )

export type CallErrors = z.infer<typeof callErrors>
/** How the platform says that a call came to nothing. */
export const callErrors = z.strictObject({
  code: z
    .union([jsonPath, z.array(jsonPath).min(1).max(5)])
    .describe("Where an error's body has the platform's own code for it: the first that is there"),
  inside200: z
    .union([
      z.strictObject({ path: jsonPath, equals: z.union([z.string().max(200), z.boolean(), z.number()]) }),
      z.strictObject({ path: jsonPath, unless: z.union([z.string().max(200), z.boolean(), z.number()]) }),
      z.strictObject({ path: jsonPath, without: jsonPath }),
      jsonPath,
    ])
    .exactOptional()
    .describe(
      'What makes an answer with a status of success an error: a value such as `ok: false`, another one than `code: 0`, that there is something at a path, or that there is and nothing at another',
    ),
  message: z
    .union([jsonPath, z.array(jsonPath).min(1).max(5)])
    .exactOptional()
    .describe(
      "Where an error's body says in words what is wrong, for the workspace whose row it is; the usual places unless said",
    ),
  meanings: record(code, meaning, 200).exactOptional().describe('What the codes mean'),
  words: record(text(100), meaning, 20)
    .exactOptional()
    .describe('What words of its message mean, in small letters, of a platform that has no code for it'),
})

/** What holds for every call to a platform. */
export const calls = z.strictObject({
  headers: headers
    .exactOptional()
    .describe(
      "Headers of every call; `{name}` is filled from the connection's configuration or the app, and one is left out until that is known",
    ),
  errors: callErrors.exactOptional().describe('How the platform says that a call came to nothing'),
})

const cost = z
  .int()
  .min(1)
  .max(1_000_000)
  .exactOptional()
  .describe('What it is expected to cost, where the platform counts that')

/** Which host a call goes to, as whom, and what it costs. */
export const placed = {
  host: hostName.exactOptional(),
  as: slug.exactOptional().describe("The connection's second token that it is made with, by its name"),
  cost,
}

/** What a call says, but for what it is about. */
export const asked = {
  ...placed,
  path: pathTemplate,
  query: query.exactOptional(),
  headers: headers.exactOptional(),
}

/** A body that is always the same, or a GraphQL document: with either the call is a POST. */
export const askedByBody = {
  body: jsonObject.exactOptional().describe('The body of a POST, in which what varies is put at its path'),
  document: text(20_000).exactOptional().describe("A GraphQL document, sent as the body's `query`"),
}

export type IdentityDefinition = z.infer<typeof identity>
/** Whose account a connection is to. */
export const identity = z.union([
  z
    .strictObject({
      get: pathTemplate,
      host: hostName.exactOptional(),
      query: query.exactOptional(),
      headers: headers.exactOptional(),
      ...askedByBody,
      id: z.union([
        jsonPath.describe("Where the answer has the account's id"),
        z
          .strictObject({ captured: text(100) })
          .describe(
            "The value of the connection's configuration that it is, where the answer does not name the account",
          ),
      ]),
      name: jsonPath.exactOptional().describe('Where the answer has the name of the account'),
      answer: z.literal('any').exactOptional().describe('An answer that is not JSON proves it as well'),
      refusedBy: z
        .array(z.int().min(400).max(499))
        .min(1)
        .max(5)
        .exactOptional()
        .describe('Statuses that say, beside 401, that the credential is not good'),
    })
    .describe('A call proves that a connection works, and says whose account it is'),
  z
    .strictObject({
      captured: text(100),
      login: z.literal(true).exactOptional().describe('A login that does nothing else proves the connection'),
    })
    .describe(
      "No call tells: a value of the connection's configuration names the account, and nothing is proved by connecting but by a login",
    ),
])

export type ReadDefinition = z.infer<typeof readDefinition>
/** A call that reads one thing by its id. */
export const readDefinition = z.strictObject({
  ...asked,
  ...askedByBody,
  idAt: jsonPath.exactOptional().describe('Where the body takes the id, such as `variables.id`'),
  item: jsonPath.exactOptional().describe('Where the thing is in the answer; the body itself when absent'),
  absent: z
    .literal('missing')
    .exactOptional()
    .describe('An answer without the thing says that there is none, as GraphQL and lists do'),
})

const idTemplate = (place: string) =>
  text(5_000).refine(template => template.split(place).length === 2, `must have ${place} in it, once`)

const many = {
  ...asked,
  items: eachPath.exactOptional().describe("Where the answer's things are; the body itself when absent"),
  size: z
    .int()
    .min(1)
    .max(2_000)
    .describe('At most so many in one call, which costs what is said of it when it is full'),
}

export type ReadManyDefinition = z.infer<typeof readManyDefinition>
/** A call that reads several things by their ids. */
export const readManyDefinition = z.union([
  z
    .strictObject({
      ...many,
      ...askedByBody,
      ids: jsonPath.describe('Where the body takes the ids, such as `variables.ids`'),
      idAt: jsonPath.exactOptional().describe('Where one of them has the id; each is the id itself when absent'),
    })
    .describe('A POST whose body has the ids'),
  z
    .strictObject({
      ...many,
      param: parameter.describe('The parameter of the query that says them'),
      each: idTemplate('{id}')
        .exactOptional()
        .describe("How one of them is written, such as `'{id}'`; as it is when absent"),
      between: z.string().min(1).max(20).exactOptional().describe('What stands between two; a comma when absent'),
      says: idTemplate('{ids}').exactOptional().describe('What is said around them all, such as a statement'),
    })
    .describe('A GET whose query has the ids'),
])
