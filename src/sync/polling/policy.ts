// How often a sync that is run by webhooks is polled besides.

/** A lost webhook costs so long: its sync is polled when neither it has run nor a webhook has come for as long. */
export const pollEveryMs = 15 * 60_000

/** While webhooks come for its connection they are trusted for longer. */
export const pollEveryWhileHeardMs = 60 * 60_000

/** Polls that are due at once are spread over this part of their pace. */
const jitter = 0.1

/** So many due syncs are looked at for the workspaces that take turns. */
export const dueWindow = 2_000

/** What is known of a sync when it is looked whether to poll it. */
export interface Polled {
  /** When its last run ended, whatever caused it; null before the first. */
  lastRunAt: Date | null
  /** When the last webhook about its connection came. */
  lastWebhookAt: Date | null
  /** When the hub was back after it received no webhooks for a while; null when it never was away. */
  backSince: Date | null
  /** Its runs fail: what webhooks have told is not in the hub. */
  isFailing: boolean
  /** A run is asked for or under way, or deletions wait for a person. */
  isBusy: boolean
}

/**
 * Whether to poll a sync now, and when to look again.
 * @param random between 0 and 1
 */
export function pollOf(polled: Polled, nowMs: number, random: number): { poll: boolean; lookAtMs: number } {
  const { lastRunAt, lastWebhookAt, backSince, isFailing, isBusy } = polled
  const isHeard = !isFailing && lastWebhookAt !== null && lastWebhookAt.getTime() > nowMs - pollEveryMs
  const everyMs = isHeard ? pollEveryWhileHeardMs : pollEveryMs
  // What was sent while the hub was away came to nobody, whatever has come since.
  const isUnread = lastRunAt === null || (backSince !== null && lastRunAt < backSince)
  const dueMs = isUnread ? nowMs : lastRunAt.getTime() + everyMs
  const poll = !isBusy && dueMs <= nowMs
  const soonestMs = dueMs > nowMs ? Math.min(dueMs, nowMs + pollEveryMs) : nowMs + pollEveryMs
  return { poll, lookAtMs: soonestMs + random * jitter * pollEveryMs }
}

/** When a sync is first looked at. @param random between 0 and 1 */
export function firstPollMs(nowMs: number, random: number): number {
  return nowMs + (1 + random * jitter) * pollEveryMs
}
