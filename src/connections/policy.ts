import { doublingDelayMs, listedDelayMs } from '../retries/policy.ts'

/** How long an import's steps and waits are; a test shrinks them. */
export interface ImportSettings {
  /** How long one step goes on. */
  stepMs: number
  /** How long one process has a row to itself: longer than its calls take together. */
  leaseMs: number
  /** Waits after the first failures of a row; the last one repeats. */
  backoffMs: number[]
  /** For how long a row waits for its platform. */
  waitForMs: number
}

/** How long connecting and refreshing may take. Pure numbers: what the workflows need of it is passed as their input. */
export interface ConnectionSettings {
  /** Total time of a call to a token endpoint. Shorter than the lease, so that its holder has stopped when it ends. */
  tokenCallTimeoutMs: number
  /**
   * How long one refresher has a connection to itself. Well below the shortest grace for re-use that a provider gives, so
   * that who takes over from a dead holder still may spend the same refresh token again.
   */
  leaseMs: number
  /** An access token that expires sooner than this is not used any more. */
  freshForMs: number
  /** How long a call waits for a token that another is refreshing. */
  demandDeadlineMs: number
  /** How often it looks. */
  demandPollMs: number
  /** How long a person may take to come back from the provider. */
  attemptLifetimeMs: number
  /** How long they may take to choose among several accounts; the grant waits for that. */
  chooseForMs: number
  /** How long an attempt that ended is kept, and a connection that came of none. */
  keepEndedMs: number
  /** How long the callback keeps a person waiting for the outcome. */
  callbackWaitMs: number
  /** How long an identity call may take. */
  identityTimeoutMs: number
  /** How often a connection is verified when nothing is wrong. */
  checkEveryMs: number
  /** A refusal of the credential is believed when it is repeated after this long: until then it may be a slip. */
  refusalsApartMs: number
  /** For how long a connection that needs its user is still verified now and then, where its credential does not expire. */
  verifyRefusedForMs: number
  /** Waits after the first failures of a refresh, before a workflow of its own takes over; the last one repeats. */
  refreshBackoffMs: number[]
  /** How often a connection in state `error` is tried again: its way back once an operator has mended the cause. */
  errorRetryMs: number
  /** For how long at most "the grant is dead" is doubted after an attempt whose answer never came. */
  ambiguousForMs: number
  /** How many failures in a row, over how long, make trouble of a connection. */
  troubleFailures: number
  troubleAfterMs: number
  /** This many connections of one provider in trouble are the provider's outage. */
  outageConnections: number
  /** Over how long the refreshes of connections that waited for a provider are spread when it is back. */
  releaseSpreadMs: number
  /** After this long a connection that is being disconnected loses its secrets, whatever the provider says. */
  destroyAfterMs: number
  /** How connections are brought in from elsewhere. */
  imports: ImportSettings
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export const connectionSettings: ConnectionSettings = {
  tokenCallTimeoutMs: 8_000,
  leaseMs: 12_000,
  freshForMs: 10_000,
  demandDeadlineMs: 25_000,
  demandPollMs: 100,
  attemptLifetimeMs: 10 * minute,
  chooseForMs: hour,
  keepEndedMs: 7 * day,
  callbackWaitMs: 10_000,
  identityTimeoutMs: 15_000,
  checkEveryMs: 6 * hour,
  refusalsApartMs: minute,
  verifyRefusedForMs: 30 * day,
  refreshBackoffMs: [5_000, 15_000, 30_000],
  errorRetryMs: 5 * minute,
  ambiguousForMs: 10 * minute,
  troubleFailures: 3,
  troubleAfterMs: 30_000,
  outageConnections: 20,
  releaseSpreadMs: 30_000,
  destroyAfterMs: 7 * day,
  imports: {
    stepMs: 15_000,
    leaseMs: 90_000,
    backoffMs: [5_000, 15_000, minute, 5 * minute, 15 * minute],
    waitForMs: 3 * day,
  },
}

/** How a workflow that looks after trouble waits between its tries, and when it gives up. */
export interface RecoverySettings {
  firstDelayMs: number
  maxDelayMs: number
  deadlineMs: number
}

export const recoverySettings: RecoverySettings = { firstDelayMs: 30_000, maxDelayMs: hour, deadlineMs: 7 * day }

/** So many days before a grant ends its workspace is told. */
export const warningDays = [30, 7, 1] as const

/** When to tell of an end next: the first of the days before it that comes after an instant; null where none does. */
export function nextWarningAt(endsAt: Date | null, after: Date): Date | null {
  if (endsAt === null) return null
  const at = warningDays.map(days => endsAt.getTime() - days * day).find(ms => ms > after.getTime())
  return at === undefined ? null : new Date(at)
}

/** Days to an end: those of the last warning whose time has come. */
export function warningDaysLeft(endsAt: Date, now: Date): number {
  const left = endsAt.getTime() - now.getTime()
  return [...warningDays].reverse().find(days => left <= days * day) ?? warningDays[0]
}

/** A refresh that failed is tried again after this long at most, whatever its provider asks for. */
export const longestRefreshWaitMs = hour

/** The wait before the next try after `failures` in a row, in the table. */
export function refreshBackoffMs(failures: number, settings: Pick<ConnectionSettings, 'refreshBackoffMs'>): number {
  return listedDelayMs(failures, settings.refreshBackoffMs)
}

/** Exponential: the wait of a recovery workflow after its nth try without success (1 is the first). */
export function recoveryDelayMs(tries: number, settings: RecoverySettings): number {
  return doublingDelayMs(tries, { firstMs: settings.firstDelayMs, longestMs: settings.maxDelayMs })
}

/** Whether failures in a row have gone on enough to leave the batches for a workflow of their own. */
export function isTrouble(
  failures: number,
  firstFailureAt: Date,
  now: Date,
  settings: Pick<ConnectionSettings, 'troubleFailures' | 'troubleAfterMs'>,
): boolean {
  return failures >= settings.troubleFailures && now.getTime() - firstFailureAt.getTime() >= settings.troubleAfterMs
}

/** How many connections of a workspace fail at a token endpoint because it does not answer. */
export interface Failing {
  /** The endpoint's name. */
  server: string
  workspaceId: string
  connections: number
}

/** Token endpoints that are down: for all workspaces, or for one (`server workspaceId`), whose app it may be. */
export interface Outages {
  everywhere: Set<string>
  inWorkspace: Set<string>
}

/**
 * Which endpoints are down, if `enough` failing connections show it. A workspace's own show it for itself. For all they show it
 * together, where none counts for more than half: what ails one customer's app is not the platform's outage.
 */
export function outagesIn(failing: Failing[], enough: number): Outages {
  const outages: Outages = { everywhere: new Set(), inWorkspace: new Set() }
  const most = Math.ceil(enough / 2)
  const counted = new Map<string, number>()
  for (const { server, workspaceId, connections } of failing) {
    if (connections >= enough) outages.inWorkspace.add(`${server} ${workspaceId}`)
    counted.set(server, (counted.get(server) ?? 0) + Math.min(connections, most))
  }
  for (const [server, connections] of counted) if (connections >= enough) outages.everywhere.add(server)
  return outages
}

/**
 * Refreshes at once, most of which wait for their platform; of one workspace, and of one platform, while others wait; kept
 * back for workspaces that have none under way and whose refreshes work. Those that have waited long for their platform have
 * places of their own, as they do nothing else.
 */
export const refreshPlaces = { all: 240, workspace: 8, provider: 32, kept: 32, slow: 160 }
/** What has waited so long has one of the slow places. */
export const slowRefreshMs = 1_000
