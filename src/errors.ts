/**
 * Every error a user of the hub may meet: its HTTP status, whether the same call may work later, and the sentence that is
 * shown when the thrower gives none. The one table; only the edges (HTTP, activities, the command line) translate it.
 */
export const errorCodes = {
  // What the caller sent
  INVALID_REQUEST: { status: 400, retryable: false, message: 'The request is not valid; see details.' },
  INVALID_CURSOR: { status: 400, retryable: false, message: 'The cursor is not one that this list gave out.' },
  INVALID_PROVIDER: {
    status: 400,
    retryable: false,
    message: 'There is no such provider; GET /v1/providers lists them.',
  },
  INVALID_MODEL: {
    status: 400,
    retryable: false,
    message: 'The provider has no such model; GET /v1/providers/:id lists them.',
  },
  INVALID_REDIRECT: {
    status: 400,
    retryable: false,
    message: "The redirect target is not on the workspace's allow-list.",
  },
  INVALID_URL: {
    status: 400,
    retryable: false,
    message: 'The URL is not one that the hub may call; see details.',
  },
  INVALID_CERTIFICATE: {
    status: 400,
    retryable: false,
    message: 'The certificate, its private key or the CA certificate cannot be used; see details.',
  },
  OAUTH_FAILED: {
    status: 400,
    retryable: false,
    message: 'The authorization did not succeed; start a new connection.',
  },
  OAUTH_STATE_INVALID: {
    status: 400,
    retryable: false,
    message: 'This authorization link is unknown or has expired; start again.',
  },
  OTHER_BROWSER: {
    status: 403,
    retryable: false,
    message: 'This was begun in another browser; start again in this one.',
  },
  ACCESS_DENIED: { status: 400, retryable: false, message: 'The person did not allow access; start again.' },
  ATTEMPT_EXPIRED: { status: 400, retryable: false, message: 'Nobody came back in time; start a new connection.' },
  ACCOUNT_MISMATCH: {
    status: 400,
    retryable: false,
    message: 'Another account was chosen than the one that was connected before, or that was named.',
  },
  SCOPES_MISSING: {
    status: 400,
    retryable: false,
    message: 'The person did not give all that a connection needs; they have to tick it when they agree again.',
  },
  CHOICE_NEEDED: {
    status: 400,
    retryable: false,
    message: 'These credentials open several accounts; name one in config.',
  },
  CLIENT_REFUSED: {
    status: 502,
    retryable: false,
    message: "The provider refused the app's client id or secret; correct the provider app.",
  },
  INVALID_CREDENTIALS: { status: 400, retryable: false, message: 'The provider refused these credentials.' },
  PROVIDER_APP_MISSING: {
    status: 400,
    retryable: false,
    message: 'No client id and secret are set for this provider; create a provider app first.',
  },
  UNAUTHORIZED: { status: 401, retryable: false, message: 'A valid API key is needed: Authorization: Bearer sk_…' },
  // Not 401: that says that the caller's own key is not good.
  TOKEN_EXPIRED: {
    status: 424,
    retryable: false,
    message: "The connection's grant has ended; its user must connect again.",
  },
  REFRESH_FAILED: { status: 424, retryable: true, message: 'The access token could not be refreshed.' },
  REFRESH_REFUSED: {
    status: 424,
    retryable: true,
    message: 'The provider refuses to refresh the access token, without saying that the grant has ended.',
  },
  SIGNATURE_INVALID: { status: 401, retryable: false, message: 'The signature is missing, wrong or too old.' },
  FORBIDDEN: { status: 403, retryable: false, message: 'This API key lacks the permission for this call.' },
  NOT_FOUND: { status: 404, retryable: false, message: 'There is nothing here.' },
  ID_NOT_FOUND: { status: 404, retryable: false, message: 'Nothing has this id, in any workspace.' },
  WORKSPACE_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such workspace.' },
  API_KEY_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such API key.' },
  PROVIDER_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no such provider; GET /v1/providers lists them.',
  },
  PROVIDER_APP_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such provider app.' },
  CONNECTION_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such connection.' },
  IMPORT_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such import.' },
  CONNECT_ATTEMPT_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such connect attempt.' },
  SYNC_RUN_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such run of this sync.' },
  SYNC_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such sync.' },
  RULE_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such rule.' },
  RECORD_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such record.' },
  EVENT_TYPE_NOT_FOUND: { status: 404, retryable: false, message: 'This event type is not registered.' },
  EVENT_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such event.' },
  ENDPOINT_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such endpoint.' },
  DELIVERY_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such delivery.' },
  REPLAY_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such replay.' },
  INBOUND_EVENT_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such inbound event.' },
  INBOUND_SOURCE_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such source.' },
  INBOUND_REPLAY_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such replay of inbound events.' },
  WEBHOOK_ADDRESS_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'The connection has no such address for webhooks.',
  },
  WEBHOOK_SUBSCRIPTION_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'The connection has no such subscription for webhooks.',
  },
  WEBHOOK_NOT_FOUND: { status: 404, retryable: false, message: 'No provider app receives webhooks at this address.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, message: 'This address does not take that method.' },
  REQUEST_TIMEOUT: { status: 408, retryable: true, message: 'The request did not arrive in time.' },
  CONFLICT: {
    status: 409,
    retryable: false,
    message: 'The thing has changed since, or is not in a state that allows this.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    retryable: false,
    message: 'The thing has changed since: its version is none that If-Match names.',
  },
  QUERY_TOO_BROAD: {
    status: 422,
    retryable: false,
    message: 'This would read more records than it may: search, or filter by what fewer records have.',
  },
  EVENT_SCHEMA_MISMATCH: {
    status: 422,
    retryable: false,
    message: "The event's data does not fit the schema of its type; see details.",
  },
  EVENT_ID_CONFLICT: {
    status: 409,
    retryable: false,
    message: 'This event id was used for another event.',
  },
  DELIVERY_BUSY: {
    status: 409,
    retryable: true,
    message: 'The delivery is being sent just now; try again when that is over.',
  },
  PAYLOAD_GONE: {
    status: 409,
    retryable: false,
    message: "The event's payload is no longer kept: there is nothing to send.",
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    retryable: false,
    message: 'This Idempotency-Key was used for another request.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    retryable: true,
    message: 'A request with this Idempotency-Key is still under way.',
  },
  BODY_TOO_LARGE: { status: 413, retryable: false, message: 'The body is larger than this call takes.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    message: 'The body must be JSON: Content-Type: application/json.',
  },
  EXPECTATION_FAILED: { status: 417, retryable: false, message: 'The hub knows no expectation but 100-continue.' },
  HEADERS_TOO_LARGE: { status: 431, retryable: false, message: 'The headers are larger than the hub takes.' },
  RATE_LIMITED: { status: 429, retryable: true, message: 'Too many requests; wait as Retry-After says.' },
  // What went wrong on the way
  INTERNAL: { status: 500, retryable: true, message: 'Something went wrong here; the request id leads to the log.' },
  CONNECTION_NOT_READY: {
    status: 409,
    retryable: false,
    message: 'The connection is not connected: only one that is can be used.',
  },
  SYNC_STOPPED: { status: 409, retryable: false, message: 'The run was stopped, or is held by another attempt.' },
  SYNC_PAUSED: { status: 409, retryable: false, message: 'The sync is paused; resume it first.' },
  SYNC_INTERRUPTED: { status: 500, retryable: true, message: 'The workflow of the run was ended from outside.' },
  DELETIONS_HELD: {
    status: 409,
    retryable: false,
    message:
      "More things are gone at the platform than a run deletes by itself, so none was: see the sync's `deletionsHeld`.",
  },
  SYNC_FAILED: { status: 500, retryable: true, message: 'The sync did not succeed.' },
  PROVIDER_ERROR: { status: 502, retryable: true, message: 'The provider answered with an error.' },
  PROVIDER_LIST_ENDLESS: {
    status: 502,
    retryable: false,
    message: "The provider's list led back to a page that was read already: it has no end.",
  },
  PROVIDER_REJECTED: { status: 502, retryable: false, message: 'The provider refused the request.' },
  PROVIDER_UNREACHABLE: { status: 502, retryable: true, message: 'The provider could not be reached.' },
  DATABASE_UNAVAILABLE: { status: 503, retryable: true, message: 'The database cannot be reached; try again shortly.' },
  DATABASE_BUSY: {
    status: 503,
    retryable: true,
    message: 'More work waits for the database than it can take just now; wait as Retry-After says.',
  },
  INDEX_BUILDING: {
    status: 503,
    retryable: true,
    message: 'The records of this collection are being made searchable; try again as Retry-After says.',
  },
  CALL_TIMEOUT: {
    status: 503,
    retryable: true,
    message: 'The call took too long. It may still take effect: repeat it with the same Idempotency-Key.',
  },
  KEYS_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: "The keys of the webhook's platform cannot be had just now; send it again as Retry-After says.",
  },
  TEMPORAL_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'The workflow service cannot be reached; try again shortly.',
  },
} as const satisfies Record<string, { status: number; retryable: boolean; message: string }>

export type ErrorCode = keyof typeof errorCodes

/** What may accompany an error: values that are safe to show to the caller and to an operator. */
export interface HubErrorOptions {
  /** A sentence for the caller; the table's when absent. Never holds a secret, a URL's path or an answer's body. */
  message?: string
  /** Structured facts for the caller, such as the fields that were refused. */
  details?: unknown
  /** How long to wait before trying again. */
  retryAfterMs?: number
  /** What caused it: for the log only, never shown and never put in a history. */
  cause?: unknown
}

/** The one error that features throw. Its code is stable and documented. */
export class HubError extends Error {
  override readonly name = 'HubError'
  readonly code: ErrorCode
  readonly details?: unknown
  readonly retryAfterMs?: number

  constructor(code: ErrorCode, options: HubErrorOptions = {}) {
    super(
      options.message ?? errorCodes[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    if (options.details !== undefined) this.details = options.details
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }

  get status(): number {
    return errorCodes[this.code].status
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

/** Whether an error is a HubError, of the given code if one is given. */
export function isHubError(error: unknown, code?: ErrorCode): error is HubError {
  return error instanceof HubError && (code === undefined || error.code === code)
}
