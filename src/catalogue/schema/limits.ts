import { z } from 'zod'
import { headerName, jsonPath, lifetime, text } from './values.ts'

export type CountedPer = z.infer<typeof countedPer>
const countedPer = z
  .enum(['connection', 'app'])
  .describe('Counted for each connected account, or for the provider app as a whole')

const writtenAs = z
  .enum(['unix-seconds', 'unix-milliseconds', 'seconds', 'milliseconds'])
  .describe('How it is written: the time in Unix seconds or milliseconds, or how long it is until then')

export type LimitHeaders = z.infer<typeof limitHeaders>
const limitHeaders = z.strictObject({
  remaining: headerName.describe('Calls left in the window'),
  reset: headerName.describe('When the window ends'),
  resetIn: writtenAs,
})

export type StatedTime = z.infer<typeof statedTime>
const statedTime = z.strictObject({ path: jsonPath, in: writtenAs })

export type LimitBody = z.infer<typeof limitBody>
const limitBody = z.strictObject({
  retryAfter: statedTime.exactOptional().describe('Where a refusal says when to come again'),
  remaining: jsonPath.exactOptional().describe('Where any answer says how many calls are left in the window'),
  reset: statedTime.exactOptional().describe('Where an answer says when the window ends'),
})

export type CallsPerWindow = z.infer<typeof callsPerWindow>
const callsPerWindow = z
  .strictObject({
    kind: z.literal('calls-per-window'),
    per: countedPer,
    permits: z.int().min(1).max(10_000_000),
    window: lifetime,
    headers: limitHeaders.exactOptional().describe('Response headers that tell how much of this limit is left'),
    body: limitBody.exactOptional().describe('Where the bodies of answers tell it'),
  })
  .describe('So many calls in a window of time')

const points = z.int().min(1).max(10_000_000)

export type ToldCost = z.infer<typeof toldCost>
const toldCost = z.strictObject({
  actual: jsonPath.describe('What the call cost'),
  requested: jsonPath
    .exactOptional()
    .describe('What it was taken to cost before it ran: so much has to be there for it to run'),
  available: jsonPath.exactOptional().describe('What is left'),
  capacity: jsonPath.exactOptional().describe('What there is at most, where accounts differ in it'),
  restoresPerSecond: jsonPath.exactOptional().describe('What comes back each second, where accounts differ in it'),
})

export type CostPerCall = z.infer<typeof costPerCall>
const costPerCall = z
  .strictObject({
    kind: z.literal('cost'),
    per: countedPer,
    capacity: points.describe('The points that there are at most'),
    restoresPerSecond: z.number().positive().max(1_000_000).describe('The points that come back each second'),
    expected: points.describe('What is taken for a call that does not say what it costs, until its answer tells'),
    told: toldCost.describe("Where the answer's body tells it"),
  })
  .describe('Points that calls cost, and that come back over time')

export type CallsAtOnce = z.infer<typeof callsAtOnce>
const callsAtOnce = z
  .strictObject({ kind: z.literal('calls-at-once'), per: countedPer, concurrent: z.int().min(1).max(10_000) })
  .describe('So many calls at once')

export type RateLimit = z.infer<typeof rateLimit>
/** A limit that a platform documents. */
export const rateLimit = z.discriminatedUnion('kind', [callsPerWindow, callsAtOnce, costPerCall])

export type LimitSign = z.infer<typeof limitSign>
/** An answer by which a platform says, beside 429, that a limit is used up. */
export const limitSign = z.strictObject({
  status: z.int().min(200).max(599),
  text: z
    .strictObject({ path: jsonPath, has: text(200) })
    .describe(
      "Where the answer's body says so, and in what words (in lower case): the status alone means other things too",
    ),
  wait: lifetime.describe('How long to wait when no header says it'),
})

/** For a provider that documents no limit: high enough to be in nobody's way, so that a pause it asks for is kept. */
export const defaultLimits: RateLimit[] = [
  { kind: 'calls-per-window', per: 'connection', permits: 1_000, window: '1s' },
]
