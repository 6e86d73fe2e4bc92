import { ApplicationFailure, Context } from '@temporalio/activity'
import type { AttemptRef } from '../src/connections/attempts/attempt-store.ts'
import { checkDueConnections } from '../src/connections/health/check-due.ts'
import type {
  AttemptStep,
  ConnectionRef,
  HealthSweepResult,
  ProbeResult,
  RefreshResult,
  RefreshSweepInput,
  RefreshSweepResult,
  Standing,
} from '../src/connections/contract.ts'
import { finishDisconnect, revokeAtProvider, takeDisconnectLease } from '../src/connections/ending/disconnect.ts'
import { exchangeAttempt } from '../src/connections/attempts/exchange-attempt.ts'
import { attemptErrorOf, failAttempt, scopesMissingIn } from '../src/connections/attempts/fail-attempt.ts'
import { completeAttempt } from '../src/connections/attempts/finish-attempt.ts'
import { probeProvider, releaseProvider } from '../src/connections/trouble/provider-outage.ts'
import { standingOf } from '../src/connections/trouble/standing.ts'
import { sweepStop } from '../src/connections/refresh/sweeping.ts'
import { sweepRefreshes } from '../src/connections/refresh/sweep-refreshes.ts'
import { giveUpRefresh, tryRefresh } from '../src/connections/refresh/try-refresh.ts'
import { HubError } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import { endSubscriptionsOf } from '../src/inbound/subscriptions/end.ts'
import { followSchedulesOf, syncsOfConnection } from '../src/sync/of-connection.ts'

/** The actor that the audit log names for what a workflow did. */
const actor = () => Context.current().info.workflowType ?? 'worker'

const sweepOptions = (hub: Hub) => {
  const context = Context.current()
  const signal = AbortSignal.any([context.cancellationSignal, sweepStop(hub)])
  return { actor: actor(), signal, beat: () => context.heartbeat() }
}

export function createConnectionActivities(hub: Hub) {
  /** Runs a step of an attempt; what cannot get better ends the attempt here, so that its row tells the person at once. */
  const orFail = async (ref: AttemptRef, step: () => Promise<AttemptStep>) => {
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof HubError) || error.retryable) throw error
      const failure = { code: attemptErrorOf(error), scopesMissing: scopesMissingIn(error), actor: actor() }
      return failAttempt(hub, ref, { to: 'failed', ...failure })
    }
  }
  return {
    /** Spends the code of an attempt. Null when the attempt goes on, else what it has come to. */
    exchangeAttempt: (ref: AttemptRef): Promise<AttemptStep> =>
      orFail(ref, async () => {
        await exchangeAttempt(hub, ref)
        return null
      }),

    /** Ends an attempt with its connection, or has its person choose first. */
    completeAttempt: (ref: AttemptRef): Promise<AttemptStep> => orFail(ref, () => completeAttempt(hub, ref, actor())),

    /** Ends an attempt whose person did not come back, or did not choose; null when they just have. */
    expireAttempt: (ref: AttemptRef): Promise<AttemptStep> =>
      failAttempt(hub, ref, { to: 'expired', code: 'ATTEMPT_EXPIRED', actor: actor() }),

    abandonAttempt: (ref: AttemptRef): Promise<AttemptStep> =>
      failAttempt(hub, ref, { to: 'failed', code: 'PROVIDER_UNREACHABLE', actor: actor() }),

    sweepRefreshes: async (input: RefreshSweepInput): Promise<RefreshSweepResult> => {
      const result = await sweepRefreshes(hub, input, sweepOptions(hub))
      if (!sweepStop(hub).aborted) return result
      const message = 'The process is stopping; another one takes over.'
      throw ApplicationFailure.create({ type: 'STOPPING', message, category: 'BENIGN' })
    },

    tryRefresh: (
      ref: ConnectionRef,
      options: { force: boolean; retryInMs: number; beyond?: number },
    ): Promise<RefreshResult> => tryRefresh(hub, ref, { ...options, actor: actor() }),

    giveUpRefresh: (ref: ConnectionRef): Promise<void> => giveUpRefresh(hub, ref, actor()),

    /** Whether the connection needs a person, and what that person is told. */
    standingOf: async (ref: ConnectionRef): Promise<Standing> => {
      const syncs = await syncsOfConnection(hub.db, ref.workspaceId, ref.connectionId)
      return standingOf(hub, ref, syncs.filter(sync => sync.status === 'active' || sync.pausedBecause !== null).length)
    },

    /** `host` as in `TokenServer`; a run that was started before hosts were told apart has none. */
    probeProvider: (provider: string, retryInMs: number, host: string | null = null): Promise<ProbeResult> =>
      probeProvider(hub, { provider, host }, retryInMs, actor()),

    releaseProvider: (provider: string, host: string | null = null): Promise<number> =>
      releaseProvider(hub, { provider, host }),

    checkDueConnections: (batch: number): Promise<HealthSweepResult & { claimed: number }> =>
      checkDueConnections(hub, batch, sweepOptions(hub)),

    takeDisconnectLease: (ref: ConnectionRef, untilMs: number): Promise<number> =>
      takeDisconnectLease(hub, ref, untilMs),

    /**
     * Stops what works through the connection: the Schedules of its syncs, which were paused with its state, and the webhooks
     * that the hub has registered.
     */
    stopWork: async (ref: ConnectionRef): Promise<void> => {
      await followSchedulesOf(hub, ref.workspaceId, ref.connectionId)
      await endSubscriptionsOf(hub, ref)
    },

    /** Webhooks that could not be removed before are once more: with the grant goes the way to do it. */
    revokeAtProvider: async (ref: ConnectionRef): Promise<boolean> => {
      await endSubscriptionsOf(hub, ref).catch((error: unknown) => {
        hub.log.warn({ err: error, connectionId: ref.connectionId }, 'webhooks were not removed at the platform')
      })
      return revokeAtProvider(hub, ref)
    },

    finishDisconnect: (ref: ConnectionRef, revoked: boolean): Promise<void> =>
      finishDisconnect(hub, ref, revoked, actor()),
  }
}

export type ConnectionActivities = ReturnType<typeof createConnectionActivities>
