import {
  condition,
  continueAsNew,
  defineSignal,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import {
  connectionChangedSignal,
  tryNowSignal,
  type RefreshConnectionInput,
  type RefreshResult,
} from '../src/connections/contract.ts'
import { recoveryDelayMs } from '../src/connections/policy.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attempt, hubTroubleMs } from './attempt.ts'
import { attend } from './attention.ts'
import { instantAt, instantIn } from './instant.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})
const { standingOf } = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})

const tryNow = defineSignal<[beyond?: number]>(tryNowSignal)
const connectionChanged = defineSignal(connectionChangedSignal)

/** While it waits for a person it is told of every change: this finds what can tell nobody, such as a row that is gone. */
const lookAgainMs = 24 * 60 * 60_000
const looksEach = 30

type Outcome = RefreshResult['outcome']
/** What it was asked or told since it looked last. */
interface News {
  tryNow: boolean
  changed: boolean
  /** The newest generation of the token that was seen by whoever asked for a try. */
  beyond?: number
}

/**
 * One connection whose refresh is in trouble, or asked for by hand: tries with a growing wait until it works. Where only a
 * person can help it stays open and says so, until the connection is reconnected, mended or disconnected. One signal tries at
 * once, another has it look how the connection stands.
 */
export async function refreshConnection(input: RefreshConnectionInput): Promise<Outcome> {
  const news: News = { tryNow: false, changed: false }
  setHandler(tryNow, beyond => {
    news.tryNow = true
    if (beyond !== undefined) news.beyond = Math.max(news.beyond ?? beyond, beyond)
  })
  setHandler(connectionChanged, () => void (news.changed = true))
  let outcome: Outcome = input.needsPerson ? 'needs_reauth' : await refresh(input, news)
  while (outcome === 'needs_reauth' || outcome === 'error') {
    if (!input.needsPerson && !patched('waits-for-person')) {
      attend('needs_person')
      return outcome
    }
    await waitForPerson(input, news)
    outcome = await refresh({ ...refOf(input), settings: input.settings, force: news.tryNow }, news)
  }
  attend('none')
  return outcome
}

/** Tries until it works, there is nothing to refresh, or only a person can help. */
async function refresh(input: RefreshConnectionInput, news: News): Promise<Outcome> {
  const { provider, settings } = input
  const ref = refOf(input)
  const startedAtMs = input.startedAtMs ?? Date.now()
  let force = input.force && input.tries === undefined
  for (let tries = (input.tries ?? 0) + 1; ;) {
    const delayMs = recoveryDelayMs(tries, settings)
    setCurrentDetails(`Try ${tries} to refresh the token at ${provider}.`)
    news.tryNow = news.changed = false
    const beyond = news.beyond === undefined ? {} : { beyond: news.beyond }
    const result = await activities.tryRefresh(ref, { force, retryInMs: delayMs, ...beyond })
    if (result.outcome === 'busy') {
      setCurrentDetails('Another refresh of it is under way.')
      await sleep(result.retryAfterMs)
      force ||= news.tryNow
      continue
    }
    if (isAskedAgain(result, news)) {
      force = true
      continue
    }
    if (result.outcome !== 'failed') return told(result)
    if (Date.now() - startedAtMs >= settings.deadlineMs) {
      await activities.giveUpRefresh(ref)
      return told({ outcome: 'error', code: result.code })
    }
    const waitMs = Math.max(delayMs, result.retryAfterMs ?? 0)
    const since = result.since === undefined ? '' : ` since ${result.since}`
    setCurrentDetails(
      `${result.code} at ${provider}${since}, try ${tries}. Tries again at ${instantIn(waitMs)}, and at once by ` +
        `POST /v1/connections/${ref.connectionId}/refresh; it is given up at ${instantAt(startedAtMs + settings.deadlineMs)}.`,
    )
    attend('retrying')
    await condition(() => news.tryNow || news.changed, waitMs)
    // A forced refresh that failed is owed as any other: from then on it is done when the token is fresh.
    force = news.tryNow
    tries += 1
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof refreshConnection>({ ...input, needsPerson: false, startedAtMs, tries: tries - 1 })
    }
  }
}

/** Whether a try was asked for while this one was under way, maybe by someone who has seen what it has won. */
function isAskedAgain({ outcome }: RefreshResult, news: News): boolean {
  return (outcome === 'refreshed' || outcome === 'fresh') && news.tryNow && news.beyond !== undefined
}

/** Waits until somebody has mended the connection, it is gone, or a try is asked for. */
async function waitForPerson(input: RefreshConnectionInput, news: News): Promise<void> {
  for (let looks = 1; ; looks += 1) {
    news.changed = false
    const standing = await attempt(() => standingOf(refOf(input)))
    if (standing?.needsPerson === false) return
    attend('needs_person')
    setCurrentDetails(standing?.details ?? 'The hub could not look at the connection just now; it tries again soon.')
    const summary = standing?.summary ?? 'The hub could not look at the connection'
    await condition(() => news.tryNow || news.changed, standing ? lookAgainMs : hubTroubleMs, { summary })
    if (news.tryNow) return
    if (looks >= looksEach || workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof refreshConnection>({ ...input, force: false, needsPerson: true })
    }
  }
}

const sentences: Record<Exclude<Outcome, 'busy' | 'failed'>, string> = {
  refreshed: 'The token is fresh.',
  fresh: 'The token is fresh.',
  gone: 'The connection is disconnected.',
  needs_reauth: 'The grant has ended: its user has to connect again.',
  error: 'An operator has to look.',
}

function told(result: Exclude<RefreshResult, { outcome: 'busy' | 'failed' }>): Outcome {
  const code = result.outcome === 'error' ? `${result.code}: ` : ''
  setCurrentDetails(code + sentences[result.outcome])
  return result.outcome
}

const refOf = ({ workspaceId, connectionId, provider }: RefreshConnectionInput) => ({
  workspaceId,
  connectionId,
  provider,
})
