import { Context } from '@temporalio/activity'

const heartbeatEveryMs = 2_500

/** Keeps an activity known as alive while it works; the heartbeats are also how its cancellation arrives. */
export async function beating<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const context = Context.current()
  context.heartbeat()
  const timer = setInterval(() => context.heartbeat(), heartbeatEveryMs)
  try {
    const result = await work(context.cancellationSignal)
    if (context.cancellationSignal.aborted) await context.cancelled
    return result
  } finally {
    clearInterval(timer)
  }
}
