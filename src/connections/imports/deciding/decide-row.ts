import { isHubError, type HubError } from '../../../errors.ts'
import { withDefaults } from '../../../grants/check-field-values.ts'
import { isUniqueViolation, type Executor } from '../../../db/database.ts'
import { changeStatus } from '../../change-status.ts'
import { outlastDatabase } from '../../attempts/outlast-database.ts'
import { planConnection } from '../../attempts/plan.ts'
import type { ConnectionParts } from '../../parts.ts'
import { insertConnection, type Connection } from '../../store.ts'
import { checkConfig } from '../../tokens/check-config.ts'
import type { ConnectionImport } from '../import-store.ts'
import { findImported, lockImported } from './imported.ts'
import { readRow } from '../read-row.ts'
import { isRepeated, rowPlace, updateClaimed, wonField, type ClaimedRow, type ImportOutcome } from '../row-store.ts'
import type { ImportRow } from '../row-shape.ts'
import { sentenceOf } from './sentence.ts'
import { isPersons, verifierOf, Unspent, type Verifier } from './verify-row.ts'

/** What a row comes to. */
interface Verdict {
  outcome: ImportOutcome
  code?: string
  detail?: string
  connectionId?: string
}

/** A row is another's by now: whoever has it decides. */
class LeaseLost extends Error {}

/**
 * Decides one row: reads what was sealed, sees that nothing is brought in twice, asks the platform whose account it is, and makes
 * it a connection, all of the latter with the row's outcome in one commit. What was sealed of a row is destroyed with that.
 * @param before called with the provider, once that is known to be one; throws to let the row wait
 * @throws HubError that is retryable: the row is to be tried again
 */
export async function decideRow(
  hub: ConnectionParts,
  of: ConnectionImport,
  claimed: ClaimedRow,
  before: (provider: string) => void,
): Promise<void> {
  try {
    const verdict = await verdictOn(hub, of, claimed, before)
    if (verdict) await settle(hub, claimed, verdict)
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
  }
}

/** Writes a verdict that no connection comes of, unless the row is another's by now. */
export async function settle(hub: ConnectionParts, claimed: ClaimedRow, verdict: Verdict): Promise<void> {
  try {
    await outlastDatabase(hub, 'a row of an import', () =>
      hub.db.transaction().execute(trx => settleIn(hub, trx, claimed, verdict)),
    )
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
  }
}

async function settleIn(hub: ConnectionParts, trx: Executor, claimed: ClaimedRow, verdict: Verdict): Promise<void> {
  const { outcome, code = null, detail = null, connectionId = null } = verdict
  const decided = { outcome, code, detail, connectionId }
  if (!(await updateClaimed(trx, claimed, { decided }))) throw new LeaseLost()
  await hub.credentials.destroy(trx, claimed.workspaceId, claimed.id)
}

/** A verdict that is still to be written; undefined for one that was written with its connection. */
async function verdictOn(
  hub: ConnectionParts,
  of: ConnectionImport,
  claimed: ClaimedRow,
  before: (provider: string) => void,
): Promise<Verdict | undefined> {
  const text = await hub.credentials.get<string>(hub.db, rowPlace(claimed))
  if (text === undefined) return undefined
  const read = readRow(text)
  if ('fault' in read) return { outcome: 'failed', code: 'INVALID_REQUEST', detail: read.fault }
  const { row } = read
  try {
    const plan = await planConnection(hub, of.workspaceId, asPlanned(row))
    const { definition, method } = plan
    const config = withDefaults(method.ask ?? [], row.config)
    if (row.credentials) checkConfig(definition, method, config)
    const connecting = { ...plan.connecting, config, importedAs: row.externalId }
    const verifier = verifierOf(hub, of, claimed, { definition, method, connecting }, row)
    if (!(await updateClaimed(hub.db, claimed, { provider: definition.id }))) throw new LeaseLost()
    const waiting = await waitingFor(hub.db, of, claimed, connecting)
    if (waiting && 'outcome' in waiting) return waiting
    before(definition.id)
    return await bringIn(hub, of, claimed, verifier, waiting)
  } catch (error) {
    if (!isHubError(error) || mayPass(error)) throw error
    return { outcome: 'failed', code: error.code, detail: sentenceOf(error) }
  }
}

type Connecting = Verifier['connecting']

/** A connection that waits for the credential of this row, or that the row is one too many. */
async function waitingFor(
  db: Executor,
  of: ConnectionImport,
  claimed: ClaimedRow,
  connecting: Connecting,
): Promise<Connection | Verdict | undefined> {
  const there = await findImported(db, of.workspaceId, connecting.importedAs)
  if (there && !mayTake(there, connecting)) return { outcome: 'duplicate', connectionId: there.id }
  // A dry run has made no connection by which the next row would be known.
  if (of.dryRun && (await isRepeated(db, of.id, claimed))) return { outcome: 'duplicate' }
  return there
}

/** Whether a connection never had a credential, and is as the row says: an earlier import found its tokens dead. */
function mayTake(there: Connection, { provider, providerAppId, method, environment }: Connecting): boolean {
  const same =
    there.provider === provider &&
    there.providerAppId === providerAppId &&
    there.method === method &&
    there.environment === environment
  return same && there.status === 'needs_reauth' && there.generation === 0
}

async function bringIn(
  hub: ConnectionParts,
  of: ConnectionImport,
  claimed: ClaimedRow,
  verifier: Verifier,
  waiting: Connection | undefined,
): Promise<Verdict | undefined> {
  const { connecting } = verifier
  let adopt: Awaited<ReturnType<Verifier['verify']>>
  try {
    adopt = await verifier.verify()
  } catch (error) {
    if (error instanceof Unspent) return { outcome: 'unchecked' }
    if (isPersons(error) || (await isSpent(hub, claimed, error)))
      return refused(hub, of, claimed, verifier, waiting, error as HubError)
    throw error
  }
  if (of.dryRun) return { outcome: 'connected' }
  try {
    await outlastDatabase(hub, 'an imported connection', () =>
      hub.db.transaction().execute(async trx => {
        const into = waiting && (await lockImported(trx, of.workspaceId, connecting.importedAs))
        const { id: connectionId } = await adopt(trx, into)
        await settleIn(hub, trx, claimed, { outcome: 'connected', connectionId })
      }),
    )
  } catch (error) {
    if (isPersons(error)) return refused(hub, of, claimed, verifier, waiting, error)
    const twin = await twinOf(hub, of, connecting, error)
    if (twin) return twin
    throw error
  }
  return undefined
}

/** The credential opens nothing any more: the connection waits for its person, with all that is known of it. */
async function refused(
  hub: ConnectionParts,
  of: ConnectionImport,
  claimed: ClaimedRow,
  { connecting, method, id }: Verifier,
  waiting: Connection | undefined,
  { code }: HubError,
): Promise<Verdict | undefined> {
  if (of.dryRun) return { outcome: 'needs_reauth', code }
  if (waiting) return { outcome: 'duplicate', code, connectionId: waiting.id }
  try {
    await hub.db.transaction().execute(async trx => {
      const made = await insertConnection(trx, { ...connecting, id, authKind: method.kind })
      await changeStatus(hub, trx, made, { to: 'needs_reauth', reason: 'TOKEN_EXPIRED', actor: of.actor })
      await settleIn(hub, trx, claimed, { outcome: 'needs_reauth', code, connectionId: made.id })
    })
  } catch (error) {
    const twin = await twinOf(hub, of, connecting, error)
    if (twin) return twin
    throw error
  }
  return undefined
}

/** What will not pass, when the refresh token of the row is spent already: sending the row again would not mend it. */
async function isSpent(hub: ConnectionParts, claimed: ClaimedRow, error: unknown): Promise<boolean> {
  if (!isHubError(error) || mayPass(error)) return false
  const fields = await hub.credentials.fieldsOf(hub.db, claimed.workspaceId, [claimed.id])
  return fields.get(claimed.id)?.has(wonField) ?? false
}

/** An app that has just been changed is another by the next try. */
const mayPass = (error: HubError) => error.retryable || error.code === 'CONFLICT'

/** Another row with the same external id was there first. */
async function twinOf(
  hub: ConnectionParts,
  of: ConnectionImport,
  { importedAs }: Connecting,
  error: unknown,
): Promise<Verdict | undefined> {
  if (!isUniqueViolation(error, 'connections_imported_as')) return undefined
  const twin = await findImported(hub.db, of.workspaceId, importedAs)
  return twin && { outcome: 'duplicate', connectionId: twin.id }
}

const asPlanned = ({ tokens, ...row }: ImportRow) => ({
  ...row,
  method: row.method,
  environment: row.environment,
  credentials: row.credentials,
  import: tokens,
})
