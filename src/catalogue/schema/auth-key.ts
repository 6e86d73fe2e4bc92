import { z } from 'zod'
import { placement } from './calls.ts'
import { discover } from './discover.ts'
import { field } from './fields.ts'
import { everyMethod } from './every-method.ts'
import { httpsUrl, jsonPath, parameter, pattern, record, text } from './values.ts'

const ask = z.array(field).max(10).exactOptional().describe('What is asked for beside the key')

export type ApiKey = z.infer<typeof apiKey>
/** A key that a person pastes. */
export const apiKey = z
  .strictObject({
    kind: z.literal('api_key'),
    ...everyMethod,
    ask,
    label: text(100).describe('What the platform calls the key'),
    pattern: pattern.exactOptional().describe('What a key looks like; anything else is refused before it is tried'),
    help: text(500).describe("Where the platform's person finds it"),
    fields: z
      .array(field)
      .min(1)
      .max(10)
      .exactOptional()
      .describe('Its parts, where it is more than one text; the first is also `accessToken`'),
    capture: record(text(50), pattern, 5)
      .exactOptional()
      .describe('Parts of the key that the connection keeps in the open, each by a pattern whose first group it is'),
    discover: discover.exactOptional(),
    placement: placement.describe('Where a call carries it'),
  })
  .describe('A person pastes a key')

export type KeyDelivery = z.infer<typeof keyDelivery>
/** A key that the platform sends. */
export const keyDelivery = z
  .strictObject({
    kind: z.literal('key_delivery'),
    ...everyMethod,
    ask,
    authorize: httpsUrl.describe('Where the person is sent'),
    authorizeParams: record(parameter, z.string().max(500), 20)
      .exactOptional()
      .describe('Other parameters of the address that the person is sent to'),
    stateParam: parameter.describe('The parameter that carries what the delivery has to say again'),
    returnParam: parameter.describe('The parameter that says where the person comes back to'),
    deliverParam: parameter.describe('The parameter that says where the key is sent to'),
    refused: z
      .strictObject({ param: parameter, equals: z.string().max(100) })
      .describe('By what the person who comes back has said no'),
    delivery: z
      .strictObject({
        state: jsonPath.describe('Where it says again what `stateParam` was given'),
        fields: record(text(50), jsonPath, 10).describe('The parts of the key; the first is also `accessToken`'),
      })
      .describe('What the platform POSTs as JSON'),
    discover: discover.exactOptional(),
    placement: placement.describe('Where a call carries it'),
  })
  .describe('A person agrees at the platform, which sends a key to the hub')

/** Text in which `{name}` is filled from the configuration and the credential's fields. */
const template = text(500)

export type Smtp = z.infer<typeof smtp>
/** A mail server (RFC 5321) that lets a user in by a password (RFC 4954). */
export const smtp = z
  .strictObject({
    kind: z.literal('smtp'),
    ...everyMethod,
    ask: z.array(field).max(10).exactOptional().describe('What is asked for beside the password'),
    fields: z
      .array(field)
      .min(1)
      .max(10)
      .describe('What is sealed: the password, by the name that `password` calls it'),
    server: template.describe("The server's name, such as `{host}`"),
    port: template.describe('Its port, such as `587`'),
    security: template.describe(
      '`tls`: TLS from the first byte, as port 465 has it. `starttls`: the connection becomes TLS before anything is said (RFC 3207)',
    ),
    user: template.describe('Who logs in'),
    password: template.describe('With what'),
  })
  .describe('A mail server lets a user in by a password: SMTP with AUTH')
