import type { HubSchedule } from '../temporal/schedules.ts'

export const rotateKeysName = 'rotateKeys'
export const rotateKeysId = 'rotate-keys'

/** The tables that hold what the key ring has sealed. */
export const sealedTables = ['credentials', 'idempotency_keys'] as const

/** Where a pass has come to: a table, the key whose seals are replaced there, and the last row that was looked at. */
export interface RotationPosition {
  table: string
  keyId: string
  /** The row's primary key; null at the first one. */
  after: string[] | null
}

/** What one slice of a pass did. Numbers, and ids of keys and rows: no secret. */
export interface RotationSlice {
  /** The key that seals now. */
  keyId: string
  resealed: number
  /** Rows that do not open: their key is not on the ring, or they were changed. They stay as they are. */
  unopened: number
  /** Where to go on; null at the end. */
  next: RotationPosition | null
}

/** How much each key has sealed. */
export interface KeyUse {
  key: string
  /** Whether this process has it, and whether it is the one that seals. */
  state: 'current' | 'old' | 'missing'
  sealed: number
}

export interface RotateKeysInput {
  /** Rows of one transaction. */
  batchSize: number
  /** Where to go on, and what was done so far: set by continue-as-new. */
  from?: RotationSlice
}

export interface RotateKeysResult {
  resealed: number
  unopened: number
  keys: KeyUse[]
}

/** Once a day, and by hand after the keys have changed; with nothing to do it is a few look-ups. */
export const rotationSchedules: HubSchedule[] = [
  {
    id: rotateKeysId,
    everyMs: 86_400_000,
    jitterMs: 600_000,
    workflow: rotateKeysName,
    workflowId: rotateKeysId,
    input: { batchSize: 200 } satisfies RotateKeysInput,
    summary: 'Seals with the first encryption key what older ones have sealed',
  },
]
