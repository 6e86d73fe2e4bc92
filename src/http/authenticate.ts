import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { Authenticator } from '../workspaces/authenticator.ts'
import { covers } from '../workspaces/permissions.ts'
import { networkOf, WindowCounter } from './rate-limit.ts'
import type { AnyRoute, Caller } from './route.ts'

const callerKey = 'caller'
const minuteMs = 60_000

const nobody: Caller = { workspaceId: '', apiKeyId: '', grants: [] }
const administrator: Caller = { workspaceId: '', apiKeyId: 'admin', grants: [] }

/** Proves who calls, before the body is read. */
export interface Gate {
  /**
   * @throws HubError `UNAUTHORIZED`, `FORBIDDEN`, `RATE_LIMITED` (too many failures from one address, or too many calls
   * with one key)
   */
  admit(request: FastifyRequest, access: AnyRoute['access']): Promise<void>
}

/** The caller that the gate admitted. */
export function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller | null>(callerKey) ?? nobody
}

/**
 * Bearer keys (RFC 6750): `sk_…` of a workspace, or the configured admin key. Failed attempts are counted by address:
 * beyond the limit, that address may only use keys that this process has lately seen open, so that guessing costs no
 * look-ups and a neighbour's guessing locks nobody out.
 */
export function createGate(app: FastifyInstance, hub: Hub): Gate {
  const { authFailuresPerMinute, apiKeyRequestsPerMinute } = hub.config.http
  const authenticator = new Authenticator(hub)
  const failures = new WindowCounter(authFailuresPerMinute, minuteMs)
  const calls = apiKeyRequestsPerMinute > 0 ? new WindowCounter(apiKeyRequestsPerMinute, minuteMs) : undefined
  const adminDigest = digest(hub.config.adminKey)
  app.decorateRequest(callerKey, null)
  app.addHook('onClose', () => authenticator.close())

  function refuse(request: FastifyRequest): never {
    failures.take(networkOf(request.ip))
    throw new HubError('UNAUTHORIZED')
  }

  async function admitKey(request: FastifyRequest, secret: string): Promise<Caller> {
    const waitMs = failures.isQuiet() ? 0 : failures.exhausted(networkOf(request.ip))
    if (waitMs > 0 && !authenticator.hasOpened(secret)) throw tooMany('Too many failed attempts', waitMs)
    const holder = await authenticator.holderOf(secret)
    if (!holder) refuse(request)
    const overMs = calls?.take(holder.apiKeyId) ?? 0
    if (overMs > 0) throw tooMany('Too many calls with this API key', overMs)
    return holder
  }

  function admitAdmin(request: FastifyRequest, secret: string): Caller {
    const waitMs = failures.exhausted(networkOf(request.ip))
    // Digests have one length, so that the comparison takes one time whatever was sent.
    const right = timingSafeEqual(digest(secret), adminDigest)
    if (waitMs > 0 && !right) throw tooMany('Too many failed attempts', waitMs)
    if (!right) refuse(request)
    return administrator
  }

  return {
    async admit(request, access) {
      if (access === 'public') return
      const secret = bearerOf(request)
      if (secret === undefined) refuse(request)
      const caller = access === 'admin' ? admitAdmin(request, secret) : await admitKey(request, secret)
      request.setDecorator(callerKey, caller)
      if (access === 'admin' || covers(caller.grants, access)) return
      throw new HubError('FORBIDDEN', {
        message: `This API key lacks the permission ${access}.`,
        details: { permission: access },
      })
    },
  }
}

function bearerOf(request: FastifyRequest): string | undefined {
  const match = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.headers.authorization ?? '')
  return match?.[1]
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function tooMany(what: string, retryAfterMs: number): HubError {
  return new HubError('RATE_LIMITED', { message: `${what}; wait as Retry-After says.`, retryAfterMs })
}
