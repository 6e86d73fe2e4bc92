import { z } from 'zod'
import { listDefinition } from '../items/pages.ts'
import { httpsUrl, jsonPath, parameter } from '../values.ts'

export type MissedDefinition = z.infer<typeof webhookMissed>
/** A platform's list of what it has sent, or tried to. */
export const webhookMissed = z
  .strictObject({
    docs: httpsUrl.describe("The platform's page that this follows"),
    list: listDefinition.describe(
      'The list. Each thing on it is what the body of a webhook is, and read as one: it needs no header',
    ),
    id: jsonPath.describe("Where a thing's id is on the list"),
    since: z
      .strictObject({ param: parameter, unit: z.enum(['seconds', 'iso']) })
      .describe('The parameter that takes from when on: seconds since 1970, or an ISO 8601 time in UTC'),
    days: z.int().min(1).max(366).describe('How long it keeps them'),
  })
  .describe(
    'A list of what it has sent, which is read after the hub itself was away; what has come already is known by its id',
  )
