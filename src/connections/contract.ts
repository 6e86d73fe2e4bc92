import type { HubSchedule } from '../temporal/schedules.ts'
import type { RecoverySettings } from './policy.ts'

/** Names of the workflows that look after connections: what each is exported as. */
export const connectionWorkflows = {
  connectAccount: 'connectAccount',
  refreshSweep: 'refreshSweep',
  refreshConnection: 'refreshConnection',
  recoverProvider: 'recoverProvider',
  healthSweep: 'healthSweep',
  disconnectAccount: 'disconnectAccount',
  importConnections: 'importConnections',
} as const

export const connectAccountId = (attemptId: string) => `connect/${attemptId}`
export const refreshConnectionId = (connectionId: string) => `refresh/${connectionId}`
/** The catalogue's own token endpoint has the provider's id alone; another is named by its host. */
export const recoverProviderId = ({ provider, host }: TokenServer) =>
  host === null ? `provider/${provider}` : `provider/${provider}/${host}`
export const disconnectAccountId = (connectionId: string) => `disconnect/${connectionId}`
export const importWorkflowId = (importId: string) => `import/${importId}`

/** Tells `connectAccount` that the row of its attempt has moved on from `awaiting`. */
export const callbackSignal = 'callback'
/** Tells `refreshConnection` or `recoverProvider` to try now instead of when its timer ends. */
export const tryNowSignal = 'tryNow'
/** Tells `importConnections` that its import was cancelled: it looks at the row at once. */
export const importChangedSignal = 'importChanged'
/** Tells `refreshConnection` that the state of its connection has changed. */
export const connectionChangedSignal = 'connectionChanged'

/** A connection, as workflows name it. */
export interface ConnectionRef {
  workspaceId: string
  connectionId: string
  provider: string
}

/** Where the tokens of a provider's connections come from: what fails or answers as one. */
export interface TokenServer {
  provider: string
  /** Null for the catalogue's own; else the host that an app's base URLs lead to. */
  host: string | null
}

export interface ConnectAccountInput extends ConnectionRef {
  attemptId: string
  /** How long to wait for the person. */
  waitMs: number
  /** How long the person may take to choose among several accounts; an hour unless given. */
  chooseMs?: number
}

export type AttemptOutcome = 'completed' | 'failed' | 'expired'
/** What a step of an attempt leads to: its end, its person's choice, or with null the next step. */
export type AttemptStep = AttemptOutcome | 'choosing' | null

export interface RefreshSweepInput {
  /** How long one sweep keeps looking for what has become due; 0 is one look. */
  runForMs: number
  pollMs: number
}

export interface RefreshSweepResult {
  refreshed: number
  failed: number
  /** Connections that now have a workflow of their own, or wait for their provider's. */
  troubled: number
}

export interface RefreshConnectionInput extends ConnectionRef {
  settings: RecoverySettings
  /** Asked for by hand: refreshes although the token is still good. */
  force: boolean
  /** Only a person can mend the connection: waits for that first. */
  needsPerson?: boolean
  /** When it gave up last: counts from here. Set by continue-as-new. */
  startedAtMs?: number
  tries?: number
}

/** What became of one try to refresh. Codes only: it is in the history. */
export type RefreshResult =
  | { outcome: 'refreshed' }
  /** Nothing to do: another has refreshed it, or it does not expire. */
  | { outcome: 'fresh' }
  /** Another holds the lease. */
  | { outcome: 'busy'; retryAfterMs: number }
  /** `since`: the first failure of those in a row. */
  | { outcome: 'failed'; code: string; retryAfterMs: number | null; since?: string }
  | { outcome: 'needs_reauth' }
  /** The app's own id or secret is refused: a person has to correct it. */
  | { outcome: 'error'; code: string }
  /** Disconnected, or not there. */
  | { outcome: 'gone' }

/** How a connection stands, for its workflow: ids, codes and counts only. */
export interface Standing {
  needsPerson: boolean
  /** Why, since when, and what a person can do. */
  details: string
  /** The same, short enough for a summary. */
  summary: string
}

/** `up`: it answers. `down`: it does not, or with an error of its own. `none`: nothing waits for it any more. */
export type ProbeState = 'up' | 'down' | 'none'

export interface ProbeResult {
  state: ProbeState
  /** What waits for it after the probe. */
  connections: number
  workspaces: number
  /** Whose they are, where all are one's. */
  workspaceId?: string | null
  /** The first failure of those that wait. */
  since?: string | null
}

export interface RecoverProviderInput {
  provider: string
  /** As in `TokenServer`; not there in runs that were started before hosts were told apart. */
  host?: string | null
  settings: RecoverySettings
  tries?: number
}

export interface HealthSweepInput {
  /** How many connections one activity verifies at most. */
  batch: number
}

export interface HealthSweepResult {
  verified: number
  degraded: number
  recovered: number
}

export interface DisconnectAccountInput extends ConnectionRef {
  /** When the secrets go in any case: milliseconds since 1970. */
  destroyAtMs: number
}

/** The hub's own Schedules of connections. */
export const connectionSchedules: HubSchedule[] = [
  {
    id: 'refresh-tokens',
    everyMs: 60_000,
    workflow: connectionWorkflows.refreshSweep,
    workflowId: 'refresh-tokens',
    input: { runForMs: 55_000, pollMs: 3_000 } satisfies RefreshSweepInput,
    // A sweep lasts longer than its minute while token endpoints hang: a minute without one would be everybody's.
    follows: true,
    summary: 'Refreshes the tokens whose time has come',
  },
  {
    id: 'check-health',
    everyMs: 15 * 60_000,
    jitterMs: 60_000,
    workflow: connectionWorkflows.healthSweep,
    workflowId: 'check-health',
    input: { batch: 200 } satisfies HealthSweepInput,
    summary: 'Verifies connections that have not been verified for a while',
  },
]
