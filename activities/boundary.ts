import { ApplicationFailure, CancelledFailure, log } from '@temporalio/activity'
import { isCutOff, isDatabaseUnavailable } from '../src/db/database.ts'
import { hubItself, onBehalfOf } from '../src/db/on-behalf-of.ts'
import { HubError, type ErrorCode } from '../src/errors.ts'
import { newId } from '../src/ids.ts'
import type { Logger } from '../src/logger.ts'

/**
 * Wraps activities so that what reaches a history is a HubError's code and fixed sentence, without cause or foreign
 * stack. Anything else becomes `INTERNAL` with an id that the log has beside the real error. What an activity takes of the
 * connections to Postgres counts as its workspace's.
 */
export function withBoundary<Activities extends object>(activities: Activities, logger: Logger): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await onBehalfOf(workspaceOf(args), () =>
          (activity as (...args: unknown[]) => Promise<unknown>)(...args),
        )
      } catch (error) {
        throw asFailure(error, name, logger)
      }
    },
  ])
  return Object.fromEntries(wrapped) as Activities
}

/** The workspace that an activity's first argument names; the hub itself for what it does for all. */
function workspaceOf([first]: unknown[]): string {
  const workspaceId = (first as { workspaceId?: unknown } | null | undefined)?.workspaceId
  return typeof workspaceId === 'string' ? workspaceId : hubItself
}

/** An error as a history may have it: a failure with its code, or the cancellation that it came of. */
export function asFailure(error: unknown, activity: string, logger: Logger): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error
  // A cancelled activity's fetch fails with an AbortError; Temporal knows why.
  if (error instanceof Error && error.name === 'AbortError') return new CancelledFailure('CANCELLED')
  if (error instanceof HubError) return failureOf(error.code, error.message, error.retryable, error.retryAfterMs)
  if (isDatabaseUnavailable(error)) {
    const unavailable = new HubError('DATABASE_UNAVAILABLE')
    return failureOf(unavailable.code, unavailable.message, true)
  }
  if (isCutOff(error)) {
    const busy = new HubError('DATABASE_BUSY')
    return failureOf(busy.code, busy.message, true)
  }
  const errorId = newId('request')
  logger.error({ err: error, errorId, activity }, 'an activity failed unexpectedly')
  log.error('an activity failed unexpectedly', { errorId, activity })
  return failureOf('INTERNAL', `Something went wrong here; the log has it as ${errorId}.`, true)
}

function failureOf(code: ErrorCode, message: string, retryable: boolean, retryAfterMs?: number): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !retryable,
    // Expected weather is not an error of ours: it keeps error logs and metrics readable.
    ...(code === 'INTERNAL' ? {} : { category: 'BENIGN' }),
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  })
  failure.stack = ''
  return failure
}
