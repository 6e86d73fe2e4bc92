import type { Executor } from '../../db/database.ts'
import type { ImportCounts } from './contract.ts'
import type { ConnectionImport } from './import-store.ts'
import { countRows, waitingRows, type Waiting } from './row-store.ts'

/** An import, how many of its rows have come to what, and what the others wait for. */
export interface ImportStatus {
  of: ConnectionImport
  counts: ImportCounts
  waits: Waiting[]
}

export async function statusOf(db: Executor, of: ConnectionImport): Promise<ImportStatus> {
  return { of, counts: await countRows(db, of), waits: await waitingRows(db, of) }
}
