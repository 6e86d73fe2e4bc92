import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { sendJson } from './http.ts'
import type { SandboxPlatform } from './platform.ts'

/** Bad weather on demand. */
export const faultRequest = z.strictObject({
  platform: z.string(),
  /** The start of the platform's own path, or a regular expression between slashes. */
  path: z.string().default('/'),
  method: z.string().optional(),
  /**
   * `slow` answers late but properly; `cut` breaks the connection in the middle of an answer, and does no work; `drop-answer` does the
   * work and then breaks the connection; `garbage` is a 200 that is not JSON; `hang` never answers; `answer` does no work and
   * answers with `status` and `body`, such as an error in a 200.
   */
  kind: z.enum(['429', '500', '503', 'slow', 'cut', 'garbage', 'drop-answer', 'hang', 'answer']),
  status: z.number().int().min(200).max(599).default(200),
  body: z.unknown().optional(),
  retryAfterSeconds: z.number().nonnegative().optional(),
  delayMs: z.number().nonnegative().default(2000),
  /** How many requests meet it; without it every one until it is cleared. */
  times: z.number().int().positive().optional(),
})

export type FaultRequest = z.input<typeof faultRequest>
export type ActiveFault = z.output<typeof faultRequest> & { id: string; met: number }

export interface Faults {
  list(): ActiveFault[]
  add(fault: z.output<typeof faultRequest>): ActiveFault
  /** Clears one, or all; gives how many. */
  clear(id?: string): number
  /** The fault that a request meets, counted. */
  meet(platform: string, method: string, path: string): ActiveFault | undefined
}

export function createFaults(): Faults {
  const active: ActiveFault[] = []
  let counter = 0
  const matches = (fault: ActiveFault, path: string) => {
    const pattern = /^\/(.+)\/$/.exec(fault.path)?.[1]
    return pattern && /[\\^$*+?()[\]{}|]/.test(pattern) ? new RegExp(pattern).test(path) : path.startsWith(fault.path)
  }
  return {
    list: () => [...active],
    add(request) {
      const fault = { ...request, id: `fault_${++counter}`, met: 0 }
      active.push(fault)
      return fault
    },
    clear(id) {
      const kept = id === undefined ? [] : active.filter(fault => fault.id !== id)
      const cleared = active.length - kept.length
      active.splice(0, active.length, ...kept)
      return cleared
    },
    meet(platform, method, path) {
      const isMet = (fault: ActiveFault) =>
        fault.platform === platform &&
        (fault.method ?? method) === method &&
        fault.met < (fault.times ?? Infinity) &&
        matches(fault, path)
      const fault = active.find(isMet)
      if (fault) fault.met++
      return fault
    },
  }
}

/** Plays the fault; true when the request still has to be answered (its answer may then be lost on the way). */
export async function playFault(
  fault: ActiveFault,
  req: IncomingMessage,
  res: ServerResponse,
  refusal: SandboxPlatform['refusal'] = plainly,
): Promise<boolean> {
  if (fault.kind === 'slow') {
    await sleep(fault.delayMs)
    return !res.destroyed
  }
  if (fault.kind === 'drop-answer') {
    const drop = () => {
      res.socket?.destroy()
      return res
    }
    res.write = () => true
    res.end = drop as typeof res.end
    return true
  }
  req.resume()
  if (fault.kind === 'cut') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    res.write('{"QueryResponse":{"Customer":[{"Id":"1","Displ')
    await sleep(20)
    res.socket?.destroy()
  } else if (fault.kind === 'garbage') {
    res.writeHead(200, { 'content-type': 'application/json' }).end('<html><body>We are down for maintenance {"')
  } else if (fault.kind === 'answer') {
    sendJson(res, fault.status, fault.body ?? {})
  } else if (fault.kind !== 'hang') {
    const code = Number(fault.kind) as 429 | 500 | 503
    const { status = code, headers = {}, body } = refusal(code)
    const after = fault.retryAfterSeconds
    sendJson(res, status, body, { ...headers, ...(after === undefined ? {} : { 'retry-after': String(after) }) })
  }
  return false
}

function plainly(status: 429 | 500 | 503): { body: unknown } {
  return {
    body: { message: { 429: 'Too many requests', 500: 'Internal server error', 503: 'Service unavailable' }[status] },
  }
}
