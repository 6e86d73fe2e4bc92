import { z } from 'zod'
import { code, lifetime, parameter, record } from '../values.ts'

const stated = z
  .string()
  .max(5_000)
  .refine(template => /\{(from|to|next)(Year|Month|Day)?\}/.test(template), 'must have {from}, {to} or {next} in it')

export type Windows = z.infer<typeof windows>
/** How a list of dated things is read: some days at a time, and the last days again by each run, as what they say still moves. */
export const windows = z
  .strictObject({
    params: record(parameter, stated, 6).describe(
      "What the list's parameters, or the paths into its body, say of a window: `{from}` and `{to}` are its first and last day, `{next}` the one behind it, `{fromYear}`, `{fromMonth}` and `{fromDay}` parts of them",
    ),
    format: z
      .enum(['date', 'instant', 'unix-seconds', 'unix-milliseconds'])
      .describe(
        '`date`: `2026-01-31`. `instant`: the first second of the first and the last of the last, in UTC; the others: the same as numbers',
      ),
    days: z.int().min(1).max(366).describe('How many days one window has at most'),
    reach: lifetime.describe('How far back the first run reads, and one that is to read everything'),
    again: z.int().min(0).max(400).describe('How many of the last days each run reads again'),
    tooLarge: z
      .array(code)
      .min(1)
      .max(10)
      .exactOptional()
      .describe('Codes that say that a window has more than the platform tells: half of it is asked for instead'),
  })
  .describe('A window of days after the other, from the last one that may have changed to today')
