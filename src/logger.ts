import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger }

/** Names of fields that hold secrets wherever they appear in what is logged. */
const secretFields = [
  'authorization',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'idToken',
  'id_token',
  'apiKey',
  'api_key',
  'clientSecret',
  'client_secret',
  'secret',
  'password',
  'token',
  'code',
  'codeVerifier',
  'cookie',
  'key',
]

/**
 * The hub's logger: one JSON line each, to standard output unless a stream is given. Fields named like secrets are
 * replaced, two levels deep; an error is logged by its name, code, message and stack, never with the values it carries.
 */
export function createLogger(options: { level: string; name: string; stream?: DestinationStream }): Logger {
  const paths = secretFields.flatMap(field => [field, `*.${field}`, `*.*.${field}`])
  return pino(
    {
      name: options.name,
      level: options.level,
      redact: { paths: paths.filter(path => path !== 'code' && path !== '*.code'), censor: '[redacted]' },
      serializers: { err: describeError, error: describeError },
      base: { name: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    options.stream ?? pino.destination({ sync: false }),
  )
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = (error as { code?: unknown }).code
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
