import { z } from 'zod'
import type { Attempt, WholeAttempt } from '../../../delivery/log/attempt-log.ts'
import { instant } from '../../fields.ts'

/** A POST that was made, without what was sent and answered. */
export const attemptFields = {
  number: z.number().int().meta({ description: 'Of its delivery, from 1' }),
  sentAt: instant,
  durationMs: z.number().int(),
  statusCode: z.number().int().nullable(),
  error: z
    .string()
    .nullable()
    .meta({ examples: ['status 503', 'timeout', 'redirect 301'] }),
  errorClass: z.string().nullable().meta({
    description:
      '`dns`, `connect`, `tls`, `timeout`, `reset`, `status`, `redirect` or `blocked`; null when it succeeded',
  }),
  worker: z.string().meta({ description: 'The process that sent it' }),
}

export const wholeAttempt = z
  .strictObject({
    ...attemptFields,
    request: z
      .strictObject({
        host: z.string(),
        headers: z
          .record(z.string(), z.string())
          .meta({ description: 'As they were sent; `***` stands for what is secret' }),
      })
      .nullable()
      .meta({ description: 'Null when it is not known any more' }),
    answer: z.string().nullable().meta({ description: "The first 16 KiB of the answer's body" }),
    location: z.string().nullable().meta({
      description: 'Where a redirect led, up to 1,000 characters as the receiver wrote it; redirects are not followed',
    }),
  })
  .meta({ id: 'Attempt' })

export function showAttempt({ number, sentAt, durationMs, statusCode, error, worker }: Attempt) {
  const errorClass = error?.split(' ')[0] ?? null
  return { number, sentAt: sentAt.toISOString(), durationMs, statusCode, error, errorClass, worker }
}

export function showWholeAttempt(found: WholeAttempt): z.output<typeof wholeAttempt> {
  return {
    ...showAttempt(found),
    request: found.request,
    answer: found.answer?.toString() ?? null,
    location: found.location,
  }
}
