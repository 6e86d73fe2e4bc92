import { sql } from 'kysely'
import { isHubError } from '../../errors.ts'
import { appOf, howToReconnect } from '../events/explain.ts'
import type { ConnectionParts } from '../parts.ts'
import type { ConnectionRef, Standing } from '../contract.ts'
import { findConnection, type Connection } from '../store.ts'
import { needsPerson } from './tell-store.ts'
import { lookEveryMs } from './tell-workflows.ts'

const over: Standing = { needsPerson: false, details: '', summary: '' }

/**
 * Whether a connection needs a person, and what that person is told. Its workflow, which asks, has shown itself by that.
 * @param syncs how many work through the connection
 */
export async function standingOf(hub: ConnectionParts, ref: ConnectionRef, syncs: number): Promise<Standing> {
  // By the primary key, before the look: what changes from here on is told anew.
  await hub.db
    .updateTable('connections')
    .set({ tell_at: sql<Date>`now() + ${lookEveryMs} * interval '1 millisecond'` })
    .where('workspace_id', '=', ref.workspaceId)
    .where('id', '=', ref.connectionId)
    .where('tell_at', 'is not', null)
    .where('status', 'in', ['needs_reauth', 'error'])
    .execute()
  try {
    const connection = await findConnection(hub.db, ref.workspaceId, ref.connectionId)
    return needsPerson(connection) ? tellPerson(hub, connection, syncs) : over
  } catch (error) {
    if (isHubError(error, 'CONNECTION_NOT_FOUND')) return over
    throw error
  }
}

function tellPerson(hub: ConnectionParts, connection: Connection, syncs: number): Standing {
  const since = `${connection.statusChangedAt.toISOString().slice(0, 19)}Z`
  const code = connection.statusReason ?? connection.lastError ?? 'TOKEN_EXPIRED'
  const minutes = Math.ceil(hub.connectionSettings.errorRetryMs / 60_000)
  const retried = `It is tried again every ${minutes} minutes, and at once by POST ${pathOf(connection, 'refresh')}.`
  switch (code) {
    case 'CLIENT_REFUSED':
      return {
        needsPerson: true,
        summary: `${connection.provider} refuses the provider app since ${since}`,
        details:
          `${connection.provider} refuses the provider app's id or secret since ${since} (${code}). ` +
          `Somebody has to correct ${appOf(connection)}. ${retried} ${waiting(syncs, 'fails', 'fail')}`,
      }
    case 'RECOVERY_DEADLINE':
      return {
        needsPerson: true,
        summary: `Refreshing at ${connection.provider} was given up at ${since}`,
        details:
          `Refreshing at ${connection.provider} has failed for too long and was given up at ${since} ` +
          `(${code}, last error ${connection.lastError ?? 'unknown'}). Somebody has to look whether the platform and the ` +
          `app are still there. ${retried} ${waiting(syncs, 'may fail', 'may fail')}`,
      }
    default:
      return {
        needsPerson: true,
        summary: `Waits for its user to connect again since ${since}`,
        details:
          `${connection.provider} no longer takes the credential since ${since} (${code}). Its user has to connect ` +
          `again: ${howToReconnect(connection)}. ${waiting(syncs, 'rests', 'rest')}`,
      }
  }
}

const pathOf = ({ id }: Connection, call: string) => `/v1/connections/${id}/${call}`

/** What waits, and until when this is shown. */
function waiting(syncs: number, one: string, many: string): string {
  const works =
    syncs === 0 ? '' : `${syncs === 1 ? `1 sync of it ${one}` : `${syncs} syncs of it ${many}`} until then. `
  return `${works}This is open until the connection works again or is disconnected.`
}
