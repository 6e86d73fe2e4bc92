import { isGrpcServiceError, ServiceError } from '@temporalio/client'

// gRPC status codes: https://grpc.io/docs/guides/status-codes/
const cancelled = 1
const deadlineExceeded = 4
const resourceExhausted = 8
const unavailable = 14

/** Whether an error of the Temporal client means that the service cannot be reached or is not taking work just now. */
export function isTemporalUnavailable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error
  if (!isGrpcServiceError(cause)) return false
  return [cancelled, deadlineExceeded, resourceExhausted, unavailable].includes(cause.code)
}
