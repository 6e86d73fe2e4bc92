import { sql } from 'kysely'
import { isCutOff, type Database, type Executor } from '../../../db/database.ts'
import { HubError } from '../../../errors.ts'

/** How long one statement of a query may take: whoever asks chooses what it reads. */
const statementMs = 5_000

/** Reads in a transaction whose statements end after five seconds. @throws HubError `QUERY_TOO_BROAD` for one that would not */
export async function inShortTime<Result>(db: Database, read: (trx: Executor) => Promise<Result>): Promise<Result> {
  try {
    return await db.transaction().execute(async trx => {
      await sql`select set_config('statement_timeout', ${String(statementMs)}, true)`.execute(trx)
      return read(trx)
    })
  } catch (error) {
    throw isCutOff(error) ? new HubError('QUERY_TOO_BROAD', { cause: error }) : error
  }
}
