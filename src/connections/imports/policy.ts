import { listedDelayMs } from '../../retries/policy.ts'
import type { ImportSettings } from '../policy.ts'

const minute = 60_000

/** Rows of one list, and of one file. */
export const mostListed = 1_000
export const mostRows = 20_000
/** Bytes of a file, and of one row of it. */
export const fileBytes = 32 * 1024 * 1024
export const rowBytes = 256 * 1024
/** Imports of a workspace that are not over. */
export const mostOpen = 10
/** Rows that are stored together; so many bytes of them are. */
export const storedTogether = { rows: 200, bytes: 1024 * 1024 }

/** Rows that a process has at once of one import, and how many it takes from the table. */
export const rowsAtOnce = 4
export const claimedTogether = 20
/** Imports that move at once in a process: the others wait their turn. */
export const importsAtOnce = 4
/** After so many failures of a platform in a row its other rows wait without a call. */
export const failuresOfOutage = 3
/** Tries of a row that fails by itself, while its platform works. */
export const mostOddTries = 5

/** The wait after `failures` in a row, and not less than the platform asks for, an hour at most. */
export function postponedMs(failures: number, askedMs: number | undefined, settings: ImportSettings): number {
  return Math.max(listedDelayMs(failures, settings.backoffMs), Math.min(askedMs ?? 0, 60 * minute))
}

/** The days that a report is kept from the import's end. */
export const reportDays = 90
