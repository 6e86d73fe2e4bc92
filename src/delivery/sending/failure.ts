/** Why an attempt failed: the class only, never an address or a text of the receiver's. */
export type ErrorClass = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'status' | 'redirect' | 'blocked'

/**
 * What an attempt shows about the network: `answered`, even by a refusal, or `silent`. An attempt that was kept back here, or
 * failed for a local cause, shows neither.
 */
export type NetworkEvidence = 'answered' | 'silent'

export interface Failure {
  error: Exclude<ErrorClass, 'status' | 'redirect'>
  network: NetworkEvidence | undefined
}

/** How far an exchange had come when it failed. */
export interface Progress {
  /** It goes over TLS. */
  secure: boolean
  /** Whether the connection was ready; over TLS, with its secure channel. */
  started: boolean
  /** A client certificate was shown. */
  certified: boolean
}

const byCode: Record<string, Failure> = {
  ENOTFOUND: { error: 'dns', network: 'silent' },
  EAI_AGAIN: { error: 'dns', network: 'silent' },
  ENODATA: { error: 'dns', network: 'silent' },
  // Whoever refuses is there.
  ECONNREFUSED: { error: 'connect', network: 'answered' },
  EHOSTUNREACH: { error: 'connect', network: 'silent' },
  EHOSTDOWN: { error: 'connect', network: 'silent' },
  ENETUNREACH: { error: 'connect', network: 'silent' },
  ENETDOWN: { error: 'connect', network: 'silent' },
  EADDRNOTAVAIL: { error: 'connect', network: 'silent' },
  ETIMEDOUT: { error: 'connect', network: 'silent' },
  UND_ERR_CONNECT_TIMEOUT: { error: 'connect', network: 'silent' },
  // The proxy could not lead there, or would not.
  UND_ERR_ABORTED: { error: 'connect', network: 'silent' },
  UND_ERR_HEADERS_TIMEOUT: { error: 'timeout', network: 'silent' },
  UND_ERR_BODY_TIMEOUT: { error: 'timeout', network: 'silent' },
  ECONNRESET: { error: 'reset', network: 'answered' },
  EPIPE: { error: 'reset', network: 'answered' },
  UND_ERR_SOCKET: { error: 'reset', network: 'answered' },
  UND_ERR_HEADERS_OVERFLOW: { error: 'reset', network: 'answered' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { error: 'reset', network: 'answered' },
  UND_ERR_RES_EXCEEDED_MAX_SIZE: { error: 'reset', network: 'answered' },
  BLOCKED_ADDRESS: { error: 'blocked', network: undefined },
}
const tlsCodes = /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/
const tls: Failure = { error: 'tls', network: 'answered' }

/** What undici, TLS, DNS or the socket reported. */
export function failureOf(error: unknown, progress: Progress): Failure {
  // Of several addresses tried: whichever answered tells more than one that nobody was at.
  const tried = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error]
  const failures = tried.map(one => failureOfOne(one as Reported | null, progress))
  return failures.find(({ network }) => network === 'answered') ?? failures[0]!
}

interface Reported {
  name?: string
  code?: string
  syscall?: string
  /** Of undici's SocketError. */
  socket?: { bytesRead?: number } | null
  /** Of undici's HTTPParserError: the bytes that were no HTTP. */
  data?: string
}

function failureOfOne(error: Reported | null, { secure, started, certified }: Progress): Failure {
  const { name, code = '', syscall } = error ?? {}
  if (tlsCodes.test(code)) return tls
  // Some names are refused before anybody is asked.
  if (syscall === 'getaddrinfo') return { error: 'dns', network: 'silent' }
  // An answer that is no HTTP; a TLS alert is how a port for https answers http.
  if (name === 'HTTPParserError')
    return error?.data?.startsWith('\x15\x03') ? tls : { error: 'reset', network: 'answered' }
  const failure = byCode[code]
  if (!failure) return { error: 'reset', network: undefined }
  if (failure.error !== 'reset' || !secure) return failure
  // Cut during the handshake; in TLS 1.3 a certificate is refused after it.
  const refused = certified && error?.socket?.bytesRead === 0
  return !started || refused ? tls : failure
}
