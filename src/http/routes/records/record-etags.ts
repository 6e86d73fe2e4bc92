import type { FastifyRequest } from 'fastify'
import { HubError, isHubError } from '../../../errors.ts'

/** The entity tag of a record (RFC 9110, 8.8.3): its version. */
export function etagOf({ version }: { version: number }): Record<string, string> {
  return { etag: `"${version}"` }
}

/**
 * Does something to a record if it is at the version that If-Match names, or the caller's `ifVersion`.
 * @throws HubError `PRECONDITION_FAILED` where If-Match does not fit; `INVALID_REQUEST`, and what `work` throws
 */
export async function versionOf<T>(
  { headers }: FastifyRequest,
  ifVersion: number | undefined,
  work: (version: number | undefined) => Promise<T>,
): Promise<T> {
  const given = headers['if-match']?.trim()
  // Whatever its version: that it is there is asked for anyway.
  if (given === undefined || given === '*') return work(ifVersion)
  const version = /^"(\d{1,9})"$/.exec(given)?.[1]
  if (ifVersion !== undefined) {
    throw new HubError('INVALID_REQUEST', { message: 'Say the version once: by If-Match, or by ifVersion.' })
  }
  // A weak tag, or one that is no record's, never matches.
  if (version === undefined) throw new HubError('PRECONDITION_FAILED')
  try {
    return await work(Number(version))
  } catch (error) {
    if (!isHubError(error, 'CONFLICT')) throw error
    throw new HubError('PRECONDITION_FAILED', { details: error.details, cause: error })
  }
}
