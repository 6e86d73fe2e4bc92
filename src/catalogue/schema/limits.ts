import { z } from 'zod'
import { headerName, jsonPath, lifetime, text } from './values.ts'

export type CountedPer = z.infer<typeof countedPer>
const countedPer = z
  .enum(['connection', 'app'])
  .describe('Counted for each connected account, or for the provider app as a whole')

export type LimitHeaders = z.infer<typeof limitHeaders>
const limitHeaders = z.strictObject({
  remaining: headerName.describe('Calls left in the window'),
  reset: headerName.describe('When the window ends'),
  resetIn: z
    .enum(['unix-seconds', 'seconds'])
    .describe('How `reset` is written: the time in Unix seconds, or the seconds until then'),
})

export type CallsPerWindow = z.infer<typeof callsPerWindow>
const callsPerWindow = z
  .strictObject({
    kind: z.literal('calls-per-window'),
    per: countedPer,
    permits: z.int().min(1).max(10_000_000),
    window: lifetime,
    headers: limitHeaders.exactOptional().describe('Response headers that tell how much of this limit is left'),
  })
  .describe('So many calls in a window of time')

export type CallsAtOnce = z.infer<typeof callsAtOnce>
const callsAtOnce = z
  .strictObject({ kind: z.literal('calls-at-once'), per: countedPer, concurrent: z.int().min(1).max(10_000) })
  .describe('So many calls at once')

export type RateLimit = z.infer<typeof rateLimit>
/** A limit that a platform documents. */
export const rateLimit = z.discriminatedUnion('kind', [callsPerWindow, callsAtOnce])

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
