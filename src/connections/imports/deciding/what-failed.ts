import { errorCodes, HubError, isHubError } from '../../../errors.ts'
import type { ConnectionParts } from '../../parts.ts'
import type { ClaimedRow } from '../row-store.ts'

/** Why a row is not decided, and whether it is its platform that does not work. */
export interface RowFailure {
  error: HubError
  isOutage: boolean
}

/** What is no error of the hub's own words is logged, and told as `INTERNAL`. */
export function whatFailed(hub: ConnectionParts, error: unknown, { id: rowId, workspaceId }: ClaimedRow): RowFailure {
  if (!isHubError(error) || error.code === 'INTERNAL') {
    hub.log.error({ err: error, rowId, workspaceId }, 'a row of an import failed unexpectedly')
    return { error: new HubError('INTERNAL'), isOutage: false }
  }
  return { error, isOutage: isOutage(error) }
}

function isOutage(error: HubError): boolean {
  if (error.code !== 'PROVIDER_ERROR') return error.code === 'PROVIDER_UNREACHABLE' || error.code === 'RATE_LIMITED'
  const { status } = (error.details ?? {}) as { status?: number }
  // A token endpoint's errors have no status; those with words of their own are about an answer that came.
  return status === undefined ? error.message === errorCodes.PROVIDER_ERROR.message : status >= 500
}
